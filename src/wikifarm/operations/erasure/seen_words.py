"""The accounts and the addresses that a text may name, however it writes them: in the wiki's own
syntax, in HTML, in an address of the web, hidden from robots, ending a sentence.

Whoever knows them, or only fingerprints of them, sees them again among these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from wikifarm.blueprint.capture.known_people import bare, mails_shown, readings

SHORTEST = 3  # letters of an account that is looked for: YesWiki's own shortest name of one
_LONGEST = 80  # signs of an account
_PARTS_AT_MOST = 6  # words that signs join into the name of an account
_ATOM = re.compile(r"[^\W_]+")
# Where words are glued, as in the names of pages: PageDeAda, ada77amis.
_GLUED = re.compile(r"(?<=[^\W_A-ZÀ-Þ])(?=[A-ZÀ-Þ])|(?<=\d)(?=[^\W\d_])")
_CHUNK = re.compile(r"\S+")
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\"]+(?= ?\Z)")  # before an @
_HOST = re.compile(r" ?([\w-]+(?:\.[\w-]+)+)")  # behind it
_MAIL_AT_MOST = 120  # signs of either
_AT = re.compile(r"@[^\W_]")
_OF_MAIL = re.compile(r"(?<=[^\W_])@[\w.-]*")  # the host of an address, with its @
# Spoken signs between words, of an address that only people should read.
_SPOKEN = ((re.compile(r"\s(?:at|arobase|chez)\s", re.IGNORECASE), "@"),
           (re.compile(r"\s(?:dot|point)\s", re.IGNORECASE), "."),
           (re.compile(r"\stiret\s", re.IGNORECASE), "-"))  # fmt: skip
_LOOSE = re.compile(r" ?([.@+_-]) ?")  # the signs within an address, with blanks around them


def whole(word: str) -> str:
    """An account or an address as it is compared: in small letters without accents, those that look
    alike as ours, without signs around it."""
    atoms = list(_ATOM.finditer(word))
    return _plain(word[atoms[0].start() : atoms[-1].end()]) if atoms else ""


def _plain(word: str) -> str:
    return word.casefold() if word.isascii() else bare(word)


@lru_cache(maxsize=32)  # one text is looked through for several people
def addresses_in(text: str) -> frozenset[str]:
    """Every address, as `whole` gives it."""
    return frozenset(_addresses(text))


def _addresses(text: str) -> Iterator[str]:
    for each in readings(text):
        shown = mails_shown(each)
        for way in {shown, _unspoken(shown), _LOOSE.sub(r"\1", shown)}:
            for sign in re.finditer("@", way):
                local = _LOCAL.search(way[max(0, sign.start() - _MAIL_AT_MOST) : sign.start()])
                host = _HOST.match(way, sign.end(), sign.end() + _MAIL_AT_MOST)
                if local is not None and host is not None:
                    for begun in _locals(local[0]):
                        yield from (whole(f"{begun}@{each}") for each in _hosts(host[1]))


def _unspoken(text: str) -> str:
    for spoken, sign in _SPOKEN:
        text = spoken.sub(sign, text)
    return text


def _locals(local: str) -> Iterator[str]:
    """What stands before the @, without what a sentence or a link glued to it (`to=`, `mailto/`),
    and without what is said behind a `+`."""
    starts = [0, *(match.end() for match in re.finditer(r"[^\w.+-]", local))]
    for start in starts:
        yield local[start:]
        if (plus := local.find("+", start + 1)) > 0:
            yield local[start:plus]


def _hosts(host: str) -> Iterator[str]:
    """What stands behind the @, and what of it may be all, where another sentence begins there."""
    yield host
    labels = host.split(".")
    for count in range(2, len(labels)):
        if labels[count][:1].isupper() or not labels[count][:1].isalnum():
            yield ".".join(labels[:count])


@lru_cache(maxsize=32)
def accounts_in(text: str) -> frozenset[str]:
    """Every word, and words that signs join, which may be the name of an account, as `whole` gives
    it."""
    return frozenset(_accounts(text))


def _accounts(text: str) -> Iterator[str]:
    ways = readings(text)
    for each in ways | {_GLUED.sub(" ", way) for way in ways}:
        for chunk in _CHUNK.findall(each):
            hostless = _OF_MAIL.sub(lambda host: "@" * len(host[0]), chunk)
            atoms = [match.span() for match in _ATOM.finditer(hostless)]
            for first, (start, _end) in enumerate(atoms):
                for _start, end in atoms[first : first + _PARTS_AT_MOST]:
                    if end - start > _LONGEST:
                        break
                    if end - start >= SHORTEST and not _is_of_a_mail(chunk, start, end):
                        yield _plain(chunk[start:end])


def _is_of_a_mail(chunk: str, start: int, end: int) -> bool:
    """True for what stands before the @ of an address, of which many bear the first name of others:
    but for all of it where it has figures, and for @ada@example.org, which is no address."""
    if not _AT.match(chunk, end) or chunk[start - 1 : start] == "@":
        return False
    behind = chunk[max(0, start - 2) : start]
    is_part = behind[:1].isalnum() and behind[1:] in (".", "-", "+")
    return is_part or not any(sign.isdigit() for sign in chunk[start:end])

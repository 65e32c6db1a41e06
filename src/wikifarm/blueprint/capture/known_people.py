"""Finds people in texts: addresses, telephone numbers, and the names that the wiki itself knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from html import unescape
from itertools import combinations, pairwise
from urllib.parse import unquote

_MAIL = re.compile(r"[\w.+-] ?@ ?[\w-]+(\.[\w-]+)+")
# As people write an address that robots should not read: each sign that stands for another.
_HIDDEN = (
    (re.compile(r"[\[({<] ?(?:at|arobase|chez|@) ?[\])}>]|(?<=\w) arobase (?=\w)|%40", re.I), "@"),
    (re.compile(r" ?[\[({<] ?(?:dot|point|\.) ?[\])}>] ?", re.I), "."),
    (re.compile(r"(?<=\w) at (?=[\w-]+ dot \w)", re.I), "@"),
    (re.compile(r"(?<=\w) dot (?=\w)", re.I), "."),
    (re.compile(r" ?@(?: ?@)+ ?"), "@"),
    (re.compile(r"(?<=\w)(?: \. ?| ?[·•‧⋅・。] ?)(?=\w)"), "."),
)
# Nine figures and more as telephone numbers are written; not those of a longer number, a date or
# the path of an address. Pairs may be parted by any sign.
_PHONE = re.compile(
    r"(?<![^\W_])(?<![\w:]/)(?<!\d[.-])"
    r"(?!0\.\d{3}|[0-3]\d[.-](?:0\d|1[0-2])[.-](?:19|20)\d\d(?!\d))(?:"
    r"(?:(?:\+|00[\s.-]?)\d{1,3}|\(?0)[\s.-]?(?:\(0\))?\d\)?(?:[\s.-]?\d){7,10}"
    r"|\(?0\d\)?(?:\s?[/._·\u2010-\u2015\s-]\s?\d\d){4}"
    r")(?![^\W_])(?!-\d)"
)
_CAPITAL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Ý])")
_INITIALS = re.compile(r"(.*\w{3,}) ([A-ZÀ-Ý]{1,3})\Z")  # ZoeD, AdaLK: as many name their account
_INITIALS_AT_MOST = 3
_BETWEEN = 2  # words of a name of which an account keeps no initial
_FAMILY_NAME = 4  # letters of a word, written small, that may be one after a first name
_ELEMENT = re.compile(r"</?[A-Za-z][^<>]*>")
_TAG = re.compile(rf"<!--.*?-->|{_ELEMENT.pattern}", re.DOTALL)
# What is read, or heard, where a picture is.
_INSTEAD = re.compile(
    r"""\s(?:alt|title|aria-label)\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s"'>]+))""", re.I
)
_ACTION = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}", re.DOTALL)  # of YesWiki: many show nothing
_MARKS = re.compile(r"\*\*+|__+|//+|''+|\"\"+|@@+|##+|==+")  # of the wiki’s syntax, not shown
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart, as keyboards without them write them.
_STROKES = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
                          "œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"})  # fmt: skip
_LETTERS = range(26)
# Signs that are seen as an apostrophe, as a hyphen, or as a letter in a ring, a box or a flag.
_SIGNS = {**dict.fromkeys(map(ord, "‘’‛ʹʻʼʽˈ՚′´`＇ꞌ"), "'"),
          **dict.fromkeys(map(ord, "‐‑‒–—―−⁃﹘﹣－"), "-"),
          **{first + letter: chr(ord("A") + letter)
             for first in (0x249C, 0x1F150, 0x1F170, 0x1F1E6) for letter in _LETTERS}}  # fmt: skip
# Letters that show nothing, or a blank.
_BLANK = dict.fromkeys(map(ord, "\u2800\u115f\u1160\u3164\uffa0\u17b4\u17b5"), " ")
# Letters of other scripts that are seen as one of ours, each with its capital: whole words of these
# scripts are read alike wherever they stand.
_LOOK = {
    **dict(zip("авеёкмнорстухіїјѕһԁԛԝ", "abeekmhopctyxiijshdqw", strict=True)),
    **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
}
_ALIKE = str.maketrans(_LOOK | {sign.upper(): ours.upper() for sign, ours in _LOOK.items()})
# What stands before a name and is no initial of it: L’Hermine, À Dubreuil.
_NO_INITIAL = re.compile(r"(?<![^\W_])(?:[CDJLMNSTcdjlmnst]'|À )(?=\w)")
_TO = re.compile(r"(?<![^\W_])À (?=\w)")
_FEW = 8  # words of a name that is looked for in another order, or by initials
# Words before a family name, which many leave out; those of one letter are glued to it as well.
_SMALL_WORDS = frozenset({"d", "l", "de", "du", "des", "le", "la", "les", "ar", "van", "von", "der",
                          "den", "di", "da", "del", "dos", "ben", "el", "al"})  # fmt: skip
_UNPARTED = re.compile(r"[^\W\d_A-Za-zÀ-ɏ]{2,}")  # what may hold letters without capitals
_VARIANTS = (("\ufe00", "\ufe0f"), ("\u180b", "\u180f"), ("\U000e0100", "\U000e01ef"))
_ANYWHERE, _SMALL, _HEAD, _SURNAME, _ALL = "… ", "…", "^", "~ ", "& "
SHORTEST = 3  # signs of a name that can be told from a word
_GLUED = 6  # signs of a name that is looked for across words, whatever parts them


class Trace(StrEnum):
    """What of a person stands in a text."""

    MAIL = "mail"
    PHONE = "phone"
    NAME = "name"


class KnownPeople:
    """The people of one wiki, by their names: accounts, members of groups, titles of entries.

    `spellings` is all that is seen as one of them, `longest` the letters of their longest name:
    whoever keeps only fingerprints of the first sees them again by `spellings_in`."""

    def __init__(self, names: Iterable[str], but: Iterable[str] = ()) -> None:
        left = {words for name in but for words in _both_ways(name)}
        given = tuple(names)
        self.spellings = frozenset(each for name in given for each in _spellings(name, left))
        self.longest = max((len("".join(_words(name))) for name in given), default=0)

    @classmethod
    def by_surname(cls, names: Iterable[str]) -> KnownPeople:
        """By the family name alone, which others may bear: “Mme KERBRAT”."""
        people = cls(())
        given = tuple(names)
        families = {family for name in given for _initials, family in _by_initials(name)}
        heads = {_HEAD + word for family in families for word in family}
        people.spellings = frozenset({*heads, *(_SURNAME + _sorted(each) for each in families)})
        return people

    def in_text(self, text: str) -> frozenset[Trace]:
        """What of them stands there; names whatever their case, accents, order, glued capitals or
        what parts them, within addresses of the web too, and those hidden from robots."""
        ways = readings(text)
        traces = {
            Trace.MAIL: any(_MAIL.search(mails_shown(each)) for each in ways),
            Trace.PHONE: any(_PHONE.search(each) for each in ways),
            Trace.NAME: self.named_in(text),
        }
        return frozenset(trace for trace, there in traces.items() if there)

    def named_in(self, text: str) -> bool:
        """True where somebody is named there, as `in_text` sees names."""
        return bool(self.spellings) and any(spellings_in(text, self.longest, self._is_known))

    def _is_known(self, spelling: str) -> bool:
        return spelling in self.spellings


def spellings_in(text: str, longest: int, known: Callable[[str], bool]) -> Iterator[str]:
    """All by which a text names people, of whose names the longest has so many letters. `known`
    tells whether a spelling is one of theirs."""
    return filter(known, _could_be(text, longest, known))


def _could_be(text: str, longest: int, known: Callable[[str], bool]) -> Iterator[str]:
    ways, parted = set[tuple[str, ...]](), set[tuple[str, ...]]()
    for each in readings(text):
        ways.add(_spelt(each))
        for parting in {_NO_INITIAL.sub(" ", each), _APOSTROPHE.sub("", _TO.sub("", each))}:
            parted.add(_spelt(parting))
    for spelt in ways:  # many readings have the same words
        words = tuple(map(str.casefold, spelt))
        yield from _runs(words, longest)
        yield from _begun(spelt, words, known)
        yield from _in_any_order(spelt, known)
        for unparted in _UNPARTED.findall("".join(words)):
            for first in range(len(unparted)):
                for last in range(first + 2, min(first + longest, len(unparted)) + 1):
                    yield _ANYWHERE + unparted[first:last]
    for spelt in parted:
        yield from _by_an_initial(spelt, known)


@lru_cache(maxsize=32)  # one text is looked through for several things
def readings(text: str) -> frozenset[str]:
    """The ways in which a text may be read: its entities as their signs, without the tags of HTML
    or with what these say, as an address of the web, and each without the actions and the signs
    that the wiki's syntax does not show."""
    plain = _plain(text)
    whole = {plain, _untagged(plain, lambda _tag: ""), _untagged(plain, _said_instead),
             _plain(unquote(text)), _plain(unescape(text).translate(_BLANK))}  # fmt: skip
    whole |= {_ACTION.sub("", each) for each in whole}
    return frozenset(whole | {_MARKS.sub("", each) for each in whole})


def _untagged(text: str, instead: Callable[[re.Match[str]], str]) -> str:
    """A text without comments and tags of HTML; a comment that nothing ends is not looked for."""
    head, close, rest = text.rpartition("-->")
    return _TAG.sub(instead, head + close) + _ELEMENT.sub(instead, rest)


def _said_instead(tag: re.Match[str]) -> str:
    said = _INSTEAD.search(tag[0]) if tag[0][1] != "!" else None
    return said[said.lastindex or 0] if said else ""


def mails_shown(text: str) -> str:
    """A reading of a text, with the addresses that were hidden from robots."""
    text = " ".join(text.split())
    for hidden, sign in _HIDDEN:
        text = hidden.sub(sign, text)
    return text


def _runs(words: tuple[str, ...], longest: int) -> Iterator[str]:
    """Words that follow one another, parted and, where they are long enough, glued."""
    for first in range(len(words)):
        length = 0
        for last in range(first, len(words)):
            length += len(words[last])
            if length > longest:
                break
            if length >= SHORTEST:
                yield " ".join(words[first : last + 1])
            if length >= _GLUED:
                yield "".join(words[first : last + 1])


def _begun(
    spelt: tuple[str, ...], words: tuple[str, ...], known: Callable[[str], bool]
) -> Iterator[str]:
    """Names of accounts, ZoeD, by words that go on as their initials do: with their capitals or,
    all in small letters, at once. Many a word begins as a name does."""
    for first, word in enumerate(words):
        for end in (
            range(first + 1, min(first + _FEW, len(words) + 1)) if known(_HEAD + word) else ()
        ):
            name, rest = " ".join(words[first:end]), spelt[end : end + _INITIALS_AT_MOST + _BETWEEN]
            for count in range(1, _INITIALS_AT_MOST + 1):
                letters = [word[0] for word in rest[: count + _BETWEEN] if word[0].isupper()]
                for initials in combinations(letters, count):
                    yield f"{name} {''.join(initials)}"
            if rest and len(rest[0]) >= _FAMILY_NAME and not rest[0][0].isupper():
                yield f"{name} {rest[0][0]}{_SMALL}"


def _in_any_order(spelt: tuple[str, ...], known: Callable[[str], bool]) -> Iterator[str]:
    """Names by their words side by side, in whatever order."""
    for first, end in _of_names(spelt, known):
        if end - first > 1:
            yield _ALL + _sorted(spelt[first:end])


def _by_an_initial(spelt: tuple[str, ...], known: Callable[[str], bool]) -> Iterator[str]:
    """Names in any order, and family names, in capitals or begun with one or of several words, with
    initials in capitals right beside them: Z. Dubreuil, J.-P. Martin, JP Martin, DUBREUIL Z."""
    for first, end in _of_names(spelt, known):
        words = spelt[first:end]
        family = _sorted(words)
        yield _ALL + family
        several = sum(word not in _SMALL_WORDS for word in words) > 1
        if not several and not any(word[0].isupper() for word in words):
            continue
        yield _SURNAME + family
        for count in range(1, _INITIALS_AT_MOST + 1):
            for beside in (spelt[max(first - count, 0) : first], spelt[end : end + count]):
                initials = "".join(beside)
                if 0 < len(initials) <= _INITIALS_AT_MOST and initials == initials.upper():
                    yield f"{initials}. {family}"


def _of_names(spelt: tuple[str, ...], known: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where words side by side all stand in names: the first, and behind the last."""
    own = [known(_HEAD + word.casefold()) for word in spelt]
    for first in range(len(spelt)):
        for last in range(first, min(first + _FEW, len(spelt))):
            if not own[last]:
                break
            yield first, last + 1


def _sorted(words: Iterable[str]) -> str:
    return " ".join(sorted(map(str.casefold, words)))


def _spellings(name: str, left: set[tuple[str, ...]]) -> Iterator[str]:
    """All by which somebody is seen, as `spellings_in` gives it."""
    own = _words(name)
    account = _INITIALS.match(_CAPITAL.sub(" ", name))
    for words in {*_both_ways(name)} - left:
        for turned in _turned(words):
            glued = "".join(turned)
            if len(glued) >= _GLUED:
                yield glued
            if len(glued) >= SHORTEST and not (account and words == own):  # “wiki a” is not WikiA
                yield " ".join(turned)
            if len(glued) > 1 and _never_parted(glued):
                yield _ANYWHERE + glued
    if own in left:
        return
    for said in _ways(name) if not account else ():
        if len("".join(said)) >= _GLUED:
            yield from (_HEAD + word.casefold() for word in said)
            yield _ALL + _sorted(said)
    for initials, family in _by_initials(name):
        yield from (_HEAD + word for word in family)
        yield from (f"{each}. {_sorted(family)}" for each in (initials[0], initials))
    if account:
        begun, initials = " ".join(_words(account[1])), bare(account[2])
        yield _HEAD + begun.partition(" ")[0]
        yield from (f"{begun} {initials.upper()}", f"{begun} {initials[0]}{_SMALL}")


def _by_initials(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The initials of a name, in capitals, with the family name that may stand behind them. Which
    words are the family's is not said: the last ones, or those all in capitals that come first."""
    for words in _ways(name):
        for cut in range(1, len(words)):
            family = tuple(map(str.casefold, words[cut:]))
            if len("".join(family)) >= _FAMILY_NAME:
                initials = "".join(word[0] for word in words[:cut]).upper()
                yield from dict.fromkeys([(initials, family), (initials, ("".join(family),))])


def _ways(name: str) -> frozenset[tuple[str, ...]]:
    """How somebody may be called by the words of a name, the first name's before: with all of the
    family name or a part of it that small words begin, and with these or without."""
    plain = _plain(name)
    ways: set[tuple[str, ...]] = set()
    for spelt in {_spelt(plain), _spelt(_APOSTROPHE.sub("", plain))}:
        if 2 <= len(spelt) <= _FEW:
            turn = _loud(spelt)
            words = spelt[turn:] + spelt[:turn]
            ways.add(words)
            if not _is_no_title(words):
                continue
            first = 1 if turn else len(_spelt(plain.split()[0]))
            ways.update(_of_several(words, first))
            for said in _in_part(words):
                ways.update(each for each in _without_small_words(said) if len(each) > 1)
    return frozenset(ways)


def _loud(spelt: tuple[str, ...]) -> int:
    """How many words in capitals come first, where others follow: D’ARCY Jean."""
    loud = "".join("A" if word.isupper() else "a" for word in spelt)
    begun = len(loud) - len(loud.lstrip("A"))
    return begun if begun < len(spelt) and any(len(word) > 1 for word in spelt[:begun]) else 0


def _is_no_title(words: tuple[str, ...]) -> bool:
    """False where some words are written small and others not: Maison de quartier."""
    said = [word for word in words if word.casefold() not in _SMALL_WORDS]
    return len({word[0].isupper() for word in said}) < 2


def _in_part(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Jean D’Arcy Le Goff is Jean D’Arcy, and Jean Le Goff, too."""
    yield words
    small = _are_small(words)
    begins = [at for at in range(1, len(words)) if small[at] and not small[at - 1]]
    for begin, end in pairwise([*begins, len(words)] if not small[0] else ()):
        yield words[: begins[0]] + words[begin:end]


def _of_several(words: tuple[str, ...], first: int) -> Iterator[tuple[str, ...]]:
    """María José Pérez García is María Pérez, and María José Pérez, too. The first name stands in
    the `first` words."""
    small = _are_small(words)
    for at in range(first, len(words)):
        if not small[at] and len(words[at]) >= _FAMILY_NAME:
            yield from {(*words[:given], words[at]) for given in (1, first, 2) if given <= at}


def _without_small_words(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """A name with its small words, without some, or with the word behind them: Darcy."""
    ways: frozenset[tuple[str, ...]] = frozenset({()})
    for word, small in zip(reversed(words), reversed(_are_small(words)), strict=True):
        glued = {(word + way[0], *way[1:]) for way in ways if small and len(word) == 1}
        ways = frozenset({(word, *way) for way in ways} | (set(ways) if small else set()) | glued)
    return ways


def _are_small(words: tuple[str, ...]) -> list[bool]:
    """Which words may be left out of a name: no last one, nor that before it, of Anne Le Du."""
    small = [word.casefold() in _SMALL_WORDS for word in words]
    last = max((at for at, each in enumerate(small) if not each), default=0)
    return [each and at < last for at, each in enumerate(small)]


def _plain(text: str) -> str:
    """The text as it is read: entities as their signs, wide signs as others, none unseen."""
    read = unicodedata.normalize("NFKC", unescape(text).translate(_SIGNS))
    unseen = [] if read.isascii() else list(filter(_is_unseen, set(read)))
    return read.translate(dict.fromkeys(map(ord, unseen))) if unseen else read


def _is_unseen(sign: str) -> bool:
    """True for what shows nothing: it joins, parts or varies what is beside it."""
    return (
        unicodedata.category(sign) == "Cf"
        or sign == "\u034f"
        or ord(sign) in _BLANK
        or any(first <= sign <= last for first, last in _VARIANTS)
    )


def _never_parted(name: str) -> bool:
    """True for a script without capitals: most part no words, or glue others to a name."""
    return name.isalpha() and name.upper() == name.lower()


def _turned(name: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A name as it is, and with its last words first."""
    for first in range(len(name)) if len(name) <= _FEW else (0,):
        yield name[first:] + name[:first]


def _words(text: str) -> tuple[str, ...]:
    """The words of a text, bare; AdaLovelace and ada_lovelace as Ada Lovelace."""
    return tuple(map(str.casefold, _spelt(text)))


def _both_ways(name: str) -> Iterator[tuple[str, ...]]:
    """The words of a name, capitals parting them and not: ZoeD is also written zoed."""
    yield _words(name)
    yield tuple(_WORD.findall(bare(_plain(name))))


@lru_cache(maxsize=128)
def _spelt(text: str) -> tuple[str, ...]:
    """The same words with their capitals."""
    return tuple(_WORD.findall(_unaccented(_CAPITAL.sub(" ", _plain(text)))))


def spelt_whole(name: str) -> str:
    """A name in all its words, as `spellings_in` gives it of a text."""
    words = _words(name)
    return "".join(words) if len("".join(words)) >= _GLUED else " ".join(words)


def is_one_word(name: str) -> bool:
    """True for a name that is one word, like a first name, which is of many; not for AdaLovelace,
    nor AdaL."""
    return len(_words(name)) < 2


def bare(text: str) -> str:
    """Small letters without accents or strokes, ours for those that look alike; single spaces."""
    return " ".join(_unaccented(text).casefold().split())


def _unaccented(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    accents = dict.fromkeys(map(ord, filter(unicodedata.combining, set(apart))))
    return apart.translate(accents).translate(_STROKES).translate(_ALIKE)

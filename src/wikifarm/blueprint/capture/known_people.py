"""Finds people in texts: addresses, telephone numbers, and the names that the wiki itself knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from html import unescape
from urllib.parse import unquote

_MAIL = re.compile(r"[\w.+-] ?@ ?[\w-]+(\.[\w-]+)+")
# As people write an address that robots should not read: each sign that stands for another.
_HIDDEN = (
    (re.compile(r"[\[({<] ?(?:at|arobase|chez|@) ?[\])}>]|(?<=\w) arobase (?=\w)|%40", re.I), "@"),
    (re.compile(r" ?[\[({<] ?(?:dot|point|\.) ?[\])}>] ?", re.I), "."),
    (re.compile(r"(?<=\w) at (?=[\w-]+ dot \w)", re.I), "@"),
    (re.compile(r"(?<=\w) dot (?=\w)", re.I), "."),
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
_BETWEEN = 2  # words of a name of which an account keeps no initial
_FAMILY_NAME = 4  # letters of a word, written small, that may be one after a first name
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart, as keyboards without them write them.
_STROKES = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
                          "œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"})  # fmt: skip
# Letters of other scripts that are seen as one of ours, each with its capital: whole words of these
# scripts are read alike wherever they stand.
_LOOK = {
    **dict(zip("авеёкмнорстухіїјѕһԁԛԝ", "abeekmhopctyxiijshdqw", strict=True)),
    **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
}
_ALIKE = str.maketrans(_LOOK | {sign.upper(): ours.upper() for sign, ours in _LOOK.items()})
# What stands before a name and is no initial of it: L’Hermine, À Dubreuil.
_NO_INITIAL = re.compile(r"(?<![^\W_])(?:[CDJLMNSTcdjlmnst]['’ʼ]|À )(?=\w)")
_FEW = 4  # words of a name that is looked for in another order, or by initials
SHORTEST = 3  # signs of a name that can be told from a word
_GLUED = 6  # signs of a name that is looked for across words, whatever parts them


class Trace(StrEnum):
    """What of a person stands in a text."""

    MAIL = "mail"
    PHONE = "phone"
    NAME = "name"


class KnownPeople:
    """The people of one wiki, by their names: accounts, members of groups, titles of entries."""

    def __init__(self, names: Iterable[str], but: Iterable[str] = ()) -> None:
        left = {words for name in but for words in _both_ways(name)}
        given = tuple(names)
        spelt = {words for name in given for words in _both_ways(name)} - left
        turned = {each for name in spelt for each in _turned(name)}
        self._names = {name for name in turned if len("".join(name)) >= SHORTEST}
        glued = set(map("".join, turned))
        self._glued = {name for name in glued if len(name) >= _GLUED}
        self._longest = max((len("".join(name)) for name in self._names), default=0)
        self._anywhere = {name for name in glued if len(name) > 1 and _never_parted(name)}
        self._behind: dict[str, set[tuple[tuple[str, ...], str]]] = {}  # family names: an initial
        for name in given:
            for initials, family in _by_initials(name) if _words(name) not in left else ():
                self._behind.setdefault(family[0], set()).add((family, initials))
        self._begun: dict[str, set[tuple[tuple[str, ...], str]]] = {}
        for name in given:
            known = _INITIALS.match(_CAPITAL.sub(" ", name))
            if known and _words(name) not in left:
                words = _words(known[1])
                self._begun.setdefault(words[0], set()).add((words, bare(known[2])))
                self._names -= set(_turned(_words(name)))  # “wiki a” is not WikiA

    def in_text(self, text: str) -> frozenset[Trace]:
        """What of them stands there; names whatever their case, accents, order, glued capitals or
        what parts them, with an initial for a first name or letters that look alike, within
        addresses of the web too, and those hidden from robots."""
        plain = _plain(text)
        traces = {
            Trace.MAIL: _MAIL.search(_shown(plain)),
            Trace.PHONE: _PHONE.search(plain),
            Trace.NAME: self.named_in(text),
        }
        return frozenset(trace for trace, there in traces.items() if there)

    def named_in(self, text: str) -> bool:
        """True where somebody is named there, as `in_text` sees names."""
        plain = _plain(text)
        return any(map(self._named, {plain, _TAG.sub("", plain), _plain(unquote(text))}))

    def _named(self, text: str) -> bool:
        spelt = _spelt(text)
        words = tuple(map(str.casefold, spelt))
        whole = "".join(words) if self._anywhere else ""
        return (
            any(name in whole for name in self._anywhere)
            or any(
                words[first:last] in self._names or "".join(words[first:last]) in self._glued
                for first in range(len(words))
                for last in self._ends(words, first)
            )
            or any(
                words[first : first + len(name)] == name
                and _go_on(spelt[first + len(name) :][: len(initials) + _BETWEEN], initials)
                for first, word in enumerate(words)
                for name, initials in self._begun.get(word, ())
            )
            or self._initialled(text)
        )

    def _initialled(self, text: str) -> bool:
        """True for a family name in capitals or begun with one, and an initial right beside it."""
        spelt = _spelt(_NO_INITIAL.sub(" ", text)) if self._behind else ()
        words = tuple(map(str.casefold, spelt))
        return any(
            words[first : first + len(family)] == family
            and spelt[first][0].isupper()
            and (
                _stands_for(spelt[:first], initials)
                or spelt[first + len(family) :][:1] in ((initials[0],), (initials,))
            )
            for first, word in enumerate(words)
            for family, initials in self._behind.get(word, ())
        )

    def _ends(self, words: tuple[str, ...], first: int) -> Iterator[int]:
        """Where a name that begins at this word may end."""
        length = 0
        for last in range(first, len(words)):
            length += len(words[last])
            if length > self._longest:
                return
            yield last + 1


def _go_on(words: tuple[str, ...], initials: str) -> bool:
    """True for words that are the rest of a name of which an account keeps the initials: with their
    capitals or, all in small letters, at once. Many a word begins as a name does."""
    left = iter(words)
    capitals = initials.upper()
    if all(any(word.startswith(capital) for word in left) for capital in capitals):
        return True
    return bool(words) and len(words[0]) >= _FAMILY_NAME and words[0].startswith(initials[0])


def _by_initials(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The initials of a name, in capitals, with the family name that may stand behind them. Which
    words are the family's is not said: the last ones, or those all in capitals that come first."""
    spelt = _spelt(name)
    if not 2 <= len(spelt) <= _FEW:
        return
    loud = [len(word) > 1 and word.isupper() for word in spelt]
    turn = loud.index(False) if loud[0] and not all(loud) else 0
    words = spelt[turn:] + spelt[:turn]
    for cut in range(1, len(words)):
        family = tuple(map(str.casefold, words[cut:]))
        if len("".join(family)) >= _FAMILY_NAME:
            yield "".join(word[0] for word in words[:cut]).upper(), family


def _stands_for(before: tuple[str, ...], initials: str) -> bool:
    """True where the words before a family name end with the first of these initials or with all of
    them, in capitals: Z. Dubreuil, J.-P. Martin, JP Martin."""
    last = "".join(before[-len(initials) :])
    return before[-1:] in ((initials[0],), (initials,)) or last == initials


def _plain(text: str) -> str:
    """The text as it is read: entities as their signs, wide signs as others, none unseen."""
    read = unicodedata.normalize("NFKC", unescape(text))
    return "".join(sign for sign in read if unicodedata.category(sign) != "Cf")


def _shown(text: str) -> str:
    """The text with the addresses that were hidden from robots."""
    text = " ".join(text.split())
    for hidden, sign in _HIDDEN:
        text = hidden.sub(sign, text)
    return text


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


def _spelt(text: str) -> tuple[str, ...]:
    """The same words with their capitals."""
    return tuple(_WORD.findall(_unaccented(_CAPITAL.sub(" ", _plain(text)))))


def is_one_word(name: str) -> bool:
    """True for a name that is one word, like a first name, which is of many; not for AdaLovelace,
    nor AdaL."""
    return len(_words(name)) < 2


def bare(text: str) -> str:
    """Small letters without accents or strokes, ours for those that look alike; single spaces."""
    return " ".join(_unaccented(text).casefold().split())


def _unaccented(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    bare_ = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return bare_.translate(_STROKES).translate(_ALIKE)

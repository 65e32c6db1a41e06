"""Finds people in texts: addresses, telephone numbers, and the names that the wiki itself knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
# Nine figures and more as telephone numbers are written; not those of a longer number or a date.
_PHONE = re.compile(r"(?<![\w/.-])(\+\d{1,3}|0)[\s.-]?(\(0\))?\d([\s.-]?\d){7,10}(?![\w/-])")
_CAPITAL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Ý])")
_INITIALS = re.compile(r"(\w{3,}) ([A-ZÀ-Ý]{1,3})\Z")  # ZoeD, AdaLK: as many name their account
SHORTEST = 3  # signs of a name that can be told from a word


class Trace(StrEnum):
    """What of a person stands in a text."""

    MAIL = "mail"
    PHONE = "phone"
    NAME = "name"


class KnownPeople:
    """The people of one wiki, by their names: accounts, members of groups, titles of entries."""

    def __init__(self, names: Iterable[str], but: Iterable[str] = ()) -> None:
        left = {bare(name) for name in but}
        given = tuple(names)
        spelt = {bare(each) for name in given for each in (name, _parted(name))}
        self._names = {name for name in spelt - left if len(name) >= SHORTEST}
        self._begun = {begun for name in given if (begun := _begins(name))}

    @cached_property
    def _spelt(self) -> re.Pattern[str] | None:
        words = sorted(
            {*map(re.escape, self._names), *self._begun}, key=lambda word: (-len(word), word)
        )
        return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None

    def in_text(self, text: str) -> frozenset[Trace]:
        """What of them stands there; names whatever their case, accents or glued capitals."""
        traces = {
            Trace.MAIL: _MAIL.search(text),
            Trace.PHONE: _PHONE.search(text),
            Trace.NAME: self._named(text),
        }
        return frozenset(trace for trace, there in traces.items() if there)

    def _named(self, text: str) -> bool:
        if self._spelt is None:
            return False
        return any(self._spelt.search(bare(each)) for each in (text, _parted(text)))


def _begins(name: str) -> str:
    """What the whole name looks like of which an account keeps the initials; empty for others."""
    known = _INITIALS.match(_parted(name))
    if known is None:
        return ""
    words = (rf"{initial}\w*" for initial in bare(known[2]))
    between = r"(?:\W+\w+){0,2}?\W+"  # the parts of a name that give no initial
    return between.join((re.escape(bare(known[1])), *words))


def _parted(text: str) -> str:
    """AdaLovelace, ada_lovelace and ada-lovelace as Ada Lovelace."""
    return _CAPITAL.sub(" ", re.sub(r"[_-]", " ", text))


def bare(text: str) -> str:
    """Small letters without accents, single spaces."""
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(plain.casefold().split())

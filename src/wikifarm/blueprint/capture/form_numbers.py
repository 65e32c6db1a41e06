"""The numbers of forms: those that a blueprint may give, and the texts that name the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count

FIRST, LAST = 5, 999  # a new wiki has its own before (`blueprint_file.LAST_OF_DEMONSTRATION`)
FIRST_GIVEN = 101

_ACTION = re.compile(r"\{\{\s*(?:bazar\w*|calendrier|gogocarto\w*|abonnement)\b.*?\}\}", re.DOTALL)
_PARAMETER = re.compile(r"""\b(id|idtypeannonce|form|formid)=(["'])(.*?)\2""")
_IN_LINK = re.compile(
    r"(\b(?:BazaR|vue=)[^\s\"'<>\]]*?[?&](?:amp;)?(?:id|id_typeannonce|idformulaire)=)(\d+)"
)
_ROUTE = re.compile(r"(\bapi/(?:forms|entries)/)(\d+)\b")
_NUMBER = re.compile(r"\d+\Z")


def numbers(ids: Iterable[str]) -> dict[str, str]:
    """Number of each form -> its number in a blueprint, in the order of the latter: the same where
    that may be."""
    known = sorted(ids, key=lambda each: (len(each), each))
    kept = {each: each for each in known if each.isdecimal() and FIRST <= int(each) <= LAST}
    free = (str(number) for number in count(FIRST_GIVEN) if str(number) not in kept)
    given = {each: kept.get(each) or next(free) for each in known}
    return dict(sorted(given.items(), key=lambda pair: int(pair[1])))


def renumbered(body: str, changed: Mapping[str, str], address: str = "") -> str:
    """A text that names forms, with the numbers that changed: in actions of Bazar, in links to its
    pages and routes, of this wiki; another wiki's numbers stay."""
    if not changed:
        return body

    def number(text: str) -> str:
        before, bar, last = text.rpartition("|")
        own = not bar or (address and before.strip().rstrip("/") == address.rstrip("/"))
        if not own or not _NUMBER.match(last.strip()):
            return text
        return f"{before}{bar}{changed.get(last.strip(), last)}"

    def parameter(match: re.Match[str]) -> str:
        series = ",".join(map(number, match[3].split(",")))
        return f"{match[1]}={match[2]}{series}{match[2]}"

    def linked(match: re.Match[str]) -> str:
        return match[1] + changed.get(match[2], match[2])

    told = _ACTION.sub(lambda action: _PARAMETER.sub(parameter, action[0]), body)
    return _ROUTE.sub(linked, _IN_LINK.sub(linked, told))

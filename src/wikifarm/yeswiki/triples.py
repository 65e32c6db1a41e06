"""Triples: what YesWiki keeps beside its pages, by property (TripleStore, 4.4.4 and 4.5.0).

The property must be given: without it the answer also holds the keys of lost passwords.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wikifarm.json_text import from_json
from wikifarm.yeswiki.session import Session
from wikifarm.yeswiki.shapes import maybe, series, text

METADATA = "http://outils-reseaux.org/_vocabulary/metadata"
KEYWORD = "http://outils-reseaux.org/_vocabulary/tag"
SOURCE = "http://outils-reseaux.org/_vocabulary/sourceUrl"
REACTION = "https://yeswiki.net/vocabulary/reaction"
FAVORITE = "https://yeswiki.net/vocabulary/favorite"


LEFT_ON_PAGES = (REACTION, FAVORITE)  # by accounts, each with who it is
_WILD = re.compile(r"[%_\\\"]")  # in a name, these find others too (TripleStore::getMatching, LIKE)


def left_by(session: Session, *accounts: str) -> Iterator[tuple[str, str, str]]:
    """What accounts left on pages that `remove_left` removes: the property, the tag, and whose."""
    theirs = {account for account in accounts if account and not _WILD.search(account)}
    for name in LEFT_ON_PAGES if theirs else ():
        for tag, value in values_of(session, name):
            if (who := _says_who(value)) in theirs:
                yield name, tag, who


def remove_left(session: Session, *accounts: str) -> None:
    """Removes these; the caller reads back."""
    for name, tag, who in dict.fromkeys(left_by(session, *accounts)):
        session.api_post(f"triples/{tag}/delete", [("property", name), ("user", who)])


def _says_who(value: str) -> str:
    try:
        told = from_json(value)
    except ValueError:
        return ""
    return str(told.get("user") or "") if isinstance(told, dict) else ""


def values_of(session: Session, of_property: str) -> list[tuple[str, str]]:
    """What each page has of a property, as an administrator: tag and value, one pair for each."""
    answer = session.api_json("triples", {"property": of_property})
    where = session.addresses.api("triples")
    rows = series(answer, where) if answer != [] else ()
    return [(text(row, "resource", where), maybe(row, "value", where)) for row in rows]

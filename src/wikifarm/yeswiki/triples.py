"""Triples: what YesWiki keeps beside its pages, by property (TripleStore, 4.4.4 and 4.5.0).

The property must be given: without it the answer also holds the keys of lost passwords.
"""

from __future__ import annotations

from wikifarm.yeswiki.session import Session
from wikifarm.yeswiki.shapes import maybe, series, text

METADATA = "http://outils-reseaux.org/_vocabulary/metadata"
KEYWORD = "http://outils-reseaux.org/_vocabulary/tag"
SOURCE = "http://outils-reseaux.org/_vocabulary/sourceUrl"
REACTION = "https://yeswiki.net/vocabulary/reaction"
FAVORITE = "https://yeswiki.net/vocabulary/favorite"


def values_of(session: Session, of_property: str) -> list[tuple[str, str]]:
    """What each page has of a property, as an administrator: tag and value, one pair for each."""
    answer = session.api_json("triples", {"property": of_property})
    where = session.addresses.api("triples")
    rows = series(answer, where) if answer != [] else ()
    return [(text(row, "resource", where), maybe(row, "value", where)) for row in rows]

"""How lively a community is: when somebody last wrote there, and how many wait to be welcomed.

Counts and days, never who: entries are asked for without what people wrote in them.
"""

from __future__ import annotations

from dataclasses import dataclass

from wikifarm.blueprint.design import Design
from wikifarm.engine.seen import Seen
from wikifarm.operations.workplace.context import WIKI_ADMIN
from wikifarm.yeswiki.wiki import Wiki


@dataclass(frozen=True)
class Activity:
    """`last` is by the clock of the server; `waiting` is None where nothing says who is who."""

    last: str = ""
    waiting: int | None = None


def activity(site: Wiki, seen: Seen, design: Design | None) -> Activity:
    """What people did; what wikifarm's own account wrote is left out. One request, only where the
    table of rights names something else than pages and lists, which can only be entries."""
    logs = tuple(design.closed_prefixes) if design is not None else ()
    others = seen.rights.keys() - seen.pages.keys() - seen.lists.keys()
    entries = {} if all(tag.startswith(logs) for tag in others) else site.entries.outline()
    moments = [page.time for page in seen.pages.values() if page.author != WIKI_ADMIN]
    moments += [str(row.get("date_maj_fiche") or "") for row in entries.values()]
    last = max(moments, default="")
    base = design.who.base if design is not None else None
    if design is None or base is None:
        return Activity(last)
    groups = (design.who.members, design.who.facilitators)
    welcomed = {name.casefold() for group in groups for name in (*seen.group(group), WIKI_ADMIN)}
    owners = {
        str(row.get("owner") or "").casefold()
        for row in entries.values()
        if str(row.get("id_typeannonce")) == base.form.id
    }
    return Activity(last, len(owners - welcomed - {""}))

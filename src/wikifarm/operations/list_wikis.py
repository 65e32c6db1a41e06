"""List: the wikis of the farm, and which ones wikifarm made."""

from __future__ import annotations

from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope


def list_wikis(context: Context) -> Envelope:
    """Every wiki that the farm shows to this account, in the order of their addresses.

    `ours` tells that the farm's entry holds wikifarm's mark; `here` that this computer can enter.
    """
    rows = []
    for folder, wiki in sorted(context.farm.wikis().items()):
        rows.append(
            {
                "slug": folder,
                "name": wiki.title,
                "url": wiki.url,
                "ours": bool(wiki.mark) or bool(context.journal.mark_of(folder)),
                "here": bool(context.vault.get(folder)),
            }
        )
    return Envelope("list", data={"farm": context.farm.base, "wikis": rows})

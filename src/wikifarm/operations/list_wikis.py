"""List: the wikis of the farm, and which ones wikifarm made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome


@dataclass(frozen=True)
class ListedWiki:
    """A wiki of the farm. `ours`: the farm's entry holds wikifarm's mark; `here`: this computer has
    its password, without asking a program for it.
    """

    slug: str
    name: str
    url: str
    ours: bool
    here: bool


@dataclass(frozen=True)
class WikisOutcome(Outcome):
    """The wikis of a farm."""

    farm: str
    wikis: tuple[ListedWiki, ...]

    def as_json(self) -> dict[str, Any]:
        return {"farm": self.farm, "wikis": [asdict(wiki) for wiki in self.wikis]}


def list_wikis(context: Context, only: Sequence[str] = ()) -> Envelope:
    """Every wiki that the farm shows to this account, or those of these addresses, in their order;
    the list of the farm is all that is read."""
    wanted = {slug.lower() for slug in only}
    wikis = tuple(
        ListedWiki(
            slug,
            wiki.title,
            wiki.url,
            ours=bool(wiki.mark) or bool(context.journal.mark_of(slug)),
            here=context.vault.holds(slug),
        )
        for slug, wiki in sorted(context.farm.wikis().items())
        if not wanted or slug.lower() in wanted
    )
    return Envelope("list", outcome=WikisOutcome(context.farm.base, wikis))

"""List: the wikis of the farm, and which ones wikifarm made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from wikifarm.engine.closing import Leave, closings
from wikifarm.engine.journal import Cut
from wikifarm.i18n import _
from wikifarm.model import FarmWiki
from wikifarm.operations.community.unfinished import told_of
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome, few


@dataclass(frozen=True)
class ListedWiki:
    """A wiki of the farm. `ours`: the farm's entry holds wikifarm's mark; `here`: this computer has
    its password, without asking a program for it. `unfinished`: as far as this computer knows,
    its making was cut; `closing`: the last step of its leave.
    """

    slug: str
    name: str
    url: str
    ours: bool
    here: bool
    unfinished: bool = False
    closing: str = ""


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
    unfinished, leaves = context.journal.unfinished(), closings(context.journal)
    listed = context.farm.wikis()
    wikis = tuple(
        ListedWiki(
            slug,
            wiki.title,
            wiki.url,
            ours=bool(wiki.mark) or bool(context.journal.mark_of(slug)),
            here=context.vault.holds(slug),
            unfinished=slug in unfinished,
            closing=_closing(leaves.get(slug, {}), wiki),
        )
        for slug, wiki in sorted(listed.items())
        if not wanted or slug.lower() in wanted
    )
    cut = {wiki.slug: unfinished[wiki.slug] for wiki in wikis if wiki.unfinished}
    lost = sorted(
        slug for slug, what in unfinished.items() if what is Cut.HALF and slug not in listed
    )
    return Envelope(
        "list",
        outcome=WikisOutcome(context.farm.base, wikis),
        messages=tuple(_cures(cut, [slug for slug in lost if not wanted or slug in wanted])),
    )


def _closing(noted: Mapping[Leave, Mapping[str, Any]], wiki: FarmWiki) -> str:
    """The last step of the leave of this wiki that this computer noted."""
    return next(
        (step.value for step in reversed(Leave) if noted.get(step, {}).get("wiki") == wiki.entry),
        "",
    )


def _cures(cut: Mapping[str, Cut], lost: Sequence[str]) -> Iterator[str]:
    """What to do of wikis whose making was cut, and of those that the farm failed to make."""
    again = [slug for slug, what in cut.items() if what is Cut.RESTORING]
    made = [slug for slug in cut if slug not in again]
    for slugs, what in ((made, Cut.MAKING), (again, Cut.RESTORING)):
        if slugs:
            yield told_of(what, few(slugs))
    if lost:
        told = _("The farm failed while making {names}: `wikifarm status` says what is left there.")
        yield told.format(names=few(lost))

"""`blueprint diff`: what the blueprint says otherwise than when a community was last applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.changes import Action, AnyChange, writes
from wikifarm.engine.run import plan as walk_dry
from wikifarm.engine.step import Work
from wikifarm.engine.steps import all_steps
from wikifarm.engine.steps.access import ModuleRightsStep, RightsStep
from wikifarm.engine.steps.attached import FilesStep
from wikifarm.engine.steps.bazar import FormsStep, ListsStep
from wikifarm.engine.steps.content import PagesStep, edited_by_hand
from wikifarm.engine.steps.proposals import proposed_pages
from wikifarm.i18n import _
from wikifarm.operations.community.batch import each
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import CommunitiesOutcome, CommunityOutcome, envelope
from wikifarm.operations.plan import check_ours
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope


@dataclass(frozen=True)
class Difference:
    """One thing of the blueprint, as it was last applied (`before`) and as it is now (`after`).

    `action`: create, update or, for what the blueprint has no more and leaves there, keep. `here`
    says what an upgrade does about it: create, update, keep, none (it is so already); `edited`,
    that it is another here, by what people did or by what may not be opened.
    """

    id: str
    action: str
    detail: str
    diff: str
    here: str
    edited: bool = False


@dataclass(frozen=True)
class Versions:
    """The blueprint of one community: as last applied, as it is now, and what differs."""

    slug: str
    name: str
    url: str
    blueprint: str
    before: str  # of which version it was last applied; empty where nothing tells
    after: str
    differences: tuple[Difference, ...] = ()
    edited: tuple[str, ...] = ()  # tags of the pages that people changed
    proposed: tuple[str, ...] = ()  # of these, those where the blueprint changed the same place


@dataclass(frozen=True)
class VersionsOutcome(CommunitiesOutcome):
    """What `blueprint diff` answers."""

    versions: tuple[Versions, ...] = field(default=(), kw_only=True)

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "versions": [asdict(each) for each in self.versions]}


def blueprint_diff(context: Context, communities: Sequence[Community]) -> Envelope:
    """What an upgrade of each would be about; only reads."""
    versions: dict[str, Versions] = {}

    def look(run: CommunityRun) -> None:
        run.find()
        run.outcome.status = "unchanged"
        if run.wiki is None:
            run.outcome.to_make = True
            return
        check_ours(run, new=False)
        run.say_standing()
        versions[run.community.slug] = _versions(run)

    outcomes = each(context, communities, look)
    slugs = (outcome.slug for outcome in outcomes)
    return _told(outcomes, [versions[slug] for slug in slugs if slug in versions])


def _told(outcomes: list[CommunityOutcome], versions: list[Versions]) -> Envelope:
    whole = envelope("blueprint diff", outcomes, in_full=True)
    told = VersionsOutcome(tuple(outcomes), versions=tuple(versions), in_full=True)
    return replace(whole, outcome=told)


def _versions(run: CommunityRun) -> Versions:
    work, outcome = run.work, run.outcome
    here = {change.id: change for change in walk_dry(all_steps(run.context.backups), work)}
    edited = edited_by_hand(work)
    changed = [_difference(change, here.get(change.id), edited) for change in _changes(work)]
    return Versions(
        outcome.slug,
        outcome.name,
        outcome.url,
        work.design.blueprint,
        work.receipt.version,
        work.design.version,
        (*changed, *_files(here.values()), *_dropped(work)),
        tuple(edited),
        tuple(proposed_pages(work)),
    )


def _changes(work: Work) -> list[AnyChange]:
    """The steps themselves compare: what would they change in the wiki as it was last applied?"""
    then = replace(
        work,
        seen=work.seen.as_applied(work.receipt),
        receipt=replace(work.receipt, proposals={}, writing={}),
        opening=True,
    )
    steps = (PagesStep(), RightsStep(), ModuleRightsStep(), ListsStep(), FormsStep())
    return writes(walk_dry(steps, then))


def _difference(change: AnyChange, here: AnyChange | None, edited: Sequence[str]) -> Difference:
    kept = here is not None and here.action is Action.KEEP
    return Difference(
        change.id,
        change.action.value,
        change.detail or change.summary,
        change.diff,
        "none" if here is None else here.action.value,
        kept or (change.step == PagesStep.name and change.key in edited),
    )


def _files(here: Iterable[AnyChange]) -> Iterator[Difference]:
    """The files that are others than those of the wiki."""
    for change in here:
        if change.step == FilesStep.name:
            yield _difference(change, change, ())


def _dropped(work: Work) -> Iterator[Difference]:
    """The pages that the blueprint had when it was last applied, and has no more."""
    now = {page.tag for page in work.design.pages}
    for tag in sorted(work.receipt.pages.keys() - now):
        if tag in work.receipt.rights and tag in work.seen.pages:
            told = _("no more in the blueprint: it stays")
            yield Difference(f"{PagesStep.name}:{tag}", Action.KEEP.value, told, "", "keep")

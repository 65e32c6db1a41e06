"""Apply: makes each community's wiki what its manifest says; a second time changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.run import apply as walk
from wikifarm.engine.run import finish_receipt, start_receipt
from wikifarm.engine.run import plan as walk_dry
from wikifarm.engine.step import Work
from wikifarm.engine.steps import all_steps
from wikifarm.engine.steps.content import PagesStep
from wikifarm.errors import NotOurs, SlugTaken, WikifarmError
from wikifarm.i18n import _
from wikifarm.operations.audit.facts import known_facts
from wikifarm.operations.audit.verify import audit_wiki, refuse_leaks
from wikifarm.operations.checklist import write_files
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import find_site, make_site
from wikifarm.operations.community.work import design_for, measured, prepare
from wikifarm.operations.mailing_list.commands import ensure as ensure_list
from wikifarm.operations.mailing_list.commands import plan_list
from wikifarm.operations.mailing_list.wanted import check_list
from wikifarm.operations.workplace.context import Context


def apply(
    context: Context,
    communities: Sequence[Community],
    *,
    max_failures: int | None = None,
    audit: bool = True,
    new: bool = False,
) -> list[CommunityOutcome]:
    """Applies each manifest in turn; the failure of one never undoes another.

    `new` refuses to take over a wiki that already stands for a community of another name.
    Raises Locked when another run holds the farm.
    """
    outcomes: list[CommunityOutcome] = []
    with context.lock():
        for community in communities:
            outcome = CommunityOutcome(community.slug, community.name)
            outcomes.append(outcome)
            with measured(context, outcome):
                _apply_one(context, community, outcome, audit=audit, new=new)
            failures = sum(1 for one in outcomes if one.error is not None)
            if max_failures is not None and failures > max_failures:
                break
    return outcomes


def plan(context: Context, communities: Sequence[Community]) -> list[CommunityOutcome]:
    """What `apply` would do, community by community; writes nothing, not even a receipt."""
    outcomes = []
    for community in communities:
        outcome = CommunityOutcome(community.slug, community.name)
        outcomes.append(outcome)
        with measured(context, outcome):
            _plan_one(context, community, outcome)
    return outcomes


def _apply_one(
    context: Context, community: Community, outcome: CommunityOutcome, *, audit: bool, new: bool
) -> None:
    context.progress(community.slug, "wiki")
    check_list(context, community)
    found = find_site(context, community)
    wiki, mark = found or make_site(context, community)
    blueprint, work = prepare(context, community, wiki)
    held = work.seen.receipt
    _check_ours(context, community, held, mark, new=new)
    fresh = Receipt(mark, community.slug, community.name)
    work.receipt = start_receipt(work.seen, fresh, community.language)
    first = not work.receipt.complete
    work.receipt = replace(work.receipt, name=community.name)
    outcome.steps = walk(all_steps(context.backups), work, context.journal, context.progress)
    finish_receipt(work, context.run)
    if audit:
        outcome.audit = audit_wiki(context, community, work, wiki)
    listed_before = work.receipt.mailing_list
    trouble = _ensure_list(context, community, blueprint, work, outcome)
    listed = work.receipt.mailing_list
    facts = known_facts(community, work, outcome.audit)
    if facts != frozenset(work.receipt.facts) or listed != listed_before:
        # The pages show as done what was just seen to be done, and how the list stands.
        work.receipt = replace(work.receipt, facts=tuple(sorted(facts)))
        work.design = design_for(context, community, blueprint, work.seen, facts, listed)
        ticked = walk((PagesStep(),), work, context.journal, context.progress)
        outcome.steps += [done for done in ticked if done.outcome == "done"]
        finish_receipt(work, context.run)
    wrote = any(done.outcome == "done" for done in outcome.steps)
    outcome.status = "created" if first else "updated" if wrote else "unchanged"
    _describe(outcome, work)
    write_files(context, community, blueprint, work, outcome, facts)
    refuse_leaks(outcome.audit)
    if trouble is not None:
        outcome.notes.append(_("The wiki is ready; only its mailing list is not."))
        raise trouble


def _ensure_list(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    work: Work,
    outcome: CommunityOutcome,
) -> WikifarmError | None:
    """The list comes last, once nobody was seen; its failure does not undo the wiki."""
    if outcome.audit is not None and not outcome.audit.ok:
        return None
    try:
        ensure_list(context, community, blueprint, work, outcome)
    except WikifarmError as error:
        return error
    return None


def _plan_one(context: Context, community: Community, outcome: CommunityOutcome) -> None:
    found = find_site(context, community)
    wiki = found[0] if found else None
    _blueprint, work = prepare(context, community, wiki)
    outcome.planned = walk_dry(all_steps(context.backups), work)
    outcome.planned += plan_list(context, community, work.receipt, outcome)
    outcome.kept = [change.id for change in outcome.planned if not change.writes]
    outcome.status = "planned" if any(one.writes for one in outcome.planned) else "unchanged"


def _check_ours(
    context: Context, community: Community, held: Receipt | None, mark: str, *, new: bool
) -> None:
    ours = context.journal.mark_of(community.slug)
    if held is None:
        if mark and mark == ours:
            return
        raise NotOurs(
            _(
                "Nothing proves that the wiki “{slug}” is this community's. It was left alone."
            ).format(slug=community.slug),
            hint=_("Choose another address with --slug."),
        )
    if mark and held.community != mark:
        raise NotOurs(
            _("The wiki “{slug}” stands for another community. It was left alone.").format(
                slug=community.slug
            ),
            hint=_("Choose another address with --slug."),
        )
    if new and held.complete and held.name != community.name:
        raise SlugTaken(
            _("The address “{slug}” is the community “{name}”. It was left alone.").format(
                slug=community.slug, name=held.name
            ),
            hint=_("Choose another address with --slug, or change the manifest and `apply` it."),
        )


def _describe(outcome: CommunityOutcome, work: Work) -> None:
    design = work.design
    outcome.pages = [page.tag for page in design.pages]
    outcome.forms = [
        {"id": form.id, "label": form.schema.label, "zone": form.zone.value}
        for form in design.forms
    ]
    outcome.lists = list(work.receipt.lists.values())
    outcome.groups = list(design.groups)
    outcome.kept = [done.change.id for done in outcome.steps if done.outcome == "kept"]

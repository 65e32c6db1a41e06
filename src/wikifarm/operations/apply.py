"""Apply: makes each community's wiki what its manifest says; a second time changes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from wikifarm.blueprint.blueprint import Blueprint, design, load_blueprint
from wikifarm.blueprint.community import Community
from wikifarm.blueprint.design import Design
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.run import apply as walk
from wikifarm.engine.run import finish_receipt, start_receipt
from wikifarm.engine.run import plan as walk_dry
from wikifarm.engine.seen import Seen
from wikifarm.engine.step import Work
from wikifarm.engine.steps import all_steps
from wikifarm.errors import LeakFound, NotOurs, SlugTaken, WikifarmError
from wikifarm.i18n import _
from wikifarm.model import Dialect
from wikifarm.operations.accounts import account_names
from wikifarm.operations.checklist import known_facts, seen_sentences, write_files
from wikifarm.operations.context import WIKI_ADMIN, Context
from wikifarm.operations.outcome import Audit, CommunityOutcome
from wikifarm.operations.site import find_site, make_site
from wikifarm.operations.verify import audit_wiki
from wikifarm.yeswiki.wiki import Wiki


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


@contextmanager
def measured(context: Context, outcome: CommunityOutcome) -> Iterator[None]:
    """Counts time and requests into `outcome`, and keeps a foreseen failure there."""
    started = time.monotonic()
    traffic = context.network.traffic
    before = (traffic.get, traffic.post)
    outcome.url = outcome.url or context.farm.address_of(outcome.slug)
    try:
        yield
    except WikifarmError as error:
        outcome.error = error
        outcome.status = "failed"
    finally:
        outcome.seconds = time.monotonic() - started
        outcome.get, outcome.post = traffic.get - before[0], traffic.post - before[1]


def prepare(context: Context, community: Community, wiki: Wiki | None) -> tuple[Blueprint, Work]:
    """The blueprint and the work of one community: what should be, beside what is."""
    blueprint = load_blueprint(community.blueprint)
    seen = Seen(wiki)
    held = seen.receipt or Receipt("", community.slug, community.name)
    facts = frozenset(held.facts)
    wanted = _design(context, community, blueprint, seen, facts)
    return blueprint, Work(community.slug, wanted, seen, held, WIKI_ADMIN)


def designed(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    work: Work,
    facts: frozenset[str],
) -> Design:
    """The design again, with other facts for its checklist."""
    return _design(context, community, blueprint, work.seen, facts)


def _design(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    seen: Seen,
    facts: frozenset[str],
) -> Design:
    return design(
        community,
        blueprint,
        farm_url=context.farm.base,
        wiki_url=context.farm.address_of(community.slug),
        accounts=account_names(community.facilitators, seen.accounts),
        dialect=seen.wiki.capabilities.dialect if seen.exists else Dialect.D44,
        facts=seen_sentences(facts),
    )


def _apply_one(
    context: Context, community: Community, outcome: CommunityOutcome, *, audit: bool, new: bool
) -> None:
    context.progress(community.slug, "wiki")
    found = find_site(context, community)
    wiki, mark = found or make_site(context, community)
    blueprint, work = prepare(context, community, wiki)
    held = work.seen.receipt
    _check_ours(context, community, held, mark, new=new)
    fresh = Receipt(mark, community.slug, community.name)
    work.receipt = start_receipt(work.seen, fresh, community.language)
    first = not work.receipt.complete
    work.receipt = replace(work.receipt, name=community.name)
    steps = all_steps(context.backups)
    outcome.steps = walk(steps, work, context.journal, context.progress)
    finish_receipt(work, context.run)
    if audit:
        outcome.audit = audit_wiki(context, community, work, wiki)
    facts = known_facts(community, work, outcome.audit)
    if facts != frozenset(work.receipt.facts):
        # The checklist in the wiki shows as done what was just seen to be done.
        work.receipt = replace(work.receipt, facts=tuple(sorted(facts)))
        work.design = designed(context, community, blueprint, work, facts)
        outcome.steps += walk(steps, work, context.journal, context.progress)
        finish_receipt(work, context.run)
    wrote = any(done.outcome == "done" for done in outcome.steps)
    outcome.status = "created" if first else "updated" if wrote else "unchanged"
    _describe(outcome, work.design, work)
    write_files(context, community, blueprint, work, outcome, facts)
    refuse_leaks(outcome.audit)


def refuse_leaks(audit: Audit | None) -> None:
    """Raises LeakFound when the audit saw someone."""
    if audit is None or audit.ok:
        return
    leak = audit.leaks[0]
    raise LeakFound(
        _("Personal data can be seen: {route}, by a {role} ({seen}), and {others} more.").format(
            route=leak.route,
            role=_role(leak.role.value),
            seen=leak.seen,
            others=len(audit.leaks) - 1,
        ),
        hint=_("Set {right}; do not open this community before.").format(right=leak.advice),
    )


def _role(role: str) -> str:
    return {
        "visitor": _("visitor"),
        "stranger": _("logged-in stranger"),
        "member": _("member"),
    }[role]


def _plan_one(context: Context, community: Community, outcome: CommunityOutcome) -> None:
    found = find_site(context, community)
    wiki = found[0] if found else None
    _blueprint, work = prepare(context, community, wiki)
    outcome.planned = walk_dry(all_steps(context.backups), work)
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


def _describe(outcome: CommunityOutcome, design: Design, work: Work) -> None:
    outcome.pages = [page.tag for page in design.pages]
    outcome.forms = [
        {"id": form.id, "label": form.schema.label, "zone": form.zone.value}
        for form in design.forms
    ]
    outcome.lists = list(work.receipt.lists.values())
    outcome.groups = list(design.groups)
    outcome.kept = [done.change.id for done in outcome.steps if done.outcome == "kept"]

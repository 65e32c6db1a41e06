"""Plan: what `apply` would do to each community's wiki; only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.sources import did_you_mean
from wikifarm.engine.changes import AnyChange
from wikifarm.engine.journal import Cut
from wikifarm.engine.receipt import fingerprint
from wikifarm.engine.run import plan as walk_dry
from wikifarm.engine.seen import Seen
from wikifarm.engine.standing import Standing
from wikifarm.engine.step import AnyStep, Work
from wikifarm.engine.steps import all_steps
from wikifarm.engine.steps.access import GroupsStep, ModuleRightsStep
from wikifarm.engine.steps.bazar import FormsStep
from wikifarm.engine.steps.content import PageChange, PagesStep, SettingsStep, pages_applied
from wikifarm.errors import InvalidInput, NotOurs, Problem, SlugTaken
from wikifarm.i18n import _
from wikifarm.operations.audit.facts import foreseen_facts
from wikifarm.operations.audit.kept_audit import should_pass
from wikifarm.operations.audit.undeclared import open_forms
from wikifarm.operations.community.batch import canaries, each
from wikifarm.operations.community.caution import opened_by_hand
from wikifarm.operations.community.closed_community import refuse_closed, told_of_closing
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.kept_for_good import refuse_other_address, refuse_other_language
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import other_address
from wikifarm.operations.community.unfinished import told_of, told_of_gone, unfinished
from wikifarm.operations.mailing_list.ensure import plan_list
from wikifarm.operations.mailing_list.wanted import check_list, links
from wikifarm.operations.workplace.context import Context


def plan(
    context: Context,
    communities: Sequence[Community],
    *,
    audit: bool = True,
    canary: bool = False,
) -> list[CommunityOutcome]:
    """What `apply` would do, with its audits or without, or with those of one of each kind
    (`canary`), community by community; writes nothing, not even a receipt."""
    audited = canaries(communities) if canary else communities

    def look(run: CommunityRun) -> None:
        look_for(run)
        if run.wiki is not None:
            check_ours(run, new=False)
        fill(run, audit=audit and (run.community in audited or is_opened(run)))

    return each(context, communities, look)


def is_opened(run: CommunityRun) -> bool:
    """True where somebody opened something by hand in its wiki: what shows nobody elsewhere tells
    nothing of it. Raises what `check_ours` raises."""
    if run.wiki is None:
        return False
    check_ours(run, new=False)
    planned = walk_dry((GroupsStep(), FormsStep()), run.work)
    return any(map(opened_by_hand, planned)) or bool(open_forms(run.work))


def look_ahead(run: CommunityRun, *, new: bool = False, audit: bool = True) -> None:
    """Fills the outcome with every change that `apply` would make, and refuses what it would.

    `new`: a community to open, which may not take over another's wiki; `audit`: once it is applied,
    it is verified.
    """
    look_for(run)
    if run.wiki is not None:
        check_ours(run, new=new)
    fill(run, audit=audit)


def look_for(run: CommunityRun) -> None:
    """Looks for its wiki on the farm; there may be none yet. Raises what refuses the community
    before anything of it is looked at."""
    check_list(run.context, run.community)
    run.find()
    refuse_closed(run)
    refuse_other_address(run)


def fill(run: CommunityRun, *, lists: bool = True, audit: bool = True) -> None:
    """The same of a community that was looked for, and is ours; of its list only if `lists`."""
    run.say_standing()
    run.say_left()
    outcome = run.outcome
    outcome.notes += told_of_closing(run)
    if run.wiki is not None and not run.receipt.complete:
        slug = run.community.slug
        cut = unfinished(run.context, slug, run.receipt) or Cut.MAKING
        outcome.notes.append(told_of(cut, slug))
    if run.wiki is None:
        outcome.notes += told_of_gone(run.context, run.community.slug)
        run.context.check_account()
    outcome.to_make = run.wiki is None
    outcome.planned = [*foresee(run, audit=audit), *(plan_list(run) if lists else ())]
    outcome.keeps(outcome.planned)
    if run.wiki is not None:
        outcome.open_forms = tuple(open_forms(run.work))
    writing = any(change.writes for change in outcome.planned)
    if run.shows_a_person:
        writing = True
        outcome.notes.append(
            _(
                "The farm shows anybody the address of a person who facilitates, as the contact of "
                "this wiki: `apply` puts the farm's own there."
            )
        )
    if was := run.former_name:
        writing = True
        outcome.notes.append(
            _(
                "The farm's list of wikis says “{was}”: `apply` has it say “{name}”, unless "
                "somebody changed it there."
            ).format(was=was, name=run.community.name)
        )
    outcome.status = "planned" if writing else "unchanged"


def foresee(run: CommunityRun, *, audit: bool = True) -> list[AnyChange]:
    """Every change of the wiki, without writing any, as `apply` will tell them: of one that is to
    be made or was just made, the whole design; of another, what the pages will show as done too.
    """
    work, steps = run.work, all_steps(run.context.backups)
    _check_taken_back(work)
    if run.wiki is None:
        return walk_dry(steps, work)
    if work.just_made:
        whole = walk_dry(steps, replace(work, seen=Seen(None)))
        return [change for change in whole if _can_be(change, work.seen)]
    return _with_pages_told(run, steps, audit=audit)


def _check_taken_back(work: Work) -> None:
    """Raises InvalidInput for a page to take back that the blueprint does not write."""
    tags = [page.tag for page in work.design.pages]
    message = _("The blueprint writes no page “{tag}”: nothing was done there.")
    problems = [
        Problem(
            message.format(tag=tag),
            did_you_mean(tag, tags),
            "--take-template",
            code="unknown-page",
        )
        for tag in sorted(work.taken_back.difference(tags))
    ]
    if problems:
        raise InvalidInput(problems)


def _with_pages_told(
    run: CommunityRun, steps: Sequence[AnyStep], *, audit: bool
) -> list[AnyChange]:
    """What the steps would change, then what pages will show as done once it is, and audited."""
    work = run.work
    changes = walk_dry(steps, work)
    writing = any(change.writes for change in changes)
    audited = audit and should_pass(run, writing=writing)
    facts = foreseen_facts(run, changes, audited=audited)
    if facts == frozenset(work.receipt.facts):
        return changes
    then = replace(work, seen=work.seen.once_done(changes))
    told = links(run.community, work.receipt.mailing_list)
    design = replace(work.design, pages=run.compiler.pages(facts, told))
    later = PagesStep().plan(replace(then, receipt=pages_applied(then), design=design))
    last = {change.key: change for change in later if change.writes}
    work.told_later = {
        last[page.tag].id: (fingerprint(page.body),) for page in design.pages if page.tag in last
    }
    written = {change.id for change in changes if change.writes}
    run.outcome.telling = frozenset(change.id for change in last.values()) - written
    whole: list[AnyChange] = [
        _then(change, last.pop(change.key))
        if isinstance(change, PageChange) and change.key in last
        else change
        for change in changes
    ]
    names = [step.name for step in steps]
    early = {name for name in names[: names.index(PagesStep.name) + 1] if names.count(name) == 1}
    place = max((at for at, each in enumerate(whole, 1) if each.step in early), default=0)
    return [*whole[:place], *last.values(), *whole[place:]]


def _then(first: PageChange, last: PageChange) -> PageChange:
    """Both in one."""
    action = first.action if first.writes else last.action
    return PageChange(last.key, action, first.existing, last.wanted, last.reason)


def _can_be(change: AnyChange, seen: Seen) -> bool:
    """False for what this wiki has no place for: a setting its server keeps to itself, an action
    that its version of YesWiki has not."""
    if change.step == SettingsStep.name:
        return change.key in seen.settings
    return change.step != ModuleRightsStep.name or change.key in seen.modules


def check_ours(run: CommunityRun, *, new: bool) -> None:
    """Raises NotOurs or SlugTaken where the wiki that was found is not this community's, and
    KeptForGood where its manifest changes what it keeps for good. The outcome then says whether it
    stands, before anything is done there.
    """
    _check_whose(run, new=new)
    run.outcome.stands = run.work.receipt.complete
    refuse_other_language(run)


def _check_whose(run: CommunityRun, *, new: bool) -> None:
    slug, receipt = run.community.slug, run.work.seen.receipt
    asked = run.mark == run.context.journal.mark_of(slug)
    # The computer that asked for it may be lost: whoever administers a wiki that wikifarm had made,
    # and in which nobody was yet, may go on with it.
    if receipt is None and not (run.mark and (asked or run.standing is Standing.NEW)):
        raise NotOurs(
            _(
                "Nothing proves that the wiki “{slug}” is this community's. It was left alone."
            ).format(slug=slug),
            hint=other_address(slug),
        )
    if new and not run.standing.proves:
        raise NotOurs(
            _("The wiki “{slug}” stands, but has lost its receipt. It was left alone.").format(
                slug=slug
            ),
            hint=_("If it is this community's, `wikifarm apply` looks what of it is."),
        )
    if receipt is None:
        return
    if receipt.community != run.mark and (run.mark or not run.standing.proves):
        raise NotOurs(
            _("The wiki “{slug}” stands for another community. It was left alone.").format(
                slug=slug
            ),
            hint=other_address(slug),
        )
    if new and receipt.complete and receipt.name != run.community.name:
        raise SlugTaken(
            _("The address “{slug}” is the community “{name}”. It was left alone.").format(
                slug=slug, name=receipt.name
            ),
            hint=_("Choose another address with --slug, or change the manifest and `apply` it."),
        )

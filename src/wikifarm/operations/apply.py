"""Apply: makes each community's wiki what its manifest says; a second time changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial

from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.changes import AnyChange
from wikifarm.engine.journal import RECORD
from wikifarm.engine.recording import finish_receipt, finished, start_receipt
from wikifarm.engine.run import Done, as_foreseen
from wikifarm.engine.run import plan as walk_dry
from wikifarm.engine.steps import all_steps
from wikifarm.engine.steps.access import RightsStep
from wikifarm.engine.steps.content import PageChange, PagesStep
from wikifarm.engine.steps.look import trust_receipt
from wikifarm.engine.steps.tidy import TidyStep
from wikifarm.errors import WikifarmError
from wikifarm.i18n import _
from wikifarm.operations.audit.facts import known_facts
from wikifarm.operations.audit.kept_audit import audit_stands, note_audit
from wikifarm.operations.audit.verify import audit_wiki, refuse_leaks
from wikifarm.operations.checklist import write_files
from wikifarm.operations.community.batch import canaries, each, kind_of
from wikifarm.operations.community.closed_community import refuse_closed, told_of_closing
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.unfinished import told_of_gone
from wikifarm.operations.mailing_list.ensure import ensure
from wikifarm.operations.mailing_list.wanted import wants_list
from wikifarm.operations.plan import check_ours, fill, foresee, is_opened, look_for
from wikifarm.operations.workplace.context import Context

Caution = Callable[[list[CommunityOutcome]], bool]  # what would be done -> whether to do it


def apply(
    context: Context,
    communities: Sequence[Community],
    *,
    max_failures: int | None = None,
    audit: bool = True,
    canary: bool = False,
    caution: Caution | None = None,
    shown: bool = False,
    leave: Callable[[CommunityRun], bool] | None = None,
) -> list[CommunityOutcome]:
    """Applies each manifest in turn; the failure of one never undoes another.

    With `caution`, all are looked at before any is written to, and it may refuse: what is as
    described is done with by then; where a person reads it (`shown`), lists are looked at too. The
    first of each kind is made, and verified, before the others are. Those of which `leave` is true
    are left as they are; it needs `caution`. Raises Locked when another run holds the farm. With
    `canary`, one of each kind is verified, and those in which somebody opened something; the others
    are not.
    """
    begun: dict[str, CommunityRun] = {}
    verified: set[Hashable] = set()  # kinds of which one was seen to show nobody

    def kind(community: Community) -> Hashable:
        run = begun.get(community.slug)
        to_make = run is not None and run.wiki is None  # one of those tells of those
        return kind_of(community), to_make

    audited = canaries(communities)  # with a canary: they, and those that were opened by hand

    def look(run: CommunityRun) -> None:
        look_for(run)
        if leave is not None and leave(run):
            return
        if canary and is_opened(run):
            audited.append(run.community)
        asked = audit and (not canary or run.community in audited)
        if stays_as_it_is(run, audit=asked):
            write(run, asked)
            return
        fill(run, lists=shown, audit=asked)
        begun[run.community.slug] = run
        run.forget()

    def write(run: CommunityRun, asked: bool) -> None:
        of_kind = kind(run.community)
        try:
            apply_found(run, audit=asked, looked=run.community.slug in begun)
        finally:  # its list may fail after it was verified
            if run.outcome.seen_closed:
                verified.add(of_kind)
        say_spared(run.outcome, of_kind)

    def say_spared(outcome: CommunityOutcome, of_kind: Hashable) -> None:
        if canary and audit and outcome.unverified and of_kind in verified:
            outcome.unverified = "canary"

    def whole(run: CommunityRun) -> None:
        if run.community.slug not in begun:
            look_for(run)
        spared = canary and kind(run.community) in verified and run.community not in audited
        write(run, audit and not spared)

    make = partial(each, context, verb=whole, kind=kind, begun=begun, pause=context.pause)
    with context.lock():
        if caution is None:
            return make(communities, max_failures=max_failures)
        looked = {outcome.slug: outcome for outcome in each(context, communities, look)}
        if not caution(list(looked.values())):
            return list(looked.values())
        failed = sum(outcome.error is not None for outcome in looked.values())
        if max_failures is not None and failed > max_failures:
            waiting = []
        else:
            waiting = [community for community in communities if community.slug in begun]
        left = None if max_failures is None else max_failures - failed
        done = make(waiting, max_failures=left)
    for community in communities:  # those that stay as they are were met before their canary
        say_spared(looked[community.slug], kind(community))
    ends = looked | {outcome.slug: outcome for outcome in done}
    unbegun = begun.keys() - {outcome.slug for outcome in done}
    return [ends[slug] for slug in looked if slug not in unbegun]


def apply_found(run: CommunityRun, *, audit: bool, new: bool = False, looked: bool = False) -> None:
    """Applies the manifest to the wiki that was found, or makes one. Needs the lock of the farm.

    `new` refuses to take over a wiki that already stands for a community of another name; `looked`:
    it was just seen that something is to be written.
    """
    doing = "new-community" if new else "apply"
    refuse_closed(run)
    if run.wiki is None:
        run.outcome.notes += told_of_gone(run.context, run.community.slug)
        run.make(doing)  # its password is this computer's: a run may say there that it works on it
    elif not looked:
        check_ours(run, new=new)
        if stays_as_it_is(run, audit=audit):
            # Nothing is written, not even that this run works here.
            _make_so(run, audit=audit)
            return
    with run.alone(doing):
        refuse_closed(run)  # another computer may have closed it since
        check_ours(run, new=new)
        _make_so(run, audit=audit)


def stays_as_it_is(run: CommunityRun, *, audit: bool) -> bool:
    """True where nothing is to be written in its wiki, and nothing to be asked of it."""
    if run.wiki is None:
        return False
    check_ours(run, new=False)
    return _is_as_described(run) and (not audit or audit_stands(run))


def _is_as_described(run: CommunityRun) -> bool:
    """True where `apply` would write nothing in the wiki, its list as it was; only reads."""
    work = run.work
    if work.recorded is None or not work.recorded.complete:
        return False
    if run.shows_a_person or run.former_name:
        return False
    if run.context.journal.left_open(run.community.slug, RECORD):
        return False  # a run that was killed still stands in the way of other computers
    trusted = trust_receipt(work)
    if any(change.writes for change in walk_dry(all_steps(run.context.backups), work)):
        same = False
    else:
        work.receipt = replace(work.receipt, name=run.community.name)
        same_facts = known_facts(run) == frozenset(work.receipt.facts)
        same = same_facts and finished(work).same_as(work.recorded)
    if trusted and not same:
        work.seen.forget("looks")  # what is told, and written, is compared with the wiki
    return same


def _make_so(run: CommunityRun, *, audit: bool) -> None:
    work, community, outcome = run.work, run.community, run.outcome
    run.say_standing()
    journal = run.context.journal
    modelled = run.origin is not None and run.origin.model is not None
    resumed = run.origin is None and not work.receipt.complete
    if modelled or resumed:  # most are so already in what a model gives, or a cut run left
        run.show(known_facts(run))
    run.look_at_origin()
    foreseen = foresee(run, audit=audit)
    _keep_what_is_taken_back(run, foreseen)
    run.rename()  # before the receipt says the new name
    start_receipt(work, journal)
    first = not work.receipt.complete
    work.receipt = replace(work.receipt, name=community.name)
    run.mend_contact()
    run.say_left()
    outcome.notes += told_of_closing(run)
    run.walk(all_steps(run.context.backups))
    once = first and not audit and not wants_list(community)  # nothing long before its end
    if not once:
        finish_receipt(work, journal)
    if not run.wrote and audit_stands(run):
        outcome.audited = work.receipt.audit["at"]
    elif audit:
        with outcome.spending("audit"):
            outcome.audit = audit_wiki(run)
        note_audit(run)
    else:
        outcome.unverified = "none"
    run.look_at_software()
    trouble = _ensure_list(run)
    facts = known_facts(run)
    written = not once and work.recorded is not None and work.receipt.same_as(work.recorded)
    if facts != frozenset(work.receipt.facts) or work.told_later or not written:
        # The pages show as done what was just seen to be done, and how the list stands.
        with run.alone("apply", again=False):
            run.tell(facts)
            finish_receipt(work, journal)
    outcome.status = "created" if first else "updated" if run.wrote else "unchanged"
    outcome.steps = _as_planned(run, foreseen)
    _describe(run)
    write_files(run, facts)
    refuse_leaks(outcome.audit)
    if trouble is not None:
        outcome.notes.append(_("The wiki is ready; only its mailing list is not."))
        raise trouble


def _ensure_list(run: CommunityRun) -> WikifarmError | None:
    """The list comes last, once nobody was seen; its failure does not undo the wiki."""
    audit = run.outcome.audit
    if audit is not None and not audit.ok:
        return None
    try:
        ensure(run)
    except WikifarmError as error:
        return error
    return None


def _keep_what_is_taken_back(run: CommunityRun, foreseen: Sequence[AnyChange]) -> None:
    """A copy of the pages that will be the blueprint's again, before any is written over."""
    pages = {
        change.key: change.before
        for change in foreseen
        if isinstance(change, PageChange)
        and change.existing is not None
        and change.key in run.work.taken_back
        and change.writes
    }
    if pages:
        path = run.context.backups.keep(f"{run.community.slug}-pages", {"pages": pages})
        told = _("What was written in {names} is kept in {path}.")
        run.outcome.notes.append(told.format(names=", ".join(pages), path=path))


def _as_planned(run: CommunityRun, foreseen: Sequence[AnyChange]) -> list[Done]:
    """What was done, in the words of the plan; without what no plan can name: the closing of the
    logs that YesWiki writes meanwhile and, in a wiki that was just made, what was done about what
    the farm puts into one. A page that was to show what the audit did not confirm was not written.
    """
    work, planned = run.work, {change.id for change in foreseen}
    written = {done.change.id for done in run.outcome.steps}

    def is_of_the_farm(change: AnyChange) -> bool:
        if change.id in planned:
            return False
        if change.step == RightsStep.name:
            return work.just_made or change.key.startswith(tuple(work.design.closed_prefixes))
        return work.just_made and change.step == TidyStep.name

    done = [
        each
        for each in run.outcome.steps
        if each.outcome != "done" or not is_of_the_farm(each.change)
    ]
    came = [
        change
        for change in foreseen
        if work.just_made or change.step != PagesStep.name or change.id in written
    ]
    return as_foreseen(came, done)


def _describe(run: CommunityRun) -> None:
    design, outcome = run.work.design, run.outcome
    outcome.pages = [page.tag for page in design.pages]
    outcome.forms = [
        {"id": form.id, "label": form.schema.label, "zone": form.zone.value}
        for form in design.forms
    ]
    outcome.lists = list(run.receipt.lists.values())
    outcome.groups = list(design.groups)
    outcome.keeps(done.change for done in outcome.steps if done.outcome == "kept")

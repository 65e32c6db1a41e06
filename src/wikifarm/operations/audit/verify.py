"""Verify: looks as a visitor, as a stranger and as a member, before anything is announced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.journal import AUDIT
from wikifarm.errors import AuditBlind, LeakFound, WikifarmError, WriteRefused
from wikifarm.i18n import _, ngettext
from wikifarm.model import Rights
from wikifarm.operations.audit.attempts import Attempts, write_all
from wikifarm.operations.audit.content_checks import content_checks
from wikifarm.operations.audit.diagnosis import behind
from wikifarm.operations.audit.differential import Differential
from wikifarm.operations.audit.facts import known_facts
from wikifarm.operations.audit.farm_entry import ask_farm
from wikifarm.operations.audit.kept_audit import keep_audit
from wikifarm.operations.audit.questions import Answered, ask_all, prove, read_spies
from wikifarm.operations.audit.sentinel import Planted, missing, planted
from wikifarm.operations.audit.undeclared import (
    not_ours_to_close,
    opened,
    people_forms,
    undeclared,
)
from wikifarm.operations.checklist import write_files
from wikifarm.operations.community.batch import each
from wikifarm.operations.community.closed_community import refuse_closed
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import (
    Audit,
    Check,
    CommunityOutcome,
    Found,
    Leak,
    LeakKind,
    Role,
    Undeclared,
)
from wikifarm.operations.workplace.context import Context
from wikifarm.yeswiki.audit_routes import Route, entry_routes, wiki_routes
from wikifarm.yeswiki.spy_page import page_of, spy_page
from wikifarm.yeswiki.told_routes import Told, entry_ways, told
from wikifarm.yeswiki.wiki import Wiki


def verify(
    context: Context, communities: Sequence[Community], *, deep: bool = False
) -> list[CommunityOutcome]:
    """The audit and other checks of each community; only the sentinel is written, and removed.

    A `deep` one also compares what outsiders are answered before and after it is planted.
    """
    with context.lock():
        return each(context, communities, partial(_verify_one, deep=deep))


def _verify_one(run: CommunityRun, *, deep: bool) -> None:
    run.enter()
    refuse_closed(run)
    with run.alone("verify"):
        with run.outcome.spending("audit"):
            run.outcome.audit = audit_wiki(run, deep=deep)
        try:
            run.look_at_software()
            run.outcome.status = "unchanged"
            write_files(run, known_facts(run))
            keep_audit(run)
        finally:  # a leak is told, whatever fails after it
            refuse_leaks(run.outcome.audit)


def refuse_leaks(audit: Audit | None) -> None:
    """Raises LeakFound when the audit saw someone, and AuditBlind when it could not see."""
    if audit is None or audit.ok:
        return
    if not audit.leaks:
        raise AuditBlind(
            _("Privacy could not be verified: {reason}").format(reason=audit.blind),
            hint=_(
                "Nothing says that people are private here: do not open this community yet. Mend "
                "what is named, then run `wikifarm verify`."
            ),
        )
    leak = audit.leaks[0]
    message = _words(leak).format(seen=leak.seen, route=leak.route)
    others = len(audit.leaks) - 1
    if others:
        more = ngettext("{count} other leak was seen.", "{count} other leaks were seen.", others)
        message = f"{message} {more.format(count=others)}"
    hint = _("Do not open this community yet. First set {right}.")
    if audit.behind:
        hint = _(
            "Do not open this community yet. First run `wikifarm apply`: this wiki has not all the "
            "rights of its blueprint. If that is not enough, set {right}."
        )
    # Whoever is in a group that lets them in has all its rights: that comes before each of these.
    cause = next((each for each in audit.leaks if each.route.startswith("@")), leak)
    raise LeakFound(message, hint=hint.format(right=cause.advice))


def _words(leak: Leak) -> str:
    words = {
        LeakKind.SEEN: {
            Role.VISITOR: _("Someone not logged in can see personal data: {seen}, at {route}."),
            Role.STRANGER: _(
                "Someone with an account, outside the group, can see personal data: {seen}, at "
                "{route}."
            ),
            Role.MEMBER: _("A member can see what even members must not see: {seen}, at {route}."),
        },
        LeakKind.WRITTEN: {
            Role.VISITOR: _("Someone not logged in can write: {seen}, at {route}."),
            Role.STRANGER: _(
                "Someone with an account, outside the group, can write where they should not: "
                "{seen}, at {route}."
            ),
            Role.MEMBER: _("A member can write what is not theirs: {seen}, at {route}."),
        },
        LeakKind.DIFFERS: {
            Role.VISITOR: _(
                "Someone not logged in can tell that somebody came: {seen}, at {route}."
            ),
            Role.STRANGER: _(
                "Someone with an account, outside the group, can tell that somebody came: {seen}, "
                "at {route}."
            ),
        },
        LeakKind.OPENED: {
            Role.VISITOR: _("A right lets in everybody who should stay outside: {route} ({seen})."),
            Role.STRANGER: _(
                "A right lets in anybody with an account who should stay outside: {route} ({seen})."
            ),
            Role.MEMBER: _("A right gives members what is not for them: {route} ({seen})."),
        },
    }
    return words[leak.kind][leak.role]


def audit_wiki(run: CommunityRun, *, deep: bool = False) -> Audit:
    """Plants a sentinel in each form of people, if there is one, and asks every route; a `deep` one
    also compares what outsiders are answered before and after.

    An audit that could not see is not one that saw nobody: it says why (`blind`).
    """
    run.progress("audit")
    run.context.let_others_make()  # an audit takes longer than many wikis to make
    checks = tuple(content_checks(run.work))
    if people_forms(run.work):  # one that is cut short takes back what the one before said
        run.context.journal.intent(run.community.slug, AUDIT)
    audit = _asked(run, checks, Differential(run, deep=deep))
    try:
        if people_forms(run.work):
            # What was planted is removed by now, and YesWiki wrote that: the first of a day, maybe.
            _close_new_logs(run)
        # Once what audits left is gone: a form that a killed one imported is nobody's.
        audit = _with_what_is_beside(run, audit)
    except WikifarmError as fault:
        if not audit.leaks:
            raise
        audit = _cut_short(audit, fault)
    if audit.probes or not audit.ok:
        privacy, passed = audit.privacy.value, audit.passed
        run.context.journal.outcome(run.community.slug, AUDIT, privacy=privacy, passed=passed)
    return audit


def look_at_rights(run: CommunityRun) -> Audit:
    """What can be seen without writing anything: no audit, which plants somebody to look for."""
    told = _("only rights were read: nobody was planted to look for, as `wikifarm verify` does")
    read = Audit(checks=tuple(content_checks(run.work)), not_asked=(told,))
    return _with_what_is_beside(run, read, planted=False)


def _with_what_is_beside(run: CommunityRun, audit: Audit, *, planted: bool = True) -> Audit:
    leaks = (*audit.leaks, *opened(run.work, planted=planted))
    beside = tuple(undeclared(run.work, planted=planted))
    return replace(
        audit,
        leaks=leaks,
        not_asked=(*audit.not_asked, *_doubts(beside)),
        limits=(*audit.limits, *not_ours_to_close(run.work)),
        behind=bool(leaks) and behind(run.work),
        undeclared=beside,
    )


def _cut_short(audit: Audit, fault: WikifarmError) -> Audit:
    """What was seen before the fault is told; it is no audit."""
    not_asked = (*audit.not_asked, fault.message)
    return replace(audit, not_asked=not_asked, blind=audit.blind or fault.message)


def _asked(run: CommunityRun, checks: tuple[Check, ...], differential: Differential) -> Audit:
    """What came of the questions about the sentinels."""
    if not people_forms(run.work):
        return Audit(checks=checks, not_asked=(_("no form of people in this community"),))
    audit, asked, written = None, Answered(), Attempts()
    try:
        with planted(run, differential.look) as scene:
            differential.compare(scene)
            pages = [*(page.tag for page in run.work.design.pages), *_close_new_logs(run)]
            wiki = told(run.work.seen.modules, run.site.visitor().session.ask("api").text)
            asked.left = wiki.not_asked
            ask_all(run, scene, _routes(run.site, scene, wiki, pages), asked)
            # Then only: what lists every page would show what these pages show.
            read_spies(run, scene, _write_spies(run.site, scene, wiki), asked)
            ask_farm(run, asked)
            gone = missing(run, scene)
            # Last: what passes changes the wiki.
            write_all(run, scene, written)
            for role in scene.people:
                prove(role, scene, asked)
            reasons = (
                *gone, *asked.not_asked(scene), *differential.not_asked(), *written.not_tried(),
            )  # fmt: skip
            audit = Audit(
                asked.probes + written.tries + differential.asked,
                (*asked.seen, *differential.differing, *written.passed),
                checks,
                (*reasons, *differential.not_compared()),
                blind=next(iter(reasons), ""),
                limits=(*asked.limits, *written.limits),
                coverage=asked.coverage(),
            )
    except AuditBlind as fault:
        return Audit(checks=checks, not_asked=(fault.message,), blind=fault.message)
    except WikifarmError as fault:
        if audit is None:
            seen = (*asked.seen, *differential.differing, *written.passed)
            probes = asked.probes + written.tries + differential.asked
            audit = Audit(probes, seen, checks, coverage=asked.coverage())
        elif isinstance(fault, WriteRefused):  # what was planted could not be removed
            return _cut_short(audit, fault)
        if not audit.leaks:
            raise
        return _cut_short(audit, fault)
    return audit


def _doubts(beside: Sequence[Undeclared]) -> Iterator[str]:
    """What a person must look at, since no program can tell."""
    for thing in beside:
        if thing.verdict is Found.NOT_CHECKED:
            yield _(
                "the form {form}, which the blueprint does not have: it may be about people, and "
                "outsiders may read it"
            ).format(form=thing.name)


def _close_new_logs(run: CommunityRun) -> list[str]:
    """Closes the page of the day where YesWiki wrote who joined a group, and names such pages."""
    seen = run.work.seen
    seen.forget("rights")
    now, logs = seen.rights, []
    for prefix, rights in run.work.design.closed_prefixes.items():
        tags = [tag for tag in now if tag.startswith(prefix)]
        logs += tags
        open_tags = [tag for tag in tags if now[tag].read != rights.read]
        if open_tags:
            seen.remember("rights", run.site.rights.set(open_tags, rights))
    return logs


def _routes(wiki: Wiki, scene: Planted, told: Told, pages: Sequence[str]) -> list[Route]:
    """Every question about these sentinels and these pages, each once."""
    routes = wiki_routes(pages)
    for sentinel in scene.sentinels:
        form, entry = sentinel.form, sentinel.entry
        # Revisions are asked by their time, as the wiki writes it.
        time = str(wiki.session.api_json(f"pages/{entry}").get("time", ""))
        routes += entry_routes(form, entry, sentinel.word, time)
        routes += entry_ways(told, form, entry, sentinel.account)
    once: dict[str, Route] = {}
    for route in routes:
        once.setdefault(route.id, route)
    return list(once.values())


def _write_spies(wiki: Wiki, scene: Planted, told: Told) -> list[str]:
    """Pages that everybody may read: one calls every action that we know, which comes first; each
    of the others one of an extension's, that may well stop its page."""
    spied = [(person.form, person.entry, person.first_field) for person in scene.sentinels]
    bodies = {scene.spy: spy_page(spied)}
    for number, name in enumerate(told.other_actions):
        bodies[f"{scene.spy[: -len(scene.key)]}{_letters(number)}{scene.key}"] = page_of(
            name, spied
        )
    for tag, body in bodies.items():
        wiki.pages.save(tag, body, "")
    wiki.rights.set(list(bodies), Rights("*", "@admins"))
    return list(bodies)


def _letters(number: int) -> str:
    """A name for a number: small letters alone, as the names of what an audit plants are."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))

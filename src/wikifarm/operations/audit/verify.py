"""Verify: looks as a visitor, as a stranger and as a member, before anything is announced."""

from __future__ import annotations

from collections.abc import Sequence

from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import AuditBlind, LeakFound
from wikifarm.i18n import _, ngettext
from wikifarm.model import Rights
from wikifarm.operations.audit.content_checks import content_checks
from wikifarm.operations.audit.facts import known_facts
from wikifarm.operations.audit.questions import ask_all
from wikifarm.operations.audit.sentinel import Planted, missing, planted
from wikifarm.operations.checklist import write_files
from wikifarm.operations.community.community_run import CommunityRun, each
from wikifarm.operations.community.outcome import Audit, CommunityOutcome, Role
from wikifarm.operations.workplace.context import Context
from wikifarm.yeswiki.audit_routes import Route, entry_routes, wiki_routes
from wikifarm.yeswiki.spy_page import spy_page
from wikifarm.yeswiki.wiki import Wiki


def verify(context: Context, communities: Sequence[Community]) -> list[CommunityOutcome]:
    """The audit and other checks of each community; only the sentinel is written, and removed."""
    with context.lock():
        return each(context, communities, _verify_one)


def _verify_one(run: CommunityRun) -> None:
    run.enter()
    with run.alone("verify"):
        run.outcome.audit = audit_wiki(run)
        run.look_at_software()
        run.outcome.status = "unchanged"
        write_files(run, known_facts(run))
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
    words = {
        Role.VISITOR: _("Someone not logged in can see personal data: {seen}, at {route}."),
        Role.STRANGER: _(
            "Someone with an account, outside the group, can see personal data: {seen}, at {route}."
        ),
        Role.MEMBER: _("A member can see what even members must not see: {seen}, at {route}."),
    }
    message = words[leak.role].format(seen=leak.seen, route=leak.route)
    others = len(audit.leaks) - 1
    if others:
        more = ngettext("{count} other leak was seen.", "{count} other leaks were seen.", others)
        message = f"{message} {more.format(count=others)}"
    raise LeakFound(
        message,
        hint=_("Do not open this community yet. First set {right}.").format(right=leak.advice),
    )


def audit_wiki(run: CommunityRun) -> Audit:
    """Plants a sentinel in each form of people, if there is one, and asks every route.

    An audit that could not see is not one that saw nobody: it says why (`blind`).
    """
    run.progress("audit")
    checks = tuple(content_checks(run.work))
    if not run.work.design.who.people:
        return Audit(checks=checks, not_asked=(_("no form of people in this community"),))
    try:
        with planted(run) as scene:
            pages = [*(page.tag for page in run.work.design.pages), *_close_new_logs(run)]
            _write_spy(run.site, scene)
            asked = ask_all(run, scene, _routes(scene, pages), [scene.spy])
            gone = missing(run, scene)
    except AuditBlind as fault:
        return Audit(checks=checks, not_asked=(fault.message,), blind=fault.message)
    reasons = (*gone, *asked.not_asked(scene))
    return Audit(
        asked.probes,
        tuple(asked.seen),
        checks,
        reasons,
        blind=next(iter(reasons), ""),
        limits=tuple(asked.limits),
        coverage=asked.coverage(),
    )


def _close_new_logs(run: CommunityRun) -> list[str]:
    """Closes the page of the day where YesWiki wrote who joined a group, and names such pages."""
    now = run.site.rights.all()
    logs = []
    for prefix, rights in run.work.design.closed_prefixes.items():
        tags = [tag for tag in now if tag.startswith(prefix)]
        logs += tags
        opened = [tag for tag in tags if now[tag].read != rights.read]
        if opened:
            run.site.rights.set(opened, rights)
    return logs


def _routes(scene: Planted, pages: Sequence[str]) -> list[Route]:
    """Every question about these sentinels and these pages, each once."""
    routes = [
        route
        for sentinel in scene.sentinels
        for route in entry_routes(sentinel.form, sentinel.entry, sentinel.word)
    ]
    return list({route.id: route for route in [*routes, *wiki_routes(pages)]}.values())


def _write_spy(wiki: Wiki, scene: Planted) -> None:
    """A page that everybody may read, and that calls every action."""
    spied = [(each.form, each.entry, each.first_field) for each in scene.sentinels]
    wiki.pages.save(scene.spy, spy_page(spied), "")
    wiki.rights.set([scene.spy], Rights("*", "@admins"))

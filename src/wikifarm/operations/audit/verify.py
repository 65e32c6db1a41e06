"""Verify: looks as a visitor, as a stranger and as a member, before anything is announced."""

from __future__ import annotations

from collections.abc import Sequence

from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import LeakFound
from wikifarm.i18n import _, ngettext
from wikifarm.model import Rights
from wikifarm.operations.audit.content_checks import content_checks
from wikifarm.operations.audit.facts import known_facts
from wikifarm.operations.audit.leaks import leaks
from wikifarm.operations.audit.sentinel import Planted, planted
from wikifarm.operations.checklist import write_files
from wikifarm.operations.community.community_run import CommunityRun, each
from wikifarm.operations.community.outcome import Audit, CommunityOutcome, Leak, Role
from wikifarm.operations.workplace.context import Context
from wikifarm.yeswiki.audit_routes import Route, routes, spoke, spy_page
from wikifarm.yeswiki.wiki import Wiki


def verify(context: Context, communities: Sequence[Community]) -> list[CommunityOutcome]:
    """The audit and other checks of each community; only the sentinel is written, and removed."""
    with context.lock():
        return each(context, communities, _verify_one)


def _verify_one(run: CommunityRun) -> None:
    run.enter()
    run.outcome.audit = audit_wiki(run)
    run.outcome.status = "unchanged"
    write_files(run, known_facts(run))
    refuse_leaks(run.outcome.audit)


def refuse_leaks(audit: Audit | None) -> None:
    """Raises LeakFound when the audit saw someone."""
    if audit is None or audit.ok:
        return
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
    """Plants the sentinel in the base of participants, if there is one, and asks every route."""
    run.progress("audit")
    checks = tuple(content_checks(run.work))
    base = run.work.design.who.base
    if base is None:
        return Audit(checks=checks, not_asked=(_("no base of participants in this community"),))
    with planted(run, base) as scene:
        logs = _close_new_logs(run)
        probes, seen, not_asked = _ask_all(run, base.form.id, scene, logs)
    return Audit(probes, tuple(seen), checks, tuple(not_asked))


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


def _ask_all(
    run: CommunityRun, form_id: str, scene: Planted, logs: list[str]
) -> tuple[int, list[Leak], list[str]]:
    wiki, sentinel = run.site, scene.sentinel
    wiki.pages.save(scene.spy, spy_page(form_id, sentinel.entry, sentinel.first_field), "")
    wiki.rights.set([scene.spy], Rights("*", "@admins"))
    pages = [page.tag for page in run.work.design.pages]
    addresses = routes(form_id, sentinel.entry, sentinel.word, [*pages, *logs])
    probes = 0
    seen: list[Leak] = []
    words = {
        Role.STRANGER: _("as someone outside the group: the wiki let no such account be opened"),
        Role.MEMBER: _("as a member: the wiki let no such account be opened"),
    }
    not_asked = [words[role] for role in words if role not in scene.people]
    for role, person in scene.people.items():
        for done, route in enumerate(addresses, 1):
            run.progress(f"audit {role.value} {done}/{len(addresses)}")
            seen += leaks(role, route, _ask(person, route), sentinel)
            probes += 1
        seen += _ask_spy(person, role, scene)
        probes += 1
    return probes, seen, not_asked


def _ask(person: Wiki, route: Route) -> str:
    query = dict(route.query)
    if route.kind == "api":
        answer = person.session.api(route.path, query)
    else:
        answer = person.session.page(route.path, route.handler, query)
    return f"{answer.location}\n{answer.text}"


def _ask_spy(person: Wiki, role: Role, scene: Planted) -> list[Leak]:
    text = person.session.page(scene.spy).text
    hidden = scene.sentinel.hidden_from(role)
    seen = []
    for leak in leaks(role, Route("actions", "page", scene.spy), text, scene.sentinel):
        action = spoke(text, hidden[leak.seen])
        advice = _("the right of the action {action}").format(action=action)
        seen.append(Leak(f"{{{{{action}}}}}", role, leak.seen, advice))
    return seen

"""Verify: looks as a visitor, as a stranger and as a member, before anything is announced."""

from __future__ import annotations

from collections.abc import Sequence

from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine import audit as auditing
from wikifarm.engine.audit import Leak, Role, Route
from wikifarm.engine.step import Work
from wikifarm.errors import LeakFound
from wikifarm.i18n import _, ngettext
from wikifarm.model import Module, Rights
from wikifarm.operations.audit.content import content_checks
from wikifarm.operations.audit.facts import known_facts
from wikifarm.operations.audit.sentinel import Planted, planted
from wikifarm.operations.checklist import write_files
from wikifarm.operations.community.outcome import Audit, CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.community.work import measured, prepare
from wikifarm.operations.workplace.context import Context
from wikifarm.yeswiki.wiki import Wiki


def verify(context: Context, communities: Sequence[Community]) -> list[CommunityOutcome]:
    """The audit and other checks of each community; only the sentinel is written, and removed."""
    outcomes = []
    with context.lock():
        for community in communities:
            outcome = CommunityOutcome(community.slug, community.name)
            outcomes.append(outcome)
            with measured(context, outcome):
                wiki = open_wiki(context, community.slug)
                blueprint, work = prepare(context, community, wiki)
                outcome.audit = audit_wiki(context, community, work, wiki)
                outcome.status = "unchanged"
                facts = known_facts(community, work, outcome.audit)
                write_files(context, community, blueprint, work, outcome, facts)
                refuse_leaks(outcome.audit)
    return outcomes


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


def audit_wiki(context: Context, community: Community, work: Work, wiki: Wiki) -> Audit:
    """Plants the sentinel where there is a base of participants, and asks every route."""
    context.progress(work.slug, "audit")
    checks = tuple(content_checks(work))
    forms = {one.schema.key: one for one in work.design.forms}
    participants = forms.get(Module.PARTICIPANTS.value)
    if participants is None:
        return Audit(checks=checks, not_asked=(_("no base of participants in this community"),))
    with planted(wiki, work, context.journal, participants.id, participants.schema) as scene:
        logs = _close_new_logs(work, wiki)
        probes, leaks, not_asked = _ask_all(context, work, wiki, participants.id, scene, logs)
    return Audit(probes, tuple(leaks), checks, tuple(not_asked))


def _close_new_logs(work: Work, wiki: Wiki) -> list[str]:
    """Closes the page of the day where YesWiki wrote who joined a group, and names such pages."""
    now = wiki.rights.all()
    logs = []
    for prefix, rights in work.design.closed_prefixes.items():
        tags = [tag for tag in now if tag.startswith(prefix)]
        logs += tags
        opened = [tag for tag in tags if now[tag].read != rights.read]
        if opened:
            wiki.rights.set(opened, rights)
    return logs


def _ask_all(
    context: Context, work: Work, wiki: Wiki, form_id: str, scene: Planted, logs: list[str]
) -> tuple[int, list[Leak], list[str]]:
    sentinel = scene.sentinel
    wiki.pages.save(scene.spy, auditing.spy_page(form_id, sentinel.entry), "")
    wiki.rights.set([scene.spy], Rights("*", "@admins"))
    pages = [page.tag for page in work.design.pages]
    routes = auditing.routes(form_id, sentinel, [*pages, *logs])
    probes = 0
    leaks: list[Leak] = []
    words = {
        Role.STRANGER: _("as someone outside the group: the wiki let no such account be opened"),
        Role.MEMBER: _("as a member: the wiki let no such account be opened"),
    }
    not_asked = [words[role] for role in words if role not in scene.people]
    for role, person in scene.people.items():
        for done, route in enumerate(routes, 1):
            context.progress(work.slug, f"audit {role.value} {done}/{len(routes)}")
            leaks += auditing.leaks(role, route, _ask(person, route), sentinel)
            probes += 1
        leaks += _ask_spy(person, role, scene)
        probes += 1
    return probes, leaks, not_asked


def _ask(person: Wiki, route: Route) -> str:
    query = dict(route.query)
    if route.kind == "api":
        answer = person.session.api(route.path, query)
    else:
        answer = person.session.page(route.path, route.handler, query)
    return f"{answer.location}\n{answer.text}"


def _ask_spy(person: Wiki, role: Role, scene: Planted) -> list[Leak]:
    text = person.session.page(scene.spy).text
    found = []
    for leak in auditing.leaks(role, Route("actions", "page", scene.spy), text, scene.sentinel):
        secret = (
            scene.sentinel.address
            if leak.seen == "bf_mail"
            else scene.sentinel.secrets.get(leak.seen, scene.sentinel.account)
        )
        action = auditing.spoke(text, secret)
        found.append(
            Leak(
                f"{{{{{action}}}}}",
                role,
                leak.seen,
                _("the right of the action {action}").format(action=action),
            )
        )
    return found

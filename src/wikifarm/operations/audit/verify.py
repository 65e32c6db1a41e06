"""Verify: looks as a visitor, as a stranger and as a member, before anything is announced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import AuditBlind, LeakFound
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
from wikifarm.transport import Answer
from wikifarm.yeswiki.audit_routes import (
    Route,
    entry_routes,
    has_marks,
    spoke,
    spy_page,
    wiki_routes,
)
from wikifarm.yeswiki.session import LOGIN_PAGE
from wikifarm.yeswiki.wiki import Wiki

MOST_UNANSWERED = 0.1  # of the questions of a role: more, and it has not been asked
BETWEEN_PROOFS = 40  # questions after which a person shows again who they are
TOO_MANY, SERVER_FAULT = 429, 500  # statuses
SIGN_UP = 'value="signup"'  # what that page offers to who has no account


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
            asked = _Asked()
            _ask_all(run, scene, _close_new_logs(run), asked)
    except AuditBlind as fault:
        return Audit(checks=checks, not_asked=(fault.message,), blind=fault.message)
    reasons = tuple(asked.not_asked(scene))
    return Audit(asked.probes, tuple(asked.seen), checks, reasons, next(iter(reasons), ""))


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


@dataclass
class _Asked:
    """What was asked, and what came of it."""

    probes: int = 0
    seen: list[Leak] = field(default_factory=list)
    unanswered: Counter[Role] = field(default_factory=Counter)
    total: Counter[Role] = field(default_factory=Counter)
    strayed: set[Role] = field(default_factory=set)  # those who were somebody else at some point
    silent: set[Role] = field(default_factory=set)  # those for whom no listing spoke

    def not_asked(self, scene: Planted) -> Iterator[str]:
        """What could not be asked, and why, as sentences; none where all was."""
        words = {
            Role.VISITOR: _("as a passer-by"),
            Role.STRANGER: _("as someone outside the group"),
            Role.MEMBER: _("as a member"),
        }
        for role, who in words.items():
            if role not in scene.people:
                yield _("{who}: the wiki let no such account be opened").format(who=who)
            elif role in self.strayed:
                yield _("{who}: the wiki took this person for somebody else").format(who=who)
            elif role in self.silent:
                yield _("{who}: the page that tries every list did not answer").format(who=who)
            elif self.unanswered[role] > self.total[role] * MOST_UNANSWERED:
                yield _("{who}: {count} questions of {total} had no answer").format(
                    who=who, count=self.unanswered[role], total=self.total[role]
                )


def _ask_all(run: CommunityRun, scene: Planted, logs: list[str], asked: _Asked) -> None:
    wiki, sentinels = run.site, scene.sentinels
    spied = [(sentinel.form, sentinel.entry, sentinel.first_field) for sentinel in sentinels]
    wiki.pages.save(scene.spy, spy_page(spied), "")
    wiki.rights.set([scene.spy], Rights("*", "@admins"))
    pages = [page.tag for page in run.work.design.pages]
    routes = [
        route
        for sentinel in sentinels
        for route in entry_routes(sentinel.form, sentinel.entry, sentinel.word)
    ]
    routes += wiki_routes([*pages, *logs])
    for role, person in scene.people.items():
        _prove(role, person, scene, asked)
        asking = [route for route in routes if role is not Role.MEMBER or not route.outsiders]
        for done, route in enumerate(asking, 1):
            run.progress(f"audit {role.value} {done}/{len(asking)}")
            answer = _ask(person, route)
            asked.probes += 1
            asked.total[role] += 1
            asked.unanswered[role] += not _is_answer(answer, route, wiki)
            text = f"{answer.location}\n{answer.text}"
            for sentinel in sentinels:
                asked.seen += leaks(role, route, text, sentinel)
            if done % BETWEEN_PROOFS == 0:
                _prove(role, person, scene, asked)
        _ask_spy(person, role, scene, asked)
        asked.probes += 1
        _prove(role, person, scene, asked)


def _prove(role: Role, person: Wiki, scene: Planted, asked: _Asked) -> None:
    """Has a person show who the wiki takes them for: its page of one's own account says it."""
    text = person.session.page(LOGIN_PAGE).text.lower()
    expected = scene.addresses.get(role)
    known = [address for address in scene.addresses.values() if address.lower() in text]
    right = known == [expected] if expected else not known and SIGN_UP in text
    if not right:
        asked.strayed.add(role)


def _ask(person: Wiki, route: Route) -> Answer:
    query = dict(route.query)
    if route.kind == "api":
        return person.session.api(route.path, query)
    return person.session.page(route.path, route.handler, query)


def _is_answer(answer: Answer, route: Route, wiki: Wiki) -> bool:
    """False for what is not the wiki's own word: it is busy, it failed, it sends elsewhere, or
    something before it answers in its place. A whole page of a wiki always links to that wiki."""
    if answer.status == TOO_MANY or answer.status >= SERVER_FAULT:
        return False
    base = wiki.addresses.base
    if answer.location:
        return not answer.location.startswith("http") or answer.location.startswith(base)
    return route.kind != "page" or bool(route.handler) or base in answer.text


def _ask_spy(person: Wiki, role: Role, scene: Planted, asked: _Asked) -> None:
    text = person.session.page(scene.spy).text
    if not has_marks(text):
        asked.silent.add(role)
    for sentinel in scene.sentinels:
        hidden = sentinel.hidden_from(role)
        for leak in leaks(role, Route("actions", "page", scene.spy), text, sentinel):
            action = spoke(text, hidden[leak.seen])
            advice = _("the right of the action {action}").format(action=action)
            asked.seen.append(Leak(f"{{{{{action}}}}}", role, leak.seen, advice))

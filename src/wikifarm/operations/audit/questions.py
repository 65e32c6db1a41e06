"""Asking: every question of each role, whose answer it was, what it showed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from wikifarm.errors import WikifarmError
from wikifarm.i18n import _
from wikifarm.operations.audit.diagnosis import right_at_fault
from wikifarm.operations.audit.leaks import Sentinel, advised, attached, leaks, shown
from wikifarm.operations.audit.sentinel import Planted
from wikifarm.operations.audit.together import together
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Coverage, Leak, Role
from wikifarm.transport import Answer
from wikifarm.yeswiki.audit_routes import Route, page_address
from wikifarm.yeswiki.session import is_own
from wikifarm.yeswiki.spy_page import has_marks, spoke
from wikifarm.yeswiki.wiki import Wiki

MOST_FAILED = 0.1  # of the questions of a role: more, and a wiki that fails has answered nothing
BETWEEN_PROOFS = 40  # questions after which a person shows again who they are
NAMED = 3  # ways in that a sentence names
OK, REFUSED, TOO_MANY, SERVER_FAULT = 200, (401, 403), 429, 500  # statuses
REFUSAL = "alert-danger"  # of the box in which a page, or a handler, says no

_TAG = re.compile(r"<\w+")


@dataclass(frozen=True)
class Shown:
    """A word of a sentinel that came back; `told` where no right of YesWiki closes it."""

    sentinel: Sentinel
    leak: Leak
    told: bool = False


@dataclass
class Answered:
    """What was asked of each role, and what came of it."""

    probes: int = 0
    seen: list[Leak] = field(default_factory=list)
    limits: list[Leak] = field(default_factory=list)
    known: Counter[Role] = field(default_factory=Counter)
    refused: Counter[Role] = field(default_factory=Counter)
    failed: dict[Role, list[str]] = field(default_factory=dict)  # the wiki itself failed
    foreign: dict[Role, list[str]] = field(default_factory=dict)  # it was not the wiki
    strayed: set[Role] = field(default_factory=set)  # those who were somebody else at some point
    left: tuple[str, ...] = ()  # ways in that are known and not asked, since they write
    shown: list[Shown] = field(default_factory=list)  # of one role, to be looked into
    silent: set[Role] = field(default_factory=set)  # those for whom no listing spoke

    def coverage(self) -> tuple[Coverage, ...]:
        """What each role asked, in numbers, and what it could not."""
        parts = []
        for role, known in self.known.items():
            failed, foreign = self.failed.get(role, ()), self.foreign.get(role, ())
            why = dict.fromkeys(failed, _("the wiki failed"))
            why |= dict.fromkeys(foreign, _("something else than the wiki answered"))
            why |= dict.fromkeys(self.left, _("made to write, or to give a file"))
            parts.append(Coverage(role, known, known - len(why), self.refused[role], why))
        return tuple(parts)

    def not_asked(self, scene: Planted) -> Iterator[str]:
        """What could not be asked, and why, as sentences; none where all was."""
        for role, who in as_whom().items():
            failed, foreign = self.failed.get(role, []), self.foreign.get(role, [])
            if role not in scene.people:
                yield _("{who}: the wiki let no such account be opened").format(who=who)
            elif role in self.strayed:
                yield _("{who}: the wiki took this person for somebody else").format(who=who)
            elif foreign or len(failed) > self.known[role] * MOST_FAILED:
                ways = foreign or failed
                text = _("{who}: {count} questions of {total} had no answer of the wiki: {ways}")
                yield text.format(
                    who=who, count=len(ways), total=self.known[role], ways=", ".join(ways[:NAMED])
                )
            elif role in self.silent:
                yield _("{who}: the page that tries every list did not answer").format(who=who)


def as_whom() -> dict[Role, str]:
    """Each role, as a sentence about what could not be asked begins."""
    return {
        Role.VISITOR: _("as a passer-by"),
        Role.STRANGER: _("as someone outside the group"),
        Role.MEMBER: _("as a member"),
    }


def ask_all(run: CommunityRun, scene: Planted, routes: Sequence[Route], asked: Answered) -> None:
    """Every role asks every route, all roles at once; what came of it is noted in `asked`, also
    where a fault ends it."""
    for sentinel in scene.sentinels:
        asked.seen += attached(sentinel)
    total = len(routes) * len(scene.people)
    with _joined(run, scene, asked) as parts:
        for role, part in parts.items():
            part.known[role] = len(routes) + len(asked.left)
        together(
            parts,
            lambda role, step: _ask_as(role, scene, routes, parts[role], step),
            lambda done: run.progress(f"audit {done}/{total}"),
        )


def _ask_as(
    role: Role,
    scene: Planted,
    routes: Sequence[Route],
    asked: Answered,
    step: Callable[[], None],
) -> None:
    """One role asks every route."""
    prove(role, scene, asked)
    lost: list[Route] = []
    for done, route in enumerate(routes, 1):
        step()
        if not _question(scene, role, route, asked):
            lost.append(route)
        if done % BETWEEN_PROOFS == 0:
            prove(role, scene, asked)
    for route in lost:  # once more: it may have been busy
        if not _question(scene, role, route, asked):
            asked.foreign.setdefault(role, []).append(route.id)
    prove(role, scene, asked)


def read_spies(run: CommunityRun, scene: Planted, spies: Sequence[str], asked: Answered) -> None:
    """Every role reads the pages that call every action: the one of `scene` must be whole."""
    with _joined(run, scene, asked) as parts:
        for role, part in parts.items():
            part.known[role] = len(spies)
        together(parts, lambda role, step: _read_spies_as(role, scene, spies, parts[role], step))


def _read_spies_as(
    role: Role, scene: Planted, spies: Sequence[str], asked: Answered, step: Callable[[], None]
) -> None:
    for spy in spies:
        step()
        _read_spy(scene, role, spy, asked)
    prove(role, scene, asked)


@contextmanager
def _joined(run: CommunityRun, scene: Planted, asked: Answered) -> Iterator[dict[Role, Answered]]:
    """What each role asks, apart; put together in `asked` on any way out."""
    parts = {role: Answered() for role in scene.people}
    try:
        yield parts
    finally:
        for part in parts.values():
            _join(run, asked, part)


def _join(run: CommunityRun, asked: Answered, part: Answered) -> None:
    """Adds what one role asked. The right at fault is looked for now, one after another, since that
    may ask the wiki; where it cannot, the leak is told all the same."""
    asked.probes += part.probes
    asked.seen += part.seen
    for counts, more in ((asked.known, part.known), (asked.refused, part.refused)):
        counts.update(more)
    for ways, others in ((asked.failed, part.failed), (asked.foreign, part.foreign)):
        for role, names in others.items():
            ways.setdefault(role, []).extend(names)
    asked.strayed |= part.strayed
    asked.silent |= part.silent
    for each in part.shown:
        leak = each.leak
        with suppress(WikifarmError):
            advice = right_at_fault(run.work, each.sentinel, leak.seen) or leak.advice
            leak = replace(leak, advice=advice)
        (asked.limits if each.told else asked.seen).append(leak)


def _question(scene: Planted, role: Role, route: Route, asked: Answered) -> bool:
    """One question of one role; False where it was not the wiki that answered."""
    person = scene.people[role]
    answer = ask(person, route)
    asked.probes += 1
    if is_own(answer) and not person.session.spoke_to(answer):
        asked.strayed.add(role)
    if not _is_answer(answer, route, person):
        return False
    if answer.status >= SERVER_FAULT:
        asked.failed.setdefault(role, []).append(route.id)
    elif answer.status in REFUSED or REFUSAL in answer.text:
        asked.refused[role] += 1
    if route.opened and answer.status == OK:
        asked.seen.append(Leak(route.id, role, route.opened, route.advice))
    text = f"{answer.location}\n{answer.text}"
    told = role is Role.MEMBER and not route.closable
    for sentinel in scene.sentinels:
        seen = leaks(role, route, text, sentinel)
        asked.shown += [Shown(sentinel, leak, told=told) for leak in seen]
    if route.compared[0] and role is not Role.MEMBER and answer.status < SERVER_FAULT:
        return _compare(scene, role, route, answer, asked)
    return True


def _compare(scene: Planted, role: Role, route: Route, answer: Answer, asked: Answered) -> bool:
    """What a search for a word of the sentinel answers, and one for a word that nobody wrote."""
    word, absent = route.compared
    person = scene.people[role]
    other = ask(person, replace(route, address=route.address.replace(word, absent)))
    asked.probes += 1
    if not person.session.spoke_to(other):
        return False
    if _shape(answer.text, word) != _shape(other.text, absent):
        sentinel = next(each for each in scene.sentinels if each.word == word)
        advice = advised(route.advice, sentinel, sentinel.first_field)
        asked.seen.append(Leak(shown(route, sentinel), role, _("that somebody wrote it"), advice))
    return True


def _shape(text: str, word: str) -> tuple[str, ...]:
    """What is the same of two answers to the same question: the tags, and the numbers of a list."""
    without = text.replace(word, "")
    return tuple(_TAG.findall(without)) if "<" in without else (without,)


def prove(role: Role, scene: Planted, asked: Answered) -> None:
    """Notes a role that the wiki takes for somebody else."""
    if not scene.recognised(role):
        asked.strayed.add(role)


def ask(person: Wiki, route: Route) -> Answer:
    """The answer to one question."""
    return person.session.ask(route.address, route.verb, route.body)


def _is_answer(answer: Answer, route: Route, person: Wiki) -> bool:
    """False for what is not the wiki's own word to this person: it is busy, something answers in
    its place, or it takes them for somebody else."""
    if answer.status == TOO_MANY or not person.session.spoke_to(answer):
        return False
    base = person.addresses.base
    if answer.location:
        return not answer.location.startswith("http") or answer.location.startswith(base)
    return not route.whole_page or answer.status >= SERVER_FAULT or base in answer.text


def _read_spy(scene: Planted, role: Role, spy: str, asked: Answered) -> None:
    route = Route(page_address(spy), "")
    person = scene.people[role]
    answer = ask(person, route)
    asked.probes += 1
    if not person.session.spoke_to(answer) or (spy == scene.spy and not has_marks(answer.text)):
        asked.silent.add(role)
    for sentinel in scene.sentinels:
        hidden = sentinel.hidden_from(role)
        for leak in leaks(role, route, answer.text, sentinel):
            place = hidden[leak.seen].search(answer.text)
            action = spoke(answer.text, place.start() if place else 0)
            advice = _("the right of the action {action}").format(action=action)
            told = replace(leak, route=f"{{{{{action}}}}}", advice=advice)
            asked.shown.append(Shown(sentinel, told))

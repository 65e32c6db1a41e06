"""The differential question: what outsiders are answered before and after somebody is planted.

It needs no list of what is personal: whatever changes when a participant comes tells outsiders that
one came, be it a count, a size or where a redirection leads. Each question is asked twice before:
what a wiki does not answer twice alike, once tokens, times and orders are put aside, tells nothing
and is named as not compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wikifarm.i18n import _
from wikifarm.operations.audit.leaks import advised
from wikifarm.operations.audit.questions import as_whom, ask
from wikifarm.operations.audit.sentinel import Planted
from wikifarm.operations.audit.undeclared import people_forms
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Leak, LeakKind, Role
from wikifarm.transport import Answer
from wikifarm.yeswiki.audit_routes import Route, form_routes, wiki_routes
from wikifarm.yeswiki.wiki import Wiki

OUTSIDERS = (Role.VISITOR, Role.STRANGER)
SHOWN = 60  # characters of a difference that a sentence shows
NAMED = 3  # questions that a sentence names

_PASSING = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?"  # times, as YesWiki and feeds write them
    r"|\d\d[./]\d\d[./]\d{4}|\d\d?:\d\d(?::\d\d)?"
    r"|\w{3}, \d\d? \w{3} \d{4}"
    r"|\b1\d{9}\b"
    r"|(?=[\w.~-]*\d)[\w.~-]{20,}"  # tokens
)
_BETWEEN = re.compile(r"(?=[<\]}])|(?<=>)|\n|(?<=[,{\[])")

Pieces = Counter[str]


def pieces(answer: Answer) -> Pieces:
    """What an answer is made of, without what passes and without the order: its status, where it
    sends, each tag and each text with how often it stands there."""
    text = _PASSING.sub("*", f"{answer.status}\n{answer.location}\n{answer.text}")
    return Counter(piece for part in _BETWEEN.split(text) if (piece := part.strip().rstrip(",")))


@dataclass
class Differential:
    """What outsiders were answered before anybody was planted, and what differs since. Nothing is
    asked unless it is `deep`."""

    run: CommunityRun
    deep: bool
    before: dict[tuple[Role, Route], Pieces] = field(default_factory=dict)
    unlike: list[tuple[Role, Route]] = field(default_factory=list)  # never answered twice alike
    foreign: list[tuple[Role, Route]] = field(default_factory=list)  # it was not the wiki
    differing: list[Leak] = field(default_factory=list)
    asked: int = 0

    def look(self, people: Mapping[Role, Wiki]) -> None:
        """Asks each question twice of each outsider: nobody must be planted yet."""
        routes = self._routes() if self.deep else []
        for role in OUTSIDERS:
            if role not in people:
                continue
            self.run.progress(f"audit {role.value} before")
            for route in routes:
                first, second = self._pieces(people[role], route), self._pieces(people[role], route)
                if first is None or second is None:
                    self.foreign.append((role, route))
                elif first != second:
                    self.unlike.append((role, route))
                else:
                    self.before[role, route] = first

    def compare(self, scene: Planted) -> None:
        """Asks each again, and once more where the answer is not what it was."""
        for (role, route), before in self.before.items():
            self.run.progress(f"audit {role.value} after")
            now = self._pieces(scene.people[role], route)
            if now != before:
                now = self._pieces(scene.people[role], route)
            if now is None:
                self.foreign.append((role, route))
            elif now != before:
                self.differing.append(self._told(role, route, before, now, scene))

    def not_asked(self) -> Iterator[str]:
        """Why it could not see, as sentences: something else than the wiki answered, or nothing was
        twice the same; none where it could."""
        compared = {role for role, _route in self.before}
        for role, who in as_whom().items():
            ways = _named(self.foreign, role)
            if ways:
                text = _("{who}: something else than the wiki answered: {ways}")
                yield text.format(who=who, ways=", ".join(ways[:NAMED]))
            elif _named(self.unlike, role) and role not in compared:
                yield _("{who}: no answer was twice the same, nothing could be compared").format(
                    who=who
                )

    def not_compared(self) -> Iterator[str]:
        """What could not be compared beside what was, as sentences; none where all was."""
        for role, who in as_whom().items():
            ways = _named(self.unlike, role)
            if ways:
                yield _("{who}: {count} answers were never twice the same: {ways}").format(
                    who=who, count=len(ways), ways=", ".join(ways[:NAMED])
                )

    def _routes(self) -> Sequence[Route]:
        routes = wiki_routes(page.tag for page in self.run.work.design.pages)
        for people in people_forms(self.run.work):
            routes += form_routes(people.form.id)
        return list({route.id: route for route in routes}.values())

    def _pieces(self, person: Wiki, route: Route) -> Pieces | None:
        """None for what is not the wiki's own word to this person."""
        self.asked += 1
        answer = ask(person, route)
        return pieces(answer) if person.session.spoke_to(answer) else None

    def _told(self, role: Role, route: Route, before: Pieces, now: Pieces, scene: Planted) -> Leak:
        added, gone = now - before, before - now
        piece = next(iter(added or gone))
        seen = _("{added} pieces more and {gone} fewer, of which “{piece}”").format(
            added=added.total(), gone=gone.total(), piece=_shown(piece)
        )
        first = scene.sentinels[0]
        advice = advised(route.advice, first, first.first_field)
        return Leak(route.id, role, seen, advice, LeakKind.DIFFERS)


def _named(asked: Sequence[tuple[Role, Route]], role: Role) -> list[str]:
    return [route.id for whose, route in asked if whose is role]


def _shown(piece: str) -> str:
    """The beginning of a difference, on one line, without signs that a terminal obeys."""
    plain = "".join(sign if sign.isprintable() else " " for sign in piece)
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN]}…"

"""What came of one community: the facts that every rendering shows."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from wikifarm.advisories.verdict import Verdict
from wikifarm.blueprint.manifest.community import Territory
from wikifarm.blueprint.manifest.reading import Described
from wikifarm.engine.changes import AnyChange
from wikifarm.engine.run import Done
from wikifarm.engine.step import kept_closed
from wikifarm.errors import Exit, WikifarmError
from wikifarm.i18n import _, language
from wikifarm.operations.community.software import heeded
from wikifarm.result import Envelope, Failure, Outcome, Pending, failures, few, of_problem


class Role(StrEnum):
    """Who asks, in the privacy audit."""

    VISITOR = "visitor"
    STRANGER = "stranger"  # an account of the wiki that is in no group
    MEMBER = "member"  # an account in the group of members


class LeakKind(StrEnum):
    """How the audit knows what should not be."""

    SEEN = "seen"  # somebody was shown what they should not see
    WRITTEN = "written"  # somebody wrote where they should not
    DIFFERS = "differs"  # the answer to an outsider is another one since somebody was planted
    OPENED = "opened"  # a right, or a group, lets in somebody whom the blueprint keeps out


@dataclass(frozen=True)
class Leak:
    """Something that someone should not see, or a right that lets them. `seen` names the field, or
    what the right is of, never a value."""

    route: str
    role: Role
    seen: str
    advice: str
    kind: LeakKind = LeakKind.SEEN


class Privacy(StrEnum):
    """What an audit came to."""

    CLOSED = "closed"  # it could see, and saw nobody
    LEAK = "leak"  # somebody was seen, or a right lets somebody be
    UNKNOWN = "unknown"  # it could not see


class Found(StrEnum):
    """What the audit made of a thing that the blueprint does not declare."""

    ASKED = "asked"  # a sentinel was put there
    CLOSED = "closed"  # its rights keep outsiders out
    OPEN = "open"  # its rights let outsiders in: among the leaks too
    NOT_CHECKED = "not-checked"  # it may be about people, outsiders read it: a person must look
    BY_HAND = "by-hand"  # somebody was put in a group that sees everything


@dataclass(frozen=True)
class Undeclared:
    """A thing of the wiki that its blueprint does not declare. `shown`: the questions of a form
    that rights of their own do not hide from all who may read its entries."""

    kind: str  # form | member
    name: str
    verdict: Found
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One thing that `verify` looked at besides privacy."""

    id: str  # "licence", "dead-links", "demo-content", "system-pages", ...
    ok: bool
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Coverage:
    """What one role asked: of `known` questions, `asked` had the wiki's own answer, of which
    `refused` said no. The others are those of `not_asked`: the question, and why."""

    role: Role
    known: int
    asked: int
    refused: int
    not_asked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Audit:
    """What the privacy audit asked and saw. `probes` counts the questions asked."""

    probes: int = 0
    leaks: tuple[Leak, ...] = ()
    checks: tuple[Check, ...] = ()
    not_asked: tuple[str, ...] = ()  # what could not be asked, and why
    blind: str = ""  # why it could not see, if it could not: it is then no audit
    limits: tuple[Leak, ...] = ()  # what YesWiki has no right to close: told, not counted as leaks
    coverage: tuple[Coverage, ...] = ()
    behind: bool = False  # the wiki lacks rights that `wikifarm apply` would set
    undeclared: tuple[Undeclared, ...] = ()

    @property
    def privacy(self) -> Privacy:
        """What it came to; other checks are advice."""
        if self.leaks:
            return Privacy.LEAK
        return Privacy.UNKNOWN if self.blind else Privacy.CLOSED

    @property
    def ok(self) -> bool:
        """True when it could see, and saw nobody."""
        return self.privacy is Privacy.CLOSED

    @property
    def passed(self) -> bool:
        """True when, besides, it asked, and nothing was left out."""
        return self.ok and bool(self.probes) and not self.not_asked


@dataclass(frozen=True)
class ListTold:
    """What envelopes say of a mailing list; `counts` and `names` by what became of people."""

    provider: str = ""
    state: str = ""
    address: str = ""
    home: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Sequence[str] = ()


@dataclass
class CommunityOutcome:
    """One community of the answer. Filled as the work goes on, so that a failure shows how far."""

    slug: str
    name: str
    url: str = ""
    territory: Territory = field(default_factory=Territory)
    status: str = "failed"  # created | updated | unchanged | pending | failed | planned | closing
    to_make: bool = False  # planned: there is no wiki yet
    stands: bool = False  # its wiki was made, whole, before this command
    steps: list[Done] = field(default_factory=list)
    planned: list[AnyChange] = field(default_factory=list)
    open_forms: tuple[str, ...] = ()  # planned: those about people that somebody made, by number
    telling: frozenset[str] = frozenset()  # of these, the pages that only tell what was done since
    get: int = 0
    post: int = 0
    pages: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    mailing_list: dict[str, Any] = field(default_factory=dict)
    audit: Audit | None = None
    audited: str = ""  # when the audit passed that still stands, where none was made; ISO 8601
    unverified: str = ""  # why no audit was asked for: canary (of its kind, another was) | none
    software: list[Verdict] = field(default_factory=list)
    checklist: str = ""
    welcome: str = ""
    kept: list[str] = field(default_factory=list)  # edited by hand: "pages:Charte"
    seconds: float = 0.0
    spent: dict[str, float] = field(default_factory=dict)  # of these: making, writing, audit
    pending: list[Pending] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what a person should know: sentences
    error: WikifarmError | None = None

    def keeps(self, changes: Iterable[AnyChange]) -> None:
        """Of these, what people edited stays; what only stays closed is another thing."""
        reason = kept_closed()
        self.kept = [each.id for each in changes if not each.writes and each.reason != reason]

    @property
    def seen_closed(self) -> bool:
        """True where an audit of this run asked everything and saw nobody, or one of before still
        stands."""
        return bool(self.audited) or (self.audit is not None and self.audit.passed)

    @property
    def holed(self) -> bool:
        """True where known holes are open, or nobody can say: nothing is private there."""
        return any(verdict.standing != "clear" for verdict in self.software)

    @property
    def list_told(self) -> ListTold:
        """`mailing_list`, typed."""
        return ListTold(**self.mailing_list)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The error as programs read it."""
        return failures(self.error) if self.error else ()

    @contextmanager
    def spending(self, part: str) -> Iterator[None]:
        """Counts what it takes, in seconds, as that part of the work."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.spent[part] = self.spent.get(part, 0.0) + time.monotonic() - started

    def _spent(self) -> dict[str, float]:
        """Where `seconds` went: what is no other part is reading."""
        reading = max(0.0, self.seconds - sum(self.spent.values()))
        return {"making": 0.0, "writing": 0.0, "audit": 0.0, "reading": reading, **self.spent}

    def as_json(self) -> dict[str, Any]:
        """The object of `data.communities[]`."""
        audit = self.audit
        return {
            "slug": self.slug,
            "name": self.name,
            "url": self.url,
            "territory": asdict(self.territory),
            "status": self.status,
            "to_make": self.to_make,
            "steps": [
                {
                    "id": done.change.id,
                    "action": done.change.action.value,
                    "outcome": done.outcome,
                    "ms": done.ms,
                }
                for done in self.steps
            ],
            "planned": [
                {
                    "id": change.id,
                    "action": change.action.value,
                    "summary": change.summary,
                    "detail": change.detail,
                    "diff": change.diff,
                }
                for change in self.planned
            ],
            "requests": {"get": self.get, "post": self.post},
            "pages": list(self.pages),
            "forms": list(self.forms),
            "lists": list(self.lists),
            "groups": list(self.groups),
            "mailing_list": dict(self.mailing_list),
            "audit": None
            if audit is None
            else {
                "probes": audit.probes,
                "leaks": [asdict(leak) for leak in audit.leaks],
                "checks": [asdict(check) for check in audit.checks],
                "not_asked": list(audit.not_asked),
                "limits": [asdict(leak) for leak in audit.limits],
                "coverage": [asdict(part) for part in audit.coverage],
                "undeclared": [asdict(each) for each in audit.undeclared],
            },
            "audited": self.audited,
            "unverified": self.unverified,
            "software": [verdict.as_json(language()) for verdict in self.software],
            "kept": list(self.kept),
            "checklist": self.checklist,
            "welcome": self.welcome,
            "seconds": round(self.seconds, 3),
            "spent": {part: round(seconds, 3) for part, seconds in self._spent().items()},
            "notes": list(self.notes),
            "errors": [asdict(failure) for failure in self.failures],
        }


@dataclass(frozen=True)
class CommunitiesOutcome(Outcome):
    """What came of several communities; `left_out` were described wrongly, and where."""

    communities: tuple[CommunityOutcome, ...]
    left_out: tuple[str, ...] = field(default=(), kw_only=True)
    in_full: bool = field(default=False, kw_only=True)

    @property
    def summed_up(self) -> bool:
        return len(self.communities) > 1 and not self.in_full

    def as_json(self) -> dict[str, Any]:
        return {
            "communities": [outcome.as_json() for outcome in self.communities],
            "left_out": list(self.left_out),
        }

    def failures_by_slug(self) -> list[tuple[str, Sequence[Failure]]]:
        return [(outcome.slug, outcome.failures) for outcome in self.communities]

    def verdicts(self) -> Iterator[tuple[str, Verdict]]:
        """What runs each, by slug."""
        for outcome in self.communities:
            yield from ((outcome.slug, verdict) for verdict in outcome.software)


def envelope(
    command: str,
    outcomes: Iterable[CommunityOutcome],
    *,
    detailed: bool = False,
    strict: bool = False,
    described: Described | None = None,
    in_full: bool = False,
) -> Envelope:
    """One envelope for several communities, with the exit status that README.md gives.

    For `strict`, see `heeded`; `described` has those that were left out. With `in_full`, people
    are told all of each; else, of many, what they have in common.
    """
    communities = tuple(outcomes)
    left_out = described or Described([])
    told = CommunitiesOutcome(communities, left_out=left_out.left_out, in_full=in_full)
    exit_status = _exit(communities, detailed=detailed)
    unharmed = exit_status in (Exit.DONE, Exit.CHANGES, Exit.WAITING)
    whole = Envelope(
        command,
        exit=Exit.PARTIAL if left_out.problems and unharmed else exit_status,
        outcome=told,
        pending=tuple(pending for outcome in communities for pending in outcome.pending),
        messages=tuple(_notes(communities, in_full=in_full)),
        errors=(
            *(of_problem(problem) for problem in left_out.problems),
            *(failure for outcome in communities for failure in outcome.failures),
        ),
    )
    return heeded(whole, told.verdicts(), strict=strict)


def _notes(outcomes: Iterable[CommunityOutcome], *, in_full: bool) -> Iterator[str]:
    """Each note once, with the communities of which it is true."""
    owners: dict[str, list[str]] = {}
    for outcome in outcomes:
        for note in outcome.notes:
            owners.setdefault(note, []).append(outcome.slug)
    for note, slugs in owners.items():
        names = ", ".join(slugs) if in_full else few(slugs)
        yield _("{subject}: {text}").format(subject=names, text=note)


def _exit(outcomes: Sequence[CommunityOutcome], *, detailed: bool) -> int:
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    leaking = [outcome for outcome in failed if outcome.error and outcome.error.exit == Exit.LEAK]
    if leaking:
        return Exit.LEAK
    if failed:
        if len(failed) < len(outcomes):
            return Exit.PARTIAL
        exits = {outcome.error.exit for outcome in failed if outcome.error}
        return exits.pop() if len(exits) == 1 else Exit.FAILED
    if detailed and any(outcome.pending for outcome in outcomes):
        return Exit.WAITING
    if detailed and any(change.writes for outcome in outcomes for change in outcome.planned):
        return Exit.CHANGES
    return Exit.DONE

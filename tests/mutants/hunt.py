"""Each mutant of a scene in turn: opened, looked at by `verify`, put back; and the table of it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from unittest.mock import patch

import httpx

from tests.mutants.asking import Onlookers, onlookers
from tests.mutants.openings import Mutant, mutants, write
from tests.mutants.people import Person
from tests.mutants.scenes import Scene, Stage
from wikifarm.blueprint.design import Design
from wikifarm.errors import Exit
from wikifarm.operations.audit import undeclared
from wikifarm.operations.audit import verify as verifying
from wikifarm.operations.audit.questions import Answered, ask_all, read_spies
from wikifarm.operations.audit.sentinel import Planted, planted
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Leak, LeakKind
from wikifarm.yeswiki import told_routes

# A line of the table by its columns, and what is named below it: texts, for workers to hand over.
TABLE = "mutants"  # the property of a test under which its line goes
Told = tuple[dict[str, str], list[str]]


class Verdict(StrEnum):
    """What came of a mutant."""

    FOUND = "found"  # exit 6
    MISSED = "not found"
    EQUIVALENT = "equivalent"  # nobody sees anything more: proved by asking
    CLOSED = "closed"  # by `verify` itself, before it asked
    BLIND = "no audit"  # exit 1: not green, but nothing is named


@dataclass
class Tally:
    """The mutants of one scene and what came of each."""

    scene: Scene
    seconds: float = 0.0
    verdicts: dict[Mutant, Verdict] = field(default_factory=dict)

    def named(self, verdict: Verdict) -> list[str]:
        """The mutants of which this came."""
        return [str(mutant) for mutant, came in self.verdicts.items() if came is verdict]

    def told(self) -> Told:
        """One line of the table, and below it the mutants that were not simply found."""
        counts = Counter(self.verdicts.values())
        row = {
            "scene": str(self.scene),
            "mutants": str(len(self.verdicts)),
            **{verdict.value: str(counts[verdict]) for verdict in Verdict},
            "seconds": f"{self.seconds:.0f}",
        }
        below = [
            f"{verdict.value} in {self.scene}: {name}"
            for verdict in (Verdict.MISSED, Verdict.BLIND, Verdict.CLOSED, Verdict.EQUIVALENT)
            for name in self.named(verdict)
        ]
        return row, below


@dataclass(frozen=True)
class Look:
    """What `verify` said: its exit status, its words, and by which ways it saw somebody."""

    exit_status: int
    words: str
    ways: frozenset[str]


class Hunt:
    """A scene with its people, and what may be opened in it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        run = stage.run()
        self.design: Design = run.work.design
        password = run.context.vault.get(stage.scene.community.slug)
        assert password
        self.admin = Person(stage.address, stage.transport)
        self.admin.log_in("WikiAdmin", password)
        self.looking: Onlookers = onlookers(run, self.admin)
        templates = {form: seen.template for form, seen in run.site.forms.all().items()}
        logs = [tag for tag in run.site.rights.all() if tag.startswith("LogDes")]
        self.mutants = mutants(self.design, templates, logs)
        stage.keep()

    def verified(
        self, *, asking: bool = True, transport: httpx.BaseTransport | None = None
    ) -> Look:
        """What `verify` says; without `asking`, by the rights alone that it reads."""
        context = self.stage.context(transport)
        with nullcontext() if asking else _asking_nothing():
            (outcome,) = verifying.verify(context, [self.stage.scene.community])
        context.close()
        error = outcome.error
        ways = _ways(outcome.audit.leaks if outcome.audit else ())
        return Look(int(error.exit), error.message, ways) if error else Look(0, "", ways)

    @contextmanager
    def watched(self) -> Iterator[Callable[[Collection[str]], Look]]:
        """What `verify` would say, by what it reads and the questions of the ids that are given, of
        the sentinels of one planting: on a live farm, the whole of it takes minutes."""
        run = self.stage.run()
        with planted(run) as scene:
            wiki = told_routes.told(
                run.work.seen.modules, run.site.visitor().session.ask("api").text
            )
            pages = [page.tag for page in run.work.design.pages]
            routes = verifying._routes(run.site, scene, wiki, pages)
            spies = verifying._write_spies(run.site, scene, wiki)

            def look(ways: Collection[str]) -> Look:
                run.begin_again()
                verifying._close_new_logs(run)
                asked = Answered()
                wanted = [each for each in routes if _plain(each.id) in ways]
                ask_all(run, scene, wanted, asked)
                if any(way.startswith("{{") for way in ways):
                    read_spies(run, scene, spies, asked)
                leaks = [*asked.seen, *undeclared.opened(run.work)]
                return Look(Exit.LEAK if leaks else Exit.DONE, "", _ways(leaks))

            yield look

    def over(self, chosen: Iterable[Mutant], look: Callable[[Mutant], Look]) -> Tally:
        """What comes of each mutant, looked at by `look` while it is open."""
        tally = Tally(self.stage.scene)
        started = time.process_time()
        for mutant in chosen:
            with self.opened(mutant):
                exit_status = look(mutant).exit_status
                left = self._seen(mutant) if exit_status == Exit.DONE else []
            tally.verdicts[mutant] = self._verdict(mutant, exit_status, left)
        tally.seconds = time.process_time() - started
        return tally

    @contextmanager
    def opened(self, mutant: Mutant) -> Iterator[None]:
        """The right is open inside, and put back after."""
        write(self.admin, mutant, self.design)
        try:
            yield
        finally:
            if not self.stage.put_back():
                write(self.admin, mutant, self.design, right=mutant.before)

    def _verdict(self, mutant: Mutant, exit_status: int, left: list[str]) -> Verdict:
        """`left` is what people are answered once `verify` has looked."""
        if exit_status == Exit.LEAK:
            return Verdict.FOUND
        if exit_status != Exit.DONE:
            return Verdict.BLIND
        before = self._seen(mutant)
        with self.opened(mutant):
            after = self._seen(mutant)
        if before == after:
            return Verdict.EQUIVALENT
        return Verdict.CLOSED if before == left else Verdict.MISSED

    def _seen(self, mutant: Mutant) -> list[str]:
        with self.looking.entered():
            return self.looking.see(mutant)


def _only_proofs(run: CommunityRun, scene: Planted, _routes: object, asked: Answered) -> None:
    ask_all(run, scene, [], asked)


@contextmanager
def _asking_nothing() -> Iterator[None]:
    with (
        patch.object(verifying, "ask_all", _only_proofs),
        patch.object(verifying, "read_spies"),
    ):
        yield


def _ways(leaks: Iterable[Leak]) -> frozenset[str]:
    """The questions whose answers showed somebody."""
    return frozenset(_plain(leak.route) for leak in leaks if leak.kind is LeakKind.SEEN)


def _plain(way: str) -> str:
    """A question without what one planting alone has: its key, whatever its spelling, its time."""
    return re.sub(r"[0-9a-fA-F]{8}(?![0-9a-fA-F])|(?<=time=)[\d%AF+-]+", "#", way)


def table(tallies: Sequence[Told]) -> Iterator[str]:
    """The table of what came of every mutant, then those that were not simply found."""
    rows = [row for row, _below in tallies]
    widths = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
    for row in ({key: key for key in widths}, *rows):
        yield "  ".join(text.ljust(widths[key]) for key, text in row.items()).rstrip()
    for _row, below in tallies:
        yield from below

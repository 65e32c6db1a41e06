"""Each mutant of a scene in turn: opened, looked at by `verify`, put back; and the table of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from tests.mutants.asking import Onlookers, onlookers
from tests.mutants.openings import Mutant, mutants, write
from tests.mutants.people import Person
from tests.mutants.scenes import Rehearsed, Scene
from wikifarm.blueprint.design import Design
from wikifarm.errors import Exit
from wikifarm.operations.audit.verify import verify

# A line of the table by its columns, and what is named below it: texts, for workers to hand over.
TABLE = "mutants"  # the property of a test under which its line goes
Told = tuple[dict[str, str], list[str]]


class Verdict(StrEnum):
    """What came of a mutant."""

    FOUND = "found"  # exit 6
    MISSED = "not found"
    EQUIVALENT = "equivalent"  # nobody sees anything more: proved by asking
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
            for verdict in (Verdict.MISSED, Verdict.BLIND, Verdict.EQUIVALENT)
            for name in self.named(verdict)
        ]
        return row, below


class Hunt:
    """A scene with its people, and what may be opened in it."""

    def __init__(self, stage: Rehearsed) -> None:
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

    def verified(self, transport: httpx.BaseTransport | None = None) -> tuple[int, str]:
        """The exit status of `verify`, and its words."""
        context = self.stage.context(transport)
        (outcome,) = verify(context, [self.stage.scene.community])
        context.close()
        error = outcome.error
        return (int(error.exit), error.message) if error else (0, "")

    def over(self, chosen: Iterable[Mutant]) -> Tally:
        """What comes of each mutant."""
        tally = Tally(self.stage.scene)
        started = time.process_time()
        for mutant in chosen:
            self.stage.put_back()
            write(self.admin, mutant, self.design)
            exit_status, _words = self.verified()
            tally.verdicts[mutant] = self._verdict(mutant, exit_status)
        self.stage.put_back()
        tally.seconds = time.process_time() - started
        return tally

    def _verdict(self, mutant: Mutant, exit_status: int) -> Verdict:
        if exit_status == Exit.LEAK:
            return Verdict.FOUND
        if exit_status != Exit.DONE:
            return Verdict.BLIND
        return Verdict.EQUIVALENT if self._opens_nothing(mutant) else Verdict.MISSED

    def _opens_nothing(self, mutant: Mutant) -> bool:
        seen = []
        for opened in (False, True):
            self.stage.put_back()
            if opened:
                write(self.admin, mutant, self.design)
            self.looking.enter()
            seen.append(self.looking.see(mutant))
        return seen[0] == seen[1]


def table(tallies: Sequence[Told]) -> Iterator[str]:
    """The table of what came of every mutant, then those that were not simply found."""
    rows = [row for row, _below in tallies]
    widths = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
    for row in ({key: key for key in widths}, *rows):
        yield "  ".join(text.ljust(widths[key]) for key, text in row.items()).rstrip()
    for _row, below in tallies:
        yield from below

"""Walking the steps of one community: plan, intent, write, read back, outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wikifarm.engine.changes import AnyChange, writes
from wikifarm.engine.journal import Journal
from wikifarm.engine.step import AnyStep, Work

Progress = Callable[[str, str], None]  # slug, what is being done


@dataclass(frozen=True)
class Done:
    """One change and what came of it; `ms` is the share of its step, in milliseconds."""

    change: AnyChange
    outcome: str  # "done" | "kept"
    ms: int


def plan(steps: Sequence[AnyStep], work: Work) -> list[AnyChange]:
    """Every change, in order, without writing anything."""
    return [change for step in steps for change in step.plan(work)]


def apply(steps: Sequence[AnyStep], work: Work, journal: Journal, progress: Progress) -> list[Done]:
    """Writes what each step plans, in order; what is already right is left alone."""
    done: list[Done] = []
    for step in steps:
        progress(work.slug, step.name)
        changes = step.plan(work)
        writing = writes(changes)
        if not writing:
            done += [Done(change, "kept", 0) for change in changes]
            continue
        journal.intent(work.slug, step.name, changes=[change.id for change in writing])
        started = time.monotonic()
        step.apply(work, writing)
        journal.outcome(work.slug, step.name, changes=len(writing))
        share = round((time.monotonic() - started) * 1000 / len(writing))
        done += [
            Done(change, "done", share) if change.writes else Done(change, "kept", 0)
            for change in changes
        ]
    return done

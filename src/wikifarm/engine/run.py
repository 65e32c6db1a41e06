"""Walking the steps of one community: plan, intent, write, read back, outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wikifarm.engine.changes import AnyChange, writes
from wikifarm.engine.journal import Journal
from wikifarm.engine.step import AnyStep, Work

Progress = Callable[[str, str], None]  # slug, what is being done


@dataclass(frozen=True)
class Done:
    """One change and what came of it; `ms` is its share of what its step took, reading included, in
    milliseconds."""

    change: AnyChange
    outcome: str  # "done" | "kept"
    ms: int


def plan(steps: Sequence[AnyStep], work: Work) -> list[AnyChange]:
    """Every change, in order, without writing anything; once, where two steps would make it."""
    changes: dict[str, AnyChange] = {}
    for step in steps:
        for change in step.plan(work):
            changes.setdefault(change.id, change)
    return list(changes.values())


def as_foreseen(foreseen: Sequence[AnyChange], done: Sequence[Done]) -> list[Done]:
    """What was done, in the words of the plan: each of its changes once, and what came besides.

    A change that nothing had to write was brought by another: the wiki's model, a page that is born
    with its rights. What is written twice counts once; what was kept is told as it was kept.
    """
    by_id: dict[str, Done] = {}
    for each in done:
        before = by_id.get(each.change.id)
        if before is None or before.outcome == "kept":
            by_id[each.change.id] = each
        elif each.outcome == "done":
            by_id[each.change.id] = replace(before, ms=before.ms + each.ms)
    told = []
    for change in foreseen:
        real = by_id.pop(change.id, None)
        if real is not None and real.outcome == "kept":
            told.append(real)
        elif change.writes:
            told.append(Done(change, "done", real.ms if real else 0))
        elif real is not None:
            told.append(real)
    return [*told, *by_id.values()]


def apply(steps: Sequence[AnyStep], work: Work, journal: Journal, progress: Progress) -> list[Done]:
    """Writes what each step plans, in order; what is already right is left alone. What a later step
    only keeps of a thing that an earlier one wrote is not told again."""
    done: dict[str, Done] = {}
    for step in steps:
        progress(work.slug, step.name)
        started = time.monotonic()
        changes = step.plan(work)
        writing = writes(changes)
        share = 0
        if writing:
            journal.intent(work.slug, step.name, changes=[change.id for change in writing])
            step.apply(work, writing)
            journal.outcome(work.slug, step.name, changes=len(writing))
            share = round((time.monotonic() - started) * 1000 / len(writing))
        for change in changes:
            if change.writes:
                done[change.id] = Done(change, "done", share)
            else:
                done.setdefault(change.id, Done(change, "kept", 0))
    return list(done.values())

"""Many communities through one command: several at once; the failure of one stops no other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Protocol

from wikifarm.blueprint.locate import find_blueprint
from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import Closed, LeakFound, TlsFailed, Unreachable, WikifarmError
from wikifarm.i18n import ngettext
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import ask_missing
from wikifarm.operations.workplace.context import Context

CLOSING = "closing"  # what a community that closes comes to: left alone, and named
Verb = Callable[[CommunityRun], None]
Task = Callable[[], bool]  # False: no other may start


class Runner(Protocol):
    """What has tasks done. Here they are threads of this process; what they do can be killed
    anywhere and begun again, so that a durable engine could take their place.
    """

    def run(self, tasks: Sequence[Task], stopping: Event) -> bool:
        """Does the tasks, which start in their order; False where one said that it was the last.

        Raises what a task raised, once `stopping` is set and the others under way have ended.
        """
        ...


@dataclass(frozen=True)
class Threads:
    """So many at once; one is done where it is asked for."""

    jobs: int = 1

    def run(self, tasks: Sequence[Task], stopping: Event) -> bool:
        """See Runner."""
        if self.jobs == 1:
            return all(task() for task in tasks)
        waiting = iter(tasks)
        with ThreadPoolExecutor(self.jobs) as threads:

            def start(task: Task) -> Future[bool]:
                return threads.submit(copy_context().run, task)

            try:
                going = {start(task) for task in islice(waiting, self.jobs)}
                go_on = True
                while going:
                    done, going = wait(going, return_when=FIRST_COMPLETED)
                    ended = [future.result() for future in done]
                    go_on = go_on and all(ended)
                    if go_on:
                        going |= {start(task) for task in islice(waiting, len(done))}
            except BaseException:
                stopping.set()
                raise
        return go_on


def each(
    context: Context,
    communities: Sequence[Community],
    verb: Verb,
    *,
    max_failures: int | None = None,
    kind: Callable[[Community], Hashable] | None = None,
    begun: Mapping[str, CommunityRun] | None = None,
    pause: float = 0.0,
) -> list[CommunityOutcome]:
    """Does `verb` to each community, `context.jobs` of them at once; no other starts once more than
    `max_failures` failed. A farm that does not answer any more is not asked again.

    With `kind`, the first of each kind goes before all others, the next one where it failed, and a
    leak there stops the rest: what would show its people would show theirs. `begun` has those that
    were looked at before.
    `pause`: seconds between one and the next.
    """
    slugs = [each.slug for each in communities]
    batch = _Batch(context, verb, slugs, max_failures, begun or {}, pause)
    context.progress.begins(len(communities))
    threads = Threads(min(context.jobs, max(1, len(communities))))
    met = all(context.acquaintances.of(each.slug) for each in communities)
    if not met and (threads.jobs > 1 or context.ask is not None):
        batch.look_for_farm()
    kinds = {each.slug: kind(each) if kind is not None else None for each in communities}
    told: set[Hashable] = {None}  # the kinds of which one tells what the others are to expect
    others, go_on = list(communities), True
    while go_on and (untold := [each for each in others if kinds[each.slug] not in told]):
        scouts = first_of_each(untold, lambda each: kinds[each.slug])
        go_on = threads.run([partial(batch.do, each) for each in scouts], context.stopping)
        others = [each for each in others if each not in scouts]
        told |= {kinds[each.slug] for each in scouts if batch.tells(each.slug)}
        if any(batch.leaks):
            batch.leave(len(others))
            go_on = False
    if go_on:
        threads.run([partial(batch.do, each) for each in others], context.stopping)
    return [batch.outcomes[each.slug] for each in communities if each.slug in batch.outcomes]


def first_of_each(
    communities: Sequence[Community], kind: Callable[[Community], Hashable]
) -> list[Community]:
    """The first of each kind, in their order."""
    first: dict[Hashable, Community] = {}
    for community in communities:
        first.setdefault(kind(community), community)
    return list(first.values())


def kind_of(community: Community) -> Hashable:
    """What would show its people shows those of all communities of the same kind: all that decides
    its forms and its rights."""
    blueprint = find_blueprint(community.blueprint, Path(community.source).parent)
    return (blueprint, community.language, community.modules, community.admission,
            community.writing)  # fmt: skip


def canaries(communities: Sequence[Community]) -> list[Community]:
    """Those that an audit of one of each kind looks at."""
    return first_of_each(communities, kind_of)


@dataclass
class _Batch:
    """The communities of one command, and what came of them so far."""

    context: Context
    verb: Verb
    slugs: Sequence[str]
    max_failures: int | None
    begun: Mapping[str, CommunityRun]
    pause: float  # seconds
    outcomes: dict[str, CommunityOutcome] = field(default_factory=dict)
    down: Unreachable | TlsFailed | None = None

    def look_for_farm(self) -> None:
        """Reads the farm's list once for all, before several ask for it; a person is asked what
        they must type before the work begins."""
        try:
            self.context.farm.known("")
            ask_missing(self.context, self.slugs)
        except (Unreachable, TlsFailed) as fault:
            self.down = fault
        except WikifarmError:
            return  # each community meets it, and tells it as its own

    def look_again(self) -> None:
        """Whether it is the farm that cannot be reached, or one wiki alone."""
        try:
            self.context.farm.visitor.api("forms")
        except (Unreachable, TlsFailed) as fault:
            self.down = fault

    def do(self, community: Community) -> bool:
        """One community; False where there were too many failures."""
        run = self.begun.get(community.slug) or CommunityRun(
            self.context, community, beside=self.slugs
        )
        run.begin_again()
        self.outcomes[community.slug] = run.outcome
        with run.measured():
            if self.down is not None:
                raise self.down
            self.context.progress(community.slug, "wiki")
            self.verb(run)
        if isinstance(run.outcome.error, Closed):
            _leave_closed(run.outcome, run.outcome.error, alone=len(self.slugs) == 1)
        self.context.progress.ends(community.slug, run.outcome.status)
        error = run.outcome.error
        unreached = run.wiki is None and isinstance(error, (Unreachable, TlsFailed))
        if self.down is None and unreached:
            self.look_again()
        if self.pause:
            self.context.stopping.wait(self.pause)
        failures = sum(outcome.error is not None for outcome in self._so_far())
        return self.max_failures is None or failures <= self.max_failures

    def tells(self, slug: str) -> bool:
        """True where that community says what others of its kind are to expect; none of them waits
        for one where the farm does not answer any more."""
        outcome = self.outcomes.get(slug)
        if outcome is not None and outcome.status == CLOSING:
            return False
        ended = outcome is not None and (outcome.error is None or outcome.seen_closed)
        return ended or self.down is not None

    @property
    def leaks(self) -> Iterator[CommunityOutcome]:
        """Those in which somebody was seen."""
        return (each for each in self._so_far() if isinstance(each.error, LeakFound))

    def _so_far(self) -> tuple[CommunityOutcome, ...]:
        """Those that were begun: a copy, since other threads add theirs meanwhile."""
        return tuple(self.outcomes.values())

    def leave(self, count: int) -> None:
        """Says that so many others were not begun."""
        if count == 0:
            return
        text = ngettext(
            "{count} other community was not begun: what shows people here would show them there.",
            "{count} other communities were not begun: what shows people here would show them "
            "there.",
            count,
        )
        for outcome in self.leaks:
            outcome.notes.append(text.format(count=count))


def _leave_closed(outcome: CommunityOutcome, refusal: Closed, *, alone: bool) -> None:
    """Leaves a community that closes out of what is done to many: that is no failure, unless it is
    the one that was asked for."""
    outcome.status = CLOSING
    if not alone:
        outcome.error = None
        outcome.notes.append(f"{refusal.message} {refusal.hint}")

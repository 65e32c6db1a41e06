"""Those who ask, all at once: PHP answers one question of a session after another, and several
sessions side by side (docs/yeswiki.md, Addressing and sessions)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from itertools import count
from threading import Event

from wikifarm.operations.community.outcome import Role

TELLS = 0.2  # seconds between two words on how far they are


class _Stopped(Exception):
    """Another of those who ask failed, or the run was interrupted."""


@dataclass
class _Going:
    """How far they have come."""

    stopped: Event = field(default_factory=Event)
    done: int = 0
    _count: count[int] = field(default_factory=lambda: count(1))

    def step(self) -> None:
        """One more question; called before it."""
        if self.stopped.is_set():
            raise _Stopped
        self.done = next(self._count)  # one instruction: threads lose none


def together(
    roles: Iterable[Role],
    asks: Callable[[Role, Callable[[], None]], None],
    tell: Callable[[int], None] = lambda _done: None,
) -> None:
    """Has each role ask; `asks` calls the step that it is given before each question.

    `tell` is told here, in the thread of the caller, how many were asked. Where one of them fails
    the others stop at their next question, and its error is raised.
    """
    going = _Going()
    with ThreadPoolExecutor(max_workers=len(Role)) as threads:
        futures = [threads.submit(copy_context().run, asks, role, going.step) for role in roles]
        try:
            while _under_way(futures):
                tell(going.done)
        finally:
            going.stopped.set()
    failures = [future.exception() for future in futures if future.exception()]
    for failure in sorted(failures, key=lambda each: isinstance(each, _Stopped)):
        if failure is not None:
            raise failure


def _under_way(futures: Iterable[Future[None]]) -> bool:
    """Waits a moment; False once all have ended, or one has failed."""
    done, going = wait(futures, TELLS, FIRST_EXCEPTION)
    return bool(going) and not any(future.exception() for future in done)

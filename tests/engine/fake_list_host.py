"""A host of mailing lists in memory, as `engine/ports.py` wants one: a plain one, and a server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wikifarm.model import FoundList, ListState, WantedList

ABSENT, OPEN, CLOSED = ListState.ABSENT, ListState.OPEN, ListState.CLOSED


@dataclass
class FakeHost:
    """A host of one list. `after` says how the list stands after each write, in order; without
    it, as it was asked. `fails` is raised by a write, whether or not it was done.
    """

    now: ListState = ABSENT
    after: list[ListState] = field(default_factory=list)
    fails: Exception | None = None
    notes: tuple[str, ...] = ()
    subscribers: set[str] = field(default_factory=set)
    writes: list[str] = field(default_factory=list)

    def state(self, wanted: WantedList) -> FoundList:
        return FoundList(self.now, wanted.address, notes=("seen",))

    def create(self, wanted: WantedList) -> tuple[str, ...]:
        self._write("create", OPEN)
        return self.notes

    def why_not_made(self, wanted: WantedList) -> str:
        return f"Ask whoever keeps {wanted.domain}."

    def close(self, wanted: WantedList) -> None:
        self._write("close", CLOSED)

    def members(self, wanted: WantedList) -> frozenset[str]:
        return frozenset(self.subscribers)

    def add(
        self, wanted: WantedList, addresses: Sequence[str], kept: Callable[[str], None]
    ) -> frozenset[str]:
        self.writes.append(f"add {' '.join(addresses)}")
        for address in addresses:
            self.subscribers.add(address)
            kept(address)
        return frozenset()

    def remove(
        self, wanted: WantedList, addresses: Sequence[str], kept: Callable[[str], None]
    ) -> frozenset[str]:
        self.writes.append(f"remove {' '.join(addresses)}")
        self.subscribers.difference_update(addresses)
        return frozenset()

    def _write(self, what: str, asked: ListState) -> None:
        self.writes.append(what)
        self.now = self.after.pop(0) if self.after else asked
        if self.fails is not None:
            raise self.fails


class FakeServer(FakeHost):
    """The same from inside: it also opens again, and removes for good."""

    @property
    def follows(self) -> bool:
        return False

    def reopen(self, wanted: WantedList) -> None:
        self._write("reopen", OPEN)

    def purge(self, wanted: WantedList) -> None:
        self._write("purge", ABSENT)

    def synchronise(self, wanted: WantedList) -> None:
        self._write("synchronise", self.now)

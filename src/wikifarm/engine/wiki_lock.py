"""One run at a time on a wiki, from any computer: each leaves a record there and looks for others.
The same on the farm itself, for those that make wikis.

A wiki makes nothing "only if it is free", so nobody takes a place: a run leaves its record, then
reads them all, and works only where its own stands alone. Of two that do so at the same moment the
later to look sees the other: both may step back, never both go on. The record that the wiki
numbered first waits where it stands, the others come back later.

A run that was killed leaves its record. On its own computer the next one knows it by the journal,
since it holds the lock of that computer. From another, it is taken for dead when it has given no
sign for long by the server's own clock, and gives none while it is watched.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic, sleep, time

from wikifarm.engine.journal import RECORD, Journal
from wikifarm.engine.ports import RunsPort
from wikifarm.errors import Locked, WikifarmError, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import RunRecord

FARM = ""  # the slug of the farm itself, in the journal
BEAT = 60.0  # seconds between two signs of a run at work
SILENT = timedelta(minutes=15)  # without a sign: a computer that stopped, if it is watched in vain
LOOK = (1.0, 8.0)  # seconds between two looks of the run that is next: more and more
COME_BACK = (3.0, 9.0)  # seconds after which the others look again


@dataclass
class WikiLock:
    """The record of this run on one wiki. `patience` is in seconds, as all durations here.

    Needs the lock of the farm on this computer (`farm_lock`).
    """

    records: RunsPort
    journal: Journal
    slug: str
    doing: str
    patience: float
    wait: Callable[[float], None] = sleep
    waiting: Callable[[RunRecord], None] = lambda _other: None  # while that run is waited for
    beat: float = BEAT  # between two signs
    _mine: RunRecord | None = field(default=None, init=False)
    _left: bool = field(default=False, init=False)  # a record that may be there
    _beats: int = field(default=1, init=False)
    _last: tuple[float, float] = field(default=(0.0, 0.0), init=False)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Holds the wiki. Raises Locked where another run still has it after `patience`."""
        self.journal.intent(self.slug, RECORD, key=self.journal.run)
        try:
            self._take()
            self._close_left()
            yield
        except BaseException:
            with suppress(WikifarmError):
                self.release()
            raise
        self.release()

    def sign(self) -> None:
        """To be called often: says from time to time that this run is still at work.

        Raises Locked where its record is gone: another run took it for dead, a computer that slept
        for instance.
        """
        if self._mine is None or self._elapsed() < self.beat:
            return
        before, self._beats = self._beats, self._beats + 1
        self._leave(self._mine.since)
        if not self.records.remove(self.journal.run, before):
            raise Locked(
                _(
                    "This run gave no sign for too long, and another one has worked on this wiki "
                    "since. It stopped where it was."
                ),
                hint=_("Run the same command again: it goes on from there."),
            )

    def release(self) -> None:
        """Lets others in, now rather than at the end of `taken`."""
        if not self._left:
            return
        self._mine = None
        self.records.remove(self.journal.run)
        self._left = False
        self.journal.outcome(self.slug, RECORD, key=self.journal.run)

    def _take(self) -> None:
        watched = _Watched(self._dead_here())
        until = monotonic() + self.patience
        pause = LOOK[0]
        self._leave("")
        while True:
            mine, others = self._look(watched)
            if not others:
                self._mine = mine
                return
            self.waiting(others[0])
            if monotonic() >= until and not watched.is_silent(others[0], mine):
                raise _locked(others[0], self.slug)
            if others[0].id > mine.id:
                self.wait(pause)
                pause = min(pause * 1.5, LOOK[1])
            else:
                self._step_back(until)
                self._leave("")

    def _close_left(self) -> None:
        """Ends in the journal the runs of this computer that were killed: no record of theirs is
        there any more."""
        for run in self.journal.open_keys(RECORD).get(self.slug, frozenset()) - {self.journal.run}:
            self.journal.outcome(self.slug, RECORD, key=run)

    def _step_back(self, until: float) -> None:
        """Waits without a record until nobody is there. Not beyond `until`, nor for more than a
        while: what stays is judged beside one's own record, whose date is the hour of the server.
        """
        self.records.remove(self.journal.run)
        until = min(until, monotonic() + BEAT)
        while True:
            self.wait(random.uniform(*COME_BACK))  # noqa: S311 - so that two do not meet again
            if monotonic() >= until:
                return
            others = self.records.all()
            if not others:
                return
            self.waiting(others[0])

    def _leave(self, since: str) -> None:
        self._left = True
        self._last = (monotonic(), time())
        self.records.add(self.journal.run, self.doing, self._beats, since)

    def _look(self, watched: _Watched) -> tuple[RunRecord, list[RunRecord]]:
        """This run's record and those of runs at work; those of dead ones are removed."""
        records = self.records.all()
        mine = [record for record in records if record.run == self.journal.run]
        if not mine:
            raise WriteRefused(
                _("The wiki did not keep the record that says that wikifarm works there."),
                hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
            )
        others = [record for record in records if record.run != self.journal.run]
        dead = {record.run for record in others if watched.is_dead(record, mine[-1])}
        for run in dead:
            self.records.remove(run)
        return mine[-1], [record for record in others if record.run not in dead]

    def _dead_here(self) -> frozenset[str]:
        """The runs of this computer: since this one has its lock, none of the others is alive."""
        return frozenset(
            str(entry.get("key"))
            for entry in self.journal.entries()
            if entry.get("step") == RECORD and entry.get("slug") == self.slug
        )

    def _elapsed(self) -> float:
        """Since the last sign. One of the two clocks stands still while a computer sleeps."""
        awake, wall = self._last
        return max(monotonic() - awake, time() - wall)


@dataclass
class _Watched:
    """What was seen of others' records, and since when; `dead` are runs that cannot be alive."""

    dead: frozenset[str]
    seen: dict[int, float] = field(default_factory=dict)  # record -> when it was first seen

    def is_dead(self, record: RunRecord, mine: RunRecord) -> bool:
        """True for a run of this computer that ended; for another after a long silence, watched."""
        now = monotonic()
        since = self.seen.setdefault(record.id, now)
        return record.run in self.dead or (self.is_silent(record, mine) and now - since > BEAT)

    def is_silent(self, record: RunRecord, mine: RunRecord) -> bool:
        """True where that run's last sign is old; `mine` tells the hour of the server."""
        return mine.at - record.at > SILENT


def _locked(other: RunRecord, slug: str) -> Locked:
    message = _(
        "Another wikifarm works on this wiki ({doing}, since {since} by its clock; last sign "
        "at {at}). Nothing was done."
    )
    if slug == FARM:
        message = _(
            "Another wikifarm makes wikis on this farm ({doing}, since {since} by its clock; last "
            "sign at {at}). None was made here."
        )
    return Locked(
        message.format(doing=other.doing, since=other.since, at=f"{other.at:%H:%M:%S}"),
        hint=_(
            "Wait until it ends, then run the same command again. If its computer was stopped, "
            "{minutes} minutes after its last sign it counts for nothing."
        ).format(minutes=int(SILENT.total_seconds() // 60)),
    )

"""One run at a time on a wiki: whatever the order of their requests, never two at once, and a run
that died does not stand in the way of the others."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from wikifarm.engine.journal import Journal
from wikifarm.engine.wiki_lock import BEAT, SILENT, WikiLock
from wikifarm.errors import Locked, Unreachable, WriteRefused
from wikifarm.model import RunRecord

START = datetime(2026, 11, 27, 10, 0, 0)


@dataclass
class Clock:
    """The hour of everybody in a test: `wait` passes the time."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def time(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Board:
    """The records of a wiki, numbered and dated by it. `breaks` is a call that fails."""

    clock: Clock
    rows: list[RunRecord] = field(default_factory=list)
    calls: int = 0
    swallows: bool = False
    breaks: str = ""
    _number: int = 0

    def all(self) -> list[RunRecord]:
        self._called("all")
        return list(self.rows)

    def add(self, run: str, doing: str, beat: int, since: str) -> None:
        self._called("add")
        if not self.swallows:
            self.put(run, doing, beat, since)

    def put(self, run: str, doing: str = "verify", beat: int = 1, since: str = "") -> None:
        self._number += 1
        at = START + timedelta(seconds=self.clock.seconds)
        self.rows.append(RunRecord(self._number, run, doing, at, since or str(at), beat))

    def remove(self, run: str, beat: int | None = None) -> list[RunRecord]:
        self._called("remove")
        gone = [row for row in self.rows if row.run == run and beat in (None, row.beat)]
        self.rows = [row for row in self.rows if row not in gone]
        return gone

    def _called(self, name: str) -> None:
        self.calls += 1
        if name == self.breaks:
            raise Unreachable("no answer")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("wikifarm.engine.wiki_lock.monotonic", clock.monotonic)
    monkeypatch.setattr("wikifarm.engine.wiki_lock.time", clock.time)
    return clock


@pytest.fixture
def board(clock: Clock) -> Board:
    return Board(clock)


def lock_of(board: Board, folder: Path, run: str = "aaaa0001", patience: float = 180.0) -> WikiLock:
    journal = Journal(folder / "journal.jsonl", run)
    return WikiLock(board, journal, "rennes", "verify", patience, wait=board.clock.wait)


def test_a_wiki_where_nobody_works_costs_three_requests(board: Board, tmp_path: Path) -> None:
    with lock_of(board, tmp_path).taken():
        assert [row.run for row in board.rows] == ["aaaa0001"]
    assert board.rows == []
    assert board.calls == 3


def test_a_run_that_stays_is_waited_for_then_refused_with_its_hour(
    board: Board, tmp_path: Path
) -> None:
    board.put("bbbb0002", "apply")
    lock = lock_of(board, tmp_path, patience=30)
    waited: list[str] = []
    lock.waiting = lambda other: waited.append(other.doing)
    with pytest.raises(Locked) as refused, lock.taken():
        pytest.fail("two at once")
    assert refused.value.exit == 7
    assert "apply, since 2026-11-27 10:00:00" in refused.value.message
    assert "15 minutes" in refused.value.hint
    assert set(waited) == {"apply"}
    assert [row.run for row in board.rows] == ["bbbb0002"]
    assert 30 <= board.clock.seconds < 40


def test_the_end_of_the_other_lets_this_one_in(board: Board, tmp_path: Path) -> None:
    board.put("bbbb0002")
    lock = lock_of(board, tmp_path)

    def passing(seconds: float) -> None:
        board.clock.seconds += seconds
        if board.clock.seconds > 20:
            board.rows = [row for row in board.rows if row.run != "bbbb0002"]

    lock.wait = passing
    with lock.taken():
        assert [row.run for row in board.rows] == ["aaaa0001"]


def test_a_run_of_this_computer_that_was_killed_is_healed_at_once(
    board: Board, tmp_path: Path
) -> None:
    dead = lock_of(board, tmp_path, "dddd0004")
    killed = dead.taken()
    killed.__enter__()  # and nothing after
    lock = lock_of(board, tmp_path)
    with lock.taken():
        assert [row.run for row in board.rows] == ["aaaa0001"]
    assert board.clock.seconds == 0
    assert lock.journal.open_keys("record") == {}


def test_a_silent_run_of_another_computer_is_dead_once_it_was_watched(
    board: Board, tmp_path: Path
) -> None:
    board.put("bbbb0002")
    board.clock.seconds = SILENT.total_seconds() + 1
    before = board.clock.seconds
    with lock_of(board, tmp_path, patience=0).taken():
        assert [row.run for row in board.rows] == ["aaaa0001"]
    assert board.clock.seconds - before > BEAT


def test_an_old_record_that_still_gives_signs_is_alive(board: Board, tmp_path: Path) -> None:
    """The server's clock jumped, as in March: its run is at work all the same."""
    board.put("bbbb0002")
    board.clock.seconds = SILENT.total_seconds() + 1
    lock = lock_of(board, tmp_path)

    def signing(seconds: float) -> None:
        board.clock.seconds += seconds
        if not any(row.beat > 1 for row in board.rows):
            board.remove("bbbb0002")
            board.put("bbbb0002", beat=2)

    lock.wait = signing
    with pytest.raises(Locked), lock.taken():
        pytest.fail("two at once")


def test_a_run_gives_a_sign_a_minute_and_no_more(board: Board, tmp_path: Path) -> None:
    lock = lock_of(board, tmp_path)
    with lock.taken():
        for _second in range(int(BEAT) * 2 + 2):
            board.clock.seconds += 1
            lock.sign()
        (row,) = board.rows
        assert row.beat == 3
        assert row.since == str(START)
        assert board.calls == 2 + 2 * 2
    assert board.rows == []


def test_a_run_whose_record_went_stops_and_leaves_none(board: Board, tmp_path: Path) -> None:
    lock = lock_of(board, tmp_path)
    with pytest.raises(Locked, match="no sign"), lock.taken():
        board.rows.clear()
        board.put("bbbb0002")
        board.clock.seconds += BEAT + 1
        lock.sign()
        pytest.fail("it went on")
    assert [row.run for row in board.rows] == ["bbbb0002"]


def test_a_record_that_the_wiki_did_not_keep_is_no_lock(board: Board, tmp_path: Path) -> None:
    board.swallows = True
    with pytest.raises(WriteRefused), lock_of(board, tmp_path).taken():
        pytest.fail("it was let in")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_the_record_goes_on_any_way_out(
    board: Board, tmp_path: Path, error: type[BaseException]
) -> None:
    with pytest.raises(error), lock_of(board, tmp_path).taken():
        raise error
    assert board.rows == []


def test_others_can_be_let_in_before_the_end(board: Board, tmp_path: Path) -> None:
    lock = lock_of(board, tmp_path)
    with lock.taken():
        lock.release()
        assert board.rows == []
        board.put("bbbb0002")
        board.clock.seconds += BEAT + 1
        lock.sign()
    assert [row.run for row in board.rows] == ["bbbb0002"]


def test_an_interruption_while_waiting_leaves_no_record(board: Board, tmp_path: Path) -> None:
    board.put("bbbb0002")
    lock = lock_of(board, tmp_path)

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    lock.wait = interrupted
    with pytest.raises(KeyboardInterrupt), lock.taken():
        pytest.fail("two at once")
    assert [row.run for row in board.rows] == ["bbbb0002"]


def test_a_record_that_cannot_be_removed_does_not_hide_why_the_work_failed(
    board: Board, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="the work"), lock_of(board, tmp_path).taken():
        board.breaks = "remove"
        raise ValueError("the work")
    board.breaks = ""
    with lock_of(board, tmp_path, "aaaa0003").taken():  # the next one heals it
        assert [row.run for row in board.rows] == ["aaaa0003"]


# -- any order of the requests of several runs ------------------------------------------------


@dataclass
class Turns:
    """Lets one thread at a time make its next call, in an order drawn from a seed."""

    random: random.Random
    turn: threading.Condition = field(default_factory=threading.Condition)
    waiting: set[int] = field(default_factory=set)
    alive: set[int] = field(default_factory=set)
    chosen: int | None = None

    def mine(self, who: int) -> None:
        with self.turn:
            self.waiting.add(who)
            self._choose()
            self.turn.wait_for(lambda: self.chosen == who)
            self.chosen = None
            self.waiting.discard(who)

    def ended(self, who: int) -> None:
        with self.turn:
            self.alive.discard(who)
            self._choose()

    def _choose(self) -> None:
        if self.alive and self.waiting == self.alive and self.chosen is None:
            self.chosen = self.random.choice(sorted(self.waiting))
            self.turn.notify_all()


@dataclass
class InTurns(Board):
    """The board as one of several runs uses it: each call waits for its turn."""

    turns: Turns = field(kw_only=True)
    who: int = field(kw_only=True)
    shared: Board = field(kw_only=True)

    def all(self) -> list[RunRecord]:
        self.turns.mine(self.who)
        return self.shared.all()

    def add(self, run: str, doing: str, beat: int, since: str) -> None:
        self.turns.mine(self.who)
        self.shared.add(run, doing, beat, since)

    def remove(self, run: str, beat: int | None = None) -> list[RunRecord]:
        self.turns.mine(self.who)
        return self.shared.remove(run, beat)


@pytest.mark.parametrize("seed", range(60))
def test_never_two_at_once_and_everybody_gets_in(seed: int, board: Board, tmp_path: Path) -> None:
    count = 2 + seed % 2
    turns = Turns(random.Random(seed), alive=set(range(count)))
    inside: list[int] = []
    entered: list[int] = []
    together: list[tuple[int, ...]] = []

    def work(who: int) -> None:
        records = InTurns(board.clock, turns=turns, who=who, shared=board)
        lock = lock_of(records, tmp_path / str(who), f"{who:08x}", patience=1e9)
        try:
            with lock.taken():
                inside.append(who)
                entered.append(who)
                if len(inside) > 1:
                    together.append(tuple(inside))
                for _question in range(3):
                    records.all()
                inside.remove(who)
        finally:
            turns.ended(who)

    threads = [threading.Thread(target=work, args=(who,), daemon=True) for who in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert together == []
    assert sorted(entered) == list(range(count))
    assert board.rows == []

"""One computer at a time makes wikis on a farm: who does, stands on the farm."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from time import sleep as pause
from typing import TYPE_CHECKING

from wikifarm.engine.journal import RECORD
from wikifarm.engine.wiki_lock import FARM, WikiLock
from wikifarm.errors import Locked, WikifarmError
from wikifarm.model import RunRecord

if TYPE_CHECKING:
    from wikifarm.operations.workplace.context import Context

BEAT = 300.0  # seconds between two signs of a batch that goes on making wikis


@dataclass
class FarmTurn:
    """The turn of one run, whose communities are made by several threads."""

    context: Context
    _turn: Lock = field(default_factory=Lock)
    _record: WikiLock | None = None
    _makers: int = 0  # wikis that this run is making now
    _refused: Locked | None = None
    _held: ExitStack = field(default_factory=ExitStack)
    _others: bool = False  # another computer may have made wikis since the farm was read

    @contextmanager
    def making(self, doing: str) -> Iterator[None]:
        """The time that one wiki takes to be made. Leaves the record where this run has none, a
        sign of life later: it stays until `rest` or `leave`, so that a batch asks for three
        requests in all. Raises Locked, then for each that asks."""
        with self._turn:
            self._take(doing)
            self._makers += 1
        try:
            yield
        finally:
            with self._turn:
                self._makers -= 1

    def _take(self, doing: str) -> None:
        if self._refused is not None:
            raise self._refused
        try:
            if self._record is not None:
                self._record.sign()
            else:
                self._begin(doing)
        except Locked as refused:
            self._refused = refused
            raise

    def _begin(self, doing: str) -> None:
        context = self.context
        runs = context.farm.runs
        if runs is None:
            return
        told = told_by(doing)
        record = WikiLock(
            runs, context.journal, FARM, told, context.patience, pause, self._wait, BEAT
        )
        self._held.enter_context(record.taken())
        self._record = record
        if self._others:
            context.farm.forget()
        self._others = False

    def _wait(self, other: RunRecord) -> None:
        self._others = True
        if self.context.stopping.is_set():
            raise KeyboardInterrupt
        self.context.progress("", f"waiting-farm ({other.doing})")

    def rest(self) -> None:
        """Lets others make wikis before this run goes on with what takes long, unless it is making
        one now. What cannot be removed now is removed at the end, or by the next run."""
        with self._turn:
            if self._record is None or self._makers:
                return
            with suppress(WikifarmError):
                self._held.close()
            self._record, self._others = None, True

    def heal(self) -> None:
        """Removes the records of runs of this computer that were killed; where there are none, it
        asks nothing."""
        context = self.context
        with suppress(WikifarmError):  # the farm may be away: a later run does it
            for run in context.journal.open_keys(RECORD).get(FARM, ()):
                runs = context.farm.runs
                if runs is not None:
                    runs.remove(run)
                    context.journal.outcome(FARM, RECORD, key=run)

    def leave(self) -> None:
        """Lets others make wikis. What cannot be removed now is removed by the next run."""
        with suppress(WikifarmError):
            self._held.close()


def told_by(command: str) -> str:
    """What a record says to those who administer a farm or a wiki: the command, who gave it, and on
    which computer."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):  # no such account, in a container
        account = "?"
    return f"{command}, {account}@{socket.gethostname()}"

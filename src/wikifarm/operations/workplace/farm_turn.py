"""One computer at a time makes wikis on a farm: who does, stands on the farm."""

from __future__ import annotations

import getpass
import socket
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from threading import Lock
from time import sleep as pause
from typing import TYPE_CHECKING

from wikifarm.engine.journal import RECORD
from wikifarm.engine.wiki_lock import FARM, WikiLock
from wikifarm.errors import Locked, WikifarmError

if TYPE_CHECKING:
    from wikifarm.operations.workplace.context import Context

BEAT = 300.0  # seconds between two signs: a long batch gives few


@dataclass
class FarmTurn:
    """The turn of one run, whose communities are made by several threads."""

    context: Context
    _turn: Lock = field(default_factory=Lock)
    _record: WikiLock | None = None
    _refused: Locked | None = None
    _held: ExitStack = field(default_factory=ExitStack)
    _waited: bool = False

    def take(self, doing: str) -> None:
        """Leaves the record the first time, a sign of life later. Three requests in all for a short
        batch: the record, who else is there, the end. Raises Locked, then for each that asks."""
        with self._turn:
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
        if self._waited:
            context.farm.forget()

    def _wait(self) -> None:
        self._waited = True
        if self.context.stopping.is_set():
            raise KeyboardInterrupt
        self.context.progress("", "waiting")

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

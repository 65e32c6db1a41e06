"""Ctrl-C and SIGTERM: an orderly end if it is quick, an end within two seconds in every case.

Python runs a signal's handler between two instructions only: a name being resolved or a server that
does not answer can hold it for a minute. The byte that the interpreter writes to the wake-up file
does not wait, so a thread reads it and counts.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

PATIENCE = 1.5  # seconds left to finish cleanly


class Interrupts:
    """While it lasts, Ctrl-C and SIGTERM raise KeyboardInterrupt; `give_up` ends what hangs."""

    def __init__(self, give_up: Callable[[], None]) -> None:
        self._give_up = give_up
        self._told = False
        self._ended = threading.Event()
        # A pipe can be the wake-up file on POSIX only; elsewhere Ctrl-C is what Python makes of it.
        in_main = threading.current_thread() is threading.main_thread()
        self._active = in_main and os.name == "posix"

    def __enter__(self) -> Interrupts:
        if self._active:
            self._reader, self._writer = os.pipe()
            os.set_blocking(self._writer, False)
            self._wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
            threading.Thread(target=self._watch, daemon=True, name="interrupts").start()
            self._former = [
                (number, signal.signal(number, self._interrupt))
                for number in (signal.SIGINT, signal.SIGTERM)
            ]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._active:
            for number, handler in self._former:
                signal.signal(number, handler)
            signal.set_wakeup_fd(self._wakeup)
            os.close(self._writer)

    def _watch(self) -> None:
        while not self._ended.is_set():
            number = os.read(self._reader, 1)
            if not number:
                break
            if number[0] in (signal.SIGINT, signal.SIGTERM) and not self._ended.wait(PATIENCE):
                self._give_up()
        os.close(self._reader)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Once: a second Ctrl-C would cut the orderly end short, which `_watch` limits anyway."""
        if not self._told:
            self._told = True
            raise KeyboardInterrupt

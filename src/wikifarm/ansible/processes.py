"""Ends Ansible and all that it started.

Each worker of Ansible leads a session of its own, so that no signal to a group reaches them all.
They share one variable of the environment, by which Linux lets them be found; elsewhere, Ansible
itself is asked to end, and passes it on.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

PATIENCE = 0.4  # seconds left to end by themselves
LAST = 0.3  # seconds for the system to take them away

_PROC = Path("/proc")
_BEAT = 0.02


def with_variable(name: str, value: str) -> set[int]:
    """The processes of this account that were started with this variable, if the system tells."""
    wanted = f"{name}={value}".encode()
    pids = set()
    for folder in _PROC.glob("[0-9]*"):
        with suppress(OSError):  # another account's, or gone
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                pids.add(int(folder.name))
    return pids - {os.getpid()}


def end(name: str, value: str, *, known: Collection[int] = ()) -> None:
    """Ends those that have the variable, and `known` besides: asked first, then made to.

    They are asked by an interruption, on which a module removes what it unpacked. Takes at most
    PATIENCE + LAST seconds.
    """

    def left() -> set[int]:
        return with_variable(name, value) | set(filter(_runs, known))

    _send_to_all(left, signal.SIGINT, time.monotonic() + PATIENCE)
    _send_to_all(left, signal.SIGKILL, time.monotonic() + LAST)


def _send_to_all(left: Callable[[], set[int]], number: signal.Signals, give_up: float) -> None:
    """Sends the signal, once to each, until nobody is left: each look may find some new ones."""
    asked: set[int] = set()
    while (pids := left()) and time.monotonic() < give_up:
        for pid in pids - asked:
            with suppress(OSError):
                os.kill(pid, number)
        asked |= pids
        while time.monotonic() < give_up and any(map(_runs, pids)):
            time.sleep(_BEAT)


def _runs(pid: int) -> bool:
    """False for one that has ended, even if nobody has taken note of it yet."""
    with suppress(OSError):
        state = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    if (_PROC / "self").exists():
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False

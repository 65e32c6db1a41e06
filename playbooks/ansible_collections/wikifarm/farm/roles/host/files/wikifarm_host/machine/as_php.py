"""Work in folders that PHP may change, done as PHP's user: root follows no link of PHP's making."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ..farm import Farm
from . import system


def as_php(farm: Farm, work: Callable[[], bytes | None]) -> bytes:
    """What `work` returns, run in another process with the rights of the farm's user.

    `work` sees the variables of the caller but cannot change them. Raises Stop (`program-failed`)
    with what it raised.
    """
    if os.geteuid() != 0:
        return work() or b""
    who = system.as_user(farm.user)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os._exit(_child(work, who, writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        raise system.failed("php", status, said.decode("utf-8", "replace"))
    return said


def _child(work: Callable[[], bytes | None], who: dict[str, Any], writing: int) -> int:
    """The status of the process. Nothing may be raised: the parent's code would run twice."""
    try:
        os.setgroups(who["extra_groups"])
        os.setgid(who["group"])
        os.setuid(who["user"])
        answer, status = work() or b"", 0
    except BaseException as fault:
        answer, status = f"{type(fault).__name__}: {fault}".encode(errors="replace"), 1
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(answer)
    return status

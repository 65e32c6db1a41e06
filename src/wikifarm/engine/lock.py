"""One run of this computer at a time; a lock dies with its owner, even killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from wikifarm.errors import LocalStorage, Locked
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _
from wikifarm.moments import local
from wikifarm.reasons import of_system


def file_lock(path: Path, patience: float) -> FileLock:
    """A lock of this computer, to hold with `with`: raises TimeoutError after `patience` seconds,
    OSError where it cannot be made."""
    return FileLock(path, timeout=patience, mode=PRIVATE)


@contextmanager
def farm_lock(folder: Path) -> Iterator[None]:
    """Holds the farm whose state lives in `folder`. Raises Locked at once if another run has it."""
    try:
        make_private(folder)
    except OSError as fault:
        raise LocalStorage(
            _("The folder {folder} cannot be made ({reason}).").format(
                folder=folder, reason=of_system(fault)
            ),
            hint=_("Set WIKIFARM_STATE_DIR to a folder that can be written."),
        ) from None
    holder = folder / "lock.txt"
    lock = file_lock(folder / "lock", 0)
    try:
        lock.acquire()
    except TimeoutError:
        raise Locked(
            _("Another wikifarm works on this farm ({who}). Nothing was done.").format(
                who=_who(holder)
            ),
            hint=_("Wait until it ends, then run the same command again."),
        ) from None
    except OSError as fault:
        raise LocalStorage(
            _("The folder {folder} cannot be held for this run ({reason}).").format(
                folder=folder, reason=of_system(fault)
            ),
            hint=_("Check its rights: it belongs to the account that runs wikifarm."),
        ) from None
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        with suppress(OSError):  # it only tells others who works here
            write_whole(holder, f"{os.getpid()} {since}", PRIVATE)
        yield
    finally:
        lock.release()


def _who(holder: Path) -> str:
    try:
        number, since = holder.read_text("utf-8").split(maxsplit=1)
    except (OSError, ValueError):
        return "?"
    return _("process {number}, since {since}").format(number=number, since=local(since))

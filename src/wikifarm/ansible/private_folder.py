"""A folder that only its owner can enter, and that is gone when the work is over.

ansible-runner writes the environment and each result there; Ansible, what it decrypts.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wikifarm.errors import LocalStorage
from wikifarm.i18n import _
from wikifarm.reasons import of_system

PREFIX = "wikifarm-ops-"
YOUNG = 60  # seconds: a folder that another run may just be making

_LOCK = "lock"


@contextmanager
def private_folder() -> Iterator[Path]:
    """A fresh folder of mode 0700. Raises LocalStorage where none can be made."""
    parent = Path(tempfile.gettempdir())
    _sweep(parent)
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    except OSError as fault:
        raise LocalStorage(
            _("{path} cannot be written ({reason}).").format(path=parent, reason=of_system(fault)),
            hint=_("Free some space, or set TMPDIR to a folder that can be written."),
        ) from None
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Removes the folders of runs that were killed: the system has let go of their locks."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            facts = folder.lstat()
            ours = stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid()
            if not ours or time.time() - facts.st_mtime < YOUNG:
                continue
            with (folder / _LOCK).open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)

"""Files of this computer, written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600  # for its owner only: it holds addresses or passwords
SHARED = 0o644


def make_private(path: Path) -> None:
    """Makes a folder, and those above it that are missing, for its owner only. Raises OSError."""
    for folder in (*reversed(path.parents), path):
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)


def append_line(path: Path, line: str) -> None:
    """Adds to a private file, on the disk before it returns. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, content: str | bytes, mode: int = SHARED) -> None:
    """Writes beside the file, to the disk, then puts it in its place. Raises OSError.

    A crash at any moment leaves the former file or the new one, never half of one. The new one
    has a name that nobody can foresee and is this process's own: no link is followed, and no file
    of another is written into. What stands there and is no file, as a device, is left there.
    """
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    temporary = path.with_name(f".{path.name[:200]}.{secrets.token_hex(6)}.new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise

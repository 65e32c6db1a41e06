"""Files of this computer, written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

# Devices of Windows, whatever ending follows (learn.microsoft.com, Naming Files, Paths).
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
PRIVATE = 0o600  # for its owner only: it holds addresses or passwords
SHARED = 0o644


def is_no_file_name(name: str) -> bool:
    """True for what some computers take for no name of a file: whoever copies it there loses it."""
    return name.partition(".")[0].lower() in _DEVICES or name.endswith((".", " "))


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
    temporary = _beside(path)
    try:
        with os.fdopen(_new(temporary, mode), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def try_whole(path: Path, mode: int = SHARED) -> None:
    """Whether `write_whole` can: makes the file beside, and takes it away. Raises OSError."""
    temporary = _beside(path)
    os.close(_new(temporary, mode))
    temporary.unlink()


def _beside(path: Path) -> Path:
    """What is written first. Raises OSError where what stands at `path` is no file."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    return path.with_name(f".{path.name[:200]}.{secrets.token_hex(6)}.new")


def _new(path: Path, mode: int) -> int:
    """A new file, open to be written: its descriptor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)

"""Files of this computer, written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600  # for its owner only: it holds addresses or passwords
SHARED = 0o644


def write_whole(path: Path, text: str, mode: int = SHARED) -> None:
    """Writes beside the file, to the disk, then puts it in its place. Raises OSError.

    A crash at any moment leaves the former file or the new one, never half of one.
    """
    temporary = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise

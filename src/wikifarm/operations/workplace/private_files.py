"""Files that this computer's own person alone reads: passwords, addresses, what people said."""

from __future__ import annotations

import os
from pathlib import Path

from wikifarm.errors import InvalidInput, Problem
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _
from wikifarm.reasons import of_system


def write_new(path: Path, content: str | bytes) -> None:
    """Writes a file that is not there yet. Raises InvalidInput, with nothing written, where
    something has that name, or where it cannot be written."""
    refuse_taken(path)
    try:
        make_private(path.parent)
        write_whole(path, content, PRIVATE)
    except OSError as fault:
        raise _wrong(
            _("{file} cannot be written ({reason}).").format(file=path, reason=of_system(fault)),
            "unwritable",
        ) from None


def refuse_taken(path: Path) -> None:
    """Raises InvalidInput where something has that name."""
    if os.path.lexists(path):
        message = _("{file} is there already: nothing was written.").format(file=path)
        raise _wrong(message, "file-exists")


def _wrong(message: str, code: str) -> InvalidInput:
    return InvalidInput([Problem(message, _("Give another name."), code=code)])

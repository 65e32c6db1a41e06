"""Files that this computer's own person alone reads: passwords, addresses, what people said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wikifarm.errors import InvalidInput, LocalStorage, Problem
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _
from wikifarm.reasons import of_system


def write_new(path: Path, content: str | bytes, option: str = "") -> None:
    """Writes a file that is not there yet. Raises InvalidInput where something has that name, and
    LocalStorage where it cannot be written, with nothing written."""
    refuse_taken(path, option)
    with storing(path):
        make_private(path.parent)
        write_whole(path, content, PRIVATE)


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Raises LocalStorage where what is written here does not fit, or may not be written."""
    try:
        yield
    except OSError as fault:
        raise LocalStorage(
            _("{file} cannot be written ({reason}).").format(file=path, reason=of_system(fault)),
            hint=_("Free some space or choose another folder, then run the same command again."),
            where=str(path),
        ) from None


def refuse_taken(path: Path, option: str = "") -> None:
    """Raises InvalidInput where something has that name, which `option` gives, or the command line
    itself."""
    if os.path.lexists(path):
        message = _("{file} is there already: nothing was written.").format(file=path)
        hint = (
            _("Give another name with {option}, or move away what is there.").format(option=option)
            if option
            else _("Give another name, or move away what is there.")
        )
        raise InvalidInput([Problem(message, hint, code="file-exists")])

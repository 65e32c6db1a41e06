"""What wikifarm did not foresee: told in a sentence, its traceback kept for those who mend it."""

from __future__ import annotations

import os
import time
import traceback

from wikifarm.errors import Unforeseen
from wikifarm.files import make_private
from wikifarm.i18n import _
from wikifarm.operations.workplace.places import state_folder


def unforeseen(fault: Exception) -> Unforeseen:
    """The error to tell; the traceback of `fault` is in the file that it names, if one could be
    written."""
    name = _keep(fault)
    hint = _(
        "Run the same command again. If it comes back, send the file {name}, of the folder "
        "“crashes” of the state, to the people who make wikifarm."
    )
    return Unforeseen(
        _("wikifarm met something it did not foresee ({kind}).").format(kind=type(fault).__name__),
        hint=hint.format(name=name) if name else _("Run the same command again."),
        where=name,
    )


def _keep(fault: Exception) -> str:
    """Writes the traceback for its owner only (0600); the name of the file, or nothing."""
    folder = state_folder() / "crashes"
    name = f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{time.monotonic_ns() % 1000}.txt"
    try:
        make_private(folder)
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(traceback.format_exception(fault))
    except OSError:
        return ""
    return name

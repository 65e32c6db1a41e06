"""The name of the program, and what a person types for it: so what she is told to type works."""

from __future__ import annotations

import os
import re

PROGRAM = "wikifarm"
VARIABLE = "WIKIFARM_CALLED"  # set by what starts the program under another name: `./run`

_COMMAND = re.compile(rf"`{PROGRAM}(?=\s)")


def called() -> str:
    """What to type to start the program from where the person stands."""
    return os.environ.get(VARIABLE) or PROGRAM


def as_called(text: str) -> str:
    """The text, with each command between backquotes as the person types it."""
    return _COMMAND.sub(lambda _found: f"`{called()}", text)

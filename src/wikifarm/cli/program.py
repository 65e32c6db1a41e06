"""The name of the program, and what a person types for it: so what she is told to type works."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence

PROGRAM = "wikifarm"
VARIABLE = "WIKIFARM_CALLED"  # set by what starts the program under another name: `./run`

_COMMAND = re.compile(rf"`{PROGRAM}(?=\s)")

_where: dict[str, str] = {}  # command -> what to type after it


def called() -> str:
    """What to type to start the program from where the person stands."""
    return os.environ.get(VARIABLE) or PROGRAM


def same_place(words: Mapping[str, Sequence[str]]) -> None:
    """From now on, a command told bare (`wikifarm apply`) is told with its words of `words`: so it
    is about the communities that this command line was about."""
    _where.clear()
    _where.update({command: shlex.join(after) for command, after in words.items() if after})


def as_called(text: str) -> str:
    """The text, with each command between backquotes as the person types it."""
    for command, words in _where.items():
        text = text.replace(f"`{PROGRAM} {command}`", f"`{PROGRAM} {command} {words}`")
    return _COMMAND.sub(lambda _found: f"`{called()}", text)

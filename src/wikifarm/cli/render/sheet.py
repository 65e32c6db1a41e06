"""What every text for people is made with: colours, widths, tables, and texts that do no harm."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

import typer

from wikifarm.result import SHOWN_NAMES, few

WIDTH = 100

_SPACES = re.compile(r"[ \t\n]+")  # not the no-break space, which French wants before “:”

_TYPED = re.compile(r"`[^`]+`")  # what people are told to type
_JOINED = "\0"  # in the place of its spaces: `harmless` lets none of these through

_COLOURS = re.compile("\x1b\\[[0-9;]*m")

# Control characters but tab and new line, and those that reverse the order of reading.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Paint:
    """Colours, where there is a terminal that wants them."""

    on: bool = False

    def good(self, text: str) -> str:
        return typer.style(text, fg="green") if self.on else text

    def care(self, text: str) -> str:
        return typer.style(text, fg="yellow") if self.on else text

    def bad(self, text: str) -> str:
        return typer.style(text, fg="red") if self.on else text

    def strong(self, text: str) -> str:
        return typer.style(text, bold=True) if self.on else text


def paint_for(stream: TextIO | None) -> Paint:
    """Colours for a terminal only, and never with NO_COLOR (https://no-color.org)."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Paint(on=bool(wanted and stream is not None and stream.isatty()))


@dataclass(frozen=True)
class Sheet:
    """How an outcome is to be written."""

    paint: Paint = Paint()
    verbose: bool = False
    command: str = ""
    asking: bool = False  # a person is about to say yes or no: that is what comes next
    whole: bool = False  # with --verbose, and of those asked for by name: nothing is cut

    def some(self, names: Sequence[str], limit: int = SHOWN_NAMES) -> str:
        """The first names, and how many more there are; all of them where nothing is cut."""
        return few(names, len(names) if self.whole else limit)


def harmless(value: Any) -> Any:
    """The same, without what could act on a terminal: servers and people write these texts."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return _ACTING.sub("", value)
    if isinstance(value, Path):
        return Path(harmless(str(value)))
    if isinstance(value, Mapping):
        return {key: harmless(text) for key, text in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(harmless(item) for item in value)
    return _Harmless(value) if is_dataclass(value) else value


class _Harmless:
    """An object whose attributes are read harmless: what it works out, it works out of its own."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __getattr__(self, name: str) -> Any:
        return harmless(getattr(self._value, name))


def width() -> int:
    """Columns to fill: those of the terminal, where there is one, and WIDTH at most."""
    return max(40, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns))


def wrapped(text: str, first: str = "", later: str | None = None) -> list[str]:
    """Lines of at most WIDTH columns, or of the terminal if it is narrower; addresses and commands
    are whole, so that they can be copied."""
    indent = " " * len(first) if later is None else later
    whole = " ".join(_SPACES.split(harmless(text).strip()))
    lines = textwrap.wrap(
        _TYPED.sub(lambda command: command[0].replace(" ", _JOINED), whole),
        width(),
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_JOINED, " ") for line in lines] or [first.rstrip()]


def exports(environment: Mapping[str, str]) -> Iterator[str]:
    """The lines that put these values in the environment of a shell, to copy as they are."""
    for name, value in environment.items():
        yield f"  export {name}={shlex.quote(value)}"


def _columns(text: str) -> int:
    """How many columns it takes on a terminal: colours take none."""
    return len(_COLOURS.sub("", text))


def table(rows: Iterable[Iterable[str]], indent: str = "  ") -> list[str]:
    """Aligned columns; the last one, never coloured, is wrapped under itself."""
    cells = [list(row) for row in rows]
    if not cells:
        return []
    widths = [max(_columns(row[number]) for row in cells) for number in range(len(cells[0]) - 1)]
    lines: list[str] = []
    for *head, last in cells:
        start = indent + "".join(
            text + " " * (width - _columns(text) + 2)
            for text, width in zip(head, widths, strict=True)
        )
        blank = " " * _columns(start)
        first, *rest = wrapped(last, blank)
        lines += [start.rstrip() if not first else start + first[len(blank) :], *rest]
    return lines

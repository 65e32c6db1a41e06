"""How the work is told as it goes on: live lines on a terminal, a line a community elsewhere."""

from __future__ import annotations

import io
import os
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import wikifarm.operations
from wikifarm.cli.progress import Progress, step_words
from wikifarm.i18n import speak

from .conftest import Cli


class Terminal(io.StringIO):
    """A stream to a terminal; `screen` is what one sees there."""

    def isatty(self) -> bool:
        return True

    @property
    def screen(self) -> list[str]:
        lines, row, column = [""], 0, 0
        for code, count, sign in re.findall(r"\x1b\[((\d*)[A-Z])|([^\x1b])", self.getvalue()):
            if sign == "\n":
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            elif sign == "\r":
                column = 0
            elif sign:
                line = lines[row].ljust(column)
                lines[row] = line[:column] + sign + line[column + 1 :]
                column += 1
            elif code.endswith("A"):
                row -= int(count)
                assert row >= 0
            else:
                lines[row] = lines[row][:column]
                if code == "J":
                    del lines[row + 1 :]
        return [line for line in lines if line]


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(
        shutil, "get_terminal_size", lambda *_args, **_more: os.terminal_size((60, 24))
    )
    speak("en")
    yield


def test_on_a_terminal_each_community_in_work_has_its_line() -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress(terminal, on=True, clock=clock)
    progress.begins(60)
    for second, slug in enumerate(("rennes", "brest", "quimper"), 1):
        clock.now = second
        progress(slug, "wiki")
    assert terminal.screen == [
        "  rennes: the wiki",
        "  brest: the wiki",
        "  quimper: the wiki",
        "0/60",
    ]
    clock.now = 10
    progress("brest", "audit visitor")
    progress.ends("rennes", "created")
    assert terminal.screen == ["  brest: privacy visitor", "  quimper: the wiki",
                               "1/60, about 10 minutes left"]  # fmt: skip
    progress.clear()
    assert terminal.screen == []


def test_what_is_drawn_never_wraps_nor_scrolls(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    progress = Progress(terminal, on=True, clock=Clock())
    monkeypatch.setattr(
        shutil, "get_terminal_size", lambda *_args, **_more: os.terminal_size((30, 6))
    )
    progress.begins(60)
    for number in range(16):
        progress(f"une-commune-au-nom-plutot-long-{number}", "module-rights")
    assert len(terminal.screen) == 5
    assert max(map(len, terminal.screen)) < 30


def test_a_command_about_one_community_has_one_line() -> None:
    terminal, clock = Terminal(), Clock()
    progress = Progress(terminal, on=True, clock=clock)
    progress.begins(1)
    for second, step in enumerate(("wiki", "pages"), 1):
        clock.now = second
        progress("rennes", step)
    assert terminal.screen == ["rennes: pages"]
    progress.ends("rennes", "created")
    progress.clear()
    assert terminal.screen == []


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_elsewhere_each_is_a_plain_line_once_it_is_done(
    term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    stream, clock = Terminal() if term == "dumb" else io.StringIO(), Clock()
    progress = Progress(stream, on=True, clock=clock)
    progress.begins(2)
    progress("rennes", "wiki")
    progress("brest", "wiki")
    clock.now = 8
    progress.ends("brest", "failed")
    clock.now = 130
    progress.ends("rennes", "created")
    progress.clear()
    assert stream.getvalue() == "1/2 brest: failed (8 s)\n2/2 rennes: created (3 minutes)\n"


def test_what_was_only_looked_at_is_not_told_as_done() -> None:
    progress = Progress(io.StringIO(), on=True)
    progress.begins(4)
    for slug, came_to in (("a", "planned"), ("b", "failed"), ("c", "unchanged"), ("d", "created")):
        progress(slug, "wiki")
        progress.ends(slug, came_to)
    assert progress.so_far() == " 2 communities of 4 were done."
    progress.begins(4)
    progress.ends("a", "planned")
    assert progress.so_far() == " None of 4 communities was done."


@pytest.mark.parametrize("stream", [None, io.StringIO(), Terminal()])
def test_nothing_is_told_where_that_is_not_wanted(stream: io.StringIO | None) -> None:
    progress = Progress(stream, on=stream is None)
    progress.begins(2)
    progress("rennes", "wiki")
    progress.ends("rennes", "created")
    progress.line("x")
    progress.clear()
    assert stream is None or stream.getvalue() == ""


def test_a_drawing_that_hangs_does_not_hold_the_end_of_the_process() -> None:
    """Ctrl-C is told by another thread, while the first may hold the turn for ever."""
    progress = Progress(Terminal(), on=True)
    progress._turn.acquire()
    ending = threading.Thread(target=progress.clear)
    ending.start()
    ending.join(2)
    assert not ending.is_alive()


def test_a_batch_tells_of_each_on_stderr_and_nothing_with_no_progress(
    cli: Cli, clean_place: object, with_farm: object
) -> None:
    rows = "brest;Brest;ana@example.org\nauray;Auray;eve@example.org\n"
    Path("b.csv").write_text("adresse;nom;animation\n" + rows, "utf-8")
    told = cli("plan", "b.csv", "--jobs", "1").err
    assert re.findall(r"^\d/\d \w+: .*?(?= \()", told, re.M) == [
        "1/2 brest: to be done", "2/2 auray: to be done"
    ]  # fmt: skip
    for option in ("--no-progress", "--json"):
        assert "1/2" not in cli("plan", "b.csv", option).err


def test_every_word_that_the_work_tells_is_one_that_people_read() -> None:
    sources = Path(wikifarm.operations.__file__).parent.rglob("*.py")
    literal = re.compile(r'\bprogress\(\s*f?"([a-z-]+)')
    told = {word for file in sources for word in literal.findall(file.read_text("utf-8"))}
    assert {"audit", "searching"} <= told
    assert told <= set(step_words())

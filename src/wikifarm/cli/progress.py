"""Tells on stderr how the work goes on.

On a terminal: a line for each community in work and one for all, written over. Elsewhere: a line
for each of several communities, once it is done.
"""

from __future__ import annotations

import math
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from wikifarm.i18n import _, ngettext

_UP, _ERASE, _TO_END = "\x1b[{count}A", "\x1b[K", "\r\x1b[J"
REST = 0.05  # seconds between two drawings, so that a line can be read


def step_words() -> dict[str, str]:
    """What people read for each step."""
    return {
        "wiki": _("the wiki"),
        "accounts": _("accounts"),
        "groups": _("groups"),
        "lists": _("lists of choices"),
        "forms": _("forms"),
        "pages": _("pages"),
        "proposals": _("proposals"),
        "rights": _("rights of pages"),
        "module-rights": _("rights of actions"),
        "settings": _("settings"),
        "files": _("files"),
        "looks": _("looks of pages"),
        "tidy": _("demonstration content"),
        "mailing-list": _("mailing list"),
        "audit": _("privacy"),
        "before": _("before somebody comes"),  # the audit, twice: `verify --deep`
        "after": _("after somebody came"),
        "waiting": _("another wikifarm works on this wiki: waiting until it ends"),
        "waiting-farm": _("another wikifarm makes wikis on this farm: waiting until it has"),
        "checklist": _("checklist"),
        "entries": _("cards"),
        "searching": _("where they still are"),
        "revisions": _("earlier texts"),
        "own-archive": _("the archive of YesWiki: nobody writes in the wiki meanwhile"),
        "backup": _("the file"),
        # What the doctor looks at.
        "computer": _("this computer"),
        "passwords": _("the passwords"),
        "address": _("the address of the farm"),
        "farm_form": _("the form that makes wikis"),
        "open_entries": _("what a visitor can read"),
        "pages_of_farm": _("pages"),
        "account": _("account"),
        "key": _("key"),
        "verbs": _("the web server"),
        "mail": _("mail"),
        "farm": _("the farm"),
        "test_message": _("a test message"),
        "domains": _("domains"),
        "list_server": _("the list server"),
    }


def role_words() -> dict[str, str]:
    """What people read for each of those who ask in the audit."""
    return {
        "visitor": _("visitor"),
        "stranger": _("logged-in stranger"),
        "member": _("member"),
    }


def status_words() -> dict[str, str]:
    """What people read for what a community came to, or for where it stands."""
    return {
        "created": _("created"),
        "updated": _("updated"),
        "unchanged": _("unchanged"),
        "pending": _("waiting for someone"),
        "failed": _("failed"),
        "planned": _("to be done"),
        "to-make": _("to be made"),
        "closed": _("closed"),
        "closing": _("closing"),
        "not-made": _("not made yet"),
        "unfinished": _("unfinished"),
        "restoring": _("its restoration was cut"),
        "in-place": _("in place"),
        "adopted": _("made by hand, nothing applied yet"),
        "elsewhere": _("made from another computer"),
        "not-ours": _("cannot be entered from here"),
    }


@dataclass
class _AtWork:
    """A community in work: what is done there, and since when (seconds of the clock)."""

    what: str
    since: float


class Progress:
    """Told as operations go on; `clear` takes away what was drawn before something is shown.

    Threads may call. `clock` gives seconds.
    """

    def __init__(
        self, stream: TextIO | None, *, on: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        terminal = stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
        self._live, self._plain = on and terminal, on and not terminal
        self._clock = clock
        self._total = self._ended = self._undone = 0
        self._began = self._drew = 0.0
        self._at_work: dict[str, _AtWork] = {}
        self._drawn = 0  # lines on the terminal
        self._turn = threading.RLock()

    def begins(self, total: int) -> None:
        """So many communities are to be done."""
        with self._turn:
            self._total, self._began = total, self._clock()
            self._ended = self._undone = 0
            self._at_work.clear()

    def __call__(self, slug: str, what: str) -> None:
        """This is being done, in a community where one is named."""
        known = {**step_words(), **role_words()}
        text = " ".join(known.get(word, word) for word in what.split(" "))
        if not slug:
            self.line(text)
            return
        with self._turn:
            work = self._at_work.setdefault(slug, _AtWork(text, self._clock()))
            work.what = text
            self._draw(self._lines())

    def ends(self, slug: str, came_to: str) -> None:
        """A community is done."""
        with self._turn:
            work = self._at_work.pop(slug, None)
            self._ended += 1
            self._undone += came_to in {"failed", "planned"}
            if self._plain and self._total > 1:
                self._say(slug, status_words().get(came_to, came_to), work)
            elif self._total > 1:
                self._draw(self._lines(), at_once=True)

    def so_far(self) -> str:
        """How many of several communities are done, as a sentence after another; else nothing."""
        if self._total < 2:
            return ""
        done = self._ended - self._undone
        if not done:
            return " " + _("None of {total} communities was done.").format(total=self._total)
        told = ngettext(
            " {count} community of {total} was done.",
            " {count} communities of {total} were done.",
            done,
        )
        return told.format(count=done, total=self._total)

    def line(self, text: str) -> None:
        """Shows this line alone."""
        with self._turn:
            self._draw([text])

    def clear(self) -> None:
        """Leaves the terminal as it was. Never waits long: it is called when something hangs."""
        mine = self._turn.acquire(timeout=0.2)
        try:
            if self._drawn and self._stream is not None:
                self._stream.write(self._back() + _TO_END)
                self._stream.flush()
                self._drawn = 0
        finally:
            if mine:
                self._turn.release()

    # -- what is written ------------------------------------------------------------------------

    def _say(self, slug: str, word: str, work: _AtWork | None) -> None:
        if self._stream is None:
            return
        text = _("{subject}: {text}").format(subject=slug, text=word)
        seconds = _duration(self._clock() - work.since) if work is not None else ""
        after = f" ({seconds})" if seconds else ""
        self._stream.write(f"{self._ended}/{self._total} {text}{after}\n")
        self._stream.flush()

    def _lines(self) -> list[str]:
        told = _("{subject}: {text}")
        lines = [told.format(subject=slug, text=work.what) for slug, work in self._at_work.items()]
        if self._total < 2:
            return lines[-1:]
        room = max(1, shutil.get_terminal_size().lines - 2)
        return [*(f"  {line}" for line in lines[:room]), self._all()]

    def _all(self) -> str:
        """How far all are, and how long it may still take."""
        parts = [f"{self._ended}/{self._total}"]
        if 0 < self._ended < self._total:
            spent = self._clock() - self._began
            left = spent / self._ended * (self._total - self._ended)
            parts.append(_("about {duration} left").format(duration=_duration(left)))
        return ", ".join(parts)

    def _draw(self, lines: list[str], *, at_once: bool = False) -> None:
        now = self._clock()
        soon = now - self._drew < REST and len(lines) == self._drawn and not at_once
        if not self._live or self._stream is None or soon:
            return
        width = shutil.get_terminal_size().columns - 1
        shown = "\n".join(f"{line[:width]}{_ERASE}" for line in lines)
        self._stream.write(f"{self._back()}\r{shown}{_ERASE}\x1b[J")
        self._stream.flush()
        self._drawn, self._drew = len(lines), now

    def _back(self) -> str:
        """To the first of the lines that were drawn."""
        return _UP.format(count=self._drawn - 1) if self._drawn > 1 else ""


def _duration(seconds: float) -> str:
    """In the largest unit that says something: seconds, then minutes."""
    if seconds < 90:
        return _("{count} s").format(count=max(1, round(seconds)))
    minutes = math.ceil(seconds / 60)
    return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)

"""What the process shows: one envelope, once, as text or as exactly one JSON object."""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import TextIO

from wikifarm.cli.program import as_called
from wikifarm.cli.progress import Progress
from wikifarm.errors import Exit
from wikifarm.i18n import _
from wikifarm.reasons import of_system
from wikifarm.result import Envelope


@dataclass
class Output:
    """Where answers go. `out` and `err` are taken once: a command may not print behind our back."""

    json: bool = False
    verbose: bool = False
    out: TextIO | None = field(default_factory=lambda: sys.stdout)
    err: TextIO | None = field(default_factory=lambda: sys.stderr)
    shown: Envelope | None = None
    plan_told: bool = False  # a plan was shown and refused: the answer would show it again
    _progress: Progress | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def telling(self, *, on: bool) -> Progress:
        """The progress of this process."""
        if self._progress is None:
            self._progress = Progress(self.err, on=on and not self.json)
        return self._progress

    def show(self, envelope: Envelope) -> int:
        """Shows the answer, the first time only; the exit status of the process."""
        with self._turn:
            if self.shown is not None:
                return self.shown.exit
            self.shown = envelope
        if self._progress is not None:
            self._progress.clear()
        try:
            self._write(envelope)
        except KeyboardInterrupt:
            self._detach()
            self.note(
                _(
                    "Interrupted while the answer was written: what was done is done, and "
                    "`wikifarm status` shows where each community stands."
                )
            )
            return Exit.INTERRUPTED
        except BrokenPipeError:
            # The reader has seen enough (`| head`): the work was done all the same.
            self._detach()
        except OSError as fault:
            self._detach()
            with suppress(OSError):
                self.note(f"wikifarm: {of_system(fault)}")
            return envelope.exit or Exit.FAILED
        return envelope.exit

    def note(self, text: str) -> None:
        """A line for people, on stderr."""
        if self.err is not None:
            with suppress(BrokenPipeError):
                self.err.write(f"{text}\n")
                self.err.flush()

    def line(self, text: str) -> None:
        """Something on stdout before the answer: only for a command that goes on serving."""
        if self.out is not None:
            if self.json:
                self._in_utf8()
            self.out.write(f"{text}\n")
            self.out.flush()

    def _write(self, envelope: Envelope) -> None:
        if self.json:
            text = json.dumps(envelope.as_json(), ensure_ascii=False, indent=2, default=str)
            self.line(text)
            return
        from wikifarm.cli.render.answer import body, last_words, notes
        from wikifarm.cli.render.sheet import paint_for

        if envelope.outcome.is_document:
            self._in_utf8()
        first = last = ""
        if not self.plan_told:
            paint = paint_for(self.out)
            first = body(envelope, paint, verbose=self.verbose)
            last = as_called(last_words(envelope, paint, verbose=self.verbose))
        if first:
            self.line(first if envelope.outcome.is_document else as_called(first))
        told = notes(envelope, paint_for(self.err), verbose=self.verbose)
        if told:
            self.note(as_called(told))
        if last:
            self.line(last)

    def _in_utf8(self) -> None:
        """What programs read is in UTF-8 whatever the locale."""
        if isinstance(self.out, TextIOWrapper):
            self.out.reconfigure(encoding="utf-8")

    def _detach(self) -> None:
        """Lets Python end without a second complaint about a stream that is gone."""
        for stream in (self.out, self.err):
            with suppress(OSError, ValueError, AttributeError):
                assert stream is not None  # noqa: S101
                stream.flush()
                continue
            with suppress(OSError, ValueError, AttributeError):
                assert stream is not None  # noqa: S101
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

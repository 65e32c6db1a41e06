"""One run of the command line: whatever happens, one envelope is shown and its status returned."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from typing import Any

import typer

from wikifarm.cli.app import build
from wikifarm.cli.asking import Unanswered, waiting
from wikifarm.cli.interrupts import Interrupts
from wikifarm.cli.output import Output
from wikifarm.cli.program import PROGRAM, same_place
from wikifarm.cli.shared import Shared
from wikifarm.cli.usage import problem
from wikifarm.errors import Exit, Interrupted, WikifarmError
from wikifarm.i18n import _, chosen_language, speak
from wikifarm.result import Envelope, Outcome, failed


class _Printed(Outcome):
    """What Typer printed by itself, for programs: a help, a version."""

    def __init__(self, text: str) -> None:
        self.text = text

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text}


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and answers the exit status. Never raises, never prints a traceback."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    options = _before_dashes(arguments)
    same_place({})
    speak(chosen_language(_value_of("--lang", options)))
    shared = Shared(Output(json="--json" in options))
    shared.command = _likely_command(options)
    with Interrupts(lambda: _give_up(shared)):
        try:
            envelope = _answer(arguments, shared)
        except KeyboardInterrupt:
            envelope = _interrupted(shared)
        with suppress(Exception, KeyboardInterrupt):
            shared.close()
        return shared.output.show(envelope)


def _answer(arguments: Sequence[str], shared: Shared) -> Envelope:
    """The envelope of this command line, its failures included."""
    try:
        return _invoke(arguments, shared)
    except WikifarmError as error:
        envelope = replace(failed(shared.command, error), messages=shared.waiting())
    except Unanswered:  # all questions are asked before anything is done
        return _interrupted(shared, asked=True)
    except SystemExit as end:
        # Completion scripts end the process themselves, after printing.
        envelope = Envelope(PROGRAM, exit=end.code if isinstance(end.code, int) else 0)
        shared.output.shown = envelope
        return envelope
    except Exception as error:
        ended = _usage(error, shared) or _unforeseen(error, shared)
        envelope = replace(ended, messages=shared.waiting())
    return _with_warnings(envelope, shared)


def _invoke(arguments: Sequence[str], shared: Shared) -> Envelope:
    if not shared.output.json or "_WIKIFARM_COMPLETE" in os.environ:
        result = _call(arguments, shared)
        if isinstance(result, Envelope):
            return _with_warnings(result, shared)
        # Typer has printed what was asked (help): there is nothing to add.
        shared.output.shown = Envelope(PROGRAM, exit=result if isinstance(result, int) else 0)
        return shared.output.shown
    printed = io.StringIO()
    with redirect_stdout(printed):
        result = _call(arguments, shared)
    if isinstance(result, Envelope):
        return _with_warnings(result, shared)
    status = result if isinstance(result, int) else 0
    return Envelope(shared.command, exit=status, outcome=_Printed(printed.getvalue()))


def _call(arguments: Sequence[str], shared: Shared) -> Any:
    """What the command returns, or an exit status. Typer's own `main` would swallow Ctrl-C."""
    application = build()
    if "_WIKIFARM_COMPLETE" in os.environ:
        return application([], prog_name=PROGRAM)
    command = typer.main.get_command(application)
    try:
        with command.make_context(PROGRAM, list(arguments) or ["--help"], obj=shared) as ctx:
            return command.invoke(ctx)
    except typer.Exit as end:
        return end.exit_code


def _with_warnings(envelope: Envelope, shared: Shared) -> Envelope:
    whole = replace(envelope, messages=(*shared.warnings, *envelope.messages))
    return shared.report.written(whole) if shared.report is not None else whole


# -- how it can end -------------------------------------------------------------------------


def _usage(error: Exception, shared: Shared) -> Envelope | None:
    mistake = problem(error)
    if mistake is None:
        return None
    command, failure = mistake
    return Envelope(command or shared.command, exit=Exit.USAGE, errors=(failure,))


def _interrupted(shared: Shared, *, asked: bool = False) -> Envelope:
    if shared.output.shown is not None:
        return shared.output.shown
    error = Interrupted(
        _("Interrupted.") + shared.telling().so_far(),
        hint=_("Nothing was done. What was typed is not kept.")
        if asked
        else _("Run the same command again: it goes on from where it stopped."),
    )
    return replace(failed(shared.command, error), messages=shared.waiting())


def _unforeseen(error: Exception, shared: Shared) -> Envelope:
    from wikifarm.operations.workplace.crashes import unforeseen

    return failed(shared.command, unforeseen(error))


def _give_up(shared: Shared) -> None:
    """Ends the process although something hangs: locks die with it, the next run goes on."""
    status: int = Exit.INTERRUPTED
    with suppress(BaseException):
        # A signal just before a terminal is read is seen once something is typed.
        status = shared.output.show(_interrupted(shared, asked=waiting.is_set()))
    os._exit(status)


# -- what is known before parsing -----------------------------------------------------------


def _before_dashes(arguments: Sequence[str]) -> list[str]:
    words = list(arguments)
    return words[: words.index("--")] if "--" in words else words


def _value_of(option: str, arguments: Sequence[str]) -> str | None:
    for number, argument in enumerate(arguments):
        if argument == option and number + 1 < len(arguments):
            return arguments[number + 1]
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
    return None


def _likely_command(arguments: Sequence[str]) -> str:
    return next((word for word in arguments if not word.startswith("-")), PROGRAM)

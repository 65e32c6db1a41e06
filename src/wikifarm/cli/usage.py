"""Typer's complaints about a command line, in our words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from typer._click import exceptions as complaints

from wikifarm.i18n import _
from wikifarm.result import Failure


def problem(error: Exception) -> tuple[str, Failure] | None:
    """The command and the failure of a usage error; None for any other exception."""
    if not isinstance(error, complaints.ClickException):
        return None
    ctx = getattr(error, "ctx", None)
    path = str(ctx.command_path) if ctx is not None else "wikifarm"
    message, hint = _sentence(error, ctx)
    hint = hint or _("`{command} --help` shows what it takes.").format(command=path)
    return path.removeprefix("wikifarm").strip(), Failure("usage", message, hint)


def _sentence(error: Any, ctx: Any) -> tuple[str, str]:
    if isinstance(error, complaints.NoSuchOption):
        known = _options(ctx)
        near = [name for name in (error.possibilities or []) if name in known] or known
        message = _("There is no option {name}.").format(name=error.option_name)
        return message, did_you_mean(error.option_name, near) if near else ""
    if isinstance(error, complaints.MissingParameter):
        return _("{name} is missing.").format(name=_name(error)), ""
    if isinstance(error, complaints.BadParameter):
        return _("{name}: {reason}").format(name=_name(error), reason=_reason(error)), ""
    if isinstance(error, complaints.BadOptionUsage):
        return _("{name} needs a value.").format(name=error.option_name), ""
    if isinstance(error, complaints.UsageError) and ctx is not None:
        return _of_command(error, ctx)
    return error.format_message(), ""


def _options(ctx: Any) -> list[str]:
    params = ctx.command.params if ctx is not None else []
    return [name for param in params for name in param.opts if name.startswith("-")]


def _reason(error: Any) -> str:
    """Typer's own words, in ours where it is about a number."""
    if "valid int" in error.message or "not in the range" in error.message:
        return _number_wanted(error.param.type if error.param is not None else None)
    return str(error.message)


def _number_wanted(kind: Any) -> str:
    least, most = getattr(kind, "min", None), getattr(kind, "max", None)
    if least is not None and most is not None:
        return _("a whole number from {least} to {most} is expected").format(least=least, most=most)
    if least is not None:
        return _("a whole number from {least} up is expected").format(least=least)
    return _("a whole number is expected")


def _of_command(error: Any, ctx: Any) -> tuple[str, str]:
    """Unknown commands, missing commands and arguments too many."""
    commands = getattr(ctx.command, "commands", None)
    if commands is None:
        extra = re.search(r"unexpected extra argument(?:s|\(s\))? \((.*)\)", error.message)
        if extra is None:
            return error.format_message(), ""
        return _("Too many words: “{words}”.").format(words=extra[1]), ""
    given = error.message.split("'")
    if error.message.startswith("No such command") and len(given) > 1:
        message = _("There is no command “{name}”.").format(name=given[1])
        return message, did_you_mean(given[1], commands)
    return _("A command is missing."), ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word; imported late, as only mistakes need it."""
    from wikifarm.blueprint import sources as source

    return source.did_you_mean(word, known)


def _name(error: Any) -> str:
    param = error.param
    if param is None:
        return str(error.param_hint or "")
    if param.param_type_name == "argument":
        return str(param.human_readable_name)
    return " / ".join(param.opts)

"""Typer's complaints about a command line, in our words.

Typer shows two of their classes (TyperException, BadParameter). The others are told by what they
carry: their attributes are those that Click documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import typer

from wikifarm.i18n import _
from wikifarm.result import Failure


class Misused(Exception):
    """A mistake that Typer tells in a sentence only: `cli.shared` finds it first."""

    def __init__(self, ctx: typer.Context, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.ctx = ctx
        self.message = message
        self.hint = hint


def unknown_command(ctx: typer.Context, name: str, known: Iterable[str]) -> Misused:
    """No command of this group has that name."""
    message = _("There is no command “{name}”.").format(name=_visible(name))
    return Misused(ctx, message, did_you_mean(name, known))


def too_many_words(ctx: typer.Context, words: Sequence[str]) -> Misused:
    """The command takes no more words than those before these."""
    given = " ".join(map(_visible, words))
    return Misused(ctx, _("Too many words: “{words}”.").format(words=given))


def problem(error: Exception) -> tuple[str, Failure] | None:
    """The command and the failure of a usage error; None for any other exception."""
    ctx = getattr(error, "ctx", None)
    if isinstance(error, Misused):
        message, hint = error.message, error.hint
    elif isinstance(error, typer.TyperException):
        message, hint = _sentence(error, ctx)
    else:
        return None
    path = str(ctx.command_path) if ctx is not None else "wikifarm"
    hint = hint or _("`{command} --help` shows what it takes.").format(command=path)
    return path.removeprefix("wikifarm").strip(), Failure("usage", message, hint)


def _sentence(error: Any, ctx: typer.Context | None) -> tuple[str, str]:
    if hasattr(error, "possibilities"):  # NoSuchOption
        known = _options(ctx)
        near = [name for name in (error.possibilities or []) if name in known] or known
        message = _("There is no option {name}.").format(name=_visible(error.option_name))
        return message, did_you_mean(error.option_name, near) if near else ""
    if hasattr(error, "param_type"):  # MissingParameter
        return _("{name} is missing.").format(name=_name(error)), ""
    if isinstance(error, typer.BadParameter):
        name, reason = _name(error), _reason(error)
        return _("{name}: {reason}").format(name=name, reason=reason) if name else reason, ""
    if hasattr(error, "option_name"):  # BadOptionUsage
        return _("{name} needs a value.").format(name=error.option_name), ""
    if ctx is not None and hasattr(ctx.command, "commands"):
        return _("A command is missing."), ""
    return error.format_message(), ""


def _options(ctx: typer.Context | None) -> list[str]:
    params = ctx.command.params if ctx is not None else []
    return [name for param in params for name in param.opts if name.startswith("-")]


def _reason(error: typer.BadParameter) -> str:
    """Typer's own words, in ours where it is about a number."""
    kind = error.param.type if error.param is not None else None
    return _number_wanted(kind) if kind is not None and kind.name in _WHOLE else error.message


_WHOLE = ("int", "int range")  # the names of Click's types


def _number_wanted(kind: Any) -> str:
    least, most = getattr(kind, "min", None), getattr(kind, "max", None)
    if least is not None and most is not None:
        return _("a whole number from {least} to {most} is expected").format(least=least, most=most)
    if least is not None:
        return _("a whole number from {least} up is expected").format(least=least)
    return _("a whole number is expected")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word; imported late, as only mistakes need it."""
    from wikifarm.blueprint import sources as source

    return source.did_you_mean(word, known)


def _visible(word: str) -> str:
    """What was typed, without effect on a terminal."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in word)


def _name(error: typer.BadParameter) -> str:
    param = error.param
    if param is None:
        return str(error.param_hint or "")
    if param.param_type_name == "argument":
        return str(param.human_readable_name)
    return " / ".join(param.opts)

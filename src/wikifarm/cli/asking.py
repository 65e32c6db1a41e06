"""Asks on the terminal; questions go to stderr."""

from __future__ import annotations

import sys
from threading import Event
from typing import Any

import typer

from wikifarm.cli.program import as_called
from wikifarm.i18n import _


class Unanswered(KeyboardInterrupt):
    """Ctrl-C or Ctrl-D at a question. No failure of the work that asks, which may count those."""


waiting = Event()  # while a question waits for its answer


def agreed(question: str, *, default: bool = True) -> bool:
    """A yes or a no, in the language in use; an empty answer is `default`."""
    yes, no = _("y"), _("n")
    choice = f"{yes.upper()}/{no}" if default else f"{yes}/{no.upper()}"
    while True:
        answer = line(f"{question} [{choice}]").lower()
        if not answer:
            return default
        if answer in ("y", "yes", yes, _("yes")):
            return True
        if answer in ("n", "no", no, _("no")):
            return False
        tell(_("Answer {yes} or {no}.").format(yes=yes, no=no))


def secret(question: str, *, may_be_empty: bool = False) -> str:
    """A text that does not show while it is typed."""
    return _typed(
        question, default="" if may_be_empty else None, show_default=False, hide_input=True
    )


def password(question: str, *, interactive: bool) -> str:
    """A password typed when asked, or the first line of standard input."""
    if interactive:
        return secret(question)
    return sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""


def line(question: str, usual: str | None = "") -> str:
    """An answer on one line, bare; `usual` where nothing is typed, None: something must be."""
    while True:
        answer = _typed(question, default=usual, show_default=bool(usual))
        if usual is not None or answer.strip():
            return answer.strip()


def _typed(question: str, **how: Any) -> str:
    """What was typed. Raises Unanswered."""
    waiting.set()
    try:
        answer: str = typer.prompt(question, prompt_suffix=_suffix(question), err=True, **how)
    except (typer.Abort, KeyboardInterrupt):
        raise Unanswered from None
    finally:
        waiting.clear()
    return answer


def tell(message: str, hint: str = "") -> None:
    """What is to be read before a question: what is wrong with an answer, what a yes would do."""
    from wikifarm.cli.render.sheet import wrapped

    for text in filter(None, (message, hint)):
        typer.echo("\n".join(wrapped(as_called(text), "  ")), err=True)


def _suffix(question: str) -> str:
    return " " if question.endswith(("?", ")", "]", ">")) else _(": ")

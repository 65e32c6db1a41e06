"""The one envelope: what every command answers, to people as text and to programs as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from wikifarm.errors import Exit, InvalidInput, Problem, WikifarmError
from wikifarm.i18n import _

SCHEMA = "wikifarm/1"
SHOWN_NAMES = 6  # of many, in a sentence


def few(names: Sequence[str], limit: int = SHOWN_NAMES, between: str = ", ") -> str:
    """The first names, and how many more there are."""
    if len(names) <= limit:
        return between.join(names)
    return _("{names} and {count} more").format(
        names=between.join(names[:limit]), count=len(names) - limit
    )


@dataclass(frozen=True)
class Failure:
    """One error as programs read it."""

    code: str
    message: str
    hint: str = ""
    where: str = ""


@dataclass(frozen=True)
class Pending:
    """A step that waits for a person, with the exact text to send."""

    id: str
    slug: str
    message: str
    text: str = ""


class Outcome:
    """What a command found or did; by its class, cli/render/answer.py finds how people read it."""

    is_document: ClassVar[bool] = False
    """True for a text that goes to a file or a program as it is: UTF-8 whatever the locale."""

    def as_json(self) -> dict[str, Any]:
        """`data` of the envelope, as programs read it."""
        return {}

    @property
    def in_full(self) -> bool:
        """True where people asked for what it speaks of by name: nothing of it is cut."""
        return False

    @property
    def summed_up(self) -> bool:
        """True where it speaks of many things, and people are told what these have in common."""
        return False

    def failures_by_slug(self) -> Sequence[tuple[str, Sequence[Failure]]]:
        """What failed for each community that it speaks of."""
        return ()


NOTHING = Outcome()


@dataclass(frozen=True)
class Envelope:
    """The answer of one command; `exit` is the status of the process."""

    command: str
    exit: int = Exit.DONE
    outcome: Outcome = NOTHING
    pending: tuple[Pending, ...] = ()
    messages: tuple[str, ...] = ()
    errors: tuple[Failure, ...] = ()

    @property
    def ok(self) -> bool:
        """True unless something failed: waiting for a person, or pending changes, is no failure."""
        return not self.errors

    @property
    def data(self) -> dict[str, Any]:
        """The outcome as programs read it."""
        return self.outcome.as_json()

    def as_json(self) -> dict[str, Any]:
        """The object printed by `--json`."""
        return {
            "schema": SCHEMA,
            "command": self.command,
            "ok": self.ok,
            "exit": self.exit,
            "data": self.data,
            "pending": [asdict(pending) for pending in self.pending],
            "messages": list(self.messages),
            "errors": [asdict(failure) for failure in self.errors],
        }


def failures(error: WikifarmError) -> tuple[Failure, ...]:
    """The errors of an envelope: one, or one a problem of an invalid input."""
    if isinstance(error, InvalidInput):
        return tuple(map(of_problem, error.problems))
    return (Failure(error.code, error.message, error.hint, error.where),)


def of_problem(problem: Problem) -> Failure:
    """One mistake of an input as programs read it."""
    return Failure(problem.code, problem.message, problem.hint, problem.where)


def failed(command: str, error: WikifarmError) -> Envelope:
    """The envelope of a command that ended with `error`."""
    return Envelope(command, exit=error.exit, errors=failures(error))

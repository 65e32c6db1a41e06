"""The shapes of YesWiki's answers: what is of another shape is refused, never read as nothing.

Nothing is `{}` where the API answers it (Symfony's JsonResponse writes null so), `[]` where PHP
wrote an array itself; `null` is no answer of theirs.
"""

from __future__ import annotations

from typing import Any

from wikifarm.errors import UnexpectedAnswer
from wikifarm.i18n import _

Row = dict[str, Any]


def odd(where: str) -> UnexpectedAnswer:
    """The error for an answer that is not of the shape of what was asked."""
    return UnexpectedAnswer(
        _("The wiki answered something else than what was asked: nothing is known from it."),
        hint=_("Run the same command again; if it comes back, ask who runs the server."),
        where=where,
    )


def table(value: Any, where: str) -> dict[str, Row]:
    """Rows by their keys; maybe none. Raises UnexpectedAnswer."""
    if not isinstance(value, dict) or not all(isinstance(row, dict) for row in value.values()):
        raise odd(where)
    return value


def series(value: Any, where: str) -> list[Row]:
    """Rows one after another, one at least. Raises UnexpectedAnswer."""
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
        raise odd(where)
    return value


def text(row: Row, key: str, where: str) -> str:
    """A text that the row must have. Raises UnexpectedAnswer."""
    value = row.get(key)
    if not isinstance(value, str):
        raise odd(where)
    return value


def maybe(row: Row, key: str, where: str) -> str:
    """A text that the row may lack, or hold as null. Raises UnexpectedAnswer."""
    return "" if row.get(key) is None else text(row, key, where)

"""A verb that stops: a stable code, a sentence and what to try next, in French and in English."""

from __future__ import annotations

import os
from typing import TypeVar

Words = TypeVar("Words")


class Stop(Exception):
    """The verb cannot go on; `code` is stable, `exit` is the status of the process.

    Each sentence says what was and was not done; each hint, the next thing to try. Neither holds a
    secret.
    """

    def __init__(
        self, code: str, *, fr: tuple[str, str], en: tuple[str, str], exit: int = 1
    ) -> None:
        self.code = code
        self.exit = exit
        self.message, self.hint = say(fr, en)
        super().__init__(self.message)


def language() -> str:
    """`fr`, unless WIKIFARM_LANG says `en`."""
    return "en" if os.environ.get("WIKIFARM_LANG", "").lower().startswith("en") else "fr"


def say(fr: Words, en: Words) -> Words:
    """The words in the language of whoever asks."""
    return en if language() == "en" else fr

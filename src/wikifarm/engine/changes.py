"""The plan: the ordered difference between what a community should be and what its wiki holds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from wikifarm.i18n import _

Existing = TypeVar("Existing")
Wanted = TypeVar("Wanted")

# What reaches somebody: an address, or nine figures and more as telephone numbers are written.
_REACHES = re.compile(r"[^\s<>()\[\]\"“”«»,;:]+@[^\s<>()\[\]\"“”«»,;:]+|\+?\d(?:[ .-]?\d){8,}")


class Action(StrEnum):
    """What a step does to one thing."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "keep"  # edited here by hand: kept and reported


@dataclass(frozen=True)
class Change(Generic[Existing, Wanted]):
    """One thing of a wiki: what is there (None: nothing), and what should be (None: nothing).

    Each step has its own kind of change, typed by its values. What is applied, and what a plan, a
    diff and a journal say of it, all come from these two: nothing is read or computed again.
    """

    step: ClassVar[str]  # "pages", "rights", ...

    key: str  # tag, form id, group name, ...
    action: Action
    existing: Existing | None = None
    wanted: Wanted | None = None
    reason: str = ""  # a sentence, where the values do not tell why

    @property
    def id(self) -> str:
        """What names this change in plans, journals and envelopes."""
        return f"{self.step}:{self.key}"

    @property
    def writes(self) -> bool:
        """False for what is only reported."""
        return self.action is not Action.KEEP

    @property
    def summary(self) -> str:
        """The change in a few words."""
        return self.reason

    @property
    def detail(self) -> str:
        """From what to what, on one line, where something is there already; empty where the
        summary says it all. It shows no address of anyone.
        """
        return ""

    @property
    def before(self) -> str:
        """What is there, as text; it shows no address of anyone."""
        return "" if self.existing is None else self.text(self.existing)

    @property
    def after(self) -> str:
        """What should be there, as text; it shows no address of anyone."""
        return "" if self.wanted is None else self.text(self.wanted)

    @property
    def diff(self) -> str:
        """A unified diff, where there are two long texts to compare."""
        return ""

    def text(self, value: Existing | Wanted) -> str:
        """One of the two values for people; by default what names it, with the summary."""
        return self.key if value is self.existing else f"{self.key} {self.summary}".strip()


AnyChange = Change[Any, Any]


def writes(changes: Iterable[AnyChange]) -> list[AnyChange]:
    """The changes that would write something."""
    return [change for change in changes if change.writes]


def unified(name: str, before: str, after: str) -> str:
    """The difference of two texts as `diff -u` writes it, with two lines around it.

    Addresses and telephone numbers, which people write in their pages, are masked.
    """
    lines = difflib.unified_diff(
        before.split("\n"), after.split("\n"), name, name, lineterm="", n=2
    )
    return "\n".join(_REACHES.sub("…", line) for line in lines)


def from_to(before: str, after: str) -> str:
    """`before → after`, each on one line, with a word for nothing."""
    return f"{_on_a_line(before)} → {_on_a_line(after)}"


def _on_a_line(text: str) -> str:
    return ", ".join(text.split("\n")) or _("nothing")

"""The plan: the ordered difference between what a community should be and what its wiki holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What a step does to one thing."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    KEEP = "keep"  # edited here by hand: kept and reported


@dataclass(frozen=True)
class Change:
    """One line of a plan. `diff` is a unified diff where there is text to compare."""

    step: str  # "pages", "rights", ...
    key: str  # tag, form id, group name, ...
    action: Action
    summary: str = ""
    diff: str = ""

    @property
    def id(self) -> str:
        """What names this change in plans, journals and envelopes."""
        return f"{self.step}:{self.key}"

    @property
    def writes(self) -> bool:
        """False for what is only reported."""
        return self.action is not Action.KEEP


def writes(changes: Iterable[Change]) -> list[Change]:
    """The changes that would write something."""
    return [change for change in changes if change.writes]

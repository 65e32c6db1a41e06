"""What a machine says of itself, as the module `wikifarm_host` answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MachineProblem:
    """Something wrong there. `severity`: "error", "warning", or anything milder."""

    code: str
    message: str
    hint: str
    severity: str


@dataclass(frozen=True)
class MachineFacts:
    """A farm seen from its machine. What is empty or None was not told."""

    url: str
    version: str
    wikis: int
    backup_hours: float | None  # since the last good backup
    trial_days: float | None  # since a backup was last restored for a trial
    certificate_days: int | None  # left
    problems: tuple[MachineProblem, ...]

    @classmethod
    def read(cls, told: Mapping[str, Any] | None) -> MachineFacts | None:
        """The facts, or None where the machine told nothing."""
        if not told:
            return None
        days = told.get("certificate_days")
        return cls(
            url=str(told.get("url") or ""),
            version=str(told.get("version") or ""),
            wikis=int(told.get("wiki_count") or 0),
            backup_hours=_number(told.get("backup_age_hours")),
            trial_days=_number(told.get("restore_test_age_days")),
            certificate_days=None if days is None else int(days),
            problems=tuple(
                MachineProblem(*(str(row.get(key) or "") for key in _PROBLEM))
                for row in told.get("problems", ())
            ),
        )


_PROBLEM = ("code", "message", "hint", "severity")


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None

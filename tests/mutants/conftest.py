"""The table of the mutants, at the end of the run."""

from __future__ import annotations

from typing import Any

from tests.conftest import SEED
from tests.mutants.hunt import TABLE, Told, table


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line a scene, whichever worker had it."""
    told: list[Told] = [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, value in report.user_properties
        if name == TABLE
    ]
    if told:
        terminalreporter.section(f"mutants, WIKIFARM_SEED={SEED}")
        for line in table(told):
            terminalreporter.write_line(line)

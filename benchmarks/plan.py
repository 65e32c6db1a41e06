"""A plan of 20, 40 and 80 communities to make, as `--verbose` shows it: lines, seconds, memory."""

from __future__ import annotations

import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

# Run as a file: what the tests share stands beside this folder.
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.operations.conftest import a_community, context_for, start_farm

from wikifarm.cli.render.answer import answer
from wikifarm.cli.render.sheet import Paint
from wikifarm.operations.community.outcome import envelope
from wikifarm.operations.plan import plan

MIB = 2**20


def measured(url: str, folder: Path, count: int) -> tuple[int, float, float]:
    """Changes planned, seconds of this process, MiB at the highest."""
    communities = [a_community(f"commune{number}") for number in range(count)]
    tracemalloc.start()
    started = time.process_time()
    rows = plan(context_for(url, folder), communities)
    answer(envelope("plan", rows, in_full=False), Paint(), verbose=True)
    seconds = time.process_time() - started
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return sum(len(row.planned) for row in rows), seconds, peak / MIB


def main() -> None:
    """Prints each, and how it grew beside the number of communities."""
    with tempfile.TemporaryDirectory() as name, start_farm(Path(name) / "farm") as farm:
        measured(farm.url, Path(name), 1)  # what is loaded once
        counts = (20, 40, 80)
        first = 0.0
        for count in counts:
            changes, seconds, memory = measured(farm.url, Path(name), count)
            first = first or seconds / count
            print(
                f"{count:4} communities {changes:6} changes {seconds:6.1f} s "
                f"({seconds / count / first:.2f} x a community of the first) {memory:6.1f} MiB"
            )


if __name__ == "__main__":
    main()

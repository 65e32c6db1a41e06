"""With workers (`-n`), the tests that share a server stay together: what the marks promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = """
import os
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(20))
def test_of_a_group(number):
    with open("workers", "a") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)
"""


def test_one_worker_has_all_the_tests_of_a_group(tmp_path: Path) -> None:
    """Else real Sympas are purged while others use them, with no word of it (pytest-xdist#1386)."""
    (tmp_path / "test_group.py").write_text(TESTS)
    # Nothing of the workers that this test itself may be run by.
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = ["-m", "pytest", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, env=env, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    workers = (tmp_path / "workers").read_text().split()
    assert len(workers) == 20
    assert len(set(workers)) == 1

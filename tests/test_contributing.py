"""CONTRIBUTING is true: what it says how to add is added so, in a copy, and ends green."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEFT = shutil.ignore_patterns(".git", ".venv", "*.pyc", "__pycache__", ".*_cache", "images", "dist")
BLOCK = re.compile(r"^```(bash|python|yaml)\n(.*?)^```", re.M | re.S)
PLACE = re.compile(r"# (\S+?)(?:, after: (.*))?$")


def sections() -> dict[str, list[tuple[str, str]]]:
    """Title -> the blocks (language, text) of each section that says how to add something."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    parts = re.split(r"^## ", text, flags=re.M)[1:]
    return {
        title: BLOCK.findall(rest)
        for title, _line, rest in (part.partition("\n") for part in parts)
        if title.startswith("Add a ")
    }


SECTIONS = sections()


def write_block(copy: Path, text: str) -> None:
    """Puts a block where its first comment says."""
    first, _line, rest = text.partition("\n")
    place = PLACE.match(first)
    assert place is not None, first
    path = copy / place[1]
    if place[2] is None:
        path.write_text(rest, "utf-8")
        return
    lines = path.read_text("utf-8").splitlines(keepends=True)
    (number,) = [number for number, line in enumerate(lines) if line.rstrip("\n") == place[2]]
    lines.insert(number + 1, rest)
    path.write_text("".join(lines), "utf-8")


def run_block(copy: Path, text: str) -> list[str]:
    """Runs a shell block; the last lines of each run of the tests in it."""
    endings = []
    for line in filter(None, text.splitlines()):
        if not line.startswith("./run tests "):
            subprocess.run(["bash", "-ec", line], cwd=copy, check=True, capture_output=True)
            continue
        options = line.removeprefix("./run tests ")
        environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "WIKIFARM_LANG": "en"}
        done = subprocess.run(
            ["bash", "-c", f'"{sys.executable}" -m pytest -q -p no:cacheprovider -x {options}'],
            cwd=copy, capture_output=True, text=True, check=False, env=environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        endings.append(done.stdout.splitlines()[-1])
    return endings


def test_the_four_things_are_told() -> None:
    assert set(SECTIONS) == {
        "Add a blueprint", "Add a Bazar schema", "Add a dialect", "Add a mailing-list provider"
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("title", SECTIONS)
def test_what_it_says_ends_green(title: str, tmp_path: Path) -> None:
    copy = tmp_path / "wikifarm"
    shutil.copytree(ROOT, copy, ignore=LEFT)
    tested = []
    for language, text in SECTIONS[title]:
        if language == "bash":
            tested += run_block(copy, text)
        else:
            write_block(copy, text)
    assert tested, "no test was named"

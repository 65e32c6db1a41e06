"""Start-up: what is asked most often loads next to nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import SOURCE, Process

HEAVY = ("ansible_runner", "httpx", "pexpect", "pydantic", "rich", "ruamel", "jinja2", "starlette")


def loaded(code: str, **env: str) -> str:
    script = f"import sys\n{code}\nprint(' '.join(sorted(sys.modules)), file=sys.stderr)"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **env},
    )  # fmt: skip
    return found.stderr.splitlines()[-1]


def test_version_loads_neither_typer_nor_anything_heavy() -> None:
    code = (
        "sys.argv = ['wikifarm', '--version']\nfrom wikifarm.__main__ import main\n"
        "try: main()\nexcept SystemExit: pass"
    )
    names = loaded(code).split()
    assert "wikifarm" in names
    assert not {"typer", *HEAVY} & set(names)


@pytest.mark.parametrize("arguments", [["--help"], ["new-community", "--help"], ["plan", "--nope"]])
def test_help_and_usage_errors_load_nothing_heavy(arguments: list[str]) -> None:
    names = loaded(f"from wikifarm.cli.main import run\nrun({arguments!r})").split()
    assert "typer" in names
    assert not set(HEAVY) & set(names)


def test_completion_loads_nothing_heavy() -> None:
    names = loaded(
        "from wikifarm.cli.main import run\nrun([])",
        _WIKIFARM_COMPLETE="complete_bash", COMP_WORDS="wikifarm pl", COMP_CWORD="1",
    ).split()  # fmt: skip
    assert "typer" in names
    assert not set(HEAVY) & set(names)


def test_completion_knows_commands(process: Process) -> None:
    env = {"_WIKIFARM_COMPLETE": "complete_bash", "COMP_WORDS": "wikifarm pl", "COMP_CWORD": "1"}
    assert process(env=env).stdout.split() == ["plan"]


@pytest.mark.parametrize("command", ["status", "plan", "checklist", "mailing-list state"])
def test_completion_offers_the_communities_of_this_folder(
    command: str, process: Process, tmp_path: Path
) -> None:
    (tmp_path / "communities").mkdir()
    for name in ("rennes.yml", "rance.yml", "brest.yml", "_exemple.yml"):
        (tmp_path / "communities" / name).touch()
    words = f"wikifarm {command} r"
    env = {
        "_WIKIFARM_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    assert process(env=env, cwd=tmp_path).stdout.split() == ["rance", "rennes"]


def test_version_is_within_60_ms_of_python_itself(process: Process) -> None:
    def fastest(*command: str) -> float:
        times = []
        for _each in range(7):
            started = time.perf_counter()
            subprocess.run(
                [sys.executable, *command], capture_output=True, check=True, timeout=30,
                env={**os.environ, "PYTHONPATH": str(SOURCE)},
            )  # fmt: skip
            times.append(time.perf_counter() - started)
        return min(times)

    assert fastest("-m", "wikifarm", "--version") - fastest("-c", "pass") < 0.060

"""Runs the command line in this process, and as a process of its own where that matters."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import wikifarm
from wikifarm.cli.main import run
from wikifarm.rehearsal import RehearsalSettings, RunningFarm

# Where the wikifarm under test stands: the installed wheel, or a checkout on the path.
SOURCE = Path(wikifarm.__file__).parents[1]
CALLED = shlex.join([sys.executable, "-m", "wikifarm"])
PATIENCE = 40  # seconds: an audit on a busy machine


@dataclass
class Ran:
    """What one command line gave."""

    exit: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """The one object on stdout."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


Cli = Callable[..., Ran]


@pytest.fixture(autouse=True)
def clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, an empty state and no setting from outside."""
    for name in list(os.environ):
        if name.startswith("WIKIFARM_") and not name.startswith("WIKIFARM_E2E"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WIKIFARM_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("WIKIFARM_LANG", "en")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """`cli("plan", "--json")` in this process."""

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        status = run([*arguments])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return call


Process = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def process() -> Process:
    """`process("--version")` as a process of its own."""

    def call(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "PYTHONPATH": str(SOURCE), **more.pop("env", {})}
        return subprocess.run(
            [sys.executable, "-m", "wikifarm", *arguments],
            capture_output=True, text=True, timeout=60, check=False, env=env,
            stdin=subprocess.DEVNULL, **more,
        )  # fmt: skip

    return call


Terminal = Callable[..., Any]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """`terminal("wikifarm list")`: a shell in which that was typed, in French."""
    pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminal here")
    monkeypatch.setenv("WIKIFARM_LANG", "fr")
    monkeypatch.setenv("WIKIFARM_CALLED", CALLED)
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    monkeypatch.setenv("NO_COLOR", "1")
    opened = []

    def typed(line: str) -> Any:
        said = re.sub(r"^wikifarm ", f"exec {CALLED} ", line)
        child = pexpect.spawn(
            "/bin/sh", ["-c", said], env=dict(os.environ), encoding="utf-8", timeout=PATIENCE,
            dimensions=(50, 160),
        )  # fmt: skip
        opened.append(child)
        return child

    yield typed
    for child in opened:
        child.close(force=True)


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[RunningFarm]:
    """A rehearsal farm that answers."""
    data = tmp_path / "farm"
    data.mkdir()
    with RunningFarm(
        RehearsalSettings(data=data, password="secret-of-farm", token="key")
    ) as running:
        yield running


@pytest.fixture
def with_farm(farm: RunningFarm, monkeypatch: pytest.MonkeyPatch) -> RunningFarm:
    """The same, named and entered through the environment."""
    monkeypatch.setenv("WIKIFARM_FARM_URL", farm.url)
    monkeypatch.setenv("WIKIFARM_FARM_PASSWORD", farm.password)
    return farm


@pytest.fixture
def manifest(clean_place: Path) -> Path:
    """communities/rennes.yml"""
    path = clean_place / "communities" / "rennes.yml"
    path.parent.mkdir()
    path.write_text(
        "name: Robustesse autour de Rennes\nslug: rennes\n"
        "facilitators:\n  - name: Ada Lovelace\n    email: ada@example.org\n",
        "utf-8",
    )
    return path

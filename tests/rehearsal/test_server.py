"""Serving: the requests kept, the program to look around."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from wikifarm.rehearsal import RehearsalSettings, RunningFarm, server

from .conftest import Browser


def test_requests_are_kept_with_who_asked(farm44: RunningFarm) -> None:
    Browser(farm44).get("?BacASable/raw")
    Browser(farm44).login().get("?api/users")
    assert farm44.requests[0] == ("GET", "/?BacASable/raw", "visitor")
    assert farm44.requests[-1] == ("GET", "/?api/users", "WikiAdmin")


def test_the_program_serves_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "wikifarm.rehearsal",
        "--data",
        str(tmp_path),
        "--password",
        "x",
        "--dialect",
        "4.5",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as program:
        assert program.stdout
        url = program.stdout.readline().strip()
        assert httpx.get(url).status_code == 200
        start = time.monotonic()
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=5) == 0
        assert time.monotonic() - start < 2
        assert program.stderr
        assert program.stderr.read() == ""


def test_a_port_that_another_begins_to_serve_is_left_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = server._bound("127.0.0.1", 0)
    port = other.getsockname()[1]
    late = server._bound("127.0.0.1", port)
    other.listen()
    given = iter([late, server._bound("127.0.0.1", 0)])
    monkeypatch.setattr(server, "_bound", lambda host, port: next(given))
    with other, RunningFarm(RehearsalSettings(tmp_path, password="x")) as farm:
        assert f":{port}/" not in farm.url
        assert httpx.get(farm.url).status_code == 200


def test_the_rehearsal_imports_nothing_of_the_rest() -> None:
    folder = Path(sys.modules["wikifarm.rehearsal"].__file__ or "").parent
    for file in folder.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert "wikifarm." not in text.replace("wikifarm.rehearsal", ""), file

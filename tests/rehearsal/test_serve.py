"""Serving: durable data, snapshots, the requests kept, the program to look around."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from wikifarm.rehearsal import RehearsalSettings, RunningFarm, snapshot

from .conftest import PASSWORD, TOKEN, Browser, new_wiki


def test_data_stays_when_the_farm_is_started_again(tmp_path: Path) -> None:
    settings = RehearsalSettings(tmp_path, password=PASSWORD, token=TOKEN)
    with RunningFarm(settings) as farm:
        new_wiki(farm)
        Browser(farm).login("rennes/").save("rennes/?Charte", "texte")
        first = snapshot(tmp_path)
    with RunningFarm(settings) as farm:
        assert Browser(farm).get("rennes/?Charte/raw").text == "texte"
        Browser(farm).login("rennes/")
    assert snapshot(tmp_path) == first


def test_two_farms_that_lived_the_same_have_the_same_snapshot(tmp_path: Path) -> None:
    snapshots = []
    for name in ("a", "b"):
        data = tmp_path / name
        with RunningFarm(RehearsalSettings(data, password=PASSWORD, token=TOKEN)) as farm:
            new_wiki(farm)
            admin = Browser(farm).login("rennes/")
            admin.save("rennes/?Charte", "un")
            admin.save("rennes/?Charte", "deux")
            admin.post("rennes/?api/users", {"name": "Camille", "email": "c@example.org"})
        snapshots.append(snapshot(data))
    assert snapshots[0] == snapshots[1]
    wiki = snapshots[0]["wikis"]["rennes"]
    assert wiki["pages"]["Charte"] == {"body": "deux", "owner": "WikiAdmin", "revisions": 2}
    assert wiki["users"] == {"Camille": "c@example.org", "WikiAdmin": "camille@example.org"}
    assert wiki["groups"] == {"admins": ["WikiAdmin"]}
    assert wiki["rights"]["Charte"]["read"] == "*"
    assert "BacASable" not in wiki["rights"]
    assert list(snapshots[0]["farm_entries"]) == ["RobustesseRennes"]


def test_there_is_no_snapshot_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        snapshot(tmp_path)


def test_requests_are_kept_with_who_asked(farm44: RunningFarm) -> None:
    Browser(farm44).get("?BacASable/raw")
    Browser(farm44).login().get("?api/users")
    assert farm44.requests[0] == ("GET", "/?BacASable/raw", "visitor")
    assert farm44.requests[-1] == ("GET", "/?api/users", "WikiAdmin")


def test_no_password_is_kept_in_clear(tmp_path: Path) -> None:
    with RunningFarm(RehearsalSettings(tmp_path, password=PASSWORD, token=TOKEN)) as farm:
        new_wiki(farm)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert PASSWORD.encode() not in kept
    assert b"secret12" not in kept
    assert TOKEN.encode() not in kept


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


def test_the_rehearsal_imports_nothing_of_the_rest() -> None:
    folder = Path(sys.modules["wikifarm.rehearsal"].__file__ or "").parent
    for file in folder.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert "wikifarm." not in text.replace("wikifarm.rehearsal", ""), file

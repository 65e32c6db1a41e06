"""Durable data, and snapshots of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from wikifarm.rehearsal import RehearsalSettings, RunningFarm, snapshot

from ..conftest import PASSWORD, TOKEN, Browser, new_wiki


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


def test_no_password_is_kept_in_clear(tmp_path: Path) -> None:
    with RunningFarm(RehearsalSettings(tmp_path, password=PASSWORD, token=TOKEN)) as farm:
        new_wiki(farm)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert PASSWORD.encode() not in kept
    assert b"secret12" not in kept
    assert TOKEN.encode() not in kept

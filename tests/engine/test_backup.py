"""A copy of what is removed is read back, and never written over an earlier one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wikifarm.engine.backup import Backups
from wikifarm.errors import LocalStorage


def test_a_copy_is_for_its_owner_only_and_reads_as_it_was(tmp_path: Path) -> None:
    path = Backups(tmp_path / "backups").keep("rennes", {"pages": {"A": "été"}})
    assert json.loads(path.read_text("utf-8")) == {"pages": {"A": "été"}}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_copy_leaves_the_first_alone(tmp_path: Path) -> None:
    backups = Backups(tmp_path)
    first, second = backups.keep("rennes", {"a": 1}), backups.keep("rennes", {"b": 2})
    assert first != second
    assert json.loads(first.read_text("utf-8")) == {"a": 1}


def test_a_copy_that_cannot_be_kept_stops_the_removal(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalStorage):
        Backups(tmp_path / "file").keep("rennes", {})


def test_a_copy_that_reads_otherwise_stops_the_removal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that said yes and kept half."""
    monkeypatch.setattr(
        "wikifarm.engine.backup.write_whole",
        lambda path, text, _mode: path.write_text(text[:-1], "utf-8"),
    )
    with pytest.raises(LocalStorage):
        Backups(tmp_path).keep("rennes", {"a": "été"})


def test_a_third_copy_has_a_name_of_its_own_too(tmp_path: Path) -> None:
    paths = [Backups(tmp_path).keep("rennes", {"n": number}) for number in range(3)]
    assert len(set(paths)) == 3
    assert [json.loads(path.read_text("utf-8"))["n"] for path in paths] == [0, 1, 2]

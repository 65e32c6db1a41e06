"""A file is written whole or not at all, with the rights asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wikifarm.files import PRIVATE, append_line, make_private, write_whole


def test_a_private_file_is_for_its_owner_only(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "été", PRIVATE)
    assert (tmp_path / "a").read_text("utf-8") == "été"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_failure_leaves_the_former_file_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_whole(tmp_path / "a", "avant")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        write_whole(tmp_path / "a", "après")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text("utf-8") == "avant"


def test_a_link_laid_in_the_way_is_not_followed(tmp_path: Path) -> None:
    prey = tmp_path / "prey"
    prey.write_text("leur", "utf-8")
    (tmp_path / "a.new").symlink_to(prey)
    (tmp_path / "a").symlink_to(prey)
    write_whole(tmp_path / "a", "nôtre", PRIVATE)
    assert prey.read_text("utf-8") == "leur"
    assert not (tmp_path / "a").is_symlink()


def test_rights_are_those_asked_for_whatever_stood_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("avant", "utf-8")
    (tmp_path / "a").chmod(0o666)
    write_whole(tmp_path / "a", "secret", PRIVATE)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_every_folder_that_is_made_on_the_way_is_private(tmp_path: Path) -> None:
    make_private(tmp_path / "state" / "farms" / "x")
    for folder in ("state", "state/farms", "state/farms/x"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700


def test_what_is_added_to_stays_private(tmp_path: Path) -> None:
    append_line(tmp_path / "journal", "un\n")
    append_line(tmp_path / "journal", "deux\n")
    assert (tmp_path / "journal").read_text("utf-8") == "un\ndeux\n"
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    """A device, a pipe: what was meant was to write into it."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "pipe", "x")
    assert not (tmp_path / "pipe").is_file()
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]

"""kill -9 while a wiki is kept, or made again, then the same command: the same end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.operations.archive.conftest import Computer
from tests.operations.archive.likeness import likeness
from tests.operations.conftest import context_for
from tests.operations.deaths import Mortal, born, died
from wikifarm.operations.archive import backup_format
from wikifarm.operations.archive.backup_format import Manifest, opened
from wikifarm.operations.archive.restore import restore
from wikifarm.operations.archive.take_backup import backup
from wikifarm.rehearsal import RunningFarm, snapshot
from wikifarm.result import Envelope
from wikifarm.transport import Transport

Run = Callable[[Transport | None], Envelope]


@pytest.fixture
def takes(farm: RunningFarm, tmp_path: Path) -> Callable[[Path], Run]:
    def taking(file: Path) -> Run:
        def run(wire: Transport | None = None) -> Envelope:
            context = context_for(farm.url, tmp_path, transport=wire)
            try:
                return backup(context, "rennes", file, in_clear=True)
            finally:
                context.close()

        return run

    return taking


def killed(run: Run, k: int) -> bool:
    mortal = Mortal(k)
    return died(born(mortal, lambda: run(mortal).ok))


def points(run: Run) -> int:
    mortal = Mortal()
    run(mortal)
    return len(mortal.points)


def content(file: Path) -> dict[str, str]:
    with opened(file) as kept:
        return {name: each.sha256 for name, each in kept.manifest.members.items()}


def test_a_backup_killed_anywhere_goes_on_and_is_whole(
    takes: Callable[[Path], Run], tmp_path: Path
) -> None:
    whole = tmp_path / "whole.zip"
    count, file = points(takes(whole)), tmp_path / "rennes.zip"
    # What is read again each time, then each history, which is taken once.
    for k in (1, count // 4, count // 2):
        assert killed(takes(file), k), k
        assert not file.exists()
    left = points(takes(file))
    assert left < count  # what was taken is not asked for again
    assert content(file) == content(whole)
    assert not list(tmp_path.glob(".rennes*"))


@pytest.mark.parametrize("part", ["_add", "_checked"])
def test_a_backup_killed_while_its_file_is_made_goes_on(
    takes: Callable[[Path], Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    file, mortal = tmp_path / "rennes.zip", Mortal(0)
    with monkeypatch.context() as patch:
        patch.setattr(backup_format, part, lambda *_more: mortal.point("the file"))
        assert died(born(mortal, lambda: takes(file)(None).ok))
    assert not file.exists()
    manifest = takes(file)(None).data["manifest"]
    with opened(file) as kept:
        assert isinstance(kept.manifest, Manifest)
        assert kept.manifest.counts == manifest["counts"]


def test_a_restoration_killed_anywhere_ends_the_same(
    farm: RunningFarm, takes: Callable[[Path], Run], computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    takes(file)(None)

    def run(wire: Transport | None) -> Envelope:
        context = context_for(farm.url, tmp_path / "other", transport=wire)
        try:
            return restore(context, file, "rennes2")
        finally:
            context.close()

    (tmp_path / "other").mkdir()
    for k in (3, 12, 20, 30, 60, 90, 40):  # each goes on from what the one before left
        assert killed(run, k), k
    outcome = run(None)
    assert outcome.data["differs"] == []
    whole = snapshot(tmp_path / "farm")
    assert likeness(whole, "rennes2", farm.url) == likeness(whole, "rennes", farm.url)

"""kill -9 while a wiki is kept, or made again, then the same command: the same end."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.operations.archive.conftest import Computer
from tests.operations.archive.likeness import likeness
from tests.operations.archive.test_retire import OTHERS_KEY
from tests.operations.conftest import context_for
from tests.operations.deaths import Mortal, born, died
from wikifarm.cli.render.answer import answer
from wikifarm.cli.render.sheet import Paint, Sheet
from wikifarm.cli.render.status_lines import next_steps
from wikifarm.errors import Exit, LocalStorage
from wikifarm.operations.archive import backup_format
from wikifarm.operations.archive.backup_format import Manifest, opened
from wikifarm.operations.archive.restore import ToRestore, restore
from wikifarm.operations.archive.take_backup import backup
from wikifarm.operations.status import StatusOutcome, status
from wikifarm.rehearsal import RunningFarm, snapshot
from wikifarm.rehearsal.store.database import Store
from wikifarm.rehearsal.store.records import User
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


def test_a_backup_to_encrypt_leaves_nothing_in_clear_beside_its_file(
    farm: RunningFarm, tmp_path: Path
) -> None:
    """The disk of the file may be a key that goes from hand to hand."""
    key = tmp_path / "disk"
    key.mkdir()
    file = key / "rennes.zip.age"

    def run(wire: Transport | None = None) -> Envelope:
        context = context_for(farm.url, tmp_path, transport=wire)
        try:
            return backup(context, "rennes", file, recipients=[OTHERS_KEY])
        finally:
            context.close()

    count = points(run)
    file.unlink()
    key.chmod(0o500)
    if not os.access(key, os.W_OK):  # an administrator may write anywhere
        with pytest.raises(LocalStorage):
            run()
    key.chmod(0o700)
    for k in (1, count // 2):
        assert killed(run, k), k
        assert list(key.iterdir()) == []
    (folder,) = (tmp_path / "state" / "parts").iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    beside = key / ".rennes.zip.age.parts"  # of an earlier version
    beside.mkdir()
    assert points(run) < count
    assert list(key.iterdir()) == [file]
    assert not folder.exists()


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
    told = status(computer("other"), ["rennes2"])
    assert [each["state"] for each in told.data["states"]] == ["restoring"]
    assert isinstance(told.outcome, StatusOutcome)
    finishing = ["the same `wikifarm restore` as before finishes rennes2."]
    assert next_steps(told.outcome, Sheet()) == finishing
    outcome = run(None)
    assert outcome.data["differs"] == []
    whole = snapshot(tmp_path / "farm")
    assert likeness(whole, "rennes2", farm.url) == likeness(whole, "rennes", farm.url)


@pytest.mark.parametrize("farm", ["4.4", "4.5"], indirect=True)
@pytest.mark.parametrize("k", [25, 90, 130, 160, 200, 240, 280])
def test_what_others_wrote_since_a_restoration_was_cut_stays_and_is_told(
    farm: RunningFarm, takes: Callable[[Path], Run], computer: Computer, tmp_path: Path, k: int
) -> None:
    file, told = tmp_path / "rennes.zip", list[ToRestore]()
    takes(file)(None)

    def asked(planned: ToRestore) -> bool:
        told.append(planned)
        return True

    def run(wire: Transport | None) -> Envelope:
        context = context_for(farm.url, tmp_path / "other", transport=wire)
        try:
            return restore(context, file, "rennes2", agreed=asked)
        finally:
            context.close()

    (tmp_path / "other").mkdir()
    assert killed(run, k)
    written = others_write(tmp_path / "farm")
    done = run(None)
    (planned,) = told
    assert planned.begun
    assert set(planned.since) == written
    assert (done.exit, done.data["differs"]) == (Exit.DONE, [])
    assert set(done.data["since"]) == written
    shown = " ".join(answer(done, Paint()).split())
    assert "Written there by others, it stays as it is: " in shown
    store = Store(tmp_path / "farm")
    wiki = store.wiki("rennes2")
    assert wiki is not None
    for name in written:
        room, _slash, tag = name.partition("/")
        if room in ("pages", "entries"):
            page = wiki.page(tag)
            assert page is not None
            assert "de Luz" in page.body
    assert wiki.user("Nouvelle") is not None
    if "groups/participants/Nouvelle" in written:
        assert "Nouvelle" in wiki.groups["participants"]
    store.close()
    whole = snapshot(tmp_path / "farm")
    assert run(None).data["already"] is True
    assert snapshot(tmp_path / "farm") == whole


def others_write(data: Path) -> set[str]:
    """What people write in a wiki that is half made, as `room/name`."""
    store = Store(data)
    try:
        with store.transaction():
            wiki = store.wiki("rennes2")
            assert wiki is not None
            written = {"pages/NoteDeLuz", "pages/PagePrincipale", "accounts/Nouvelle"}
            for tag in ("NoteDeLuz", "PagePrincipale"):
                wiki.add_revision(tag, "Un mot de Luz.", "Luz", "Luz")
            if card := wiki.page("FicheDeParticipant0"):
                body = {**json.loads(card.body), "bf_presentation": "Un mot de Luz."}
                wiki.add_revision(card.tag, json.dumps(body), card.owner, "Luz")
                written.add("entries/FicheDeParticipant0")
            wiki.add_user(User("Nouvelle", "nouvelle@example.org", "x", "2026-01-01 10:00:00"))
            if members := wiki.groups.get("participants"):
                wiki.set_group("participants", f"{members}\nNouvelle")
                wiki.set_form({"bn_id_nature": "777", "bn_label_nature": "Sondage",
                               "bn_template": "titre***{{bf_x}}***Titre*** ***\n"})  # fmt: skip
                written |= {"groups/participants/Nouvelle", "forms/777"}
                if ours := wiki.forms.get("104"):
                    wiki.set_form(ours | {"bn_label_nature": "Des ressources"})
                    written.add("forms/104")
    finally:
        store.close()
    return written

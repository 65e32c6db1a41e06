"""The archives that a wiki makes of itself, on every farm under contract (docs/yeswiki.md).

A new wiki lacks the folder that they go to. On a live farm, WIKIFARM_E2E_FOLDER says where its
folder is on this computer, if the tests run there with the leave to write in it.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest

from tests.contract.conftest import FarmUnderTest
from tests.operations.archive.own import in_store, writable
from wikifarm.errors import BadCredentials, UnexpectedAnswer, WikiAsleep, WriteRefused
from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.store.stored_wiki import StoredWiki
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.zip_stream import ZipStream

FOLDER = os.environ.get("WIKIFARM_E2E_FOLDER", "")
SOON = 120.0  # seconds for a small wiki


@pytest.fixture
def archiving(wiki: Wiki, farm_under_test: FarmUnderTest) -> Wiki:
    """A wiki that has the folder, as whoever runs its server would make it."""
    if isinstance(farm_under_test.running, RunningFarm):
        writable(farm_under_test.running.settings.data, slug_of(wiki))
        return wiki
    if not FOLDER:
        pytest.skip("WIKIFARM_E2E_FOLDER does not say where the folder of this farm is")
    backups, owner = backups_of(wiki), backups_of(wiki).parent.stat()
    backups.mkdir()
    os.chown(backups, owner.st_uid, owner.st_gid)
    return wiki


def slug_of(wiki: Wiki) -> str:
    return wiki.addresses.base.rstrip("/").rpartition("/")[2]


def backups_of(wiki: Wiki) -> Path:
    return Path(FOLDER) / slug_of(wiki) / "private" / "backups"


def until(holds: Callable[[], bool]) -> None:
    for _second in range(int(SOON / 0.5)):
        if holds():
            return
        sleep(0.5)
    raise AssertionError("it does not come")


def under_way(wiki: Wiki) -> bool:
    state = wiki.archives.state()
    assert state is not None
    return state.under_way


def test_a_new_wiki_has_nowhere_to_write_them(wiki: Wiki) -> None:
    state = wiki.archives.state()
    assert state is not None
    assert not state.writable
    assert not state.under_way
    for asks in (wiki.archives.all, wiki.archives.pushed_out, lambda: wiki.archives.run("6b0")):
        with pytest.raises((UnexpectedAnswer, WriteRefused), match="Not writable archive"):
            asks()
    with pytest.raises(WriteRefused, match="Not writable archive"):
        wiki.archives.start(apart=True)


def test_visitors_are_refused(archiving: Wiki) -> None:
    visitor = archiving.visitor()
    for asks in (visitor.archives.state, visitor.archives.all):
        with pytest.raises(BadCredentials):
            asks()
    with pytest.raises(UnexpectedAnswer, match="401"):
        visitor.archives.start(apart=True)


def test_one_is_made_apart_whole_before_it_is_listed_and_removed(archiving: Wiki) -> None:
    archives = archiving.archives
    state = archives.state()
    assert state is not None
    assert state.writable
    assert state.by_itself
    assert archives.all() == {}
    assert archives.pushed_out() == []
    uid = archives.start(apart=True)
    until(lambda: bool(archives.all()))
    until(lambda: not under_way(archiving))
    run = archives.run(uid)
    assert (run.running, run.made) == (False, True)
    assert not archives.run(uid).made  # it is forgotten
    (made,) = archives.all().values()
    given = io.BytesIO()
    archives.fetch(made.name, given.writelines, 2**30)
    assert given.tell() == made.size
    seen = ZipStream()
    seen.feed(given.getvalue())
    seen.end()
    with zipfile.ZipFile(given) as packed:
        assert packed.testzip() is None
        settings = packed.read("wakka.config.php").decode()
        assert packed.getinfo("private/backups/content.sql").file_size > 1000
        assert "WikiAdmin" in packed.read("private/backups/content.sql").decode()
    base = settings.partition("'base_url' => '")[2].partition("'")[0]
    assert made.link == f"{base}api/archives/{made.name}"
    assert "'mysql_password' => ''" in settings
    assert archives.remove(made.name)
    with pytest.raises(UnexpectedAnswer, match="400"):
        archives.fetch(made.name, given.writelines, 2**30)


def test_one_is_made_within_the_request_too(archiving: Wiki) -> None:
    uid = archiving.archives.start(apart=False)
    (made,) = archiving.archives.all()
    assert archiving.archives.run(uid).made
    until(lambda: not under_way(archiving))
    assert archiving.archives.remove(made)
    archiving.pages.save("PageDEssai", "on écrit de nouveau", "")


def test_nobody_writes_meanwhile_and_a_run_that_is_stopped_leaves_nothing(archiving: Wiki) -> None:
    archives = archiving.archives
    uid = archives.start(apart=True)
    until(lambda: under_way(archiving))  # a server may see it some seconds late
    with pytest.raises((WikiAsleep, WriteRefused, UnexpectedAnswer)):
        archives.start(apart=False)
    archives.stop(uid)
    until(lambda: not under_way(archiving))
    if not archives.all():  # it was not over yet
        assert not archives.run(uid).made


def test_a_run_that_is_asked_about_too_soon_is_forgotten(archiving: Wiki) -> None:
    uid = archiving.archives.start(apart=True)
    first = archiving.archives.run(uid)
    if first.running:
        pytest.skip("the server was quicker")
    until(lambda: bool(archiving.archives.all()))
    assert not archiving.archives.run(uid).made


def test_the_eleventh_pushes_out_the_oldest(
    archiving: Wiki, farm_under_test: FarmUnderTest
) -> None:
    names = [f"2026-10-{day:02d}T10-00-00_archive.zip" for day in range(1, 11)]

    def put(wiki: StoredWiki) -> None:
        for name in names:
            wiki.add_archive(name, b"PK", 0.0)

    if isinstance(farm_under_test.running, RunningFarm):
        in_store(farm_under_test.running.settings.data, put, slug_of(archiving))
    else:
        for name in names:
            (backups_of(archiving) / name).write_bytes(b"PK")
    assert archiving.archives.pushed_out() == [names[0]]
    archiving.archives.start(apart=False)
    assert names[0] not in archiving.archives.all()
    assert len(archiving.archives.all()) == 10

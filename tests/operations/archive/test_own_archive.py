"""The archive of YesWiki beside a backup: never in clear, whole or not at all, and nothing of it
stays on the server unsaid; without it the backup is made as always."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import pytest

from tests.operations.archive.conftest import Computer
from tests.operations.archive.own import Changed, archives, in_store, old_archives, writable
from tests.operations.conftest import context_for
from tests.operations.deaths import Mortal, born, died
from wikifarm.cli.render.answer import answer
from wikifarm.cli.render.sheet import Paint
from wikifarm.engine.lock import file_lock
from wikifarm.errors import Exit, Interrupted, InvalidInput
from wikifarm.operations.archive import own_archive as module
from wikifarm.operations.archive.backup_format import Parts
from wikifarm.operations.archive.own_archive import NotTaken, OwnArchiveTaking
from wikifarm.operations.archive.take_backup import backup
from wikifarm.operations.archive.verify_backup import verify_backup
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.workplace import age_file
from wikifarm.operations.workplace.context import Silence
from wikifarm.rehearsal import RunningFarm, snapshot
from wikifarm.rehearsal.store.stored_wiki import StoredWiki
from wikifarm.result import Envelope
from wikifarm.transport import Transport
from wikifarm.yeswiki.own_archives import OwnArchives

FILE, OWN = "rennes.zip.age", "rennes.yeswiki.zip.age"
Take = Callable[..., Envelope]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for in earnest is shorter here."""
    monkeypatch.setattr(module, "PAUSE", 0.1)
    monkeypatch.setattr(module, "SETTLING", 2.0)


@pytest.fixture
def take(farm: RunningFarm, tmp_path: Path) -> Take:
    def taking(
        wire: Transport | None = None, name: str = FILE, *, own: bool = True, **more: Any
    ) -> Envelope:
        context = context_for(farm.url, tmp_path, transport=wire)
        try:
            return backup(
                context, "rennes", tmp_path / name, recipients=[age_file.own_key(None).public],
                with_revisions=False, own_archive=own, **more,
            )  # fmt: skip
        finally:
            context.close()

    return taking


def why(done: Envelope) -> str:
    return str(done.data["yeswiki_archive"]["why"])


def opened(file: Path) -> zipfile.ZipFile:
    clear = file.with_suffix(".clear")
    assert age_file.decrypt_file(file, clear, age_file.own_key(None))
    return zipfile.ZipFile(io.BytesIO(clear.read_bytes()))


def backed_up_without_it(done: Envelope, folder: Path, reason: NotTaken) -> str:
    """The backup is there all the same, and what lacks is said; answers in which words."""
    assert (done.exit, done.ok) == (Exit.DONE, True)
    assert why(done) == reason.value
    assert (folder / FILE).is_file()
    assert not (folder / OWN).exists()
    assert list(folder.glob(".rennes*")) == []
    assert "the archive of YesWiki is not beside the backup" in done.messages[0]
    return " ".join(done.messages)


# -- why there is none ----------------------------------------------------------------------


def test_it_is_never_written_in_clear(computer: Computer, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        backup(computer("first"), "rennes", tmp_path / FILE, in_clear=True, own_archive=True)
    assert refused.value.problems[0].code == "own-archive-in-clear"
    with pytest.raises(InvalidInput) as refused:
        backup(computer("first"), "rennes", tmp_path / FILE, own_archive=True)
    assert refused.value.problems[0].code == "in-clear"
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("farm", ["4.4", "4.5", "4.6"], indirect=True)
def test_a_wiki_that_cannot_write_it_is_backed_up_and_it_is_said(
    take: Take, tmp_path: Path
) -> None:
    words = backed_up_without_it(take(), tmp_path, NotTaken.NOT_WRITABLE)
    assert "private/backups" in words


def a(status: int, text: str = "", kind: str = "application/json") -> httpx.Response:
    headers = {"content-type": kind, "set-cookie": "YesWiki-rennes=x"}
    return httpx.Response(status, text=text, headers=headers)


PAGE = "<!doctype html><html><title>Rennes</title></html>"


@pytest.mark.parametrize(
    ("route", "given", "reason"),
    [
        ("archivingStatus", a(401), NotTaken.REFUSED),
        ("archivingStatus", a(404), NotTaken.NO_ROUTE),
        ("archivingStatus", a(200, PAGE, "text/html"), NotTaken.FAULT),
        ("archivingStatus", a(200, "{}"), NotTaken.FAULT),
        ("api/archives", a(200, PAGE, "text/html"), NotTaken.FAULT),
        ("api/archives", a(200, '{"a":1}'), NotTaken.FAULT),
        ("POST", a(200, PAGE, "text/html"), NotTaken.FAULT),
    ],
)
def test_an_answer_that_is_none_is_no_archive(
    take: Take, tmp_path: Path, route: str, given: httpx.Response, reason: NotTaken
) -> None:
    writable(tmp_path / "farm")

    def change(request: httpx.Request) -> httpx.Response | None:
        here = "api/archives" in str(request.url)
        asked = request.method if route == "POST" else str(request.url)
        return given if here and asked.endswith((route, f"{route}/")) else None

    backed_up_without_it(take(Changed(change)), tmp_path, reason)
    assert archives(tmp_path / "farm") == []


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"archiving": True}, NotTaken.UNDER_WAY),
        ({"hibernated": True}, NotTaken.ASLEEP),
        ({"notAvailableOnTheInternet": False}, NotTaken.OPEN_TO_ALL),
        ({"enoughSpace": False}, NotTaken.NO_ROOM),
    ],
)
def test_what_the_wiki_says_that_it_cannot_is_not_asked_of_it(
    take: Take, tmp_path: Path, told: dict[str, bool], reason: NotTaken
) -> None:
    writable(tmp_path / "farm")
    state = {"archiving": False, "hibernated": False, "privatePathWritable": True,
             "notAvailableOnTheInternet": True, "enoughSpace": True, "canExec": True}  # fmt: skip

    def change(request: httpx.Request) -> httpx.Response | None:
        if "archivingStatus" not in str(request.url):
            assert not (request.method == "POST" and "api/archives" in str(request.url))
            return None
        return httpx.Response(200, json=state | told, headers={"set-cookie": "YesWiki-rennes=x"})

    backed_up_without_it(take(Changed(change)), tmp_path, reason)


def test_older_ones_are_not_pushed_out_unless_somebody_agrees(take: Take, tmp_path: Path) -> None:
    writable(tmp_path / "farm")
    old = old_archives(tmp_path / "farm", 10)
    words = backed_up_without_it(take(), tmp_path, NotTaken.PUSHES_OUT)
    assert old[-1] in words
    assert archives(tmp_path / "farm") == old
    asked: list[list[str]] = []

    def agrees(names: list[str]) -> bool:
        asked.append(names)
        return True

    (tmp_path / FILE).unlink()
    assert why(take(agreed=agrees)) == ""
    assert asked == [[old[-1]]]
    assert archives(tmp_path / "farm") == old[:-1]


# -- what comes -----------------------------------------------------------------------------


@pytest.mark.parametrize("farm", ["4.4", "4.5", "4.6"], indirect=True)
@pytest.mark.parametrize("trap", ["", "no_console"])
def test_it_is_taken_whole_and_nothing_of_it_stays_there(
    farm: RunningFarm, take: Take, tmp_path: Path, trap: str
) -> None:
    writable(tmp_path / "farm")
    farm.traps.update({trap} - {""})
    others, before = old_archives(tmp_path / "farm", 3), snapshot(tmp_path / "farm")
    done = take()
    own = tmp_path / OWN
    told = done.data["yeswiki_archive"]
    assert told == {"file": str(own), "bytes": own.stat().st_size, "why": "", "left": []}
    assert done.messages == ()
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    assert own.read_bytes().startswith(age_file.HEAD)
    with opened(own) as packed:
        assert packed.testzip() is None
        assert b"zoe@example.org" in packed.read("private/backups/content.sql")
    assert archives(tmp_path / "farm") == others
    assert snapshot(tmp_path / "farm") == before
    assert list(tmp_path.glob(".rennes*")) == []
    assert OWN in answer(done, Paint())
    verified = verify_backup(tmp_path / FILE, None, Silence())
    assert (verified.exit, verified.data["differs"]) == (Exit.DONE, [])


def given(content: Callable[[bytes], bytes]) -> Callable[[httpx.Request], httpx.Response | None]:
    """The server, but for the archives that it gives."""
    wire = httpx.HTTPTransport()

    def change(request: httpx.Request) -> httpx.Response | None:
        if not (request.method == "GET" and str(request.url).endswith("_archive.zip")):
            return None
        whole = wire.handle_request(request).read()
        headers = {"content-type": "application/zip", "set-cookie": "YesWiki-rennes=x"}
        return httpx.Response(200, content=content(whole), headers=headers)

    return change


def of_another_wiki(whole: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(made, "w") as target:
        for info in source.infolist():
            target.writestr(info, source.read(info).replace(b"/rennes/", b"/autres/"))
    return made.getvalue()


def without_database(whole: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(made, "w") as target:
        for info in source.infolist():
            text = b"" if info.filename.endswith(".sql") else source.read(info)
            target.writestr(info.filename, text)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[: len(whole) // 2],
        lambda _whole: b"",
        lambda _whole: PAGE.encode(),
        lambda whole: whole[:200] + bytes(10) + whole[210:],
        of_another_wiki,
        without_database,
    ],
)
def test_what_is_not_all_of_it_is_not_kept_and_goes_from_the_server(
    take: Take, tmp_path: Path, content: Callable[[bytes], bytes]
) -> None:
    writable(tmp_path / "farm")
    backed_up_without_it(take(Changed(given(content))), tmp_path, NotTaken.DAMAGED)
    assert archives(tmp_path / "farm") == []


def test_a_server_that_gives_no_file_is_told_in_its_words(take: Take, tmp_path: Path) -> None:
    """PHP takes the whole archive into its memory to give it."""
    writable(tmp_path / "farm")

    def change(request: httpx.Request) -> httpx.Response | None:
        wanted = request.method == "GET" and str(request.url).endswith("_archive.zip")
        return a(500) if wanted else None

    words = backed_up_without_it(take(Changed(change)), tmp_path, NotTaken.FAULT)
    assert "500" in words
    assert archives(tmp_path / "farm") == []


def test_one_that_never_ends_is_stopped_and_told(
    farm: RunningFarm, take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writable(tmp_path / "farm")
    monkeypatch.setattr(module, "LONGEST", 1.0)
    farm.traps.add("archive_hangs")
    words = backed_up_without_it(take(), tmp_path, NotTaken.NOT_MADE)
    assert words
    wiki = open_wiki(context_for(farm.url, tmp_path), "rennes")
    state = wiki.archives.state()
    assert state is not None
    assert not state.under_way  # it was asked to stop, and did


def test_one_that_does_not_even_stop_is_said_with_what_it_means(
    farm: RunningFarm, take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writable(tmp_path / "farm")
    monkeypatch.setattr(module, "LONGEST", 1.0)
    monkeypatch.setattr(OwnArchives, "stop", lambda *_more: None)
    farm.traps.add("archive_hangs")
    words = backed_up_without_it(take(), tmp_path, NotTaken.ENDLESS)
    assert "wiki_status" in words
    assert "wikifarm backup rennes" in words


def test_one_that_does_not_begin_is_told(farm: RunningFarm, take: Take, tmp_path: Path) -> None:
    writable(tmp_path / "farm")

    def change(request: httpx.Request) -> httpx.Response | None:
        started = request.method == "POST" and b"startArchive" in request.content
        error = '{"error":"no process created when starting archive action"}'
        return a(500, error) if started else None

    words = backed_up_without_it(take(Changed(change)), tmp_path, NotTaken.NOT_MADE)
    assert "no process created" in words


def test_that_of_somebody_else_is_neither_taken_nor_removed(take: Take, tmp_path: Path) -> None:
    """Somebody made one at the same time: nothing tells which is whose, not even where ours comes
    between the look at what is there and the look at what goes on."""
    writable(tmp_path / "farm")
    theirs = "2026-11-20T10-00-00_archive.zip"
    started: list[bool] = []

    def change(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and b"startArchive" in request.content:
            in_store(tmp_path / "farm", lambda wiki: wiki.add_archive(theirs, b"PK", 0.0))
            started.append(True)
        while started and "archivingStatus" in str(request.url):
            if len(archives(tmp_path / "farm")) == 2:
                break
            sleep(0.02)
        return None

    done = take(Changed(change))
    words = backed_up_without_it(done, tmp_path, NotTaken.UNPROVEN)
    there = archives(tmp_path / "farm")
    assert theirs in there
    assert len(there) == 2
    assert sorted(done.data["yeswiki_archive"]["left"]) == sorted(there)
    assert all(name in words for name in there)


def test_one_that_the_server_does_not_remove_is_named_until_it_is_gone(
    take: Take, tmp_path: Path
) -> None:
    writable(tmp_path / "farm")

    def change(request: httpx.Request) -> httpx.Response | None:
        removing = request.method == "POST" and b"action=delete" in request.content
        return a(400, '{"main":false}') if removing else None

    done = take(Changed(change))
    assert why(done) == ""
    assert (tmp_path / OWN).is_file()
    (left,) = archives(tmp_path / "farm")
    assert left in " ".join(done.messages)
    assert done.data["yeswiki_archive"]["left"] == [left]
    done = take(name="again.zip.age", own=False)
    assert archives(tmp_path / "farm") == []
    assert done.messages == ()
    assert done.data["yeswiki_archive"] is None


# -- cut ------------------------------------------------------------------------------------


EVERY = int(os.environ.get("WIKIFARM_KILL_EVERY", "4"))


def about(points: list[str], what: str) -> list[int]:
    return [at for at, each in enumerate(points) if what in each]


@pytest.mark.parametrize("again", ["with", "without"])
def test_a_run_killed_between_its_start_and_its_end_leaves_nothing_unsaid(
    take: Take, tmp_path: Path, again: str
) -> None:
    writable(tmp_path / "farm")
    whole = Mortal()
    take(whole, "whole.zip.age")
    asked = about(whole.points, "api/archives")
    unproven = 0
    for k in {*range(asked[0], asked[-1] + 2, EVERY), asked[-1]}:
        mortal = Mortal(k)
        if not died(born(mortal, partial(succeeds, take, mortal))):
            continue
        done = take(own=again == "with")
        assert done.exit == Exit.DONE
        left = archives(tmp_path / "farm")
        assert all(name in " ".join(done.messages) for name in left), whole.points[k]
        if again == "with" and why(done) == NotTaken.UNPROVEN:
            unproven += 1  # its run was never named to this computer
        elif again == "with":
            assert (why(done), left) == ("", []), whole.points[k]
            with opened(tmp_path / OWN) as packed:
                assert packed.testzip() is None
        in_store(tmp_path / "farm", clear_archives)
        for path in tmp_path.glob("rennes.*"):
            path.unlink()
    assert unproven <= 2


def clear_archives(wiki: StoredWiki) -> None:
    wiki.remove_archives([name for name, _size in wiki.archives()])


def succeeds(take: Take, wire: Transport) -> bool:
    return take(wire).ok


def test_whoever_stops_it_is_told_what_may_come_to_stand_on_the_server(
    take: Take, tmp_path: Path
) -> None:
    writable(tmp_path / "farm")

    def change(request: httpx.Request) -> httpx.Response | None:
        if request.method == "GET" and str(request.url).endswith("_archive.zip"):
            raise KeyboardInterrupt
        return None

    with pytest.raises(Interrupted) as stopped:
        take(Changed(change))
    assert "wikifarm backup rennes" in stopped.value.message
    assert not (tmp_path / OWN).exists()
    assert why(take()) == ""
    assert archives(tmp_path / "farm") == []


def test_a_run_that_was_cut_goes_on_for_the_keys_that_are_named_now(
    farm: RunningFarm, take: Take, tmp_path: Path, computer: Computer
) -> None:
    writable(tmp_path / "farm")
    context = computer("first")
    parts = Parts(tmp_path / FILE)
    other = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    wiki = open_wiki(context, "rennes")
    assert OwnArchiveTaking(context, "rennes", wiki, parts, [other]).take().why == ""
    take()
    with opened(tmp_path / OWN) as packed:
        assert packed.testzip() is None
    assert list(tmp_path.glob(".rennes*")) == []


def test_another_run_of_this_computer_is_left_at_its_work(
    take: Take, computer: Computer, tmp_path: Path
) -> None:
    writable(tmp_path / "farm")
    context = computer("first")
    with file_lock(context.folder / "own-archive-rennes.lock", 0):
        backed_up_without_it(take(), tmp_path, NotTaken.UNDER_WAY)


def test_a_file_of_that_name_is_not_written_over(take: Take, tmp_path: Path) -> None:
    (tmp_path / OWN).write_text("mine")
    with pytest.raises(InvalidInput) as refused:
        take()
    assert refused.value.problems[0].code == "file-exists"
    assert (tmp_path / OWN).read_text() == "mine"

"""The file of a backup: what is damaged is named, and what a hostile hand made is refused."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from wikifarm.errors import InvalidInput, LocalStorage, PasswordsShut
from wikifarm.operations.archive.backup_format import (
    DAMAGED,
    HOSTILE,
    MANIFEST,
    MIB,
    Manifest,
    Parts,
    member,
    opened,
    write,
)
from wikifarm.operations.workplace import age_file

FACTS = {
    "wikifarm": "0.9", "made": "2026-11-27T10:00:00+00:00", "farm": "https://ferme.example.org/",
    "slug": "rennes", "url": "https://ferme.example.org/rennes/", "name": "Rennes",
    "release": "4.4.4", "dialect": "4.4", "counts": {"pages": 2}, "left_out": {},
}  # fmt: skip
TAGS = ("PagePrincipale", "Été à l'écoute", "../../etc/passwd", "x" * 250, "..")


@pytest.fixture(autouse=True)
def _own_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def a_backup(target: Path, keys: tuple[str, ...] = ()) -> Manifest:
    parts = Parts(target)
    for tag in TAGS:
        parts.put(member("pages", tag), {"tag": tag, "body": f"======{tag}====== \ud83d é"})
    parts.put_lines(member("revisions", TAGS[0], ".jsonl"), [{"now": "1"}, {"body": "avant"}])
    parts.put_bytes("files/affiche.png", bytes(range(256)) * 9000)
    manifest = write(parts, FACTS, keys)
    parts.remove()
    return manifest


def problems(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused, opened(path):
        raise AssertionError("something was used of it")
    return [(each.code, each.message) for each in refused.value.problems]


def packed_again(path: Path, change: Callable[[zipfile.ZipFile], None], *, but: str = "") -> None:
    """The same members but one, and what `change` adds."""
    with zipfile.ZipFile(path) as was:
        kept = {info: was.read(info) for info in was.infolist() if info.filename != but}
    with zipfile.ZipFile(path, "w") as now:
        for info, content in kept.items():
            now.writestr(info, content)
        change(now)


def test_what_is_written_is_read_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "rennes.zip"
    manifest = a_backup(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".*")) == []
    with opened(path) as backup:
        assert backup.manifest == manifest
        assert {row["tag"] for row in backup.rows("pages")} == set(TAGS)
        assert backup.lines(member("revisions", TAGS[0], ".jsonl"))[1] == {"body": "avant"}
        with backup.stream("files/affiche.png") as file:
            assert file.read() == bytes(range(256)) * 9000


def test_the_same_content_is_the_same_file(tmp_path: Path) -> None:
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    assert a_backup(first).identity == a_backup(second).identity
    assert first.read_bytes() == second.read_bytes()


def test_a_sealed_one_opens_with_its_key_alone(tmp_path: Path) -> None:
    own = age_file.own_key(None)
    path = tmp_path / "rennes.zip.age"
    a_backup(path, (own.public,))
    assert b"PagePrincipale" not in path.read_bytes()
    with opened(path) as backup:
        assert len(list(backup.rows("pages"))) == len(TAGS)
    (tmp_path / "config/wikifarm/age-identity.txt").unlink()
    with pytest.raises(PasswordsShut), opened(path):
        raise AssertionError("another key opened it")


def test_a_sealed_one_that_was_cut_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "rennes.zip.age"
    a_backup(path, (age_file.own_key(None).public,))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(PasswordsShut), opened(path):
        raise AssertionError("half of it was used")


def test_each_damaged_member_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rennes.zip"
    a_backup(path)
    with zipfile.ZipFile(path) as packed:
        places = {info.filename: info.header_offset for info in packed.infolist()}
    raw = bytearray(path.read_bytes())
    for name in ("files/affiche.png", "pages/PagePrincipale.json"):
        raw[places[name] + 90] ^= 0xFF
    path.write_bytes(raw)
    assert problems(path) == [
        (DAMAGED, "files/affiche.png: damaged"),
        (DAMAGED, "pages/PagePrincipale.json: damaged"),
    ]


@pytest.mark.parametrize("length", [0, 10, 5000, -1, -30])
def test_a_cut_file_is_damaged(tmp_path: Path, length: int) -> None:
    path = tmp_path / "rennes.zip"
    a_backup(path)
    path.write_bytes(path.read_bytes()[:length])
    assert {code for code, _message in problems(path)} == {DAMAGED}


def test_what_the_manifest_does_not_say_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "rennes.zip"
    a_backup(path)
    packed_again(
        path,
        lambda now: now.writestr("pages/Ajout.json", "{}"),
        but="pages/PagePrincipale.json",
    )
    assert problems(path) == [
        (DAMAGED, "pages/Ajout.json: its manifest does not know it"),
        (DAMAGED, "pages/PagePrincipale.json: missing"),
    ]
    a_backup(path)
    packed_again(path, lambda _now: None, but=MANIFEST)
    assert problems(path) == [(DAMAGED, "its manifest is damaged or missing")]


def test_a_later_format_is_told_apart_from_damage(tmp_path: Path) -> None:
    path = tmp_path / "rennes.zip"
    a_backup(path)
    told = json.dumps({**FACTS, "format": "wikifarm/backup/2", "members": {}})
    packed_again(path, lambda now: now.writestr(MANIFEST, told), but=MANIFEST)
    ((_code, message),) = problems(path)
    assert "wikifarm/backup/2" in message


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../evil.json", "pages/../../evil.json", "pages\\evil.json", "files/..",
     "files/a/b", "C:/evil.json", "pages/", "pages/Été.json", "pages/a\nb.json", "evil.py"],
)  # fmt: skip
def test_a_path_that_has_no_business_there_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "rennes.zip"
    a_backup(path)
    packed_again(path, lambda now: now.writestr(name, "x"))
    assert [code for code, _message in problems(path)] == [HOSTILE]


def test_links_names_twice_and_bombs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rennes.zip"

    def link(now: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("files/lien")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        now.writestr(info, "/etc/passwd")

    def bomb(now: zipfile.ZipFile) -> None:
        zeros = zipfile.ZipInfo("pages/Zeros.json")
        zeros.compress_type = zipfile.ZIP_DEFLATED
        now.writestr(zeros, b"0" * 17 * MIB)

    def twice(now: zipfile.ZipFile) -> None:
        with pytest.warns(UserWarning, match="Duplicate"):
            now.writestr("pages/PagePrincipale.json", "{}")

    said = {link: "a link", bomb: "more than is believable", twice: "there twice"}
    for change, words in said.items():
        a_backup(path)
        packed_again(path, change)
        ((code, message),) = problems(path)
        assert code == HOSTILE and words in message


def test_members_that_lie_over_one_another_are_refused(tmp_path: Path) -> None:
    """The central directory names one block of data many times: each would unpack it again."""
    path = tmp_path / "rennes.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("files/a", b"x" * 50_000)
        for number in range(9):
            info = zipfile.ZipInfo(f"files/b{number}")
            info.compress_size = info.file_size = 50_000
            info.CRC = packed.infolist()[0].CRC
            info.header_offset = 0
            packed.filelist.append(info)
    assert problems(path) == [(HOSTILE, "it says that it holds more than it can")]


def test_a_member_that_is_not_what_its_name_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rennes.zip"
    parts = Parts(path)
    parts.put(member("pages", "Innocente"), {"tag": "PagePrincipale", "body": "x"})
    write(parts, FACTS, ())
    with opened(path) as backup, pytest.raises(InvalidInput) as refused:
        list(backup.rows("pages"))
    assert refused.value.problems[0].code == HOSTILE


def test_a_full_disk_loses_nothing_of_what_was_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rennes.zip"
    parts = Parts(path)
    parts.put(member("pages", "PagePrincipale"), {"tag": "PagePrincipale", "body": "x"})

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "writestr", full)
        with pytest.raises(LocalStorage) as failed:
            write(parts, FACTS, ())
    assert "disk is full" in failed.value.message
    assert not path.exists()
    write(parts, FACTS, ())
    with opened(path) as backup:
        assert backup.names("pages") == ["pages/PagePrincipale.json"]

"""Release archives and their unpacking: what is refused first, then what a release is."""

from __future__ import annotations

import io
import os
import signal
import stat
import struct
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ops.hosting import Host, core, extension, new_host, sha256, tree, zipped

# isort: split
from wikifarm_host import archive
from wikifarm_host.errors import Stop
from wikifarm_host.releases import release


def refusal(content: bytes, folder: Path, kind: str = "core") -> Stop:
    """What `look` says of an archive; nothing but the archive is in the folder after."""
    path = folder / "one.zip"
    path.write_bytes(content)
    with pytest.raises(Stop) as stop:
        archive.look(path, kind)
    assert [path.name for path in folder.iterdir()] == ["one.zip"]
    return stop.value


def with_entry(change: Callable[[zipfile.ZipInfo], None], content: bytes = b"x") -> bytes:
    """A YesWiki with one entry more, which is not what an archive should hold."""
    out = io.BytesIO(zipped(core()))
    with zipfile.ZipFile(out, "a") as archive_file:
        entry = zipfile.ZipInfo("more.txt")
        change(entry)
        archive_file.writestr(entry, content)
    return out.getvalue()


def named(name: str) -> Callable[[zipfile.ZipInfo], None]:
    return lambda entry: setattr(entry, "filename", name)


def typed(kind: int) -> Callable[[zipfile.ZipInfo], None]:
    return lambda entry: setattr(entry, "external_attr", (kind | 0o777) << 16)


def test_an_archive_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        archive.verify(tmp_path / "none.zip", "0" * 64)
    assert stop.value.code == "archive-missing"


def test_an_archive_that_is_another(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(zipped(core()))
    with pytest.raises(Stop) as stop:
        archive.verify(path, "0" * 64)
    assert stop.value.code == "archive-sha256"
    assert sha256(path.read_bytes()) in stop.value.message


@pytest.mark.parametrize(
    "name",
    [
        "../out.php",
        "a/../../out.php",
        "a/..",
        "/etc/cron.d/x",
        "C:/x",
        "a\\..\\x",
        "a//b",
        "./a",
        "a\nb",
    ],
)
def test_a_path_that_leaves_the_folder(tmp_path: Path, name: str) -> None:
    assert refusal(with_entry(named(name)), tmp_path).code == "archive-unsafe"


def test_a_name_that_hides_another_behind_a_nul(tmp_path: Path) -> None:
    content = with_entry(named("nul/x.txt")).replace(b"nul/x.txt", b"nul\0x.txt")
    assert refusal(content, tmp_path).code == "archive-unsafe"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_link_or_a_special_file(tmp_path: Path, kind: int) -> None:
    assert refusal(with_entry(typed(kind), b"/etc/passwd"), tmp_path).code == "archive-unsafe"


def test_a_link_that_says_it_is_a_folder(tmp_path: Path) -> None:
    def change(entry: zipfile.ZipInfo) -> None:
        entry.filename = "more/"
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert refusal(with_entry(change), tmp_path).code == "archive-unsafe"


def test_a_name_that_is_there_twice(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = with_entry(named("index.php"))
    assert refusal(content, tmp_path).code == "archive-unsafe"


def test_a_file_that_is_a_folder_too(tmp_path: Path) -> None:
    assert refusal(with_entry(named("index.php/x.php")), tmp_path).code == "archive-unsafe"


def test_an_entry_that_is_encrypted(tmp_path: Path) -> None:
    content = bytearray(with_entry(named("more.txt")))
    where = content.rindex(b"PK\x01\x02")
    struct.pack_into("<H", content, where + 8, 1)
    assert refusal(bytes(content), tmp_path).code == "archive-unsafe"


def test_a_compression_that_needs_much_memory(tmp_path: Path) -> None:
    def change(entry: zipfile.ZipInfo) -> None:
        entry.compress_type = zipfile.ZIP_LZMA

    assert refusal(with_entry(change), tmp_path).code == "archive-unsafe"


def test_a_bomb_is_refused_by_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 1 << 20)
    content = zipped(core(bomb=b"\0" * (1 << 20)))
    assert len(content) < 10_000
    assert refusal(content, tmp_path).code == "archive-unsafe"


def test_a_bomb_is_refused_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", len(core()))
    assert refusal(zipped(core(more="")), tmp_path).code == "archive-unsafe"


def test_an_entry_larger_than_it_says_is_not_unpacked(tmp_path: Path) -> None:
    content = bytearray(zipped(core(bomb=b"\0" * 100_000)))
    # The size in the central directory is the one that was added up.
    where = content.index(b"bomb", content.index(b"PK\x01\x02")) - 46
    struct.pack_into("<L", content, where + 24, 10)
    path = tmp_path / "one.zip"
    path.write_bytes(content)
    with pytest.raises(Stop) as stop:
        archive.unpack(path, "core", tmp_path / "out")
    assert stop.value.code == "archive-unsafe"
    assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("bomb")) <= 10


@pytest.mark.parametrize("content", [b"", b"hello", zipped(core())[:-30]])
def test_what_is_not_a_zip(tmp_path: Path, content: bytes) -> None:
    assert refusal(content, tmp_path).code == "archive-not-yeswiki"


@pytest.mark.parametrize("missing", archive.CORE)
def test_a_zip_that_is_not_yeswiki(tmp_path: Path, missing: str) -> None:
    files = core()
    del files[missing]
    stop = refusal(zipped(files, "yeswiki/"), tmp_path)
    assert stop.code == "archive-not-yeswiki"
    assert missing in stop.message


def test_yeswiki_two_folders_deep(tmp_path: Path) -> None:
    assert refusal(zipped(core(), "a/b/"), tmp_path).code == "archive-not-yeswiki"


def test_yeswiki_is_not_an_extension(tmp_path: Path) -> None:
    content = zipped(core(desc="x"), "yeswiki/")
    assert refusal(content, tmp_path, "extension").code == "archive-not-extension"


def test_any_zip_is_not_an_extension(tmp_path: Path) -> None:
    assert refusal(zipped({"a.txt": ""}), tmp_path, "extension").code == "archive-not-extension"


@pytest.mark.parametrize("top", ["", "doryphore-4.4.4/"])
def test_what_an_archive_says_of_itself(tmp_path: Path, top: str) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(zipped(core("4.4.4"), top))
    said = archive.look(path, "core")
    assert (said.version, said.php, said.top) == ("doryphore 4.4.4", "7.3", top)
    assert said.size == path.stat().st_size
    assert said.unpacked_size == sum(len(text) for text in core("4.4.4").values())


@pytest.mark.parametrize(
    ("constraint", "least"),
    [
        ("^7.3 || ^8.0", "7.3"),
        (">=8.1", "8.1"),
        (">=8.1 <8.4", "8.1"),
        ("~8.2.0", "8.2"),
        ("^8.2|^8.3", "8.2"),
        ("8.1.*", "8.1"),
        (">=7.4.3", "7.4"),
        ("<9.0", "7.3"),  # says no least: the constant does
        ("", "7.3"),
    ],
)
def test_the_least_php(tmp_path: Path, constraint: str, least: str) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(
        zipped(core() | {"composer.json": '{"require": {"php": "' + constraint + '"}}'})
    )
    assert archive.look(path, "core").php == least


@pytest.mark.parametrize(
    ("files", "version"),
    [
        (extension(), "0.1"),
        (extension() | {"infos.json": '{"release": "4.4.2"}'}, "4.4.2"),
        (extension() | {"infos.json": "{"}, "0.1"),
        ({"config.yaml": ""}, ""),
        ({"services/A.php": ""}, ""),
    ],
)
def test_what_an_extension_says(
    tmp_path: Path, files: dict[str, str | bytes], version: str
) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(zipped(files, "ferme/"))
    assert archive.look(path, "extension").version == version


def test_unpacked_files_are_of_today_and_not_to_be_run(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    path.write_bytes(with_entry(typed(stat.S_IFREG)))
    archive.unpack(path, "core", tmp_path / "out")
    assert (tmp_path / "out/index.php").read_text() == core()["index.php"]
    for entry in (tmp_path / "out").rglob("*"):
        assert stat.S_IMODE(entry.stat().st_mode) == (0o755 if entry.is_dir() else 0o644)
        assert entry.stat().st_mtime > time.time() - 60


# The verb `release`.


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    with new_host(monkeypatch) as laid:
        yield laid


def options(host: Host, **files: bytes) -> list[str]:
    """`--archive` for each: the core is `yeswiki`, the others are extensions."""
    words = []
    for name, content in files.items():
        kind = "core" if name == "yeswiki" else "extension"
        words += ["--archive", f"{kind}:{name}:{host.keep(content)}"]
    return words


@pytest.mark.parametrize(
    "words",
    [
        ["core:yeswiki"],
        ["core:yeswiki:123"],
        ["core:../x:" + "0" * 64],
        ["theme:margot:" + "0" * 64],
        ["extension:ferme:" + "0" * 64],
        ["core:yeswiki:" + "0" * 64, "core:other:" + "1" * 64],
        ["core:yeswiki:" + "0" * 64, "extension:a:" + "1" * 64, "extension:a:" + "2" * 64],
    ],
)
def test_options_that_name_no_release(host: Host, words: list[str]) -> None:
    answer = host.tool("release", *[part for word in words for part in ("--archive", word)])
    assert answer["code"] == "archive-option"


def test_an_archive_damaged_on_its_way_is_not_unpacked(host: Host) -> None:
    words = options(host, yeswiki=zipped(core()))
    next(host.cache.iterdir()).write_bytes(b"other")
    assert host.tool("release", *words)["code"] == "archive-sha256"
    assert list(host.home.iterdir()) == []


def test_one_bad_archive_and_none_is_unpacked(host: Host) -> None:
    words = options(host, yeswiki=zipped(core()), ferme=zipped({"a.txt": ""}))
    assert host.tool("release", *words)["code"] == "archive-not-extension"
    assert list(host.home.iterdir()) == []


def test_a_disk_without_room(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "MARGIN", 1 << 62)
    with pytest.raises(Stop) as stop:
        host.release()
    assert stop.value.code == "disk-full"
    assert list((host.home / "releases").iterdir()) == []


def test_a_dry_run_writes_nothing(host: Host) -> None:
    words = options(host, yeswiki=zipped(core()))
    before = tree(host.base)
    answer = host.tool("release", *words, "--dry-run")
    assert answer["changed"]
    assert answer["data"]["version"] == "doryphore 4.4.4"
    assert tree(host.base) == before


def test_a_dry_run_before_the_archives_are_there(host: Host) -> None:
    answer = host.tool("release", "--archive", "core:yeswiki:" + "0" * 64, "--dry-run")
    assert answer["changed"]
    assert answer["data"]["version"] == ""


def test_a_release_holds_yeswiki_and_its_extensions(host: Host) -> None:
    words = options(host, yeswiki=zipped(core(), "y/"), ferme=zipped(extension(), "ferme-main/"))
    answer = host.tool("release", *words)
    folder = Path(answer["data"]["path"])
    assert answer["changed"]
    assert folder.parent == host.home / "releases"
    assert (folder / "index.php").is_file()
    # The one that YesWiki brought is gone, whole.
    assert sorted(path.name for path in (folder / "tools/ferme").iterdir()) == [
        "actions",
        "desc.xml",
    ]
    said = release.manifest(host.farm, answer["data"]["id"])
    assert said is not None
    assert said["version"] == "doryphore 4.4.4"
    assert [part["name"] for part in said["archives"]] == ["yeswiki", "ferme"]


def test_the_cache_of_a_release_is_the_one_thing_that_php_may_write(host: Host) -> None:
    farm = host.farm
    folder = farm.releases / host.release()
    import pwd

    owner = pwd.getpwnam(farm.user).pw_uid
    cache = (folder / "cache").stat()
    assert (cache.st_uid, stat.S_IMODE(cache.st_mode)) == (owner, 0o700)
    assert list((folder / "cache").iterdir()) == []
    others = [path for path in folder.rglob("*") if path.name != "cache"]
    assert all(path.stat().st_uid == os.geteuid() for path in others)


def test_the_same_archives_are_the_same_release(host: Host) -> None:
    words = options(host, yeswiki=zipped(core()), ferme=zipped(extension()))
    first = host.tool("release", *words)
    before = tree(host.home)
    again = host.tool("release", *words[2:], *words[:2])
    assert not again["changed"]
    assert again["data"] == first["data"]
    assert tree(host.home) == before
    other = host.tool("release", *words[:2])
    assert other["data"]["id"] != first["data"]["id"]


def test_a_release_whose_unpacking_was_killed_is_begun_again(host: Host) -> None:
    many: dict[str, str | bytes] = {f"vendor/a{number}": b"x" * 500 for number in range(4000)}
    words = options(host, yeswiki=zipped(core() | many))
    process = subprocess.Popen(
        host.command("release", *words), env={**os.environ, **host.environment}
    )
    end = time.monotonic() + 60
    while not list(host.home.glob("releases/*.unfinished/vendor/a9*")):
        assert time.monotonic() < end
        assert process.poll() is None, "it ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait()
    (left,) = (host.home / "releases").iterdir()
    assert left.name.endswith(".unfinished")
    assert release.manifest(host.farm, left.name.removesuffix(".unfinished")) is None
    (left / "of-before").touch()
    answer = host.tool("release", *words)
    folder = Path(answer["data"]["path"])
    assert answer["changed"]
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert len(list((folder / "vendor").iterdir())) == 4000
    assert not (folder / "of-before").exists()

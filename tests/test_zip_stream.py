"""A zip that passes by: what is not all there, or not as it was packed, is refused at its end at
the latest; what passes is unpacked without being held."""

from __future__ import annotations

import io
import os
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wikifarm.zip_stream import BadZip, ZipStream

SETTINGS = b"wakka.config.php"
NOISE = os.urandom(5000)


def a_zip(how: int = zipfile.ZIP_DEFLATED, note: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as packed:
        packed.writestr("cache/", b"")
        packed.writestr("wakka.config.php", "<?php 'base_url' => 'https://example.org/?'")
        packed.writestr("files/été.png", NOISE)
        packed.writestr("empty.txt", b"")
        packed.comment = note
    return made.getvalue()


def passed(content: bytes, size: int = 7) -> ZipStream:
    seen = ZipStream(keep=(SETTINGS,), watch=(b"empty.txt", "files/été.png".encode()))
    pieces = (content[at : at + size] for at in range(0, len(content), size))
    assert b"".join(seen.passing(pieces)) == content
    return seen


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_whole_one_passes_and_tells_what_was_asked(how: int, size: int) -> None:
    seen = passed(a_zip(how, b"a note"), size)
    assert seen.kept == {SETTINGS: b"<?php 'base_url' => 'https://example.org/?'"}
    assert seen.seen == {SETTINGS, "files/été.png".encode()}  # what is empty is not there
    assert seen.length == len(a_zip(how, b"a note"))


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_one_that_is_cut_anywhere_is_refused(how: int) -> None:
    whole = a_zip(how)
    for length in {*range(0, len(whole), 97), *range(len(whole) - 400, len(whole))}:
        with pytest.raises(BadZip):
            passed(whole[:length], 500)


def test_one_in_which_a_part_changed_is_refused() -> None:
    whole = a_zip(zipfile.ZIP_STORED)
    at = whole.index(NOISE[:100])
    for where in (at, at + 2500, at + len(NOISE) - 1):
        changed = bytearray(whole)
        changed[where] ^= 1
        with pytest.raises(BadZip):
            passed(bytes(changed), 500)


def test_what_is_no_zip_or_two_is_refused() -> None:
    nothing = io.BytesIO()
    zipfile.ZipFile(nothing, "w").close()
    contents = (b"", b"<!doctype html><title>Fatal error</title>", nothing.getvalue(),
                a_zip() + b"\n", a_zip() * 2, b"\n" + a_zip())  # fmt: skip
    for content in contents:
        with pytest.raises(BadZip):
            passed(content)


def test_a_table_of_contents_of_something_else_is_refused() -> None:
    whole, other = a_zip(zipfile.ZIP_STORED), io.BytesIO()
    with zipfile.ZipFile(other, "w") as packed:
        for info in zipfile.ZipFile(io.BytesIO(whole)).infolist():
            packed.writestr(info.filename.replace("empty", "other"), b"x" * info.file_size)
    table = whole.index(b"PK\x01\x02")
    made = other.getvalue()
    with pytest.raises(BadZip):
        passed(whole[:table] + made[made.index(b"PK\x01\x02") :])


def test_what_says_its_lengths_later_is_not_looked_into() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as packed:
        packed.writestr("a", b"x")
    with pytest.raises(BadZip):
        passed(pipe.getvalue())


def test_the_large_lengths_of_zip64_are_read(tmp_path: Path) -> None:
    file = tmp_path / "large.zip"
    info = zipfile.ZipInfo("wakka.config.php")
    with (
        zipfile.ZipFile(file, "w") as packed,
        packed.open(info, "w", force_zip64=True) as part,
    ):
        part.write(b"settings")
    assert passed(file.read_bytes(), 11).kept == {SETTINGS: b"settings"}


def test_parts_beyond_counting_of_the_old_kind_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "many.zip"
    with zipfile.ZipFile(file, "w") as packed:
        for number in range(0x10001):
            packed.writestr(zipfile.ZipInfo(f"{number}"), b"")
    passed(file.read_bytes(), 100_000)


def test_a_large_part_is_not_held() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("large", bytes(200 * 2**20))
        packed.writestr("noise", os.urandom(8 * 2**20), zipfile.ZIP_STORED)
    content = made.getvalue()

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(content), 65536):
            yield content[at : at + 65536]

    tracemalloc.start()
    for _piece in ZipStream().passing(pieces()):
        pass
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20

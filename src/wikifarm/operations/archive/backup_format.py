"""The file of a backup (docs/backup.md): a zip of texts and attached files, and a manifest of their
SHA-256 sums. Whoever opens one trusts nothing in it: all is checked before anything is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from wikifarm.errors import InvalidInput, PasswordsShut, Problem
from wikifarm.files import PRIVATE, make_private
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.model import Dialect
from wikifarm.operations.workplace import age_file
from wikifarm.operations.workplace.private_files import storing
from wikifarm.reasons import of_system
from wikifarm.web_addresses import why_not

FORMAT = "wikifarm/backup/1"
MANIFEST = "manifest.json"
FILES = "files"
COMMENTS = "comments.json"  # since it is there; an earlier backup has none
DAMAGED, HOSTILE = "damaged-backup", "hostile-backup"

MIB = 2**20
LARGEST_TEXT = 64 * MIB
LARGEST_FILE = 4096 * MIB
MOST_MEMBERS = 200_000
PACKED_AT_MOST = 100  # times: what unpacks to more than this, and to more than SMALL, is a bomb
SMALL = 16 * MIB
_LONGEST = 150  # characters of a name: folders of this computer take 255 bytes
_NAME = re.compile(
    r"(?:[a-z]+\.json|(?:pages|entries|forms)/[\w.~%-]{1,170}\.json|"
    r"revisions/[\w.~%-]{1,170}\.jsonl|files/(?!\.+\Z)[\w.~%-]{1,170})\Z",
    re.ASCII,
)


class Member(BaseModel):
    """One text or file: how long it is and what it must sum up to."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself. Keys that are not known here are of a later wikifarm."""

    model_config = ConfigDict(frozen=True)

    format: Literal["wikifarm/backup/1"]
    wikifarm: str
    made: str  # UTC
    farm: str
    slug: str
    url: str
    name: str
    release: str
    dialect: str
    counts: Mapping[str, int]
    left_out: Mapping[str, int]  # what the wiki holds and this does not: why -> how many
    members: Mapping[str, Member]

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        """Texts are searched for it: anything shorter would be found everywhere."""
        if why_not(url) or not url.endswith("/"):
            raise ValueError
        return url

    @field_validator("dialect")
    @classmethod
    def _is_dialect(cls, dialect: str) -> str:
        return Dialect(dialect).value

    @property
    def identity(self) -> str:
        """What tells this backup from every other, however it is packed or encrypted."""
        sums = "\n".join(f"{name} {each.sha256}" for name, each in sorted(self.members.items()))
        return hashlib.sha256(f"{self.url}\n{self.made}\n{sums}".encode()).hexdigest()


def member(room: str, key: str, end: str = ".json") -> str:
    """The name under which `key` stands in a room of the archive."""
    name = quote(key, safe="")
    if len(name) > _LONGEST:
        name = f"{name[: _LONGEST - 17]}~{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    return f"{room}/{name}{end}"


def as_bytes(value: Any) -> bytes:
    """A value as the JSON of the archive: letters as they are, unless half a sign is among them."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=1, sort_keys=True).encode()


class Parts:
    """What was taken so far, in a private folder; what stands there is whole.

    `target` is the file to be: the folder is beside it, or `apart` where that is given, since what
    is in clear is not to be on the disk of a file that is encrypted. Raises LocalStorage where this
    computer cannot write.
    """

    def __init__(self, target: Path, apart: Path | None = None) -> None:
        self.target = target
        self._beside = target.with_name(f".{target.name}.parts")
        self.folder = apart or self._beside
        self.sealed = target.with_name(f".{target.name}.sealed")  # on the disk of its file

    def check_target(self) -> None:
        """Raises LocalStorage, before anything is read, where no file can be written."""
        with storing(self.target), _gone(self.sealed):
            make_private(self.target.parent)
            os.close(os.open(self.sealed, os.O_WRONLY | os.O_CREAT, PRIVATE))

    def put(self, name: str, value: Any) -> None:
        """Keeps a value as JSON."""
        self.put_bytes(name, as_bytes(value))

    def put_lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Keeps rows, one a line."""
        lines = (json.dumps(row, sort_keys=True) + "\n" for row in rows)
        self.put_bytes(name, "".join(lines).encode())

    def put_bytes(self, name: str, content: bytes) -> None:
        """Keeps bytes. They are not forced to the disk one by one: the file of them all is."""
        with storing(self.folder):
            path, coming = self.path(name), self.folder / "coming"
            make_private(path.parent)
            descriptor = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            coming.replace(path)

    @contextmanager
    def receiving(self, name: str) -> Iterator[IO[bytes]]:
        """A member that comes in pieces: it is kept once it is whole."""
        coming = self.folder / "coming"
        with storing(self.folder):
            make_private(self.path(name).parent)
            descriptor = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            coming.replace(self.path(name))

    def path(self, name: str) -> Path:
        """Where a member stands until all is whole."""
        return self.folder / name

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows kept under a name; none where there are none, or not of this kind."""
        try:
            return list(map(from_json, self.path(name).read_bytes().splitlines()))
        except (OSError, ValueError):
            return []

    def names(self) -> list[str]:
        """What is kept, in order."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        names = (path.relative_to(self.folder).as_posix() for path in files)
        return sorted(name for name in names if _NAME.match(name) and name != MANIFEST)

    def keep_only(self, names: Iterable[str]) -> None:
        """Drops what an earlier run took and the wiki does not hold any more."""
        for name in set(self.names()) - set(names):
            with storing(self.folder):
                self.path(name).unlink()

    def remove(self) -> None:
        """The folder goes, once its file is whole; and what a run left beside the file."""
        for folder in (self.folder, self._beside):
            shutil.rmtree(folder, ignore_errors=True)

    def waiting(self) -> str:
        """Where what was taken waits once the command ended early; empty where there is nothing."""
        if not self.folder.is_dir():
            return ""
        told = _(
            "What was read waits in clear in {folder}: the same command goes on from there. Remove "
            "that folder to give it up."
        )
        return told.format(folder=self.folder)


def write(parts: Parts, facts: Mapping[str, Any], keys: Sequence[str]) -> Manifest:
    """Makes the file of the parts: reads it back, encrypts it for `keys` where there are any, puts
    it in its place. `facts`: the manifest without its members. Raises LocalStorage."""
    whole, sealed = parts.folder / "whole", parts.sealed
    with storing(parts.folder):
        members = _pack(parts, whole, facts)
        with _checked(whole) as backup:
            manifest = backup.manifest
        if manifest.members != members:
            raise OSError(0, _("it does not read as it was written"))
    with storing(parts.target), _gone(sealed):
        if keys:
            age_file.encrypt_file(whole, sealed, keys)
            whole.unlink()
        sealed_or_whole = sealed if keys else whole
        sealed_or_whole.chmod(PRIVATE)
        sealed_or_whole.replace(parts.target)
    return manifest


@contextmanager
def _gone(path: Path) -> Iterator[None]:
    """Removes what is left of a file at the end."""
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _pack(parts: Parts, whole: Path, facts: Mapping[str, Any]) -> dict[str, Member]:
    members: dict[str, Member] = {}
    descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w") as packed:
            for name in parts.names():
                with parts.path(name).open("rb") as source:
                    members[name] = _add(packed, name, source)
            told = {**facts, "format": FORMAT}
            told["members"] = {name: each.model_dump() for name, each in members.items()}
            info = _info(MANIFEST)
            packed.writestr(info, as_bytes(told), zipfile.ZIP_DEFLATED)
        file.flush()
        os.fsync(file.fileno())
    return members


def _add(packed: zipfile.ZipFile, name: str, source: IO[bytes]) -> Member:
    length, digest = 0, hashlib.sha256()
    with packed.open(_info(name), "w", force_zip64=True) as target:
        while chunk := source.read(MIB):
            target.write(chunk)
            digest.update(chunk)
            length += len(chunk)
    return Member(bytes=length, sha256=digest.hexdigest())


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # of 1980: the same content is the same file
    # What people attach is packed already.
    info.compress_type = (
        zipfile.ZIP_STORED if name.startswith(f"{FILES}/") else zipfile.ZIP_DEFLATED
    )
    info.external_attr = PRIVATE << 16
    return info


# -- reading --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Backup:
    """A backup whose every sum was checked."""

    manifest: Manifest
    _packed: zipfile.ZipFile

    def names(self, room: str) -> list[str]:
        """What stands in a room, in order."""
        return sorted(name for name in self.manifest.members if name.startswith(f"{room}/"))

    def value(self, name: str) -> Any:
        """The JSON of a member. Raises InvalidInput where it is none."""
        with self.stream(name) as file:
            return self._json(name, file.read())

    def rows(self, room: str) -> Iterator[dict[str, Any]]:
        """The objects of a room, each of which must be what its name says."""
        for name in self.names(room):
            row = self.value(name)
            key = row.get("tag", row.get("id")) if isinstance(row, dict) else None
            if not isinstance(key, str) or member(room, key) != name:
                raise InvalidInput([self.odd(name)])
            yield row

    def lines(self, name: str) -> list[dict[str, Any]]:
        """The rows of a member that holds one a line."""
        with self.stream(name) as file:
            return [self._json(name, line) for line in file]

    def stream(self, name: str) -> IO[bytes]:
        """The bytes of a member, to be closed."""
        return self._packed.open(name)

    def _json(self, name: str, raw: bytes) -> Any:
        """The value; half a sign, which no text of the web can bear, as "?"."""
        try:
            value = from_json(raw)
            if b"\\ud" in raw.lower() or b"\xed" in raw:
                value = from_json(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
        except ValueError:
            raise InvalidInput([self.odd(name)]) from None
        return value

    def odd(self, name: str, thing: str = "") -> Problem:
        """What is wrong with a member that is not what its name says, or with a thing in it."""
        message = _("{name}: it does not hold what its name says").format(name=name)
        if thing:
            message = _("{name}: “{thing}” is nothing that a wiki takes").format(
                name=name, thing=_shown(thing)
            )
        return _problem(Path(self._packed.filename or ""), message, HOSTILE)


@contextmanager
def opened(path: Path, identity: Path | None = None) -> Iterator[Backup]:
    """A backup, decrypted where it must be with the key of this computer, and checked whole.

    Raises InvalidInput naming all that is damaged or has no business there, and PasswordsShut where
    no key opens it. What is decrypted stands in a private folder while it is read.
    """
    try:
        with path.open("rb") as file:
            is_sealed = file.read(len(age_file.HEAD)) == age_file.HEAD
    except OSError as fault:
        message = _("{file} cannot be read ({reason}).").format(file=path, reason=of_system(fault))
        raise InvalidInput([Problem(message, file=str(path), code="unreadable")]) from None
    if not is_sealed:
        with _checked(path) as backup:
            yield backup
        return
    with tempfile.TemporaryDirectory(prefix="wikifarm-backup-") as folder:
        clear = Path(folder) / path.name
        key = age_file.own_key(identity)
        with storing(clear):
            is_open = age_file.decrypt_file(path, clear, key)
        if not is_open:
            told = (
                _("The key of this computer does not open {file}, or it is damaged.")
                if identity is None
                else _("The key in {identity} does not open {file}, or it is damaged.")
            )
            raise PasswordsShut(
                told.format(file=path, identity=identity),
                hint=_("Name with --identity the file of a key that it was encrypted for."),
                where=str(path),
            )
        with _checked(clear) as backup:
            yield backup


@contextmanager
def _checked(path: Path) -> Iterator[Backup]:
    with suppress(OSError), path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
    try:
        packed = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
        message = _("this is no backup of wikifarm, or its end is lost: nothing was used of it")
        raise InvalidInput([_problem(path, message, DAMAGED)]) from None
    with packed:
        hostile = list(_hostile(packed, size))
        if hostile:
            raise InvalidInput([_problem(path, message, HOSTILE) for message in hostile])
        manifest = _manifest(path, packed)
        damaged = list(_damaged(packed, manifest))
        if damaged:
            raise InvalidInput([_problem(path, message, DAMAGED) for message in damaged])
        yield Backup(manifest, packed)


def _problem(path: Path, message: str, code: str) -> Problem:
    hint = {
        DAMAGED: _("Use another copy of the backup; nothing of this one was used."),
        HOSTILE: _("Do not use it: wikifarm writes no such thing. Ask where it comes from."),
    }
    return Problem(message, hint[code], str(path), code=code)


def _shown(name: str) -> str:
    """A name of others, as a message can bear it."""
    signs = (
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in name
    )
    return "".join(signs)[:120]


def _hostile(packed: zipfile.ZipFile, size: int) -> Iterator[str]:
    """What no backup of wikifarm holds: paths, links, names said twice, what unpacks to too much.

    Parts that lie over one another weigh more together than the file.
    """
    infos = packed.infolist()
    if len(infos) > MOST_MEMBERS or sum(info.compress_size for info in infos) > size:
        yield _("it says that it holds more than it can")
        return
    if sum(info.file_size for info in infos) > max(LARGEST_TEXT, PACKED_AT_MOST * size):
        yield _("it unpacks to more than is believable")
        return
    seen: set[str] = set()
    for info in infos:
        name = info.orig_filename
        shown = _shown(name)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if name != info.filename or not _NAME.match(name):
            yield _("{name}: a path that has no business in a backup").format(name=shown)
        elif name in seen:
            yield _("{name}: it is there twice").format(name=shown)
        elif kind not in (0, stat.S_IFREG):
            yield _("{name}: a link, or something else than a file").format(name=shown)
        elif info.flag_bits & 1 or info.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            yield _("{name}: packed in another way").format(name=shown)
        elif _is_bomb(info):
            yield _("{name}: it unpacks to more than is believable").format(name=shown)
        seen.add(name)


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    most = LARGEST_FILE if info.filename.startswith(f"{FILES}/") else LARGEST_TEXT
    swollen = info.file_size > SMALL and info.file_size > PACKED_AT_MOST * info.compress_size
    return info.file_size > most or swollen


def _manifest(path: Path, packed: zipfile.ZipFile) -> Manifest:
    try:
        told = from_json(packed.read(MANIFEST))
        return Manifest.model_validate(told)
    except ValidationError:
        kind = str(told.get("format", "")) if isinstance(told, dict) else ""
        message = (
            _("this backup is of another version of wikifarm ({format})").format(format=kind)
            if kind.startswith("wikifarm/backup/") and kind != FORMAT
            else _("its manifest is not one of wikifarm")
        )
    except (KeyError, ValueError, TypeError, *_BROKEN):
        message = _("its manifest is damaged or missing")
    raise InvalidInput([_problem(path, message, DAMAGED)])


_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)


def _damaged(packed: zipfile.ZipFile, manifest: Manifest) -> Iterator[str]:
    there = set(packed.namelist()) - {MANIFEST}
    for name in sorted(there - set(manifest.members)):
        yield _("{name}: its manifest does not know it").format(name=name)
    for name, said in sorted(manifest.members.items()):
        if name not in there:
            yield _("{name}: missing").format(name=name)
        elif _sum(packed, name) != said:
            yield _("{name}: damaged").format(name=name)


def _sum(packed: zipfile.ZipFile, name: str) -> Member | None:
    """What a member sums up to; None where it cannot be read."""
    length, digest = 0, hashlib.sha256()
    try:
        with packed.open(name) as file:
            while chunk := file.read(MIB):
                digest.update(chunk)
                length += len(chunk)
    except _BROKEN:
        return None
    return Member(bytes=length, sha256=digest.hexdigest())

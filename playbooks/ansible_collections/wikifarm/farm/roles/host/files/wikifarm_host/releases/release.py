"""Verb `release`: unpacks YesWiki and its extensions into `releases/<id>/`; serves nothing."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pwd
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import archive
from ..errors import Stop
from ..farm import Farm
from ..outcome import Outcome

MANIFEST = ".wikifarm.json"
IDENTIFIER = re.compile(r"[0-9a-f]{16}")
MARGIN = 256 << 20  # bytes left free besides the release itself


@dataclass(frozen=True)
class Part:
    """One archive of a release, kept in the cache of the machine under its sha256."""

    kind: str  # "core" or "extension"
    name: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the playbook put it."""
        return Path(os.environ.get("WIKIFARM_CACHE", "/var/cache/wikifarm")) / f"{self.sha256}.zip"


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--archive", action="append", required=True, metavar="KIND:NAME:SHA256", dest="archives"
    )


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `id`, `path`, `version` ("" while the archives have not been read)."""
    parts = _parts(arguments.archives)
    identifier = identity(parts)
    folder = farm.releases / identifier
    if known := manifest(farm, identifier):
        return Outcome(data=_data(folder, known["version"]))
    version = _version(parts) if arguments.dry_run else _make(farm, parts, folder)
    return Outcome(
        changed=True,
        data=_data(folder, version),
        after="".join(f"{part.kind} {part.name} {part.sha256}\n" for part in parts),
    )


def identity(parts: Iterable[Part]) -> str:
    """The name of a release: the same archives always have the same one."""
    lines = sorted(f"{part.kind} {part.name} {part.sha256}\n" for part in parts)
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]


def manifest(farm: Farm, identifier: str) -> dict[str, Any] | None:
    """What the release holds: `id`, `version`, `archives`; None when it is not there."""
    if not IDENTIFIER.fullmatch(identifier):
        return None
    try:
        text = (farm.releases / identifier / MANIFEST).read_text(encoding="utf-8")
    except OSError:
        return None
    said: dict[str, Any] = json.loads(text)
    return said


def _data(folder: Path, version: str) -> dict[str, str]:
    return {"id": folder.name, "path": str(folder), "version": version}


def _parts(words: Sequence[str]) -> tuple[Part, ...]:
    """The archives asked for, the core first. Raises Stop (`archive-option`)."""
    parts = []
    for word in words:
        kind, name, sha256 = (*word.split(":"), "", "")[:3]
        good = kind in {"core", "extension"} and archive.EXTENSION_NAME.fullmatch(name)
        if not good or not archive.SHA256.fullmatch(sha256) or word.count(":") != 2:
            raise _bad_option(word)
        parts.append(Part(kind, name, sha256))
    names = [part.name for part in parts]
    if [part.kind for part in parts].count("core") != 1 or len(set(names)) != len(names):
        raise _bad_option(" ".join(words))
    return tuple(sorted(parts, key=lambda part: (part.kind != "core", part.name)))


def _version(parts: Sequence[Part]) -> str:
    """Of the core, when its archive is already on the machine."""
    core = parts[0]
    return archive.look(core.path, core.kind).version if core.path.exists() else ""


def _make(farm: Farm, parts: Sequence[Part], folder: Path) -> str:
    """Unpacks beside and renames: a release that has its name is whole. Returns its version."""
    archives = []
    for part in parts:
        archive.verify(part.path, part.sha256)
        archives.append(archive.look(part.path, part.kind))
    farm.releases.mkdir(mode=0o755, parents=True, exist_ok=True)
    _room_for(farm.releases, sum(content.unpacked_size for content in archives))
    unfinished = folder.with_name(folder.name + ".unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    for part in parts:
        archive.unpack(part.path, part.kind, _place(unfinished, part))
    _own_cache(farm, unfinished)
    said = {
        "id": folder.name,
        "version": archives[0].version,
        "archives": [vars(part) for part in parts],
    }
    (unfinished / MANIFEST).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    os.sync()  # the name is the promise that the release is whole, after a power cut too
    unfinished.rename(folder)
    return archives[0].version


def _place(release: Path, part: Part) -> Path:
    """Where a part goes; an extension takes the place of the one that the core brings."""
    if part.kind == "core":
        return release
    place = release / "tools" / part.name
    if place.exists():
        shutil.rmtree(place)
    place.parent.mkdir(mode=0o755, exist_ok=True)
    return place


def _own_cache(farm: Farm, release: Path) -> None:
    """Gives PHP the `cache` of the release, the one folder of it that PHP may write.

    Measured on 4.4.4 and 4.5: `FieldFactory` and the hashcash key take `cache` from the place of
    their own file (`__DIR__`), links resolved, and a page is an error message when they cannot
    write there.
    """
    cache = release / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(mode=0o700)
    user = pwd.getpwnam(farm.user)
    os.chown(cache, user.pw_uid, user.pw_gid)


def _room_for(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + MARGIN:
        raise Stop(
            "disk-full",
            fr=(
                f"Il reste {free >> 20} Mio dans {folder}, il en faut {(size + MARGIN) >> 20} ; "
                "rien n’a été installé.",
                "Faites de la place, puis recommencez.",
            ),
            en=(
                f"{free >> 20} MiB are free in {folder}, {(size + MARGIN) >> 20} are needed; "
                "nothing was installed.",
                "Make room, then run this again.",
            ),
        )


def _bad_option(word: str) -> Stop:
    return Stop(
        "archive-option",
        fr=(
            f"« {word} » ne nomme pas des archives ; rien n’a été fait.",
            "Écrivez --archive core:yeswiki:SHA256 une fois, puis --archive extension:NOM:SHA256.",
        ),
        en=(
            f"“{word}” does not name archives; nothing was done.",
            "Write --archive core:yeswiki:SHA256 once, then --archive extension:NAME:SHA256.",
        ),
    )

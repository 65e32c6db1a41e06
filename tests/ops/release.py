"""Release archives of a stand-in for YesWiki, from the sources in standin/: real zips, real PHP.

It is no YesWiki: it does what the playbooks and the tool on the machine ask of one, in the same way
and under the same names. Its web installer, its pages read from the database, its migrations, and
the extension `ferme` whose entries make wikis run on PHP 8.2 and 8.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .hosting import sha256, zipped

SOURCES = Path(__file__).parent / "standin"
# What is wrong with a release: the pages of every wiki, those of wikis in folders, its migration.
Broken = Literal["", "page", "child", "migration"]


@dataclass(frozen=True)
class Release:
    """A zip, and what an inventory says of it."""

    path: Path
    sha256: str
    version: str  # as the machine says it: "doryphore 4.4.2"


def core(folder: Path, number: int = 1, *, php: str = "7.3", broken: Broken = "") -> Release:
    """Release 4.4.`number`, whose database has the schema `number`; asks for that PHP at least."""
    release = f"4.4.{number}"
    values = {"NUMBER": str(number), "PHP": php, "BROKEN": broken}
    return _built(folder, "core", f"doryphore-v{release}", values, f"doryphore {release}")


def ferme(folder: Path, number: int = 1) -> Release:
    """The extension that makes wikis."""
    return _built(folder, "ferme", f"ferme-0.{number}", {"NUMBER": str(number)}, f"0.{number}")


def not_yeswiki(folder: Path) -> Release:
    """The zip of something else."""
    return _kept(folder, "something-else", zipped({"index.html": "<h1>Hello</h1>"}), "")


def _built(folder: Path, kind: str, name: str, values: dict[str, str], version: str) -> Release:
    files: dict[str, str | bytes] = {}
    for path in sorted((SOURCES / kind).rglob("*")):
        if path.is_file():
            text = path.read_text("utf-8")
            for key, value in values.items():
                text = text.replace(f"@{key}@", value)
            files[str(path.relative_to(SOURCES / kind))] = text
    suffix = f"-{values['BROKEN']}" if values.get("BROKEN") else ""
    return _kept(folder, name + suffix, zipped(files, top=f"{name}/"), version)


def _kept(folder: Path, name: str, content: bytes, version: str) -> Release:
    path = folder / f"{name}.zip"
    path.write_bytes(content)
    return Release(path, sha256(content), version)

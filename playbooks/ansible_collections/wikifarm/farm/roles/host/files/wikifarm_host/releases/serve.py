"""Verb `serve`: puts a release in service: `site/` is laid out for it, then `code` points to it."""

from __future__ import annotations

import argparse
import os
import pwd
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import Stop
from ..farm import Farm
from ..machine import system
from ..outcome import Outcome
from . import release

# What the main wiki owns, and its rights. Copied once, from the release of that day.
DATA = {"files": 0o755, "cache": 0o755, "custom": 0o755, "private": 0o700}
COPIED = ("robots.txt", "interwiki.conf")  # the installer writes the first
ROOM = ".serve.unfinished"  # in the farm's home, where PHP may not write


@dataclass(frozen=True)
class Change:
    """One thing to do, and the line that `--diff` shows before and after it."""

    before: str
    after: str
    do: Callable[[], None]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("release", help="the id that the verb release answered")


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `release`, and `previous`, the one that served before ("" at first)."""
    previous = current(farm)
    if arguments.dry_run and not (farm.releases / arguments.release).exists():
        changes = [_pointing(farm, arguments.release)]
    else:
        changes = plan(farm, arguments.release)
    if not arguments.dry_run:
        apply(farm, changes, moved=previous not in {"", arguments.release})
    return Outcome(
        changed=bool(changes),
        data={"release": arguments.release, "previous": previous},
        before="".join(f"{change.before}\n" for change in changes if change.before),
        after="".join(f"{change.after}\n" for change in changes if change.after),
    )


def current(farm: Farm) -> str:
    """The id of the release in service; "" when there is none."""
    try:
        return farm.link.readlink().name
    except OSError:
        return ""


def plan(farm: Farm, identifier: str) -> list[Change]:
    """What is not yet as it should be, in the order to do it; nothing is touched.

    Raises Stop: `release-unknown`; `site-occupied`, when something of a wiki stands where the code
    should.
    """
    if release.manifest(farm, identifier) is None:
        raise _unknown(farm, identifier)
    folder = farm.releases / identifier
    entries = linked_entries(folder)
    if taken := _occupied(farm, entries):
        raise _site_occupied(farm, taken)
    changes = [
        *_site(farm),
        *_data(farm, folder),
        *_links(farm, entries),
    ]
    if current(farm) != identifier:
        changes.append(_pointing(farm, identifier))
    # Last: until the link has moved, the release in service may need them.
    return [*changes, *_stale(farm, entries)]


def apply(farm: Farm, changes: list[Change], *, moved: bool) -> None:
    """Does them in order. `moved`: another release served, so PHP must forget where it was."""
    owed = farm.state / "reload-owed"  # for the next run, if this one is killed before the reload
    if moved:
        owed.touch()
    for change in changes:
        change.do()
    if owed.exists():
        system.service(farm, "php", "reload")
        owed.unlink()


def linked_entries(folder: Path) -> list[str]:
    """What of a release is shared by links: all but data, copies and hidden files."""
    names = (entry.name for entry in os.scandir(folder))
    return sorted(n for n in names if not n.startswith(".") and n not in {*DATA, *COPIED})


def _occupied(farm: Farm, entries: list[str]) -> list[str]:
    """Names where a link of ours cannot be, or where a data folder is something else."""
    taken = []
    for name in entries:
        if _exists(farm.site / name) and not _is_ours(farm.site / name):
            taken.append(name)
    for name in DATA:
        if _exists(farm.site / name) and not stat.S_ISDIR((farm.site / name).lstat().st_mode):
            taken.append(name)
    return taken


def _is_ours(path: Path) -> bool:
    return path.is_symlink() and str(path.readlink()).startswith("../code/")


def _exists(path: Path) -> bool:
    return os.path.lexists(path)


def _site(farm: Farm) -> Iterator[Change]:
    """`site/`: PHP's group adds wikis in it, and cannot take away what root put there."""
    wanted = (0o1775, os.geteuid(), pwd.getpwnam(farm.user).pw_gid)
    facts = farm.site.stat() if farm.site.is_dir() else None
    if facts and (stat.S_IMODE(facts.st_mode), facts.st_uid, facts.st_gid) == wanted:
        return

    def do() -> None:
        farm.site.mkdir(parents=True, exist_ok=True)
        os.chown(farm.site, *wanted[1:])
        farm.site.chmod(wanted[0])

    before = f"site/ {facts.st_uid}:{facts.st_gid} {_mode(farm.site):o}" if facts else ""
    yield Change(before, f"site/ {wanted[1]}:{wanted[2]} {wanted[0]:o}", do)


def _data(farm: Farm, folder: Path) -> Iterator[Change]:
    user = pwd.getpwnam(farm.user)
    for name, mode in DATA.items():
        path, after = farm.site / name, f"site/{name}/ {farm.user} {mode:o}"
        if not _exists(path):
            yield Change("", after, _copying(farm, folder / name, path, mode))
        elif (_mode(path), path.lstat().st_uid) != (mode, user.pw_uid):
            before = f"site/{name}/ {path.lstat().st_uid} {_mode(path):o}"
            yield Change(before, after, _owning(farm, path, mode))
    for name in COPIED:
        if (folder / name).is_file() and not _exists(farm.site / name):
            copying = _copying(farm, folder / name, farm.site / name, 0o644)
            yield Change("", f"site/{name}", copying)


def _links(farm: Farm, entries: list[str]) -> Iterator[Change]:
    for name in entries:
        path, target = farm.site / name, f"../code/{name}"
        former = str(path.readlink()) if path.is_symlink() else ""
        # A link of the user of PHP is one that PHP may change.
        if former != target or path.lstat().st_uid != os.geteuid():
            before = f"site/{name} -> {former}" if former else ""
            yield Change(before, f"site/{name} -> {target}", _linking(farm, path, target))


def _stale(farm: Farm, entries: list[str]) -> Iterator[Change]:
    if not farm.site.is_dir():
        return
    for path in sorted(farm.site.iterdir()):
        if _is_ours(path) and path.name not in entries:
            yield Change(f"site/{path.name} -> {path.readlink()}", "", path.unlink)


def _pointing(farm: Farm, identifier: str) -> Change:
    before = f"code -> releases/{current(farm)}" if current(farm) else ""
    link = _linking(farm, farm.link, f"releases/{identifier}")

    def do() -> None:
        _freshen(farm.releases / identifier)
        link()

    return Change(before, f"code -> releases/{identifier}", do)


def _freshen(folder: Path) -> None:
    """Makes the files of a release younger than any template compiled from the one before.

    Twig keeps what it compiled by name, without the release, until its source is younger. Some
    seconds ahead, for the pages that the release before is still making.
    """
    moment = time.time() + 5
    for path in folder.rglob("*"):
        if path.suffix in {".twig", ".html"} and not path.is_symlink():
            os.utime(path, (moment, moment))


def _linking(farm: Farm, path: Path, target: str) -> Callable[[], None]:
    def do() -> None:
        room = farm.home / f"{ROOM}.{secrets.token_hex(4)}"
        room.symlink_to(target)
        room.replace(path)

    return do


def _copying(farm: Farm, source: Path, target: Path, mode: int) -> Callable[[], None]:
    """Copies beside, out of PHP's reach, then renames: the data are there whole or not at all."""

    def do() -> None:
        room = farm.home / ROOM
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir(mode=0o700)
        copy = room / target.name
        if source.is_file():
            shutil.copyfile(source, copy)
        elif source.is_dir() and target.name != "cache":
            shutil.copytree(source, copy, copy_function=shutil.copyfile)
        else:
            copy.mkdir()
        user = pwd.getpwnam(farm.user)
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
            os.chown(path, user.pw_uid, user.pw_gid)
        copy.chmod(mode)
        copy.rename(target)
        room.rmdir()

    return do


def _owning(farm: Farm, path: Path, mode: int) -> Callable[[], None]:
    """Opened without following a link: PHP may put one in the place of its own folders."""

    def do() -> None:
        user = pwd.getpwnam(farm.user)
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            os.fchown(handle, user.pw_uid, user.pw_gid)
            os.fchmod(handle, mode)
        finally:
            os.close(handle)

    return do


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _unknown(farm: Farm, identifier: str) -> Stop:
    return Stop(
        "release-unknown",
        fr=(
            f"La version {identifier!r} n’est pas dans {farm.releases} ; rien n’a changé.",
            "Déposez-la d’abord : wikifarm-host release.",
        ),
        en=(
            f"The release {identifier!r} is not in {farm.releases}; nothing has changed.",
            "Unpack it first: wikifarm-host release.",
        ),
    )


def _site_occupied(farm: Farm, names: list[str]) -> Stop:
    shown = ", ".join(names)
    return Stop(
        "site-occupied",
        fr=(
            f"Dans {farm.site}, la place de la nouvelle version est prise par : {shown}. "
            "Rien n’a changé.",
            "Si c’est un wiki, renommez-le ; un reste, mettez-le de côté. Puis recommencez.",
        ),
        en=(
            f"In {farm.site}, the place of the new release is taken by: {shown}. "
            "Nothing has changed.",
            "If it is a wiki, rename it; a leftover, put it aside. Then run this again.",
        ),
    )

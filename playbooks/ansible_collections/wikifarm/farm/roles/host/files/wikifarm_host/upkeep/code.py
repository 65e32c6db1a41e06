"""The code in a wiki's own folder: exchanged at an upgrade, put back when that upgrade fails.

A wiki of copies has all the code; a wiki of links has one link an entry, which follows the farm by
itself, but for entries that appear or disappear. These folders are PHP's: all is done as PHP.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..farm import Farm
from ..machine.as_php import as_php
from ..releases import serve
from ..site import configure
from ..site.wikis import Wiki

ASIDE = (
    ".wikifarm-before"  # in the wiki's folder; the web server shows nothing whose name has a dot
)
BESIDE = ".wikifarm-next"
SPLIT = ("themes", "tools")  # a wiki may have some of its own: exchanged one by one


@dataclass(frozen=True)
class Plan:
    """Entries of a wiki's folder, as `actions` or `tools/bazar`."""

    replaced: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For a journal."""
        return asdict(self)


def plan(farm: Farm, wiki: Wiki, old: str, new: str) -> Plan:
    """What to exchange for that wiki to go from a release to another; nothing for the main one."""
    if not wiki.slug:
        return Plan()
    before, after = (entries(farm.releases / identifier) for identifier in (old, new))
    folder = farm.site / wiki.slug

    def look() -> bytes:
        there = [name for name in {*before, *after} if os.path.lexists(folder / name)]
        return json.dumps(there).encode()

    there = set(json.loads(as_php(farm, look)))
    extensions = {f"tools/{name}" for name in farm.extensions}
    links = wiki.code == "links"
    alone = {f"tools/{name}" for name in configure.FARM_ONLY} if links else extensions
    return Plan(
        replaced=() if links else tuple(sorted(after & there)),
        added=tuple(sorted(after - there - alone)),
        dropped=tuple(sorted((before - after) & there)),
    )


def entries(release: Path) -> set[str]:
    """What of a release makes a wiki's code."""
    whole = {name for name in serve.linked_entries(release) if name not in SPLIT}
    parts = {
        f"{name}/{part.name}"
        for name in SPLIT
        if (release / name).is_dir()
        for part in (release / name).iterdir()
    }
    return whole | parts


def exchange(farm: Farm, wiki: Wiki, plan: Plan, new: str) -> None:
    """Puts the entries of the release in the wiki's folder; those they replace are kept aside."""
    folder, release = farm.site / wiki.slug, farm.releases / new
    beside, aside = folder / BESIDE, folder / ASIDE

    def work() -> None:
        for old in (beside, aside):
            shutil.rmtree(old, ignore_errors=True)
        for name in (*plan.replaced, *plan.added):
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            if wiki.code == "links":
                (beside / name).symlink_to(farm.site / name)
            else:
                _copy(release / name, beside / name)
        for name in (*plan.replaced, *plan.dropped):
            _move(folder / name, aside / name)
        for name in (*plan.replaced, *plan.added):
            _move(beside / name, folder / name)
        shutil.rmtree(beside, ignore_errors=True)

    if plan != Plan():
        as_php(farm, work)


def put_back(farm: Farm, slug: str, plan: Plan) -> None:
    """Undoes `exchange`, however much of it was done; can itself be done twice."""
    folder = farm.site / slug
    aside = folder / ASIDE

    def work() -> None:
        # Before anything was moved aside, nothing was added either.
        if not os.path.lexists(aside) and plan.replaced + plan.dropped:
            _remove([folder / BESIDE])
            return
        _remove(folder / name for name in plan.added)
        for name in (*plan.replaced, *plan.dropped):
            if os.path.lexists(aside / name):
                _remove([folder / name])
                _move(aside / name, folder / name)
        _remove([folder / BESIDE, aside])

    if plan != Plan():
        as_php(farm, work)


def forget(farm: Farm, slug: str) -> None:
    """Removes what was kept aside."""
    as_php(farm, lambda: _remove([farm.site / slug / ASIDE]))


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, copy_function=shutil.copyfile)
    else:
        shutil.copyfile(source, target, follow_symlinks=False)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

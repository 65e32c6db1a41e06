"""Verb `backup`: the database and the files of a farm, or of one wiki, into its restic repository.

What a snapshot holds: the dumps and their manifest; `site/` without the caches (it has
wakka.config.php); farm.json; the secrets of the wiki, `admin-password` and `token`, since the
repository is encrypted; which archives made the release. The code itself is not in it: it is made
again from its archives. Neither is what opens the repository: keep `restic-password` and
`restic-env` elsewhere.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import Stop, say
from ..farm import Farm
from ..machine import care, mariadb
from ..outcome import Outcome
from ..releases import release, serve
from ..site import configure, wikis
from . import dumps
from .restic import Repository, Snapshot

KEPT = ("farm.json", "admin-password", "token")  # of farm.etc


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wiki", help="the folder of one wiki, alone; '' is the main one")
    parser.add_argument(
        "--new-repository", action="store_true", help="start another one if the known one is gone"
    )


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `snapshot`, `wikis`, `bytes` (restored), `added` (to the repository), `forgotten`."""
    care.refuse_unfinished(farm)
    if arguments.dry_run:
        slugs = _slugs(farm, arguments.wiki)
        return Outcome(changed=True, data={"repository": Repository(farm).place, "wikis": slugs})
    verb = "backup" if arguments.wiki is None else "backup-wiki"
    with care.recorded(farm, verb) as result:
        _refuse_ruin(farm)
        made = make(farm, arguments.wiki, new_repository=arguments.new_repository)
        made["forgotten"] = Repository(farm).forget(farm.backup.get("keep") or {})
        result.update(made)
    left = ", ".join(made.pop("left_out"))
    words = say(
        f"YesWiki n’en fait pas, la sauvegarde ne les contient pas : {left}.",
        f"YesWiki makes none, the backup does not hold them: {left}.",
    )
    return Outcome(changed=True, data=made, messages=(words,) if left else ())


def _refuse_ruin(farm: Farm) -> None:
    """Raises Stop (`backup-nothing`) when the farm is lost: its backup would become the latest."""
    if "" not in wikis.folders(farm) or not mariadb.tables(farm.database):
        raise Stop(
            "backup-nothing",
            fr=(
                f"La ferme {farm.name} n’a plus de wiki ou plus de base ; rien n’a été sauvegardé, "
                "pour que la dernière sauvegarde reste une bonne.",
                "Remettez-la : wikifarm ops restore ; ou installez-la : wikifarm ops provision.",
            ),
            en=(
                f"The farm {farm.name} has no wiki or no database any more; nothing was backed up, "
                "so that the last backup stays a good one.",
                "Put it back: wikifarm ops restore; or install it: wikifarm ops provision.",
            ),
        )


def make(
    farm: Farm,
    wiki: str | None = None,
    *,
    tags: tuple[str, ...] = (),
    new_repository: bool = False,
) -> dict[str, Any]:
    """A snapshot, asked back from the repository. `wiki` None: the whole farm.

    Raises Stop: `disk-full`, `wiki-unknown`, `wiki-suspect`, `backup-…`.
    """
    slugs = _slugs(farm, wiki)
    repository = Repository(farm)
    first = not _opened(farm, repository, new_repository)
    shares = share_out(farm)
    if wiki is not None:
        shares = [share for share in shares if share.slug == wiki]
    folder = farm.state / "dumps" / ("farm" if wiki is None else "wiki")
    _require_room(farm, repository, folder, shares, first)
    serving = serve.current(farm)
    manifest = dumps.dump_all(
        farm,
        shares,
        folder,
        url=farm.url,
        wiki=wiki,
        site=str(farm.site),
        etc=str(farm.etc),
        collation=mariadb.collation(farm.database),
        release=serving,
        archives=(release.manifest(farm, serving) or {}) if serving else {},
    )
    paths = [folder, *(_of_farm(farm, serving) if wiki is None else _of_wiki(farm, wiki))]
    scope = () if wiki is None else (f"wiki={wiki}",)
    summary = repository.backup(paths, _caches(farm, wikis.folders(farm)), (*scope, *tags))
    return {
        "snapshot": summary["snapshot_id"],
        "wikis": slugs,
        "bytes": summary["total_size"],
        "added": summary["data_added"],
        "left_out": manifest["left_out"],
    }


def share_out(farm: Farm, more: dict[str, str] | None = None) -> list[dumps.Share]:
    """The tables of the database, wiki by wiki. `more`: `{slug: prefix}` of wikis that are gone."""
    known = {wiki.slug: wiki.prefix for wiki in wikis.every(farm) if wiki.prefix}
    return dumps.shares(mariadb.tables(farm.database), {"": farm.prefix, **(more or {}), **known})


def _slugs(farm: Farm, wiki: str | None) -> list[str]:
    return wikis.folders(farm) if wiki is None else [wikis.named(farm, wiki).slug]


def _opened(farm: Farm, repository: Repository, new: bool) -> list[Snapshot]:
    """What the repository holds; it is made at the first backup.

    One that was there and is no more is not made again unless asked for: an unmounted disk would
    get its backups beside it.
    """
    try:
        return repository.snapshots()
    except Stop as stop:
        known = care.read(farm).get("backup", {}).get("last_success")
        if stop.code != "backup-absent" or (known and not new):
            raise
    repository.create()
    return []


def _require_room(
    farm: Farm, repository: Repository, folder: Path, shares: Sequence[dumps.Share], first: bool
) -> None:
    """A dump takes up to twice its table, in hexadecimal; a repository, what it gets at most."""
    sizes = mariadb.tables(farm.database)
    dumped = 2 * sum(sizes[name] for share in shares for name in share.tables)
    care.require_room(folder, dumped)
    if repository.folder:
        care.require_room(repository.folder, dumped + (size(farm.site) if first else 0))


def size(folder: Path) -> int:
    """Bytes of the files below, links not followed."""
    return sum(
        (Path(where) / name).lstat().st_size
        for where, _folders, names in os.walk(folder)
        for name in names
        if os.path.lexists(Path(where) / name)
    )


def _of_farm(farm: Farm, serving: str) -> list[Path]:
    wanted = [farm.site, *(farm.etc / name for name in KEPT)]
    if serving:
        wanted.append(farm.releases / serving / release.MANIFEST)
    return [path for path in wanted if path.exists()]


def _of_wiki(farm: Farm, slug: str) -> list[Path]:
    return [farm.site / slug] if slug else main_entries(farm.site)


def main_entries(site: Path) -> list[Path]:
    """What is the main wiki's own in a `site/`: neither links to the code nor other wikis."""
    return sorted(
        path
        for path in site.iterdir()
        if not path.is_symlink()
        and not (path.is_dir() and path.name not in serve.DATA and (path / configure.FILE).exists())
    )


def _caches(farm: Farm, slugs: Iterable[str]) -> list[str]:
    """Patterns of restic for what is in the caches; the folders themselves stay."""
    return [f"{farm.site / slug / 'cache'}/*" for slug in slugs]

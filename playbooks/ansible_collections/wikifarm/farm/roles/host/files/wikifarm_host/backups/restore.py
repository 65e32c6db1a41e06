"""Verb `restore`: puts a whole farm, or one of its wikis, back as a snapshot holds it.

Everything is fetched and verified beside before anything is replaced. Then the journal is written,
and from there the only way is forward: the next run of a killed one finishes it, whatever it had
done, since each step can be done twice.
"""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Stop
from ..farm import Farm
from ..machine import care, mariadb, system
from ..outcome import Outcome
from ..releases import release, serve
from ..site import check, migrations, wikis
from . import backup, dumps
from .restic import Repository, Snapshot

ROOM = ".restore"  # in the farm's home: a rename from there to `site/` stays on one disk
# Of the wiki: those of another installation would not open it.
SECRETS = ("admin-password", "token")


@dataclass(frozen=True)
class Content:
    """A snapshot written below `room`."""

    room: Path
    dumps: Path
    manifest: dict[str, Any]

    def dump(self, wiki: dict[str, Any]) -> Path:
        """The file of one entry of the manifest."""
        return self.dumps / str(wiki["file"])

    @property
    def site(self) -> Path:
        """What was the farm's `site/`, or the part of it that the snapshot holds."""
        return below(self.room, self.manifest["site"])

    @property
    def etc(self) -> Path:
        """What was the farm's folder of settings."""
        return below(self.room, self.manifest["etc"])


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--snapshot", default="latest", help="an id of restic, or latest")
    parser.add_argument("--wiki", help="the folder of one wiki, alone; '' is the main one")
    parser.add_argument(
        "--no-safety", action="store_true", help="do not back up what will be replaced"
    )
    parser.add_argument(
        "--any-release",
        action="store_true",
        help="the release of the snapshot is gone: migrate to the one in service",
    )


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `snapshot`, `made`, `wikis`, `identical` (None: other server version), `safety`."""
    care.refuse_unfinished(farm, but="restore")
    journal = care.Journal(farm, "restore")
    pending = journal.read()
    if arguments.dry_run:
        snapshot = Repository(farm).choose(arguments.snapshot, arguments.wiki)
        return Outcome(changed=True, data={"snapshot": snapshot.id, "made": snapshot.time})
    with care.recorded(farm, "restore") as result:
        if pending:
            result.update(_finish(farm, journal, pending))
            if _asked(arguments, pending):
                return Outcome(changed=True, data=result)
        result.update(_finish(farm, journal, _prepare(farm, arguments, journal)))
    return Outcome(changed=True, data=result)


def _asked(arguments: argparse.Namespace, pending: dict[str, Any]) -> bool:
    """Whether finishing what was cut short is what this run was asked for."""
    same = arguments.snapshot == "latest" or pending["snapshot"].startswith(arguments.snapshot)
    return bool(same and arguments.wiki == pending["wiki"])


def below(room: Path, path: str) -> Path:
    """Where restic writes an absolute path when it restores into `room`."""
    return room / path.lstrip("/")


def fetch(
    farm: Farm,
    repository: Repository,
    snapshot: Snapshot,
    room: Path,
    *,
    wiki: str | None = None,
    verify: bool = False,
) -> Content:
    """Writes a snapshot into `room` (0700); with a `wiki`, only the files of that one.

    Raises Stop (`backup-damaged`) unless all dumps are whole.
    """
    room.mkdir(mode=0o700, parents=True)
    kept = next((path for path in snapshot.paths if Path(path).parent.name == "dumps"), None)
    if kept is None:
        raise dumps.damaged(dumps.MANIFEST)
    wanted = _paths(snapshot, kept, wiki) if wiki else []
    repository.restore(snapshot.id, room, wanted, verify=verify)
    folder = below(room, kept)
    return Content(room, folder, dumps.read_manifest(folder, farm))


def _paths(snapshot: Snapshot, kept: str, wiki: str) -> list[str]:
    folders = (path for path in snapshot.paths if Path(path).name == "site")
    return [kept, *(f"{path}/{wiki}" for path in folders)] if snapshot.wiki is None else []


def _prepare(farm: Farm, arguments: argparse.Namespace, journal: care.Journal) -> dict[str, Any]:
    """All that can fail without harm; then the journal, which is returned."""
    wiki: str | None = arguments.wiki
    repository = Repository(farm)
    snapshot = repository.choose(arguments.snapshot, wiki)
    room = farm.home / ROOM
    shutil.rmtree(room, ignore_errors=True)
    care.require_room(farm.home, repository.stats(snapshot.id)["total_size"])
    content = fetch(farm, repository, snapshot, room, wiki=wiki)
    chosen = _entries(content.manifest, wiki)
    data = Path(mariadb.sql("SELECT @@datadir")[0][0])
    care.require_room(data, 2 * sum(entry["bytes"] for entry in chosen))
    serving, migrate = _release(farm, content, wiki, arguments.any_release)
    _own(farm, content.site)
    safety = "" if arguments.no_safety else _safety(farm, wiki)
    said = {
        "phase": "replacing",
        "snapshot": snapshot.id,
        "made": snapshot.time,
        "wiki": wiki,
        "dumps": str(content.dumps),
        "places": [str(place) for place in _places(farm, content, wiki)],
        "release": serving,
        "migrate": migrate,
        "safety": safety,
        "maintenance": care.maintenance(farm).exists(),
    }
    os.sync()  # the journal promises that what it names is there
    journal.write(**said)
    return said


def _entries(manifest: dict[str, Any], wiki: str | None) -> list[dict[str, Any]]:
    """The entries of the manifest to restore. Raises Stop (`snapshot-without-wiki`)."""
    entries = [entry for entry in manifest["wikis"] if wiki is None or entry["slug"] == wiki]
    if not entries:
        raise Stop(
            "snapshot-without-wiki",
            fr=(
                f"Cette sauvegarde ne contient pas le wiki {wiki!r} ; rien n’a été fait.",
                "Choisissez-en une autre (--snapshot), par son identifiant : restic snapshots.",
            ),
            en=(
                f"This backup does not hold the wiki {wiki!r}; nothing was done.",
                "Choose another one: --snapshot, with an id of “restic snapshots”.",
            ),
        )
    return entries


def _release(farm: Farm, content: Content, wiki: str | None, any_release: bool) -> tuple[str, bool]:
    """The release to serve, and whether the wikis must be migrated to it.

    Raises Stop (`restore-release`) when that of the snapshot is not on the machine.
    """
    wanted, serving = str(content.manifest["release"]), serve.current(farm)
    if serving and wanted in {"", serving}:
        return serving, False
    if serving and wiki is not None:
        # One wiki does not bring back the code of all; one of copies has its own.
        return serving, (content.site / wiki / "includes").is_symlink() or not wiki
    if release.manifest(farm, wanted):
        return wanted, False
    if any_release and serving:
        return serving, True
    version = content.manifest["archives"].get("version", "?")
    sums = ", ".join(
        f"{archive['name']} {archive['sha256']}"
        for archive in content.manifest["archives"].get("archives", [])
    )
    raise Stop(
        "restore-release",
        fr=(
            f"Cette sauvegarde est celle d’un YesWiki {version} ({wanted}), qui n’est pas sur "
            "cette machine ; rien n’a été fait.",
            f"Déposez-le (archives : {sums}), ou migrez vers celui qui sert : --any-release.",
        ),
        en=(
            f"This backup is that of a YesWiki {version} ({wanted}), which is not on this machine; "
            "nothing was done.",
            f"Unpack it (archives: {sums}), or migrate to the release in service: --any-release.",
        ),
    )


def _own(farm: Farm, site: Path) -> None:
    """What was root's is root's, all the rest is the farm's user's; nobody else may write it.

    Restic restores numbers, and on another machine they are someone else's.
    """
    user = pwd.getpwnam(farm.user)
    for where, folders, files in os.walk(site):
        for path in (Path(where), *(Path(where) / name for name in (*folders, *files))):
            facts = path.lstat()
            owner = 0 if facts.st_uid == 0 else user.pw_uid
            os.lchown(path, owner, 0 if facts.st_gid == 0 else user.pw_gid)
            if not stat.S_ISLNK(facts.st_mode):
                path.chmod(stat.S_IMODE(facts.st_mode) & ~0o6002)


def _safety(farm: Farm, wiki: str | None) -> str:
    """The snapshot of what will be replaced; "" when there is nothing left to save."""
    well = {wiki_there.slug for wiki_there in wikis.every(farm) if not wiki_there.problem}
    if not well and not mariadb.tables(farm.database):
        return ""
    made = backup.make(farm, wiki if wiki in well else None, tags=("safety",))
    return str(made["snapshot"])


def _places(farm: Farm, content: Content, wiki: str | None) -> list[Path]:
    """What is replaced whole, below the farm's home."""
    if wiki is None:
        return [farm.site]
    if wiki:
        return [farm.site / wiki]
    return [farm.site / path.name for path in backup.main_entries(content.site)]


def _finish(farm: Farm, journal: care.Journal, said: dict[str, Any]) -> dict[str, Any]:
    """Every step from the journal on; each can be done twice."""
    folder = Path(said["dumps"])
    room = farm.home / ROOM
    result = {key: said[key] for key in ("snapshot", "made", "safety")}
    fault: Stop | None = None
    if said["phase"] == "replacing":
        manifest = dumps.read_manifest(folder, farm)
        chosen = _entries(manifest, said["wiki"])
        care.maintenance(farm).touch(mode=0o644)
        _replace_database(farm, manifest, chosen, said["wiki"], folder)
        for place in map(Path, said["places"]):
            _swap(room, below(room, manifest["site"]) / place.relative_to(farm.site), place)
        if said["wiki"] is None:
            _secrets(farm, below(room, manifest["etc"]))
        serve.apply(farm, serve.plan(farm, said["release"]), moved=False)
        system.service(farm, "php", "reload")
        result["wikis"] = [entry["slug"] for entry in chosen]
        result["identical"], fault = _verdict(farm, manifest, chosen, said, room)
        journal.write(**{**said, "phase": "done"})
    if not said["maintenance"]:
        care.maintenance(farm).unlink(missing_ok=True)
    shutil.rmtree(room, ignore_errors=True)
    journal.close()
    if fault:
        raise fault
    return result


def _replace_database(
    farm: Farm,
    manifest: dict[str, Any],
    chosen: list[dict[str, Any]],
    wiki: str | None,
    folder: Path,
) -> None:
    database = mariadb.quoted(farm.database)
    if not mariadb.collation(farm.database):
        collation = manifest["collation"] or "utf8mb4_unicode_ci"
        mariadb.sql(f"CREATE DATABASE {database} COLLATE {mariadb.quoted(collation)}")
    old: Iterable[str] = mariadb.tables(farm.database)
    if wiki is not None:
        gone = {entry["slug"]: entry["prefix"] for entry in manifest["wikis"] if entry["prefix"]}
        shares = backup.share_out(farm, gone)
        mine = (share.tables for share in shares if share.slug == wiki)
        old = {*next(mine, ()), *chosen[0]["tables"]}
    mariadb.drop(farm.database, sorted(old))
    dumps.load(farm, farm.database, [folder / entry["file"] for entry in chosen])


def _swap(room: Path, source: Path, place: Path) -> None:
    """Puts `source` where `place` is, which goes into the room. Nothing when it was done before."""
    if not os.path.lexists(source):
        return
    if os.path.lexists(place):
        replaced = room / "replaced"
        replaced.mkdir(mode=0o700, exist_ok=True)
        place.rename(replaced / f"{len(list(replaced.iterdir()))}-{place.name}")
    place.parent.mkdir(exist_ok=True)
    source.rename(place)


def _secrets(farm: Farm, etc: Path) -> None:
    for name in SECRETS:
        if (etc / name).is_file():
            care.write_whole(farm.etc / name, (etc / name).read_bytes())


def _verdict(
    farm: Farm,
    manifest: dict[str, Any],
    chosen: list[dict[str, Any]],
    said: dict[str, Any],
    room: Path,
) -> tuple[bool | None, Stop | None]:
    """Whether the database is the snapshot's, and what is wrong: told once the farm is open."""
    slugs = {entry["slug"] for entry in chosen}
    try:
        identical = dumps.compare(farm.database, {**manifest, "wikis": chosen}, room / "again")
    except Stop as stop:
        return False, stop
    restored = [wiki for wiki in wikis.every(farm) if wiki.slug in slugs]
    try:
        for wiki in restored if said["migrate"] else ():
            migrations.migrate(farm, wiki)
        check.check(farm, restored)
    except Stop as stop:
        return identical, _failed(stop, said["safety"])
    return identical, None


def _failed(stop: Stop, safety: str) -> Stop:
    undo_fr = f"Pour revenir à ce qu’il y avait avant : --snapshot {safety[:8]}." if safety else ""
    undo_en = f"To return to what was there before: --snapshot {safety[:8]}." if safety else ""
    return Stop(
        "restore-check-failed",
        fr=(
            f"La sauvegarde est en place, mais tout ne va pas bien : {stop.message}",
            f"{stop.hint} {undo_fr}".strip(),
        ),
        en=(
            f"The backup is in place, but not all is well: {stop.message}",
            f"{stop.hint} {undo_en}".strip(),
        ),
    )

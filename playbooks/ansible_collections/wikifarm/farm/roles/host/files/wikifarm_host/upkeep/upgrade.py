"""Verb `upgrade`: serves another release and migrates every wiki, or puts everything back.

The first wiki that does not answer as it did stops it. A power cut is a failure like another: the
next run puts back first, then begins again.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import stat
from pathlib import Path
from typing import Any

from ..backups import backup, dumps
from ..errors import Stop, say
from ..farm import Farm
from ..machine import care, mariadb, system
from ..machine.as_php import as_php
from ..outcome import Outcome
from ..releases import release, serve
from ..site import check, configure, migrations, wikis
from ..site.wikis import Wiki
from . import code

IDENTIFIER = re.compile(r"[0-9a-f]{16}")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("release", help="the id that the verb release answered")
    parser.add_argument("--keep", type=int, default=2, help="releases to keep, this one included")


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `release`, `previous`, `snapshot`, `wikis` (migrated), `left` (ill before: untouched).

    Raises Stop: `upgrade-not-ready`, `upgrade-check-failed`, `upgrade-rollback-failed`.
    """
    care.refuse_unfinished(farm, but="upgrade")
    journal = care.Journal(farm, "upgrade")
    pending, new, old = journal.read(), arguments.release, serve.current(farm)
    if arguments.dry_run:
        serve.plan(farm, new)
        return Outcome(
            changed=new != old or pending is not None,
            data={"release": new, "previous": old},
            before=f"code -> releases/{old}\n",
            after=f"code -> releases/{new}\n",
        )
    if pending:
        _settle(farm, journal, pending)
        old = serve.current(farm)
    if new == old:
        return Outcome(changed=pending is not None, data={"release": new, "previous": old})
    with care.recorded(farm, "upgrade") as result:
        result.update(_upgrade(farm, journal, old, new))
        result["removed"] = _remove_old(farm, {old, new}, arguments.keep)
    left = [
        say(
            f"{url} n’allait pas bien avant la mise à jour : il n’a pas été migré.",
            f"{url} was not well before the upgrade: it was not migrated.",
        )
        for url in result["left"]
    ]
    return Outcome(changed=True, data=result, messages=tuple(left))


def _upgrade(farm: Farm, journal: care.Journal, old: str, new: str) -> dict[str, Any]:
    changes = serve.plan(farm, new)
    every = wikis.every(farm)
    sick = {wiki.slug for wiki in every if check.fault_of(farm, wiki)}
    if "" in sick or not every:
        raise _not_ready(farm)
    well = [wiki for wiki in every if wiki.slug not in sick]
    plans = {wiki.slug: code.plan(farm, wiki, old, new) for wiki in well}
    _require_room(farm, new, plans.values())
    snapshot = backup.make(farm)["snapshot"]
    said: dict[str, Any] = {
        "old": old,
        "new": new,
        "plans": {slug: plan.as_json() for slug, plan in plans.items()},
        "maintenance": care.maintenance(farm).exists(),
    }
    journal.write(phase="opening", **said)
    care.maintenance(farm).touch(mode=0o644)
    _keep(farm, well)  # after maintenance: nothing that visitors write is lost by putting back
    os.sync()
    journal.write(phase="moving", **said)
    try:
        serve.apply(farm, changes, moved=True)
        configure.configure(farm)
        for wiki in well:
            _one(farm, wiki, plans[wiki.slug], new)
    except Exception as fault:
        _put_back(farm, said)
        journal.write(phase="undone", **said)
        _close(farm, journal, said)
        raise _failed(farm, old, fault) from fault
    journal.write(phase="done", **said)
    _close(farm, journal, said)
    return {
        "release": new,
        "previous": old,
        "snapshot": snapshot,
        "wikis": [wiki.url for wiki in well],
        "left": [wiki.url for wiki in every if wiki.slug in sick],
    }


def _one(farm: Farm, wiki: Wiki, plan: code.Plan, new: str) -> None:
    """As FarmService::updateWiki: code, version, migrations. Raises Stop unless it then answers."""
    code.exchange(farm, wiki, plan, new)
    version, _space, number = (release.manifest(farm, new) or {}).get("version", "").partition(" ")
    if version and number:
        asked = {
            "file": str(farm.site / wiki.slug / configure.FILE),
            "set": {"yeswiki_version": version, "yeswiki_release": number},
            "merge": {},
            "write": True,
        }
        configure.php(farm, configure.PHP, asked)
    migrations.migrate(farm, wiki)
    check.check(farm, [wiki])


def _kept(farm: Farm) -> Path:
    return farm.state / "rollback"


def _keep(farm: Farm, some: list[Wiki]) -> None:
    """What putting back needs, on this machine: every table, and the configurations."""
    shutil.rmtree(_kept(farm), ignore_errors=True)
    dumps.dump_all(farm, backup.share_out(farm), _kept(farm) / "dumps")
    for wiki in some:
        file = farm.site / wiki.slug / configure.FILE
        content = as_php(farm, file.read_bytes)
        kept = _kept(farm) / f"config.{wiki.slug}"
        kept.write_bytes(content)
        kept.chmod(stat.S_IMODE(file.lstat().st_mode))


def _settle(farm: Farm, journal: care.Journal, said: dict[str, Any]) -> None:
    """After a run that was cut short: before its end everything is put back, after it, cleaned."""
    if said["phase"] == "moving":
        _put_back(farm, said)
        journal.write(**{**said, "phase": "undone"})
    _close(farm, journal, said)


def _put_back(farm: Farm, said: dict[str, Any]) -> None:
    """The release, the code, the configurations and the database of before; can be done twice.

    Raises Stop (`upgrade-rollback-failed`): maintenance stays, and the next run tries again.
    """
    try:
        serve.apply(farm, serve.plan(farm, said["old"]), moved=False)
        for slug, plan in said["plans"].items():
            code.put_back(farm, slug, code.Plan(**{key: tuple(plan[key]) for key in plan}))
            _write_config(farm, slug, _kept(farm) / f"config.{slug}")
        manifest = dumps.read_manifest(_kept(farm) / "dumps", farm)
        mariadb.drop(farm.database, sorted(mariadb.tables(farm.database)))
        files = [_kept(farm) / "dumps" / entry["file"] for entry in manifest["wikis"]]
        dumps.load(farm, farm.database, files)
        dumps.compare(farm.database, manifest, _kept(farm) / "again")
        system.service(farm, "php", "reload")
        check.check(farm, [wiki for wiki in wikis.every(farm) if wiki.slug in said["plans"]])
    except (Stop, OSError) as fault:
        raise _stuck(farm, fault) from fault


def _write_config(farm: Farm, slug: str, kept: Path) -> None:
    """The configuration of before, with its rights."""
    file = farm.site / slug / configure.FILE
    content, mode = kept.read_bytes(), stat.S_IMODE(kept.stat().st_mode)

    def work() -> None:
        beside = file.with_name(".wakka.config.before")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            os.fchmod(handle, mode)
        beside.replace(file)

    as_php(farm, work)


def _close(farm: Farm, journal: care.Journal, said: dict[str, Any]) -> None:
    """The farm is open again, on one release or the other."""
    if not said["maintenance"]:
        care.maintenance(farm).unlink(missing_ok=True)
    for slug in said["plans"]:
        if slug:
            code.forget(farm, slug)
    shutil.rmtree(_kept(farm), ignore_errors=True)
    journal.close()


def _require_room(farm: Farm, new: str, plans: Any) -> None:
    """For the dumps of putting back, and for code twice in each wiki of copies."""
    care.require_room(farm.state, 2 * sum(mariadb.tables(farm.database).values()))
    copies = sum(1 for plan in plans if plan.replaced)
    if copies:
        size = backup.size(farm.releases / new)
        care.require_room(farm.home, copies * size)


def _remove_old(farm: Farm, used: set[str], keep: int) -> list[str]:
    """Releases beyond `keep`, the oldest first; never the one that serves nor the one before it."""
    releases = [path for path in farm.releases.iterdir() if IDENTIFIER.fullmatch(path.name)]
    others = [path for path in releases if path.name not in used]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    gone = others[max(0, keep - len(used)) :]
    for path in gone:
        shutil.rmtree(path)
    return [path.name for path in gone]


def _not_ready(farm: Farm) -> Stop:
    return Stop(
        "upgrade-not-ready",
        fr=(
            f"Le wiki principal de {farm.url} ne va pas bien déjà avant ; rien n’a été fait.",
            f"Voyez ce qu’il a : wikifarm-host check {farm.name}, puis recommencez.",
        ),
        en=(
            f"The main wiki of {farm.url} is not well already before; nothing was done.",
            f"See what it has: wikifarm-host check {farm.name}, then run this again.",
        ),
    )


def _failed(farm: Farm, old: str, fault: Exception) -> Stop:
    reason = getattr(fault, "message", "") or f"{type(fault).__name__}: {fault}"
    return Stop(
        "upgrade-check-failed",
        fr=(
            f"La mise à jour de {farm.name} a été annulée : {reason} L’ancienne version ({old}) "
            "est en service, tout a été remis comme avant et vérifié.",
            "Lisez le journal de PHP de la ferme, corrigez, ou attendez une autre version.",
        ),
        en=(
            f"The upgrade of {farm.name} was undone: {reason} The old version ({old}) serves, "
            "everything was put back as before and checked.",
            "Read the PHP log of the farm, correct, or wait for another version.",
        ),
    )


def _stuck(farm: Farm, fault: Exception) -> Stop:
    reason = getattr(fault, "message", "") or str(fault)
    return Stop(
        "upgrade-rollback-failed",
        fr=(
            f"L’ancienne version de {farm.name} n’a pas pu être remise entièrement : {reason} La "
            "ferme reste en maintenance.",
            "Corrigez cela, puis relancez la même commande : elle remettra d’abord. Sinon, la "
            "sauvegarde faite juste avant est dans le dépôt.",
        ),
        en=(
            f"The old version of {farm.name} could not be put back entirely: {reason} The farm "
            "stays in maintenance.",
            "Correct this, then run the same command again: it will put back first. Otherwise, the "
            "backup made just before is in the repository.",
        ),
    )

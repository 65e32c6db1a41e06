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

from . import backup, care, check, code, configure, dumps, release, serve, system, wikis
from .as_php import as_php
from .errors import Stop, say
from .farm import Farm
from .outcome import Outcome
from .wikis import Wiki

LONG = 6 * 3600  # seconds: a migration reads every page of a wiki
IDENTIFIER = re.compile(r"[0-9a-f]{16}")
DONE = "wikifarm: done"

# What the command `updater:postupdate` of 4.4 means to do, and cannot: it uses a variable that it
# has not set. The handler `update` asks for an administrator, so the first one is connected.
UPDATE = r"""
ob_start();
include 'wakka.config.php';
$_SERVER['REQUEST_URI'] = $wakkaConfig['base_url'] . $wakkaConfig['root_page'] . '/update';
$_SERVER['HTTP_HOST'] = parse_url($wakkaConfig['base_url'], PHP_URL_HOST);
$_SERVER['REQUEST_METHOD'] = 'GET';
$_REQUEST['wiki'] = $wakkaConfig['root_page'];
require_once 'includes/YesWikiLoader.php';
$wiki = YesWiki\Core\YesWikiLoader::getWiki();
$auth = $wiki->services->get(YesWiki\Core\Controller\AuthController::class);
if (!$auth->connectFirstAdmin() || !$wiki->UserIsAdmin()) {
    fwrite(STDERR, "no administrator\n");
    exit(3);
}
$wiki->tag = $wakkaConfig['root_page'];
$wiki->method = 'update';
$wiki->SetPage($wiki->LoadPage($wiki->tag));
$wiki->Method('update');
$auth->logout();
ob_end_clean();
echo "wikifarm: done\n";
"""


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
        "plans": {slug: one.as_json() for slug, one in plans.items()},
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
    version, _, number = (release.manifest(farm, new) or {}).get("version", "").partition(" ")
    if version and number:
        asked = {
            "file": str(farm.site / wiki.slug / configure.FILE),
            "set": {"yeswiki_version": version, "yeswiki_release": number},
            "merge": {},
            "write": True,
        }
        configure.php(farm, configure.PHP, asked)
    migrate(farm, wiki)
    check.check(farm, [wiki])


def migrate(farm: Farm, wiki: Wiki) -> None:
    """Runs the wiki's own migrations as the farm's user. Raises Stop (`migration-failed`).

    4.5 has the command `migrate`, which ends well whatever it says; before it, and for what
    extensions add to the main wiki, it is the handler `update`.
    """
    folder = farm.site / wiki.slug
    commands = folder / "tools" / "autoupdate" / "commands"
    newer = (commands / "MigrateCommand.php").exists()
    if newer:
        done = _php(farm, folder, str(commands / "console"), "migrate", "--no-ansi")
        if done.returncode or "AU_ERROR" in done.stdout:
            raise _not_migrated(wiki, done.stdout + done.stderr)
    if (folder / "handlers" / "UpdateHandler.php").exists() and not (newer and wiki.slug):
        done = _php(farm, folder, "-r", UPDATE)
        if done.returncode or DONE not in done.stdout:
            raise _not_migrated(wiki, done.stdout + done.stderr)


def _php(farm: Farm, folder: Path, *arguments: str) -> Any:
    program = shutil.which(f"php{farm.php}", path=system.PATH) or "php"
    settings = ["-d", "display_errors=stderr", "-d", "opcache.enable_cli=0"]
    return system.run(
        [program, *settings, *arguments], user=farm.user, folder=folder, check=False, timeout=LONG
    )


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
        dumps.drop(farm.database, sorted(dumps.tables(farm.database)))
        files = [_kept(farm) / "dumps" / one["file"] for one in manifest["wikis"]]
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
    care.require_room(farm.state, 2 * sum(dumps.tables(farm.database).values()))
    copies = sum(1 for plan in plans if plan.replaced)
    if copies:
        size = backup.size(farm.releases / new)
        care.require_room(farm.home, copies * size)


def _remove_old(farm: Farm, used: set[str], keep: int) -> list[str]:
    """Releases beyond `keep`, the oldest first; never the one that serves nor the one before it."""
    found = [path for path in farm.releases.iterdir() if IDENTIFIER.fullmatch(path.name)]
    others = [path for path in found if path.name not in used]
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


def _not_migrated(wiki: Wiki, words: str) -> Stop:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    said = next(
        (line for line in lines if "rror" in line or "AU_ERROR" in line), (lines or ["–"])[-1]
    )
    return Stop(
        "migration-failed",
        fr=(
            f"La migration de {wiki.url} n’a pas abouti : {said[:300]}",
            "Le journal de PHP en dit plus.",
        ),
        en=(f"The migration of {wiki.url} did not succeed: {said[:300]}", "PHP's log says more."),
    )

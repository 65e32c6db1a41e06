"""Verb `restore-test`: the last backup is loaded elsewhere and compared, then thrown away."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from ..errors import Stop
from ..farm import Farm
from ..machine import care, mariadb
from ..outcome import Outcome
from . import dumps, restore
from .restic import Repository

MARK = "wikifarm restore-test"  # the comment of the scratch database: it says who made it


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--snapshot", default="latest")


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `snapshot`, `made`, `wikis`, `tables`, `rows`, `identical` (None: other server).

    Raises Stop: `restore-test-failed`, `restore-test-database`, and those of the repository.
    """
    database = f"{farm.database}_test"
    if arguments.dry_run:
        return Outcome(changed=True, data={"database": database})
    with care.recorded(farm, "restore-test") as result:
        result.update(_test(farm, arguments.snapshot, database))
    return Outcome(changed=True, data=result)


def _test(farm: Farm, wanted: str, database: str) -> dict[str, object]:
    repository = Repository(farm)
    snapshot = repository.choose(wanted)
    _refuse_foreign(database)
    room = farm.state / "restore-test"
    shutil.rmtree(room, ignore_errors=True)
    try:
        care.require_room(room, repository.stats(snapshot.id)["total_size"])
        content = restore.fetch(farm, repository, snapshot, room, verify=True)
        size = sum(wiki["bytes"] for wiki in content.manifest["wikis"])
        care.require_room(Path(mariadb.sql("SELECT @@datadir")[0][0]), 2 * size)
        _make(farm, database)
        dumps.load(farm, database, [content.dump(wiki) for wiki in content.manifest["wikis"]])
        identical = dumps.compare(database, content.manifest, room / "again")
    except Stop as stop:
        raise _failed(farm, snapshot.id, stop) from stop
    finally:
        _drop(farm, database)
        shutil.rmtree(room, ignore_errors=True)
    proofs = [proof for wiki in content.manifest["wikis"] for proof in wiki["tables"].values()]
    return {
        "snapshot": snapshot.id,
        "made": snapshot.time,
        "wikis": len(content.manifest["wikis"]),
        "tables": len(proofs),
        "rows": sum(proof["rows"] for proof in proofs),
        "identical": identical,
    }


def _refuse_foreign(database: str) -> None:
    """Raises Stop (`restore-test-database`) when someone else has a database of that name."""
    name = mariadb.literal(database)
    rows = mariadb.sql(
        f"SELECT SCHEMA_COMMENT FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {name}"
    )
    if rows and rows[0][0] != MARK:
        raise Stop(
            "restore-test-database",
            fr=(
                f"Une base {database} existe, qui n’est pas celle de nos essais ; elle n’a pas été "
                "touchée, et l’essai n’a pas été fait.",
                "Renommez cette base, ou la ferme à qui elle est.",
            ),
            en=(
                f"There is a database {database} that is not the one of our tests; it was not "
                "touched, and the test was not made.",
                "Rename that database, or the farm it belongs to.",
            ),
        )


def _make(farm: Farm, database: str) -> None:
    """The comment comes with the database, at once: a power cut leaves none that looks foreign."""
    name, account = mariadb.quoted(database), f"{mariadb.literal(farm.user)}@localhost"
    _drop(farm, database)
    mariadb.sql(
        f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COMMENT {mariadb.literal(MARK)};"
        f"GRANT ALL ON {_granted(database)}.* TO {account};"
    )


def _drop(farm: Farm, database: str) -> None:
    """The database and the rights on it, those of a run cut short too."""
    account = f"{mariadb.literal(farm.user)}@localhost"
    granted = mariadb.sql(
        f"SELECT 1 FROM mysql.db WHERE User = {mariadb.literal(farm.user)} AND Host = 'localhost'"
        f" AND Db = {mariadb.literal(_pattern(database))}"
    )
    revoke = f"REVOKE ALL ON {_granted(database)}.* FROM {account};" if granted else ""
    mariadb.sql(f"{revoke} DROP DATABASE IF EXISTS {mariadb.quoted(database)};")


def _granted(database: str) -> str:
    return mariadb.quoted(_pattern(database))


def _pattern(database: str) -> str:
    """In a GRANT, `_` stands for any character."""
    return database.replace("_", "\\_")


def _failed(farm: Farm, snapshot: str, stop: Stop) -> Stop:
    short = snapshot[:8]
    return Stop(
        "restore-test-failed",
        fr=(
            f"La sauvegarde {short} de {farm.name} ne se restaure pas ({stop.code}) : "
            f"{stop.message} La ferme n’a pas été touchée.",
            f"Faites une sauvegarde et essayez-la de nouveau. {stop.hint}",
        ),
        en=(
            f"The backup {short} of {farm.name} cannot be restored ({stop.code}): {stop.message} "
            "The farm was not touched.",
            f"Make a backup and test it again. {stop.hint}",
        ),
    )

"""Dumps of a farm's database: one file a wiki, and a manifest that proves what was dumped.

A dump is written by root and loaded as the farm's own account: names and texts come from PHP, and
what they could make the client or the server do stays within what PHP may do anyway.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from ..errors import Stop
from ..farm import Farm
from ..machine import mariadb, system
from ..machine.care import now, read_json, write_json

MANIFEST = "manifest.json"
PACKET = 1 << 30  # bytes: a row of 10 MB is a statement of 20 MB once in hexadecimal
LOCK_WAIT = 60  # seconds before giving up on a table that a visit keeps busy
# Without comments, the name of a table cannot break out of one; without locks, the account that
# loads needs no right to lock.
DUMP = (
    "--single-transaction",
    "--skip-dump-date",
    "--skip-comments",
    "--skip-add-locks",
    "--skip-triggers",
    "--order-by-primary",
    "--hex-blob",
    "--no-tablespaces",
    "--default-character-set=utf8mb4",
    f"--max-allowed-packet={PACKET}",
)


@dataclass(frozen=True)
class Share:
    """The tables of one wiki; `slug` is "" for the main one."""

    slug: str
    prefix: str
    tables: tuple[str, ...]


def shares(names: Iterable[str], prefixes: Mapping[str, str]) -> list[Share]:
    """Each table to the wiki (`{slug: prefix}`) with the longest prefix it starts with.

    `yeswiki_rennes__pages` starts with the main wiki's `yeswiki_` too. Tables of nobody go with
    the main wiki: nothing is left out. Of two wikis with one prefix, the main one has the tables,
    else the first.
    """
    # The longest first; the main wiki's slug, "", sorts before the others.
    ranked = sorted(prefixes.items(), key=lambda wiki: (-len(wiki[1]), wiki[0]))
    mine: dict[str, list[str]] = {slug: [] for slug in {"": "", **prefixes}}
    for name in sorted(names):
        slug = next((slug for slug, prefix in ranked if prefix and name.startswith(prefix)), "")
        mine[slug].append(name)
    return [
        Share(slug, prefixes.get(slug, ""), tuple(owned)) for slug, owned in sorted(mine.items())
    ]


def dump_all(farm: Farm, parts: Sequence[Share], folder: Path, **facts: Any) -> dict[str, Any]:
    """A dump a share in `folder` (emptied first, 0700), and the manifest, which is returned.

    `facts` are added to the manifest.
    """
    prepare(folder)
    wikis = []
    for share in parts:
        file = folder / file_of(share.slug)
        said = dump(farm.database, share.tables, file)
        wikis.append({"slug": share.slug, "prefix": share.prefix, "file": file.name, **said})
    manifest = {
        "farm": farm.name,
        "made": now(),
        "server": mariadb.server(),
        "left_out": mariadb.left_out(farm.database),
        **facts,
        "wikis": wikis,
    }
    write_json(folder / MANIFEST, manifest)
    return manifest


def prepare(folder: Path) -> None:
    """An empty folder that only root reads."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in folder.iterdir():
        old.unlink()


def file_of(slug: str) -> str:
    """The name of a wiki's dump; no slug can take the main one's."""
    return f"wiki.{slug}.sql" if slug else "main.sql"


def dump(database: str, names: Sequence[str], file: Path) -> dict[str, Any]:
    """Writes the tables into `file` (0600) while writers wait. Returns what proves it.

    `{"bytes", "sha256", "tables": {name: {"rows", "checksum"}}}`: all three are of one instant, for
    tables of any engine.
    """
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        proof = _dump(database, names, out) if names else {}
    return {"bytes": file.stat().st_size, "sha256": sha256(file), "tables": proof}


def _dump(database: str, names: Sequence[str], out: IO[bytes]) -> dict[str, dict[str, Any]]:
    """The tables into `out`. There must be one: without a name, the program writes them all."""
    proof = {}
    with _locked(database, names) as ask:
        for name in names:
            table = mariadb.quoted(name)
            rows = int(ask(f"SELECT COUNT(*) FROM {table};"))
            checksum = ask(f"CHECKSUM TABLE {table} EXTENDED;").decode()
            proof[name] = {"rows": rows, "checksum": checksum}
        command = [*mariadb.program("mariadb-dump"), *DUMP, "--", database, *names]
        system.run(command, stdout=out, timeout=86400)
    return proof


def sha256(file: Path) -> str:
    """Of its content, in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@contextmanager
def _locked(database: str, names: Sequence[str]) -> Iterator[Callable[[str], bytes]]:
    """Holds a read lock on the tables, and gives what asks one question in that session.

    A question has one row for an answer; its last column is returned.
    """
    command = [
        *mariadb.program("mariadb"),
        *("--batch", "--skip-column-names", "--binary-mode", "--unbuffered", database),
    ]
    client = subprocess.Popen(  # noqa: S603 - names of tables go through its input
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=system.environment(),
    )
    questions, answers, faults = (
        cast(IO[bytes], pipe) for pipe in (client.stdin, client.stdout, client.stderr)
    )

    def ask(question: str) -> bytes:
        questions.write(question.encode() + b"\n")
        questions.flush()
        answer = answers.readline()
        if not answer:
            raise system.failed("mariadb", client.wait(), faults.read().decode())
        return answer.rstrip(b"\n").rpartition(b"\t")[2]

    with client:
        try:
            locks = ", ".join(f"{mariadb.quoted(name)} READ" for name in names)
            ask(f"SET SESSION lock_wait_timeout = {LOCK_WAIT}; LOCK TABLES {locks}; SELECT 1;")
            yield ask
        finally:
            client.kill()  # the server lets go of the locks


def read_manifest(folder: Path, farm: Farm) -> dict[str, Any]:
    """The manifest of that folder, every dump of it there and whole.

    Raises Stop (`backup-damaged`), naming what is wrong.
    """
    manifest = read_json(folder / MANIFEST)
    if manifest is None:
        raise damaged(MANIFEST)
    if manifest["farm"] != farm.name:
        raise damaged(f"{MANIFEST}: {manifest['farm']} ≠ {farm.name}")
    for wiki in manifest["wikis"]:
        file = folder / wiki["file"]
        if not file.is_file() or sha256(file) != wiki["sha256"]:
            raise damaged(wiki["file"])
    return manifest


def damaged(what: str) -> Stop:
    """A backup that was read and is not what was put in it."""
    return Stop(
        "backup-damaged",
        fr=(
            f"La sauvegarde est abîmée ({what}) ; rien n’a été changé dans la ferme.",
            "Prenez-en une autre (--snapshot), refaites une sauvegarde dès que la ferme va "
            "bien, et vérifiez le disque qui la garde.",
        ),
        en=(
            f"The backup is damaged ({what}); nothing was changed in the farm.",
            "Take another one (--snapshot), back up again as soon as the farm is well, and check "
            "the disk that keeps it.",
        ),
    )


def load(farm: Farm, database: str, files: Iterable[Path]) -> None:
    """Runs dumps in that database, as the farm's account."""
    command = [
        *mariadb.program("mariadb"),
        *("--binary-mode", "--default-character-set=utf8mb4", f"--max-allowed-packet={PACKET}"),
        *(f"--user={farm.user}", database),
    ]
    with _large_packets():
        for file in files:
            with file.open("rb") as content:
                system.run(command, stdin=content, user=farm.user, timeout=86400)


@contextmanager
def _large_packets() -> Iterator[None]:
    before = int(mariadb.sql("SELECT @@GLOBAL.max_allowed_packet")[0][0])
    mariadb.sql(f"SET GLOBAL max_allowed_packet = {PACKET}")
    try:
        yield
    finally:
        mariadb.sql(f"SET GLOBAL max_allowed_packet = {before}")


def compare(database: str, manifest: Mapping[str, Any], room: Path) -> bool | None:
    """Whether the database holds what the manifest says: rows, checksums, dumps byte for byte.

    None when another version of the server made the manifest and the rows agree: the rest cannot
    be compared. Raises Stop (`restore-differs`), naming the first table that differs.
    """
    same_server = manifest["server"] == mariadb.server()
    prepare(room)
    for wiki in manifest["wikis"]:
        said = dump(database, list(wiki["tables"]), room / wiki["file"])
        for table, proof in wiki["tables"].items():
            again = said["tables"][table]
            if again["rows"] != proof["rows"] or (same_server and again != proof):
                raise _differs(table, proof, again)
        if same_server and said["sha256"] != wiki["sha256"]:
            raise _differs(wiki["file"], wiki["bytes"], said["bytes"])
    return True if same_server else None


def _differs(what: str, expected: object, actual: object) -> Stop:
    return Stop(
        "restore-differs",
        fr=(
            f"La base rechargée n’est pas celle de la sauvegarde : {what}, {expected} attendu, "
            f"{actual} trouvé.",
            "Essayez une autre sauvegarde (--snapshot) et vérifiez celle-ci : check-backup "
            "--read-data.",
        ),
        en=(
            f"The database loaded again is not that of the backup: {what}, {expected} expected, "
            f"{actual} found.",
            "Try another backup (--snapshot) and check this one: check-backup --read-data.",
        ),
    )

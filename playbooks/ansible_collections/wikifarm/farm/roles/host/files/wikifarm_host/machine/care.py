"""What the verbs of care leave behind: dates and results, journals, the sign of maintenance."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import Stop
from ..farm import Farm

JOURNALS = ("restore", "upgrade", "retire")  # verbs that a power cut can leave half done


def now() -> str:
    """This second, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read(farm: Farm) -> dict[str, Any]:
    """`{verb: {"date", "ok", …}}` of the last time each was done; {} when none was."""
    return read_json(farm.state / "care.json") or {}


@contextmanager
def recorded(farm: Farm, verb: str) -> Iterator[dict[str, Any]]:
    """Notes in care.json how the verb ends, with what the caller puts in the dictionary."""
    result: dict[str, Any] = {}
    try:
        yield result
    except Stop as stop:
        _note(farm, verb, {"ok": False, "code": stop.code, "message": stop.message})
        raise
    _note(farm, verb, {"ok": True, **result})


def _note(farm: Farm, verb: str, result: dict[str, Any]) -> None:
    """`last_success` outlives failures: it is what the age of a backup is counted from."""
    farm.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (farm.state / "care.lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # check-backup runs beside verbs that write
        care = read(farm)
        date = now()
        success = date if result["ok"] else care.get(verb, {}).get("last_success")
        care[verb] = {"date": date, "last_success": success, **result}
        write_json(farm.state / "care.json", care)


def read_json(path: Path) -> dict[str, Any] | None:
    """None when the file is not there."""
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return value


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Writes it whole, for root alone."""
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1).encode())


def write_whole(path: Path, content: bytes) -> None:
    """The whole file or the one before, after a power cut too; mode 0600."""
    beside = path.with_name(path.name + ".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Journal:
    """What a verb was doing, for the run that comes after a power cut."""

    def __init__(self, farm: Farm, verb: str) -> None:
        self._path = farm.state / f"{verb}.json"

    def read(self) -> dict[str, Any] | None:
        """None when nothing was left half done."""
        return read_json(self._path)

    def write(self, **said: Any) -> None:
        """In place of what it said."""
        write_json(self._path, said)

    def close(self) -> None:
        """It is done."""
        self._path.unlink(missing_ok=True)


def refuse_unfinished(farm: Farm, *, but: str = "") -> None:
    """Raises Stop (`unfinished`) when a verb other than `but` was cut short and must run again."""
    for verb in JOURNALS:
        if verb != but and Journal(farm, verb).read() is not None:
            raise Stop(
                "unfinished",
                fr=(
                    f"« {verb} » a été interrompu sur la ferme {farm.name} ; rien d’autre n’a "
                    "été fait.",
                    f"Relancez-le, il finira ou remettra en place : wikifarm-host {verb} "
                    f"{farm.name} …",
                ),
                en=(
                    f"“{verb}” was cut short on the farm {farm.name}; nothing else was done.",
                    f"Run it again, it will finish or put back: wikifarm-host {verb} {farm.name} …",
                ),
            )


def maintenance(farm: Farm) -> Path:
    """The file whose presence makes the web server answer 503 to everyone but this machine."""
    return farm.home / "maintenance"


def require_room(folder: Path, need: int) -> None:
    """Raises Stop (`disk-full`) unless `need` bytes are free there, and a tenth more."""
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    if free < need * 1.1:
        raise Stop(
            "disk-full",
            fr=(
                f"Il reste {free >> 20} Mio dans {folder}, il en faut {int(need * 1.1) >> 20} ; "
                "rien n’a été fait.",
                "Faites de la place, puis recommencez.",
            ),
            en=(
                f"{free >> 20} MiB are free in {folder}, {int(need * 1.1) >> 20} are needed; "
                "nothing was done.",
                "Make room, then run this again.",
            ),
        )

"""The farm's restic repository: what it holds, adding to it, taking from it, checking it.

Every snapshot of a farm has the tag `farm=<name>` and the farm's name for a host, so that a farm
found again on another machine is the same to restic. A snapshot of one wiki has the tag
`wiki=<slug>` besides; one made before a restoration, which holds what was to be replaced, `safety`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from ..errors import Code, Stop
from ..farm import Farm
from ..machine import system

KEEP = ("last", "hourly", "daily", "weekly", "monthly", "yearly", "within")
DAY = 86400  # seconds: a first backup over a slow line is long
INCOMPLETE = 3  # status of restic: a snapshot was made, some file could not be read

# What restic says, in any of its versions since 0.14, and the code it is reported as. In order.
REASONS: tuple[tuple[Code, str], ...] = (
    ("backup-password", r"wrong password|no key found"),
    ("backup-locked", r"unable to create lock|already locked"),
    ("disk-full", r"no space left on device"),
    (
        "backup-unreachable",
        r"dial tcp|connection refused|no such host|timeout|sftp session|ssh:|unable to start"
        r"|access ?denied|permission denied|unauthorized|\b40[13]\b|certificate|network",
    ),
    ("backup-absent", r"unable to open config file|repository does not exist"),
    (
        "backup-damaged",
        r"repository contains errors|verification failed|is damaged|hash (mismatch|does not match)"
        r"|not found in (repository|index)|unable to load|invalid data|no such file|unexpected EOF"
        r"|does not exist|ciphertext|truncated|too short|invalid character",
    ),
)


@dataclass(frozen=True)
class Snapshot:
    """One backup in the repository."""

    id: str
    time: str
    paths: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def wiki(self) -> str | None:
        """The slug of the wiki it holds alone ("" for the main one); None: the whole farm."""
        return next((tag[5:] for tag in self.tags if tag.startswith("wiki=")), None)

    @property
    def safety(self) -> bool:
        """Whether it was made of what a restoration was about to replace."""
        return "safety" in self.tags


class Repository:
    """Of one farm; several farms may share it."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm
        self.place = str(farm.backup["repository"])
        self._env = {
            "RESTIC_REPOSITORY": self.place,
            "RESTIC_PASSWORD_FILE": str(farm.etc / "restic-password"),
            "RESTIC_CACHE_DIR": str(farm.state / "restic-cache"),
            **_assignments(farm.etc / "restic-env"),
        }

    @property
    def folder(self) -> Path | None:
        """Where it is on this machine; None when it is elsewhere."""
        place = self.place.removeprefix("local:")
        return Path(place) if place.startswith("/") else None

    def create(self) -> None:
        """Makes it. Raises Stop (`backup-damaged`) when a part of one is there."""
        folder = self.folder
        if folder and any((folder / part).exists() for part in ("data", "keys", "snapshots")):
            raise self._stop("backup-damaged", "config")
        self._run("init")

    def snapshots(self) -> list[Snapshot]:
        """This farm's, the oldest first. Raises Stop (`backup-absent` and the others)."""
        said = self._run("snapshots", "--json", "--tag", self._tag)
        snapshots = [
            Snapshot(
                entry["id"], entry["time"], tuple(entry["paths"]), tuple(entry.get("tags") or ())
            )
            for entry in json.loads(said.stdout) or []
        ]
        return sorted(snapshots, key=lambda snapshot: snapshot.time)

    def choose(self, wanted: str, wiki: str | None = None) -> Snapshot:
        """The snapshot of that id, or the `latest`, that holds the wiki (None: the whole farm).

        The latest is never one made for safety: that one holds what someone wanted to replace.
        Raises Stop (`snapshot-unknown`) when none does.
        """
        fitting = [snapshot for snapshot in self.snapshots() if snapshot.wiki in {None, wiki}]
        if wanted == "latest":
            fitting = [snapshot for snapshot in fitting if not snapshot.safety]
        else:
            fitting = [
                snapshot
                for snapshot in fitting
                if len(wanted) >= 6 and snapshot.id.startswith(wanted)
            ]
        for snapshot in reversed(fitting):
            if not wiki or snapshot.wiki == wiki or self._holds(snapshot, wiki):
                return snapshot
        raise _unknown(self._farm, wanted, wiki)

    def _holds(self, snapshot: Snapshot, wiki: str) -> bool:
        """Whether a snapshot of the whole farm has that wiki, younger or retired perhaps."""
        folders = [f"{path}/{wiki}" for path in snapshot.paths if Path(path).name == "site"]
        said = [self._run("ls", snapshot.id, folder).stdout.splitlines() for folder in folders]
        return any(folder in lines for folder, lines in zip(folders, said, strict=True))

    def backup(
        self, paths: Iterable[Path], excluded: Iterable[str], tags: Iterable[str] = ()
    ) -> dict[str, Any]:
        """Restic's own summary of the snapshot made, with `snapshot_id` whole.

        A file that vanishes while it is read makes a snapshot incomplete: it is made once more.
        Raises Stop (`backup-incomplete`).
        """
        without = self._farm.state / "excluded"
        without.write_text("".join(f"{pattern}\n" for pattern in excluded), encoding="utf-8")
        every = [word for tag in (self._tag, *tags) for word in ("--tag", tag)]
        command = ["backup", "--json", "--quiet", "--host", self._farm.name, *every]
        command += [f"--exclude-file={without}", "--", *map(str, paths)]
        done = self._run(*command, accepted=(0, INCOMPLETE))
        if done.returncode == INCOMPLETE:
            done = self._run(*command, accepted=(0, INCOMPLETE))
        if done.returncode == INCOMPLETE:
            raise self._stop("backup-incomplete", done.stderr)
        summary: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return self._read_back(summary)

    def _read_back(self, summary: dict[str, Any]) -> dict[str, Any]:
        """Asks the repository for what it has just been given."""
        short = str(summary["snapshot_id"])
        whole = next(
            (snapshot.id for snapshot in self.snapshots() if snapshot.id.startswith(short)), ""
        )
        kept = self.stats(whole) if whole else {"total_file_count": -1, "total_size": -1}
        if kept["total_file_count"] < summary["total_files_processed"]:
            raise self._stop("backup-damaged", f"{short}: {kept['total_file_count']} < "
                             f"{summary['total_files_processed']}")  # fmt: skip
        return {**summary, "snapshot_id": whole, "total_size": kept["total_size"]}

    def stats(self, snapshot: str) -> dict[str, Any]:
        """`total_size` (bytes) and `total_file_count` (folders and links too) once restored."""
        done = self._run("stats", "--json", "--mode", "restore-size", snapshot)
        sizes: dict[str, Any] = json.loads(done.stdout)
        return sizes

    def restore(self, snapshot: str, target: Path, paths: Iterable[str], *, verify: bool) -> None:
        """Writes those paths of it below `target`. `verify`: reads the files again afterwards."""
        wanted = [f"--include={_escaped(path)}" for path in paths]
        again = ["--verify"] if verify else []
        self._run("restore", snapshot, f"--target={target}", *wanted, *again)

    def check(self, *, subset: str = "") -> None:
        """Reads its structure, then the data too: all, or `subset` ("2/8"). Raises Stop.

        The structure first: reading the data of a pack that is not there is tried for a minute.
        """
        self._run("check")
        self._run("check", f"--read-data-subset={subset}" if subset else "--read-data")

    def forget(self, keep: dict[str, Any]) -> int:
        """Drops what is older than `keep` ({"daily": 7, …}), of this farm only. Returns how many.

        Each wiki's own snapshots and those made for safety are counted apart from the farm's.
        """
        policy = [
            f"--keep-{name}={value}" for name, value in keep.items() if name in KEEP and value
        ]
        if not policy:
            return 0
        done = self._run(
            *("forget", "--json", "--tag", self._tag, "--host", self._farm.name),
            *("--group-by", "host,tags", "--prune", *policy),
        )
        # What pruning says comes after, and is not JSON.
        groups, _end = json.JSONDecoder().raw_decode(done.stdout.lstrip() or "[]")
        return sum(len(group.get("remove") or ()) for group in groups or ())

    @property
    def _tag(self) -> str:
        return f"farm={self._farm.name}"

    def _run(self, *arguments: str, accepted: Sequence[int] = (0,)) -> CompletedProcess[str]:
        done = self._once(arguments)
        code = None if done.returncode in accepted else _reason(done)
        if code == "backup-locked":
            self._once(["unlock"])  # only locks of processes that are no more
            done = self._once(arguments)
            code = None if done.returncode in accepted else _reason(done)
        if code:
            raise self._stop(code, done.stderr or done.stdout)
        return done

    def _once(self, arguments: Sequence[str]) -> CompletedProcess[str]:
        return system.run(["restic", *arguments], env=self._env, check=False, timeout=DAY)

    def _stop(self, code: Code, words: str) -> Stop:
        """Never with a value of restic-env, nor a password that stands in the address."""
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        said = next(
            (line for line in lines if "Fatal" in line or "rror" in line), (lines or ["–"])[0]
        )
        for name, value in self._env.items():
            if value and not name.startswith("RESTIC_"):
                said = said.replace(value, "***")
        said = re.sub(r"//[^/@\s]+@", "//***@", said.replace(self.place, "…"))[:300]
        fr, en = _SENTENCES[code]
        return Stop(code, fr=(fr[0].format(said=said), fr[1]), en=(en[0].format(said=said), en[1]))


def _assignments(file: Path) -> dict[str, str]:
    """The lines KEY=value of a file that may not be there."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _sign, value in pairs}


def _reason(done: CompletedProcess[str]) -> Code:
    words = done.stderr + done.stdout
    told = (code for code, pattern in REASONS if re.search(pattern, words, re.IGNORECASE))
    code: Code = next(told, "backup-failed")
    # A config file that is not there and one that nobody can reach are told in the same words.
    if code == "backup-absent" and not re.search(r"no such file|not (exist|found)|404", words):
        return "backup-unreachable"
    return code


def _escaped(path: str) -> str:
    """A path that stands for itself in a pattern of restic."""
    return re.sub(r"([\\*?\[\]])", r"\\\1", path)


def _unknown(farm: Farm, wanted: str, wiki: str | None) -> Stop:
    which_fr = f"du wiki {wiki or 'principal'!r}" if wiki is not None else "de la ferme entière"
    which_en = f"the wiki {wiki or 'main'!r}" if wiki is not None else "the whole farm"
    return Stop(
        "snapshot-unknown",
        fr=(
            f"La ferme {farm.name} n’a pas de sauvegarde {wanted!r} {which_fr} ; rien n’a été "
            "fait.",
            "Voyez celles qui existent : restic snapshots, ou faites-en une : wikifarm ops backup.",
        ),
        en=(
            f"The farm {farm.name} has no backup {wanted!r} of {which_en}; nothing was done.",
            "See which there are: restic snapshots, or make one: wikifarm ops backup.",
        ),
    )


_SENTENCES: dict[Code, tuple[tuple[str, str], tuple[str, str]]] = {
    "backup-password": (
        (
            "Le mot de passe n’ouvre pas le dépôt de sauvegardes ({said}) ; rien n’a été fait.",
            "Remettez le bon dans le fichier restic-password : sans lui, ces sauvegardes sont "
            "perdues.",
        ),
        (
            "The password does not open the backup repository ({said}); nothing was done.",
            "Put the right one back in the file restic-password: without it these backups are "
            "lost.",
        ),
    ),
    "backup-locked": (
        (
            "Le dépôt de sauvegardes est pris par un autre restic ({said}) ; rien n’a été fait.",
            "Attendez qu’il finisse ; s’il a été coupé sur une autre machine : restic unlock.",
        ),
        (
            "The backup repository is held by another restic ({said}); nothing was done.",
            "Wait until it ends; if it was cut short on another machine: restic unlock.",
        ),
    ),
    "disk-full": (
        (
            "Il n’y a plus de place là où sont les sauvegardes ({said}).",
            "Faites de la place ou gardez moins de sauvegardes (wikifarm_backup_keep), puis "
            "recommencez.",
        ),
        (
            "There is no room left where the backups are ({said}).",
            "Make room or keep fewer backups (wikifarm_backup_keep), then run this again.",
        ),
    ),
    "backup-unreachable": (
        (
            "Le dépôt de sauvegardes ne répond pas ({said}) ; rien n’a été fait.",
            "Vérifiez wikifarm_backup_repository, le réseau, et les accès de "
            "wikifarm_backup_environment.",
        ),
        (
            "The backup repository does not answer ({said}); nothing was done.",
            "Check wikifarm_backup_repository, the network, and the access in "
            "wikifarm_backup_environment.",
        ),
    ),
    "backup-absent": (
        (
            "Il n’y a pas de dépôt de sauvegardes à l’endroit prévu ({said}) ; rien n’a été fait.",
            "Le disque est-il monté ? Pour un premier dépôt : wikifarm ops backup ; pour en "
            "commencer un autre : wikifarm-host backup FERME --new-repository.",
        ),
        (
            "There is no backup repository at the expected place ({said}); nothing was done.",
            "Is the disk mounted? For a first repository: wikifarm ops backup; to start another "
            "one: wikifarm-host backup FARM --new-repository.",
        ),
    ),
    "backup-damaged": (
        (
            "Le dépôt de sauvegardes est abîmé ({said}). La ferme, elle, n’a pas été touchée.",
            "Vérifiez le disque ; puis « restic rebuild-index » (repair index), « restic check "
            "», et s’il reste abîmé une sauvegarde neuve ailleurs : wikifarm_backup_repository.",
        ),
        (
            "The backup repository is damaged ({said}). The farm itself was not touched.",
            "Check the disk; then “restic rebuild-index” (repair index), “restic check”, and if it "
            "stays damaged a new backup elsewhere: wikifarm_backup_repository.",
        ),
    ),
    "backup-incomplete": (
        (
            "Une partie de la ferme n’a pas pu être lue, deux fois de suite ({said}) : la "
            "sauvegarde est incomplète.",
            "Regardez ce fichier, et le disque, puis recommencez.",
        ),
        (
            "A part of the farm could not be read, twice in a row ({said}): the backup is "
            "incomplete.",
            "Look at that file, and at the disk, then run this again.",
        ),
    ),
    "backup-failed": (
        ("La sauvegarde n’a pas abouti ({said}).", "Corrigez ce que dit restic, puis recommencez."),
        ("The backup did not succeed ({said}).", "Mend what restic says, then run this again."),
    ),
}

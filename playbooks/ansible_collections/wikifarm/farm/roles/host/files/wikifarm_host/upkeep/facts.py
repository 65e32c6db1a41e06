"""Verb `facts`: how the farm is, read only, for `wikifarm ops doctor` and `status`."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import ssl
import stat
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import Stop, say
from ..farm import Farm
from ..machine import care, system
from ..machine.web import Client, trust
from ..outcome import Outcome
from ..releases import release, serve
from ..site import wikis

BACKUP_HOURS = 36
TEST_DAYS = 35
CERTIFICATE_DAYS = 14
DISK_PERCENT = 10
SHOWN = 5  # examples in a message
PROMISED = {"backup", "check-backup", "restore-test"}  # what nobody starts by hand
LISTENING = "0A"  # the state, in /proc/net/tcp
PROGRAMS = {"sshd", "nginx"}  # that may listen on any port
PROBE = "wikifarm-probe.php"  # a name that no wiki has


@dataclass(frozen=True)
class Problem:
    """`severity` is "error" (act now) or "warning" (soon)."""

    code: str
    message: str
    hint: str
    severity: str = "warning"


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: what the functions below say, and `problems` ([] when all is well)."""
    looks = (_serving, _wikis, _care, _disk, _secrets, _writable, _web, _certificate, _ports)
    data: dict[str, Any] = {"name": farm.name, "url": farm.url, "date": care.now()}
    problems: list[Problem] = []
    for look in looks:
        try:
            said, wrong = look(farm)
        except Stop as stop:
            said, wrong = {}, [Problem(stop.code, stop.message, stop.hint, "error")]
        data.update(said)
        problems += wrong
    return Outcome(data={**data, "problems": [asdict(problem) for problem in problems]})


Found = tuple[dict[str, Any], list[Problem]]


def _serving(farm: Farm) -> Found:
    """`release`, `version`, `releases` on the machine, `php`, `maintenance`, `unfinished`."""
    serving = serve.current(farm)
    said = release.manifest(farm, serving) or {} if serving else {}
    unfinished = [verb for verb in care.JOURNALS if care.Journal(farm, verb).read() is not None]
    maintenance = care.maintenance(farm).exists()
    problems = []
    if not said:
        problems.append(
            Problem(
                "no-release",
                say("Aucune version de YesWiki n’est en service.", "No YesWiki release serves."),
                "wikifarm ops provision",
                "error",
            )
        )
    for verb in unfinished:
        problems.append(
            Problem(
                "unfinished",
                say(f"« {verb} » a été interrompu.", f"“{verb}” was cut short."),
                say(
                    "Relancez-le : il finira ou remettra en place.",
                    "Run it again: it will finish or put back.",
                ),
                "error",
            )
        )
    if maintenance:
        problems.append(
            Problem(
                "maintenance",
                say(
                    "La ferme est en maintenance : personne n’y entre.",
                    "The farm is in maintenance: nobody enters.",
                ),
                say(
                    f"Si rien n’est en cours, supprimez {care.maintenance(farm)}.",
                    f"If nothing is going on, remove {care.maintenance(farm)}.",
                ),
            )
        )
    releases = sorted(path.name for path in farm.releases.glob("[0-9a-f]" * 16))
    return {
        "release": serving,
        "version": said.get("version", ""),
        "releases": releases,
        "php": farm.php,
        "maintenance": maintenance,
        "unfinished": unfinished,
    }, problems


def _wikis(farm: Farm) -> Found:
    """`wikis`: slug, url, release and code of each; `wiki_count`."""
    every = wikis.every(farm)
    problems = [
        Problem(
            "wiki-suspect",
            say(
                f"La configuration de {wiki.url} n’est pas bonne ({wiki.problem}).",
                f"The configuration of {wiki.url} is not good ({wiki.problem}).",
            ),
            say(
                "Lisez wakka.config.php dans son dossier : base, préfixe, page d’accueil.",
                "Read wakka.config.php in its folder: database, prefix, root page.",
            ),
        )
        for wiki in every
        if wiki.problem
    ]
    shown = [
        {"slug": wiki.slug, "url": wiki.url, "release": wiki.release, "code": wiki.code}
        for wiki in every
    ]
    return {"wikis": shown, "wiki_count": len(every)}, problems


def _care(farm: Farm) -> Found:
    """`care`: what care.json holds; `backup_age_hours` and `restore_test_age_days`, or null."""
    said = care.read(farm)
    backup = _age(said, "backup", 3600)
    test = _age(said, "restore-test", 86400)
    problems = []
    if backup is None or backup > BACKUP_HOURS:
        # A farm of this morning waits for its first night.
        waited = backup if backup is not None else _hours_since(farm.etc / "restic-password")
        severity = "error" if waited > BACKUP_HOURS else "warning"
        message = _never("sauvegarde", "backup", backup, "h")
        problems.append(Problem("backup-old", message, "wikifarm ops backup", severity))
    if test is None or test > TEST_DAYS:
        problems.append(
            Problem(
                "restore-test-old",
                _never("essai de restauration", "restore test", test, say("jours", "days")),
                f"wikifarm-host restore-test {farm.name}",
            )
        )
    for verb, last in said.items():
        if not last["ok"]:
            what = f"{verb}, {last['date']} : {last['code']}. {last['message']}"
            severity = "error" if verb in PROMISED else "warning"
            hint = say("Corrigez cela, puis recommencez.", "Mend this, then run it again.")
            problems.append(Problem("care-failed", what, hint, severity))
    return {"care": said, "backup_age_hours": backup, "restore_test_age_days": test}, problems


def _hours_since(file: Path) -> float:
    """Since it was written; 0 when it is not there."""
    return (time.time() - file.stat().st_mtime) / 3600 if file.exists() else 0.0


def _age(said: dict[str, Any], verb: str, unit: int) -> float | None:
    """Units of time since it last succeeded; None when it never did."""
    date = said.get(verb, {}).get("last_success")
    if not date:
        return None
    seconds = (datetime.now(UTC) - datetime.fromisoformat(date)).total_seconds()
    return round(seconds / unit, 1)


def _never(fr: str, en: str, age: float | None, unit: str) -> str:
    if age is None:
        none = f"Aucune {fr} réussie." if fr == "sauvegarde" else f"Aucun {fr} réussi."
        return say(none, f"No {en} has succeeded.")
    return say(f"Dernier succès ({fr}) : il y a {age} {unit}.", f"Last {en}: {age} {unit} ago.")


def _disk(farm: Farm) -> Found:
    """`disk`: {folder: {"free_mb", "free_percent"}} of the farm, the database and the backups."""
    places = {str(farm.home), str(farm.state), "/var/lib/mysql", str(farm.backup["repository"])}
    disk, problems = {}, []
    for place in sorted(folder for folder in places if Path(folder).is_dir()):
        usage = shutil.disk_usage(place)
        percent = round(100 * usage.free / usage.total, 1)
        disk[place] = {"free_mb": usage.free >> 20, "free_percent": percent}
        if percent < DISK_PERCENT:
            problems.append(
                Problem(
                    "disk-low",
                    say(f"{place} : il reste {percent} %.", f"{place}: {percent}% is left."),
                    say("Faites de la place.", "Make room."),
                    "error",
                )
            )
    return {"disk": disk}, problems


def _secrets(farm: Farm) -> Found:
    """Nothing but problems: files of settings that others than root may read."""
    wrong = []
    for path in [farm.etc, farm.state, *sorted(farm.etc.iterdir())]:
        if not path.exists():
            continue
        facts = path.lstat()
        if stat.S_IMODE(facts.st_mode) & 0o077 or facts.st_uid != os.geteuid():
            wrong.append(f"{path} ({stat.S_IMODE(facts.st_mode):o})")
    if not wrong:
        return {}, []
    shown = ", ".join(wrong)
    return {}, [
        Problem(
            "secret-readable",
            say(
                f"D’autres que root peuvent lire : {shown}.", f"Others than root can read: {shown}."
            ),
            "chmod go= ; chown root:",
            "error",
        )
    ]


def _writable(farm: Farm) -> Found:
    """`world_writable`: the first paths of the farm that anyone may write."""
    command = ["find", str(farm.home), str(farm.etc), "-xdev", "(", "-type", "f", "-o", "-type"]
    done = system.run([*command, "d", ")", "-perm", "-0002", "-print0"], check=False)
    paths = [path for path in done.stdout.split("\0") if path]
    if not paths:
        return {"world_writable": []}, []
    shown = ", ".join(paths[:SHOWN])
    return {"world_writable": paths[:SHOWN]}, [
        Problem(
            "world-writable",
            say(
                f"{len(paths)} chemin(s) que tout compte peut écrire : {shown}…",
                f"{len(paths)} path(s) that any account may write: {shown}…",
            ),
            "chmod o-w",
            "error",
        )
    ]


def _web(farm: Farm) -> Found:
    """`private_status` and `files_php_status`: what the server answers where nothing may be had."""
    client = Client(farm)
    private = client.get("private/")
    php = client.get(f"files/{PROBE}")
    problems = []
    if private.status not in {403, 404}:
        problems.append(
            Problem(
                "private-open",
                say(
                    f"{farm.url}private/ répond {private.status} : les sauvegardes de YesWiki "
                    "s’y voient.",
                    f"{farm.url}private/ answers {private.status}: YesWiki's own backups show "
                    "there.",
                ),
                "wikifarm ops provision",
                "error",
            )
        )
    # PHP answers 404 too for a file that is not there, in its own words.
    if php.status not in {403, 404} or "File not found." in php.text:
        problems.append(
            Problem(
                "files-execute",
                say(
                    f"PHP peut s’exécuter dans files/ ({php.status}) : un fichier déposé y "
                    "serait un programme.",
                    f"PHP may run in files/ ({php.status}): a file put there would be a program.",
                ),
                "wikifarm ops provision",
                "error",
            )
        )
    return {"private_status": private.status, "files_php_status": php.status}, problems


def _certificate(farm: Farm) -> Found:
    """`certificate_days`: until it ends; null over HTTP, or when it is not good."""
    if urlsplit(farm.url).scheme != "https":
        return {"certificate_days": None}, []
    try:
        until = _until(farm)
    except OSError as fault:
        reason = getattr(fault, "verify_message", "") or str(fault)
        return {"certificate_days": None}, [
            Problem(
                "certificate-bad",
                say(
                    f"Le certificat n’est pas bon : {reason}.",
                    f"The certificate is not good: {reason}.",
                ),
                "certbot renew",
                "error",
            )
        ]
    days = int((until - datetime.now(UTC).timestamp()) // 86400)
    problems = []
    if days < CERTIFICATE_DAYS:
        problems.append(
            Problem(
                "certificate-ends",
                say(
                    f"Le certificat finit dans {days} jours.",
                    f"The certificate ends in {days} days.",
                ),
                "certbot renew",
                "error",
            )
        )
    return {"certificate_days": days}, problems


def _until(farm: Farm) -> float:
    name = urlsplit(farm.url).hostname or ""
    with (
        socket.create_connection(farm.address, timeout=10) as plain,
        trust(farm).wrap_socket(plain, server_hostname=name) as secure,
    ):
        said = secure.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(said["notAfter"]))


def _ports(farm: Farm) -> Found:
    """`listening`: {"port", "program"} of what others than this machine can reach."""
    allowed = {22, 80, 443, farm.address[1]}
    programs = _programs()
    listening = sorted({(port, programs.get(inode, "")) for port, inode in _open_ports()})
    strange = [
        (port, who) for port, who in listening if port not in allowed and who not in PROGRAMS
    ]
    data = {"listening": [{"port": port, "program": who} for port, who in listening]}
    if not strange:
        return data, []
    shown = ", ".join(f"{port} ({who or '?'})" for port, who in strange)
    return data, [
        Problem(
            "port-open",
            say(
                f"D’autres ports que le web et SSH sont ouverts : {shown}.",
                f"Other ports than the web and SSH are open: {shown}.",
            ),
            say(
                "Fermez ce service, ou faites-le écouter sur 127.0.0.1.",
                "Stop that service, or make it listen on 127.0.0.1.",
            ),
        )
    ]


def _open_ports() -> Iterator[tuple[int, str]]:
    """Port and inode of each socket that listens beyond this machine."""
    for file in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(file).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            address, _colon, port = fields[1].rpartition(":")
            if fields[3] == LISTENING and not _is_loopback(address):
                yield int(port, 16), fields[9]


def _is_loopback(address: str) -> bool:
    """As the kernel writes it: 32 bits at a time, the bytes of each in the machine's order."""
    words = [address[at : at + 8] for at in range(0, len(address), 8)]
    if len(words) == 1:
        return address.endswith("7F")
    mapped = words[:3] == ["00000000", "00000000", "FFFF0000"] and words[3].endswith("7F")
    return mapped or words == ["00000000"] * 3 + ["01000000"]


def _programs() -> dict[str, str]:
    """{inode of a socket: name of the program that holds it}."""
    programs = {}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = str(link.readlink())
            if target.startswith("socket:["):
                comm = link.parent.parent / "comm"
                programs[target[8:-1]] = comm.read_text(encoding="utf-8").strip()
        except OSError:
            continue
    return programs

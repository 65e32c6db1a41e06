#!/usr/bin/python3 -I
"""wikifarm-care FARM TASK: one task of a farm's nights; says in a mail what goes wrong.

Run by the timers (or cron) that the role `care` installs. A task that finds the farm busy waits for
its turn. Each one leaves a line of JSON in /var/log/wikifarm/care-<farm>.log. A failure is mailed
when it begins, again each day that it lasts, and its end once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

ETC = Path(os.environ.get("WIKIFARM_ETC", "/etc/wikifarm"))
STATE = Path(os.environ.get("WIKIFARM_STATE", "/var/lib/wikifarm"))
LOG = Path(os.environ.get("WIKIFARM_LOG", "/var/log/wikifarm"))
HOST = os.environ.get("WIKIFARM_HOST_TOOL", "/usr/local/sbin/wikifarm-host")
SENDMAIL = Path(os.environ.get("WIKIFARM_SENDMAIL", "/usr/sbin/sendmail"))
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

LOCKED = 7  # status of wikifarm-host: another run looks after the farm
TURN = 60  # seconds between two looks
PATIENCE = 4 * 3600  # seconds: an upgrade of many wikis is long
AGAIN = 20 * 3600  # seconds before a failure that lasts is told again
WAITING = {0, 5}  # statuses of `wikifarm verify`: done, or it waits for a person

FERME = ("ferme:stats", "ferme:lifetime")


@dataclass(frozen=True)
class Ended:
    """How a task ended. `words` are for people; `answer` is for the log."""

    status: int
    words: str = ""
    answer: Any = None


@dataclass(frozen=True)
class Care:
    """What the role wrote about a farm."""

    farm: str
    mail: str
    user: str
    site: Path
    language: str
    verify: dict[str, Any]


def load(farm: str) -> Care:
    """Raises OSError or ValueError when the role has not been there."""
    said = json.loads((ETC / farm / "care.json").read_text(encoding="utf-8"))
    return Care(
        farm=farm,
        mail=said["mail"],
        user=said["user"],
        site=Path(said["site"]),
        language=said["language"],
        verify=said["verify"],
    )


def host(care: Care, verb: str) -> Ended:
    """A verb of wikifarm-host, when its turn comes."""
    until = time.monotonic() + PATIENCE
    while True:
        done = run([HOST, verb, care.farm], language=care.language)
        if done.returncode != LOCKED or time.monotonic() > until:
            break
        time.sleep(TURN)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return Ended(done.returncode or 1, last_words(done))
    words = "" if answer.get("ok") else f"{answer.get('message')}\n{answer.get('hint')}"
    return Ended(done.returncode, words, answer)


def facts(care: Care) -> Ended:
    """The grave problems that `doctor` would show are a failure."""
    ended = host(care, "facts")
    if ended.status or not ended.answer:
        return ended
    problems = ended.answer["data"]["problems"]
    grave = [problem for problem in problems if problem["severity"] == "error"]
    words = "\n\n".join(f"{problem['message']}\n{problem['hint']}" for problem in grave)
    return Ended(1 if grave else 0, words, {"ok": not grave, "problems": problems})


def ferme(care: Care) -> Ended:
    """What the ferme extension asks to be run, as the farm's user. An old one asks for nothing."""
    console = ["php", "includes/commands/console"]
    if not list(care.site.glob("tools/ferme/commands/*.php")):
        return Ended(0, answer={"ok": True, "commands": []})
    known = run([*console, "list", "--raw"], user=care.user, folder=care.site)
    if known.returncode:
        return Ended(known.returncode, last_words(known))
    there = {line.split()[0] for line in known.stdout.splitlines() if line.strip()}
    commands = [command for command in FERME if command in there]
    for command in commands:
        done = run([*console, command, "--no-interaction"], user=care.user, folder=care.site)
        if done.returncode:
            return Ended(done.returncode, f"{command} : {last_words(done)}")
    return Ended(0, answer={"ok": True, "commands": commands})


def verify(care: Care) -> Ended:
    """`wikifarm verify`, as the owner of its working folder."""
    folder = Path(care.verify["directory"])
    owner = pwd.getpwuid(folder.stat().st_uid).pw_name
    command = [care.verify["program"], "verify", "--json", *care.verify["manifests"]]
    done = run(command, user=owner, folder=folder, language=care.language)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return Ended(done.returncode or 1, last_words(done))
    if done.returncode in WAITING:
        return Ended(0, answer={"ok": True, "exit": done.returncode})
    errors = [f"{error['message']}\n{error['hint']}" for error in answer["errors"]]
    leaks = [str(leak) for community in answer["data"].get("communities", [])
             for leak in (community.get("audit") or {}).get("leaks", [])]  # fmt: skip
    answer = {"ok": False, "exit": done.returncode, "errors": answer["errors"]}
    return Ended(done.returncode, "\n\n".join([*errors, *leaks]), answer)


TASKS: dict[str, Callable[[Care], Ended]] = {
    "check": lambda care: host(care, "check"),
    "backup": lambda care: host(care, "backup"),
    "check-backup": lambda care: host(care, "check-backup"),
    "restore-test": lambda care: host(care, "restore-test"),
    "facts": facts,
    "ferme": ferme,
    "verify": verify,
}


def run(
    command: list[str], *, user: str = "", folder: Path | None = None, language: str = ""
) -> subprocess.CompletedProcess[str]:
    """A program to its end, in an environment of its own; as `user` when root asks for one."""
    rights: dict[str, Any] = {}
    home = "/root"
    if user and os.geteuid() == 0:
        account = pwd.getpwnam(user)
        home = account.pw_dir
        groups = os.getgrouplist(user, account.pw_gid)
        rights = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": groups}
    return subprocess.run(  # noqa: S603 - a list of words, no shell
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=folder or "/",
        env={"PATH": PATH, "HOME": home, "LC_ALL": "C.UTF-8", "WIKIFARM_LANG": language},
        **rights,
    )


def last_words(done: subprocess.CompletedProcess[str]) -> str:
    """The end of what a program said."""
    return "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])


def note(care: Care, task: str, ended: Ended, seconds: float) -> None:
    """One line of JSON in the log."""
    line = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "task": task,
        "status": ended.status,
        "seconds": round(seconds, 1),
        "answer": ended.answer if ended.answer is not None else ended.words,
    }
    path = LOG / f"care-{care.farm}.log"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o640)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def tell(care: Care, task: str, ended: Ended) -> None:
    """Mails a failure that is new or lasts, and its end."""
    told = STATE / care.farm / f"told-{task}"
    try:
        last = told.stat().st_mtime
    except FileNotFoundError:
        last = 0.0
    if ended.status == 0:
        if last:
            send(care, task, ended)
            told.unlink()
    elif time.time() - last > AGAIN:
        send(care, task, ended)
        told.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        told.touch()


SUBJECTS = {
    "fr": ("{farm} : {task} va de nouveau bien", "{farm} : {task} a échoué"),
    "en": ("{farm}: {task} is well again", "{farm}: {task} failed"),
}
BODIES = {
    "fr": (
        "La tâche « {task} » de la ferme {farm} a réussi sur {host}.",
        "La tâche « {task} » de la ferme {farm} a échoué sur {host} (état {status}).\n\n{words}\n\n"
        "Le journal : {log}\nPour recommencer : wikifarm-care {farm} {task}",
    ),
    "en": (
        "The task “{task}” of the farm {farm} succeeded on {host}.",
        "The task “{task}” of the farm {farm} failed on {host} (status {status}).\n\n{words}\n\n"
        "The log: {log}\nTo try again: wikifarm-care {farm} {task}",
    ),
}


def send(care: Care, task: str, ended: Ended) -> None:
    """A mail, when there is somebody to tell and a way to."""
    if not care.mail or not SENDMAIL.exists():
        return
    failed = ended.status != 0
    values = {
        "farm": care.farm,
        "task": task,
        "host": socket.getfqdn(),
        "status": ended.status,
        "words": ended.words,
        "log": LOG / f"care-{care.farm}.log",
    }
    message = EmailMessage()
    message["To"] = care.mail
    message["Subject"] = SUBJECTS[care.language][failed].format(**values)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(BODIES[care.language][failed].format(**values))
    # The log and the status of the task say it too: a mail server that is down changes neither.
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603 - the address goes through its input
            [SENDMAIL, "-i", "-t"], input=message.as_bytes(), check=False, capture_output=True,
            timeout=60,
        )  # fmt: skip


def main() -> int:
    """The status of the task."""
    parser = argparse.ArgumentParser(prog="wikifarm-care", description=__doc__)
    parser.add_argument("farm")
    parser.add_argument("task", choices=sorted(TASKS))
    arguments = parser.parse_args()
    os.umask(0o027)
    care = load(arguments.farm)
    begun = time.monotonic()
    try:
        ended = TASKS[arguments.task](care)
    except OSError as fault:
        ended = Ended(1, f"{type(fault).__name__}: {fault}")
    note(care, arguments.task, ended, time.monotonic() - begun)
    tell(care, arguments.task, ended)
    if ended.words:
        sys.stdout.write(ended.words + "\n")
    return ended.status


if __name__ == "__main__":
    sys.exit(main())

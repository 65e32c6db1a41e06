"""What verbs ask of the machine: programs and services. No shell, no secret in argv."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from ..errors import Stop
from ..farm import Farm

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def run(
    command: Sequence[str],
    *,
    input: str | bytes | None = None,
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | None = None,
    user: str = "",
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
    timeout: float = 3600,
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end (seconds: `timeout`), as `user` when one is named.

    `env` adds to an environment of three variables. `stdin` and `stdout` are open files, for what
    is too large for memory or is not text. Raises Stop: `program-missing`; `program-failed`, with
    the last line of what it said, unless `check` is false.
    """
    text = input.decode() if isinstance(input, bytes) else input
    given: dict[str, Any] = {"stdin": stdin} if stdin else {"input": text or ""}
    given |= as_user(user)
    try:
        done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603 - no shell
            list(command),
            stdout=stdout or subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
            cwd=folder,
            timeout=timeout,
            env=environment(user, env),
            **given,
        )
    except FileNotFoundError as fault:
        raise missing(str(fault.filename)) from fault
    except subprocess.TimeoutExpired as fault:
        raise failed(command[0], -1, f"> {timeout:.0f} s") from fault
    if check and done.returncode:
        raise failed(command[0], done.returncode, done.stderr or done.stdout)
    return done


def environment(user: str = "", more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a program is told of this machine: nothing of who runs the verb."""
    return {"PATH": PATH, "HOME": "/" if user else "/root", "LC_ALL": "C.UTF-8", **(more or {})}


def as_user(user: str) -> dict[str, Any]:
    """Arguments of subprocess for another user, with that user's groups and no others."""
    if not user or os.geteuid() != 0:
        return {}
    import grp
    import pwd

    account = pwd.getpwnam(user)
    groups = [group.gr_gid for group in grp.getgrall() if user in group.gr_mem]
    return {
        "user": account.pw_uid,
        "group": account.pw_gid,
        "extra_groups": [*groups, account.pw_gid],
    }


def failed(program: str, status: int, words: str) -> Stop:
    """What a program that failed is reported as: its name, its status, the last line it said."""
    name = Path(program).name
    last = (words.strip().splitlines() or ["–"])[-1][:300]
    return Stop(
        "program-failed",
        fr=(
            f"« {name} » s’est arrêté avec l’état {status} : {last}",
            "Le journal du système en dit plus.",
        ),
        en=(f"“{name}” ended with status {status}: {last}", "The system's log says more."),
    )


def missing(program: str) -> Stop:
    """A program that this machine does not have."""
    name = Path(program).name
    return Stop(
        "program-missing",
        fr=(
            f"« {name} » n’est pas sur cette machine ; cette étape n’a pas été faite.",
            "Relancez l’installation, qui pose ce qui manque : wikifarm ops provision.",
        ),
        en=(
            f"“{name}” is not on this machine; this step was not done.",
            "Run the installation again, it lays what is missing: wikifarm ops provision.",
        ),
    )


def service(farm: Farm, which: str, action: str) -> None:
    """`reload`, `restart`, `start`… of "web", "php" or "database", with or without systemd."""
    name = farm.services[which]
    if Path("/run/systemd/system").is_dir():
        run(["systemctl", action, name])
    else:
        run(["service", name, action])

"""Plays the project's playbooks as a person would: `ansible-playbook`, in the folder playbooks/."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
CONNECTIONS = Path(__file__).parent / "connection"
PROGRAM = Path(sys.executable).with_name("ansible-playbook")
RECAP = re.compile(r"^(?P<host>\S+)\s+: (?P<counters>ok=\d+ .*)$", re.M)


@dataclass(frozen=True)
class Counters:
    """A host's line of the recap."""

    ok: int
    changed: int
    unreachable: int
    failed: int
    skipped: int
    rescued: int
    ignored: int


@dataclass(frozen=True)
class Played:
    """What one `ansible-playbook` gave."""

    exit: int
    text: str  # standard output, then errors
    hosts: dict[str, Counters]

    def well(self) -> Played:
        """Itself. Raises AssertionError with all its words unless it ended well."""
        assert self.exit == 0, self.text
        return self


def inventory(path: Path, hosts: Mapping[str, Mapping[str, object]]) -> Path:
    """Writes the inventory of those farms, with the variables of each; returns its path."""
    farms = {"hosts": {name: dict(variables) for name, variables in hosts.items()}}
    path.write_text(json.dumps({"farms": farms}, indent=1, ensure_ascii=False), "utf-8")
    path.chmod(0o600)
    return path


def play(
    playbook: str,
    inventory: Path,
    *options: str,
    env: Mapping[str, str] | None = None,
    timeout: float = 900,
) -> Played:
    """Plays `provision`, `upgrade`… on that inventory, with these options of `ansible-playbook`.

    Ansible's own files go beside the inventory. Seconds: `timeout`.
    """
    done = subprocess.run(
        [str(PROGRAM), f"{playbook}.yml", "--inventory", str(inventory), *options],
        cwd=PLAYBOOKS, env=_environment(inventory.parent) | dict(env or {}),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=timeout,
    )  # fmt: skip
    return Played(done.returncode, done.stdout + done.stderr, _recap(done.stdout))


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return kept | {
        "ANSIBLE_CONFIG": str(PLAYBOOKS / "ansible.cfg"),
        "ANSIBLE_CONNECTION_PLUGINS": str(CONNECTIONS),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "LC_ALL": "C.UTF-8",
    }


def _recap(text: str) -> dict[str, Counters]:
    lines = text.partition("PLAY RECAP")[2]
    return {
        line["host"]: Counters(
            **{name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", line["counters"])}
        )
        for line in RECAP.finditer(lines)
    }

"""`wikifarm-care`, which the timers run: what it logs, whom it tells, and how often."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parents[2] / "playbooks/ansible_collections/wikifarm/farm/roles/care"
PROGRAM = HERE / "files/wikifarm_care.py"

# Stands for a program: what it answers is in a file, its mails are kept beside.
SPEAKER = """#!/bin/sh
cat "{folder}/answer"
exit "$(cat "{folder}/status")"
"""
SENDMAIL = """#!/bin/sh
cat >"$(mktemp "{folder}/mail-XXXXXX")"
"""


class Farm:
    """A farm whose tool says what the test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("etc/rennes", "state", "log", "site"):
            (folder / name).mkdir(parents=True)
        self._program("tool", SPEAKER)
        self._program("sendmail", SENDMAIL)
        self.settings: dict[str, Any] = {
            "mail": "anne@example.org",
            "user": "",
            "site": str(folder / "site"),
            "language": "fr",
            "verify": {
                "program": str(folder / "tool"),
                "directory": str(folder),
                "manifests": ["communities"],
            },
        }

    def says(self, answer: object, status: int = 0) -> None:
        """From now on."""
        text = answer if isinstance(answer, str) else json.dumps(answer)
        (self.folder / "answer").write_text(text, "utf-8")
        (self.folder / "status").write_text(str(status))

    def care(self, task: str) -> subprocess.CompletedProcess[str]:
        """As a timer does it."""
        (self.folder / "etc/rennes/care.json").write_text(json.dumps(self.settings), "utf-8")
        return subprocess.run(
            [sys.executable, "-I", PROGRAM, "rennes", task],
            capture_output=True, text=True, check=False, timeout=30,
            env={
                "PATH": os.environ["PATH"],
                "WIKIFARM_ETC": str(self.folder / "etc"),
                "WIKIFARM_STATE": str(self.folder / "state"),
                "WIKIFARM_LOG": str(self.folder / "log"),
                "WIKIFARM_HOST_TOOL": str(self.folder / "tool"),
                "WIKIFARM_SENDMAIL": str(self.folder / "sendmail"),
            },
        )  # fmt: skip

    @property
    def mails(self) -> list[str]:
        """In no order."""
        return [path.read_text("utf-8") for path in self.folder.glob("mail-*")]

    @property
    def log(self) -> list[dict[str, Any]]:
        """Its lines."""
        text = (self.folder / "log/care-rennes.log").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def _program(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text.format(folder=self.folder))
        path.chmod(0o755)


@pytest.fixture
def farm(tmp_path: Path) -> Farm:
    return Farm(tmp_path)


GOOD = {"ok": True, "changed": False, "data": {}}
BAD = {"ok": False, "code": "check-failed", "message": "Le wiki se tait.", "hint": "Voyez nginx."}


def test_a_task_that_succeeds_is_logged_and_tells_nobody(farm: Farm) -> None:
    farm.says(GOOD)
    done = farm.care("backup")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [(line["task"], line["status"]) for line in farm.log] == [("backup", 0)]
    assert farm.mails == []


def test_a_failure_is_told_once_then_its_end_once(farm: Farm) -> None:
    farm.says(BAD, 1)
    assert farm.care("check").returncode == 1
    assert farm.care("check").returncode == 1
    (mail,) = farm.mails
    assert "To: anne@example.org" in mail
    assert "Le wiki se tait." in mail
    assert "Voyez nginx." in mail
    farm.says(GOOD)
    assert farm.care("check").returncode == 0
    assert farm.care("check").returncode == 0
    assert len(farm.mails) == 2
    assert [line["status"] for line in farm.log] == [1, 1, 0, 0]


def test_a_failure_that_lasts_is_told_again_the_next_day(farm: Farm) -> None:
    farm.says(BAD, 1)
    farm.care("check")
    told = farm.folder / "state/rennes/told-check"
    yesterday = told.stat().st_mtime - 86400
    os.utime(told, (yesterday, yesterday))
    farm.care("check")
    assert len(farm.mails) == 2


def test_a_tool_that_crashes_is_a_failure_in_its_own_words(farm: Farm) -> None:
    farm.says("Traceback: boum", 3)
    assert farm.care("backup").returncode == 3
    assert "boum" in farm.mails[0]


def test_only_grave_facts_are_told(farm: Farm) -> None:
    problem = {"code": "x", "message": "Bientôt plein.", "hint": "Videz.", "severity": "warning"}
    farm.says({"ok": True, "changed": False, "data": {"problems": [problem]}})
    assert farm.care("facts").returncode == 0
    assert farm.mails == []
    problem |= {"severity": "error", "message": "Tout est plein."}
    farm.says({"ok": True, "changed": False, "data": {"problems": [problem]}})
    assert farm.care("facts").returncode == 1
    assert "Tout est plein." in farm.mails[0]


def test_an_older_ferme_asks_for_nothing(farm: Farm) -> None:
    assert farm.care("ferme").returncode == 0
    assert farm.log[0]["answer"]["commands"] == []


def test_verify_waiting_for_a_person_is_no_failure_and_a_leak_is_one(farm: Farm) -> None:
    farm.says({"ok": True, "errors": [], "data": {}}, 5)
    assert farm.care("verify").returncode == 0
    leak = {"code": "leak", "message": "Une personne est visible.", "hint": "Fermez la page."}
    farm.says({"ok": False, "errors": [leak], "data": {"communities": []}}, 6)
    assert farm.care("verify").returncode == 6
    assert "Une personne est visible." in farm.mails[0]


def test_the_log_follows_no_link(farm: Farm) -> None:
    farm.says(GOOD)
    prey = farm.folder / "prey"
    prey.write_text("")
    (farm.folder / "log/care-rennes.log").symlink_to(prey)
    assert farm.care("check").returncode != 0
    assert prey.read_text() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes its user")
def test_verify_runs_as_the_owner_of_its_folder() -> None:
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as name:  # pytest's own are closed to others
        farm = Farm(Path(name))
        farm.folder.chmod(0o755)
        work, program = farm.folder / "work", farm.folder / "who"
        work.mkdir()
        os.chown(work, nobody.pw_uid, nobody.pw_gid)
        program.write_text("#!/bin/sh\nid -un >who\necho '{}'\n")
        program.chmod(0o755)
        farm.settings["verify"] = {"program": str(program), "directory": str(work), "manifests": []}
        assert farm.care("verify").returncode == 0
        assert (work / "who").read_text() == "nobody\n"

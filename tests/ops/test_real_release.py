"""A real YesWiki and its `ferme` go the way of the stand-in, then open a community.

WIKIFARM_YESWIKI_ARCHIVE and WIKIFARM_FERME_ARCHIVE name their zips; neither is kept here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from .care_farm import free_port
from .hosting import sha256
from .machine import Machine
from .playing import inventory, play

FARM = "essai"
CORE, FERME = (os.environ.get(f"WIKIFARM_{name}_ARCHIVE", "") for name in ("YESWIKI", "FERME"))
pytestmark = [
    pytest.mark.skipif(
        not (CORE and FERME),
        reason="set WIKIFARM_YESWIKI_ARCHIVE and WIKIFARM_FERME_ARCHIVE to zips of real releases",
    ),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def farm(
    new_machine: Callable[[], Machine], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Machine, Path, str]]:
    """The machine, its inventory, and the address of its farm."""
    machine, folder = new_machine(), tmp_path_factory.mktemp("real")
    url = f"http://127.0.0.1:{free_port()}/"
    variables = {
        **machine.variables,
        "wikifarm_url": url,
        "wikifarm_listen": urlsplit(url).netloc,
        "wikifarm_tls": "none",
        "wikifarm_admin_email": "admin@example.org",
        "wikifarm_archive": CORE,
        "wikifarm_archive_sha256": sha256(Path(CORE).read_bytes()),
        "wikifarm_ferme_archive": FERME,
        "wikifarm_ferme_sha256": sha256(Path(FERME).read_bytes()),
    }
    yield machine, inventory(folder / "inventory.json", {FARM: variables}), url
    machine.stop()


def wikifarm(farm: tuple[Machine, Path, str], *words: str) -> dict[str, Any]:
    """The envelope of a command on that farm."""
    machine, hosts, url = farm
    password = (machine.root / f"etc/wikifarm/{FARM}/admin-password").read_text("utf-8").strip()
    environment = {
        **os.environ,
        "WIKIFARM_FARM_URL": url,
        "WIKIFARM_FARM_ADMIN": "WikiAdmin",
        "WIKIFARM_FARM_PASSWORD": password,
        "WIKIFARM_STATE_DIR": str(hosts.parent / "state"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "wikifarm", *words, "--json", "--directory", str(hosts.parent)],
        env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_it_is_installed_once_and_its_doctor_is_content(farm: tuple[Machine, Path, str]) -> None:
    machine, hosts, _url = farm
    play("provision", hosts).well()
    assert play("provision", hosts).well().hosts[FARM].changed == 0
    facts = json.loads(machine.run("wikifarm-host", "facts", FARM).stdout)["data"]
    assert [problem for problem in facts["problems"] if problem["severity"] == "error"] == []
    answer = wikifarm(farm, "doctor")
    assert answer["exit"] == 0, answer


def test_a_community_opens_there_and_nobody_is_seen(farm: tuple[Machine, Path, str]) -> None:
    words = ("--slug", "rennes", "--facilitator", "Camille Le Goff <camille@example.org>", "--yes")
    answer = wikifarm(farm, "new-community", "Robustesse autour de Rennes", *words)
    assert answer["exit"] == 0, answer
    community = answer["data"]["communities"][0]
    assert community["status"] == "created"
    assert community["audit"]["leaks"] == []
    machine, _hosts, _url = farm
    listed = json.loads(machine.run("wikifarm-host", "wikis", FARM).stdout)["data"]["wikis"]
    assert [(wiki["slug"], wiki["problem"]) for wiki in listed] == [("", ""), ("rennes", "")]


def test_it_is_backed_up_and_comes_back(farm: tuple[Machine, Path, str]) -> None:
    machine, hosts, _url = farm
    dump = ("mariadb-dump", "--skip-dump-date", "--order-by-primary", "--hex-blob", f"wf_{FARM}")
    play("backup", hosts).well()
    rows = machine.run(*dump).stdout
    machine.run("mariadb", "-e", f"DROP DATABASE wf_{FARM}; CREATE DATABASE wf_{FARM}")
    machine.run("sh", "-c", f"rm -rf /srv/wikifarm/{FARM}/site/*")
    play("restore", hosts).well()
    assert machine.run(*dump).stdout == rows
    assert wikifarm(farm, "verify", str(hosts.parent / "communities"))["exit"] == 0

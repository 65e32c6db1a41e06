"""What the tests of the on-host tool share: small releases, and a farm to lay.

The tool runs as root in life. Here it runs as whoever runs the tests: as root, PHP's files pass to
`nobody`; otherwise they stay their owner's, who is then PHP's user too.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import wikifarm_host
from wikifarm_host.farm import Farm, load
from wikifarm_host.machine import system

ROOT = Path(__file__).parents[2]
PLAYBOOKS = ROOT / "playbooks"
TOOL = Path(wikifarm_host.__file__).parents[1]
START = [sys.executable, "-B", "-P", str(Path(__file__).with_name("tool.py"))]
USER = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
NAME = "essai"

CONSTANTS = """<?php
define("YESWIKI_VERSION", 'doryphore');
define("YESWIKI_RELEASE", '{release}');
define("MINIMUM_PHP_VERSION_FOR_CORE", '7.3.0');
"""


def core(release: str = "4.4.4", **more: str | bytes) -> dict[str, str | bytes]:
    """The files of a YesWiki that is as small as can be; `more` by name, `/` written `__`."""
    files: dict[str, str | bytes] = {
        "index.php": "<?php require_once 'includes/run.php';",
        "wakka.php": "<?php require_once 'index.php';",
        "includes/constants.php": CONSTANTS.format(release=release),
        "setup/install.php": "<?php",
        "composer.json": json.dumps({"require": {"php": "^7.3 || ^8.0", "ext-gd": "*"}}),
        "interwiki.conf": "Wikipedia https://fr.wikipedia.org/wiki/\n",
        "files/logo.png": b"\x89PNG",
        "private/.htaccess": "Deny from all\n",
        "cache/.gitkeep": "",
        "custom/.gitkeep": "",
        "themes/margot/margot.css": "body {}",
        "templates/page.twig": "{{ page }}",
        "tools/bazar/desc.xml": '<plugin name="bazar" version="1">',
        "tools/ferme/desc.xml": '<plugin name="ferme" version="0">',
        ".gitignore": "/vendor\n",
    }
    return files | {name.replace("__", "/"): text for name, text in more.items()}


def extension(**more: str | bytes) -> dict[str, str | bytes]:
    """The files of an extension."""
    files: dict[str, str | bytes] = {
        "desc.xml": '<?xml version="1.0"?>\n<plugin name="wkfarm" version="0.1" active="1">',
        "actions/liste.php": "<?php",
    }
    return files | {name.replace("__", "/"): text for name, text in more.items()}


def zipped(files: Mapping[str, str | bytes], top: str = "") -> bytes:
    """A zip of these files, as the one of a folder `top` when one is given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # 2001: the archives of the world are older than the day they are unpacked.
            entry = zipfile.ZipInfo(top + name, (2001, 2, 3, 4, 5, 6))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def php_version() -> str:
    """As "8.2"; "" where there is no PHP."""
    if not shutil.which("php"):
        return ""
    command = ["php", "-r", "echo PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Host:
    """The folders of one farm, and the tool run for it as the playbooks and the timers run it."""

    def __init__(self, base: Path, **facts: Any) -> None:
        self.base = base
        self.etc = base / "etc" / NAME
        self.cache = base / "cache"
        self.programs = base / "bin"
        self.home = base / "srv" / NAME
        for folder in (self.etc, self.cache, self.programs, self.home):
            folder.mkdir(parents=True)
        self.facts: dict[str, Any] = {
            "name": NAME,
            "url": "http://ferme.example.org/",
            "home": str(self.home),
            "user": USER,
            "database": "wf_essai",
            "prefix": "yeswiki_",
            "code": "links",
            "php": php_version(),
            "language": "fr",
            "title": "Ferme d’essai",
            "admin_name": "WikiAdmin",
            "admin_email": "admin@example.org",
            "address": ["127.0.0.1", 9],
            "certificate": "",
            "services": {"web": "nginx", "php": "php-fpm", "database": "mariadb"},
            "configuration": {},
            "extensions": [],
            "backup": {},
        } | facts
        self.describe()
        self.secret("admin-password", "un mot de passe")
        self._programs()

    def describe(self, **facts: Any) -> None:
        """Writes what the machine knows of the farm, with these changes."""
        self.facts |= facts
        (self.etc / "farm.json").write_text(json.dumps(self.facts), encoding="utf-8")

    def secret(self, name: str, value: str) -> None:
        (self.etc / name).write_text(value + "\n", encoding="utf-8")
        (self.etc / name).chmod(0o600)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "WIKIFARM_ETC": str(self.etc.parent),
            "WIKIFARM_STATE": str(self.base / "state"),
            "WIKIFARM_CACHE": str(self.cache),
            "WIKIFARM_TEST_PROGRAMS": str(self.programs),
            "PYTHONPATH": str(TOOL),
        }

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Makes this process see what a run of the tool sees."""
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(system, "PATH", f"{self.programs}:{system.PATH}")

    @property
    def farm(self) -> Farm:
        """As the tool would read it; the state folder is made, as the lock of a verb makes it."""
        farm = load(NAME)
        farm.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        return farm

    def keep(self, content: bytes) -> str:
        """Puts an archive where the playbook puts it; its sha256."""
        digest = sha256(content)
        (self.cache / f"{digest}.zip").write_bytes(content)
        return digest

    def tool(self, *words: str, lang: str = "en") -> dict[str, Any]:
        """Runs the tool to its end; the JSON object that it prints."""
        done = subprocess.run(
            self.command(*words),
            env={**os.environ, **self.environment, "WIKIFARM_LANG": lang},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.stdout.count("\n") == 1, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        assert answer["ok"] is (done.returncode == 0)
        return answer

    def command(self, verb: str, *words: str) -> Sequence[str]:
        """The command line of the tool, with the programs of the test before the machine's."""
        return [*START, verb, NAME, *words]

    def release(self, version: str = "4.4.4", **more: str | bytes) -> str:
        """Unpacks a small release with `ferme` in it; its id."""
        from wikifarm_host.releases import release

        digest = self.keep(zipped(core(version, **more), top=f"doryphore-{version}/"))
        part = release.Part("core", "yeswiki", digest)
        path = self.farm.releases / release.identity([part])
        release._make(self.farm, [part], path)
        return path.name

    def reloads(self) -> list[str]:
        """What was asked of the services of the machine."""
        log = self.base / "services"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def _programs(self) -> None:
        """`service` and `systemctl` write down what they are asked."""
        for name in ("service", "systemctl"):
            program = self.programs / name
            program.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.base}/services\n')
            program.chmod(0o755)


@contextmanager
def new_host(monkeypatch: pytest.MonkeyPatch, **facts: Any) -> Iterator[Host]:
    """A farm outside pytest's folders, which PHP's user may not enter."""
    base = Path(tempfile.mkdtemp(prefix="hosting-"))
    base.chmod(0o755)
    try:
        host = Host(base, **facts)
        host.enter(monkeypatch)
        yield host
    finally:
        shutil.rmtree(base)


def tree(folder: Path) -> dict[str, str]:
    """Every entry of a folder: its rights, its owner, its target or the hash of its content."""
    entries = {}
    for path in sorted(folder.rglob("*")):
        at = path.lstat()
        what = f"{stat.filemode(at.st_mode)} {at.st_uid}:{at.st_gid}"
        if path.is_symlink():
            what += f" -> {path.readlink()}"
        elif path.is_file():
            what += f" {sha256(path.read_bytes())[:12]}"
        entries[str(path.relative_to(folder))] = what
    return entries

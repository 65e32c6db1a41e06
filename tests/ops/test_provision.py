"""A bare Debian 12 becomes a farm that answers, is looked after, and comes back after a disaster.

One machine goes through its life in the order of this file; each test leaves it as it found it, or
as the next expects it. The release is the stand-in of standin/; with WIKIFARM_YESWIKI_ARCHIVE and
WIKIFARM_FERME_ARCHIVE, real ones go the same way on a machine of their own (test_real_release.py).
"""

from __future__ import annotations

import json
import os
import re
import ssl
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import trustme

from . import release
from .care_farm import free_port
from .machine import Machine, Snapshot, differences
from .playing import CONNECTIONS, Played, inventory, play

FARM = "essai"
HOME = f"srv/wikifarm/{FARM}"
STATE = f"var/lib/wikifarm/{FARM}"
REPOSITORY = f"var/backups/wikifarm/{FARM}"
CHILDREN = {"rennes": "Robustesse Rennes", "brest": "Robustesse à Brest"}


class Farm:
    """The machine of these tests, as its administrators and its visitors meet it."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine, self.folder = machine, folder
        self.port, self.plain = free_port(), free_port()
        self.url = f"https://localhost:{self.port}/"
        authority = trustme.CA()
        issued = authority.issue_cert("localhost")
        chain = [*issued.cert_chain_pems, authority.cert_pem]
        (folder / "chain.pem").write_bytes(b"".join(certificate.bytes() for certificate in chain))
        issued.private_key_pem.write_to_path(folder / "key.pem")
        self.trust = ssl.create_default_context()
        authority.configure_trust(self.trust)
        self.releases: dict[str, release.Release] = {"core": release.core(folder)}

    def variables(self, **changes: object) -> dict[str, object]:
        core, ferme = self.releases["core"], release.ferme(self.folder)
        return {
            **self.machine.variables,
            "wikifarm_url": self.url,
            "wikifarm_listen": f"127.0.0.1:{self.plain}",
            "wikifarm_listen_tls": f"127.0.0.1:{self.port}",
            "wikifarm_tls": "given",
            "wikifarm_tls_certificate": str(self.folder / "chain.pem"),
            "wikifarm_tls_key": str(self.folder / "key.pem"),
            "wikifarm_lang": "en",
            "wikifarm_title": "Ferme d’essai & d’ailleurs",
            "wikifarm_admin_email": "admin@example.org",
            "wikifarm_archive": str(core.path),
            "wikifarm_archive_sha256": core.sha256,
            "wikifarm_ferme_archive": str(ferme.path),
            "wikifarm_ferme_sha256": ferme.sha256,
            "wikifarm_min_free_mb": 200,
            **changes,
        }

    def play(self, playbook: str, *options: str, **changes: object) -> Played:
        hosts = {FARM: self.variables(**changes)}
        return play(playbook, inventory(self.folder / "inventory.json", hosts), *options)

    def ask(
        self,
        path: str = "",
        fields: Mapping[str, str] | None = None,
        key: str = "",
        through: str = "",
    ) -> tuple[int, str]:
        """Status and body, as a visitor of this machine, or of another one, `through` a proxy.

        `key`: as who holds that key of the API.
        """
        request = urllib.request.Request(self.url + path)
        if fields is not None:
            request.data = urlencode(fields).encode()
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        if through:
            request.add_header("X-Forwarded-For", through)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.trust) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode(errors="replace")

    def secret(self, name: str) -> str:
        return (self.machine.root / f"etc/wikifarm/{FARM}/{name}").read_text("utf-8").strip()

    def new_wiki(self, slug: str, title: str) -> None:
        fields = {
            "bf_titre": title,
            "bf_dossier-wiki": slug,
            "bf_dossier-wiki_wikiname": "WikiAdmin",
            "bf_dossier-wiki_email": "camille@example.org",
            "bf_dossier-wiki_password": "un mot de passe",
        }
        status, text = self.ask("?api/entries/1100", fields, key=self.secret("token"))
        assert status == 201, text

    def host(self, verb: str, *options: str, check: bool = True) -> dict[str, Any]:
        """What the tool of the machine answers to a verb."""
        done = self.machine.run("wikifarm-host", verb, FARM, *options, check=False)
        answer: dict[str, Any] = json.loads(done.stdout)
        if check:
            assert answer["ok"], answer
        return answer

    def wikifarm(self, *words: str) -> dict[str, Any]:
        """The envelope of a command of wikifarm on that inventory."""
        done = subprocess.run(
            [sys.executable, "-m", "wikifarm", *words, "--json", "--inventory", "inventory.json"],
            env={**os.environ, "ANSIBLE_CONNECTION_PLUGINS": str(CONNECTIONS)},
            cwd=self.folder, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def rows(self) -> str:
        """Every row of the database, in the order of its keys."""
        return self.machine.run(
            "mariadb-dump", "--no-defaults", "--skip-dump-date", "--order-by-primary", "--hex-blob",
            f"wf_{FARM}",
        ).stdout  # fmt: skip

    def files(self) -> dict[str, Any]:
        """What people wrote in the wikis, path by path; caches come and go."""
        snapshot = self.machine.snapshot()
        under = f"{HOME}/site/"
        # A folder's own rights and a file's, but not when a file was put back.
        return {
            path: entry._replace(modified=0)
            for path, entry in snapshot.items()
            if path.startswith(under) and "/cache" not in path
        }


@pytest.fixture(scope="module")
def farm(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Farm:
    return Farm(machine, tmp_path_factory.mktemp("farm"))


@pytest.fixture
def unchanged(farm: Farm) -> Iterator[None]:
    """The machine is the same afterwards, to the byte; the database, to the row.

    The files of MariaDB change while nobody writes: it tidies up after itself.
    """

    def look() -> tuple[Snapshot, str]:
        installed = (farm.machine.root / f"etc/wikifarm/{FARM}").exists()
        return farm.machine.snapshot([STATE, "var/lib/mysql"]), farm.rows() if installed else ""

    files, rows = look()
    yield
    after, rows_after = look()
    assert differences(files, after) == []
    assert rows_after == rows


# -- before anything ------------------------------------------------------------------------


@pytest.mark.usefixtures("unchanged")
def test_a_rehearsal_on_a_machine_without_python_says_so(farm: Farm) -> None:
    played = farm.play("provision", "--check", "--diff").well()
    assert "no Python" in played.text
    assert played.hosts[FARM].changed == 1  # a rehearsal that could not look foresees something


def test_what_cannot_be_installed_is_refused_before_anything_is_done(farm: Farm) -> None:
    """All at once, each as a farm of its own on this machine."""
    farm.machine.run("apt-get", "update", "-q")
    needed = ("python3", "python3-apt")
    farm.machine.run("apt-get", "install", "-y", "-q", "--no-install-recommends", *needed)
    new = release.core(farm.folder, 9, php="9.9")
    other = release.not_yeswiki(farm.folder)
    (farm.machine.root / "srv/wikifarm/occupied").mkdir(parents=True)
    bad: dict[str, tuple[str, dict[str, object]]] = {
        "wrongsum": ("archive-sha256", {"wikifarm_archive_sha256": "0" * 64}),
        "stranger": (
            "archive-not-yeswiki",
            {"wikifarm_archive": str(other.path), "wikifarm_archive_sha256": other.sha256},
        ),
        "missing": ("archive-missing", {"wikifarm_archive": str(farm.folder / "none.zip")}),
        "newphp": (
            "php-too-old",
            {"wikifarm_archive": str(new.path), "wikifarm_archive_sha256": new.sha256},
        ),
        "small": ("disk-too-small", {"wikifarm_min_free_mb": 10**9}),
        "occupied": ("folder-in-use", {}),
        "Upper_Case": ("settings", {}),
        "noaddress": ("settings", {"wikifarm_url": "", "wikifarm_admin_email": ""}),
        "port": ("port-taken", {"wikifarm_listen": f"127.0.0.1:{_busy_port()}"}),
    }
    hosts = {name: farm.variables(**changes) for name, (_code, changes) in bad.items()}
    ssh = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}
    hosts["away"] = {**farm.variables(), **ssh}  # what is described well is then asked for
    before = farm.machine.snapshot()
    played = play("provision", inventory(farm.folder / "bad.json", hosts))
    assert differences(before, farm.machine.snapshot()) == []
    (farm.machine.root / "srv/wikifarm/occupied").rmdir()
    assert played.exit != 0
    assert {name for name, counters in played.hosts.items() if counters.changed} == set()
    assert played.hosts["away"].unreachable == 1
    for name, (code, _changes) in bad.items():
        failed = rf"(?:fatal|failed): \[{name}(?: -> \S+)?\].*?\n(.*?)(?=\n\n|\n\w+: \[|\Z)"
        said = " ".join(" ".join(re.findall(failed, played.text, re.S)).split())
        assert f"{code}:" in said, (name, played.text)
        assert re.search("[Nn]othing (in it |of it )?was", said), (name, said)


def test_a_vault_without_its_password_stops_at_once(farm: Farm) -> None:
    (farm.folder / "group_vars").mkdir()
    secret = farm.folder / "group_vars" / "farms.yml"
    secret.write_text("$ANSIBLE_VAULT;1.1;AES256\n" + "61" * 40 + "\n", "utf-8")
    try:
        played = farm.play("provision")
        assert played.exit != 0
        assert "vault" in played.text
        assert not played.hosts or played.hosts[FARM].changed == 0
    finally:
        secret.unlink()


@pytest.mark.usefixtures("unchanged")
def test_a_rehearsal_on_a_fresh_machine_changes_nothing(farm: Farm) -> None:
    played = farm.play("provision", "--check", "--diff").well()
    assert played.hosts[FARM].changed > 10


# -- the farm -------------------------------------------------------------------------------


def test_a_bare_debian_becomes_a_farm(farm: Farm) -> None:
    played = farm.play("provision").well()
    assert played.hosts[FARM].failed == 0
    status, text = farm.ask("?PagePrincipale")
    assert status == 200
    assert "<title>Ferme d’essai &amp; d’ailleurs</title>" in text
    assert farm.secret("admin-password") not in played.text
    for slug, title in CHILDREN.items():
        farm.new_wiki(slug, title)
        assert f"<title>{title}</title>" in farm.ask(f"{slug}/?PagePrincipale")[1]
    upload = farm.machine.root / HOME / "site/files/été — photo.jpg"
    upload.write_bytes(bytes(range(256)))
    os.chown(upload, *_owner(upload.parent))
    assert [wiki["slug"] for wiki in farm.host("wikis")["data"]["wikis"]] == ["", "brest", "rennes"]


@pytest.mark.usefixtures("unchanged")
def test_a_second_time_nothing_changes(farm: Farm) -> None:
    assert farm.play("provision").well().hosts[FARM].changed == 0
    assert farm.play("provision", "--check", "--diff").well().hosts[FARM].changed == 0


def test_nothing_else_listens(farm: Farm) -> None:
    ports = {("127.0.0.1", port, "nginx") for port in (farm.port, farm.plain)}
    assert farm.machine.listening() == ports


def test_nobody_but_its_owner_writes_and_secrets_are_roots(farm: Farm) -> None:
    users = _users(farm.machine)
    for path, entry in farm.machine.snapshot().items():
        if entry.mode[0] in "-d" and not path.startswith(("usr/", "var/lib/dpkg")):
            debians = entry.mode[9] in "tT" and not re.search("wikifarm|wf-", path)
            assert entry.mode[8] == "-" or debians, f"anybody writes {path}: {entry.mode}"
        if path.startswith("etc/wikifarm/"):
            assert entry.owner == (0, 0), path
            public = path.endswith("/fullchain.pem")
            assert entry.mode[4:] == "------" or public or path == f"etc/wikifarm/{FARM}", path
        if path.startswith(f"{HOME}/releases/") or re.fullmatch(rf"{HOME}/site/[^/]+", path):
            # YesWiki writes in the cache beside its code; in site/, PHP has what is no link.
            phps = path.endswith("/cache") if "/releases/" in path else entry.mode[0] != "l"
            assert entry.owner[0] == (users[f"wf-{FARM}"] if phps else 0), (path, entry)
    home = (farm.machine.root / HOME).stat()
    assert stat.S_IMODE(home.st_mode) == 0o750
    config = (farm.machine.root / HOME / "site/wakka.config.php").stat()
    assert stat.S_IMODE(config.st_mode) == 0o600
    other = farm.machine.run(
        "runuser", "-u", "nobody", "--", "ls", f"/{HOME}/site", check=False
    )  # fmt: skip
    assert other.returncode != 0


def test_the_account_of_the_database_reaches_nothing_else(farm: Farm) -> None:
    def sql(query: str, user: str) -> str:
        done = farm.machine.run(
            "runuser", "-u", user, "--", "mariadb", "--no-defaults", "--batch", "-N", "-e", query,
            check=False,
        )  # fmt: skip
        return done.stdout or done.stderr

    assert "yeswiki_pages" in sql(f"SHOW TABLES FROM wf_{FARM}", f"wf-{FARM}")
    assert "denied" in sql("SELECT User FROM mysql.user", f"wf-{FARM}")
    assert "denied" in sql("CREATE DATABASE wfxessai", f"wf-{FARM}")
    # The name of a database in a grant is a pattern: wf_essai would take wfxessai with it.
    farm.machine.run("mariadb", "-e", "CREATE DATABASE wfxessai")
    assert "denied" in sql("CREATE TABLE wfxessai.t (i INT)", f"wf-{FARM}")
    farm.machine.run("mariadb", "-e", "DROP DATABASE wfxessai")
    assert "denied" in sql(f"SHOW TABLES FROM wf_{FARM}", "www-data")


@pytest.mark.parametrize(
    "path",
    [
        "private/", "private/README.md", "rennes/private/x", ".git/config", "rennes/.env",
        "wakka.config.php", "rennes/wakka.config.php", "setup/install.php", "includes/Wiki.php",
        "tools/autoupdate/commands/console.php", "files/mauvais.php", "files/index.php",
        "files/mauvais.PhP", "files/mauvais.phtml", "files/index.php/x", "rennes/files/index.php",
        "index.php/x", "custom/index.php", "setup/sql/create-tables.sql", "composer.json",
        "files/photo.jpg/x.php",
    ],
)  # fmt: skip
def test_what_is_nobodys_to_read_or_run_is_not_served(farm: Farm, path: str) -> None:
    site = farm.machine.root / HOME / "site"
    planted = [site / name for name in (
        "files/mauvais.php", "files/mauvais.PhP", "files/mauvais.phtml", "files/index.php",
        "rennes/files/index.php", "custom/index.php", "files/photo.jpg",
    )]  # fmt: skip
    for program in planted:
        program.write_text("<?php echo 6 * 7, 'execute'; ?>", "utf-8")
        program.chmod(0o644)
    try:
        status, text = farm.ask(path)
    finally:
        for program in planted:
            program.unlink()
    assert status in {403, 404}, (status, text)
    assert "execute" not in text


def test_what_people_sent_is_served(farm: Farm) -> None:
    assert farm.ask("files/%C3%A9t%C3%A9%20%E2%80%94%20photo.jpg")[0] == 200
    assert farm.ask("styles/main.css")[0] == 200
    assert farm.ask("rennes/")[0] == 200


def test_what_comes_in_clear_goes_to_tls(farm: Farm) -> None:
    clear = f"http://localhost:{farm.plain}/rennes/?PagePrincipale"
    with urllib.request.urlopen(clear, timeout=30, context=farm.trust) as answer:
        assert answer.url == f"{farm.url}rennes/?PagePrincipale"


def test_a_wiki_without_its_configuration_offers_its_installer_to_nobody(farm: Farm) -> None:
    half = f"/{HOME}/site/half"
    farm.machine.run("mkdir", half)
    farm.machine.run("ln", "-s", "../index.php", f"{half}/index.php")
    try:
        assert farm.ask("half/")[0] == farm.ask("half/index.php")[0] == 404
    finally:
        farm.machine.run("rm", "-r", half)


def test_during_maintenance_only_the_machine_itself_sees_the_farm(farm: Farm) -> None:
    farm.machine.run("touch", f"/{HOME}/maintenance")
    try:
        status, text = farm.ask("?PagePrincipale", through="192.0.2.7")
        assert status == 503
        assert "Le wiki revient" in text
        assert farm.ask("?PagePrincipale")[0] == 200
    finally:
        farm.machine.run("rm", f"/{HOME}/maintenance")


def test_a_database_that_others_use_is_refused(farm: Farm) -> None:
    farm.machine.run("mariadb", "-e", "CREATE DATABASE wf_autre; CREATE TABLE wf_autre.t (i INT)")
    hosts = {"autre": farm.variables()}
    played = play("provision", inventory(farm.folder / "other.json", hosts))
    assert "database-in-use:" in played.text
    assert played.hosts["autre"].changed == 0
    assert not (farm.machine.root / "srv/wikifarm/autre").exists()
    farm.machine.run("mariadb", "-e", "DROP DATABASE wf_autre")


# -- its care -------------------------------------------------------------------------------


def test_a_destroyed_farm_comes_back_byte_for_byte(farm: Farm) -> None:
    rows, files = farm.rows(), farm.files()
    assert farm.play("backup").well().hosts[FARM].changed == 1
    farm.machine.run("mariadb", "-e", f"DROP DATABASE wf_{FARM}; CREATE DATABASE wf_{FARM}")
    farm.machine.run("sh", "-c", f"rm -rf /{HOME}/site/* && rm -rf /{HOME}/site/rennes")
    assert farm.ask("?PagePrincipale")[0] in {403, 404}
    farm.play("restore").well()
    assert farm.rows() == rows
    assert differences(files, farm.files()) == []
    assert "<title>Robustesse Rennes</title>" in farm.ask("rennes/?PagePrincipale")[1]


def test_the_restore_is_tried_beside_the_farm(farm: Farm) -> None:
    rows = farm.rows()
    farm.host("restore-test")
    assert farm.rows() == rows
    databases = farm.machine.run("mariadb", "-N", "-e", "SHOW DATABASES").stdout.split()
    assert [name for name in databases if "test" in name] == []


def test_a_damaged_repository_is_told(farm: Farm) -> None:
    farm.host("check-backup", "--read-data")
    packs = sorted((farm.machine.root / REPOSITORY / "data").rglob("*"), key=str)
    pack = next(path for path in packs if path.is_file() and path.stat().st_size > 500)
    whole, mode = pack.read_bytes(), stat.S_IMODE(pack.stat().st_mode)
    middle = len(whole) // 2
    pack.chmod(0o600)
    pack.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :])
    try:
        answer = farm.host("check-backup", "--read-data", check=False)
    finally:
        pack.write_bytes(whole)
        pack.chmod(mode)
    assert answer["code"] == "backup-damaged"
    assert answer["hint"]
    assert "care-failed" in {problem["code"] for problem in farm.host("facts")["data"]["problems"]}
    farm.host("check-backup", "--read-data")


def test_a_release_that_fails_its_check_leaves_the_old_one_serving(farm: Farm) -> None:
    rows, files = farm.rows(), farm.files()
    old = farm.releases["core"]
    farm.releases["core"] = release.core(farm.folder, 2, broken="child")
    try:
        played = farm.play("upgrade")
    finally:
        farm.releases["core"] = old
    assert played.exit != 0
    assert "upgrade-check-failed:" in played.text
    assert farm.rows() == rows
    assert differences(files, farm.files()) == []
    assert "doryphore 4.4.1, base 1" in farm.ask("rennes/?PagePrincipale")[1]


def test_a_release_reaches_every_wiki(farm: Farm) -> None:
    farm.releases["core"] = release.core(farm.folder, 2)
    assert farm.play("upgrade", "--check", "--diff").well().hosts[FARM].changed > 0
    assert "base 1" in farm.ask("?PagePrincipale")[1]
    farm.play("upgrade").well()
    for place in ("", "rennes/", "brest/"):
        assert "doryphore 4.4.2, base 2" in farm.ask(f"{place}?PagePrincipale")[1]
    assert farm.play("provision").well().hosts[FARM].changed == 0


def test_a_retired_wiki_leaves_the_code_of_the_farm(farm: Farm) -> None:
    releases = {
        path: entry for path, entry in farm.machine.snapshot().items() if "/releases/" in path
    }
    farm.play("retire", "-e", "wikifarm_wiki=brest").well()
    assert farm.ask("brest/?PagePrincipale")[0] == 404
    assert [wiki["slug"] for wiki in farm.host("wikis")["data"]["wikis"]] == ["", "rennes"]
    after = {path: entry for path, entry in farm.machine.snapshot().items() if "/releases/" in path}
    assert differences(releases, after) == []


def test_hardening_is_done_once_and_people_still_come_in(farm: Farm) -> None:
    farm.play("harden").well()
    assert farm.play("harden").well().hosts[FARM].changed == 0
    assert farm.ask("?PagePrincipale")[0] == 200
    page = f"{farm.url}?PagePrincipale"
    with urllib.request.urlopen(page, timeout=30, context=farm.trust) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "max-age" in answer.headers["Strict-Transport-Security"]


@pytest.mark.usefixtures("unchanged")
def test_the_doctor_looks_and_changes_nothing(farm: Farm) -> None:
    played = farm.play("doctor").well()
    assert played.hosts[FARM].changed == 0
    problems = farm.host("facts")["data"]["problems"]
    assert [problem for problem in problems if problem["severity"] == "error"] == [], problems
    answer = farm.wikifarm("ops", "doctor")
    assert answer["exit"] == 0, answer
    assert answer["data"]["hosts"][0]["facts"]["wiki_count"] == 2


def _busy_port() -> int:
    """A port where somebody listens until the tests end."""
    import socket

    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    _HELD.append(server)
    port: int = server.getsockname()[1]
    return port


_HELD: list[Any] = []


def _owner(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_uid, facts.st_gid


def _users(machine: Machine) -> dict[str, int]:
    lines = (machine.root / "etc/passwd").read_text("utf-8").splitlines()
    return {line.split(":")[0]: int(line.split(":")[2]) for line in lines}

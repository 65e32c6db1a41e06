"""The stand-in release does what a YesWiki does, wherever the playbooks and their tool look."""

from __future__ import annotations

import http.cookies
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from wikifarm_host import archive
from wikifarm_host.errors import Stop
from wikifarm_host.site.migrations import DONE, UPDATE

from . import release
from .care_farm import Database, free_port, wait

PASSWORD = "un mot de passe"
KEY = "cle-d-essai"
FORM = {
    "config[default_language]": "fr",
    "config[wakka_name]": "Ferme d’essai & d’ailleurs",
    "config[meta_description]": "",
    "config[meta_keywords]": "",
    "config[root_page]": "PagePrincipale",
    "config[mysql_host]": "localhost",
    "config[mysql_database]": "wf_essai",
    "config[mysql_user]": "root",
    "config[mysql_password]": "",
    "config[table_prefix]": "yeswiki_",
    "config[rewrite_mode]": "0",
    "config[allow_raw_html]": "1",
    "config[allow_robots]": "0",
    "admin_name": "WikiAdmin",
    "admin_password": PASSWORD,
    "admin_password_conf": PASSWORD,
    "admin_email": "admin@example.org",
}
CHILD = {
    "bf_titre": "Robustesse Rennes",
    "bf_dossier-wiki": "rennes",
    "bf_dossier-wiki_wikiname": "WikiAdmin",
    "bf_dossier-wiki_email": "camille@example.org",
    "bf_dossier-wiki_password": PASSWORD,
}


class Site:
    """Releases unpacked one over another in a folder, served by PHP's own server."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self._php: subprocess.Popen[bytes] | None = None
        self.settings = ["-d", f"mysqli.default_socket={database.socket}"]
        self.settings += ["-d", "display_errors=0", "-d", f"error_log={folder.parent}/php.log"]

    def unpack(self, packed: release.Release, kind: str, under: str = ".") -> None:
        with tempfile.TemporaryDirectory() as beside:
            archive.unpack(packed.path, kind, Path(beside) / "new")
            shutil.copytree(Path(beside) / "new", self.folder / under, dirs_exist_ok=True)

    def start(self) -> None:
        self._php = subprocess.Popen(
            ["php", *self.settings, "-S", f"127.0.0.1:{self.port}"],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait(self._answers)

    def stop(self) -> None:
        if self._php:
            self._php.kill()
            self._php.wait()

    def _answers(self) -> bool:
        try:
            return bool(self.ask()[0])
        except urllib.error.URLError:
            return False

    def ask(
        self, query: str = "", fields: dict[str, str] | None = None, cookie: str = "", key: str = ""
    ) -> tuple[int, str, dict[str, str]]:
        """Status, body, headers; a redirection is an answer."""
        request = urllib.request.Request(self.url + query)
        if fields is not None:
            request.data = urlencode(fields).encode()
        if cookie:
            request.add_header("Cookie", f"token={cookie}")
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        try:
            with _OPENER.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode(), dict(refused.headers)

    def install(self, **changes: str) -> str:
        fields = FORM | {"config[base_url]": f"{self.url}?"} | changes
        status, text, _headers = self.ask("?PagePrincipale&installAction=install", fields)
        assert status == 200
        return text

    def login(self, password: str = PASSWORD, wiki: str = "") -> str:
        """The cookie, or “”: a refusal is a redirection too."""
        fields = {"action": "login", "name": "WikiAdmin", "password": password}
        status, _text, headers = self.ask(f"{wiki}?ParametresUtilisateur", fields)
        assert status == 302
        cookies = http.cookies.SimpleCookie(headers.get("Set-Cookie", ""))
        return cookies["token"].value if "token" in cookies else ""

    def php(self, *words: str, under: str = ".") -> str:
        command = ["php", *self.settings, *words]
        done = subprocess.run(
            command, cwd=self.folder / under, capture_output=True, text=True, check=True
        )
        return done.stdout

    def configure(self, values: dict[str, object]) -> None:
        """Sets keys of wakka.config.php."""
        script = (
            "include 'wakka.config.php';"
            "$new = array_merge($wakkaConfig, json_decode($argv[1], true));"
            "$code = '<?php $wakkaConfig = '.var_export($new, true).';';"
            "file_put_contents('wakka.config.php', $code);"
        )
        self.php("-r", script, json.dumps(values))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    missing = [name for name in ("php", "mariadbd", "mariadb-install-db") if not shutil.which(name)]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    modules = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout
    if "mysqli" not in modules.split():
        pytest.skip("this PHP has no mysqli: apt-get install php-mysql")
    if os.geteuid() != 0:
        pytest.skip("only root starts a MariaDB that knows root by its socket")
    with tempfile.TemporaryDirectory(prefix="release-db-") as name:
        started = Database(Path(name))
        yield started
        started.stop()


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[Site]:
    """The first release and `ferme`, served, not installed."""
    database.sql("CREATE OR REPLACE DATABASE wf_essai")
    (tmp_path / "site").mkdir()
    laid = Site(tmp_path / "site", database)
    laid.unpack(release.core(tmp_path), "core")
    laid.unpack(release.ferme(tmp_path), "extension", "tools/ferme")
    laid.start()
    yield laid
    laid.stop()


@pytest.fixture
def wiki(site: Site) -> Site:
    """The same, installed, with an administrator's key."""
    assert "Félicitations" in site.install()
    site.configure(
        {
            "api_allowed_keys": {"WikiAdmin": KEY},
            "yeswiki-farm-root-folder": ".",
            "yeswiki-farm-root-url": site.url,
        }
    )
    return site


def upgrade(site: Site, folder: Path, number: int = 2, broken: release.Broken = "") -> None:
    site.unpack(release.core(folder, number, broken=broken), "core")


def test_the_archives_are_what_they_say(tmp_path: Path) -> None:
    core, ferme = release.core(tmp_path, 3, php="9.1"), release.ferme(tmp_path)
    said = archive.look(core.path, "core")
    assert (said.version, said.php) == (core.version, "9.1")
    archive.verify(core.path, core.sha256)
    assert archive.look(ferme.path, "extension").version == ferme.version
    assert release.core(tmp_path, 3, php="9.1") == core
    with pytest.raises(Stop) as stopped:
        archive.look(release.not_yeswiki(tmp_path).path, "core")
    assert stopped.value.code == "archive-not-yeswiki"


def test_without_configuration_it_offers_its_installer(site: Site) -> None:
    status, text, _headers = site.ask("?PagePrincipale")
    assert status == 200
    assert "installAction=install" in text


def test_the_installer_says_what_fails_with_status_200_and_writes_nothing(site: Site) -> None:
    for changes in (
        {"config[mysql_database]": "absente"},
        {"config[mysql_user]": "personne"},
        {"admin_password": "court", "admin_password_conf": "long"},
        {"admin_password": "abc", "admin_password_conf": "abc"},
    ):
        assert "text-danger" in site.install(**changes)
        assert not (site.folder / "wakka.config.php").exists()


def test_it_installs_once(site: Site) -> None:
    assert "text-danger" not in site.install()
    written = (site.folder / "wakka.config.php").read_text("utf-8")
    assert "$wakkaConfig = array (" in written
    (site.folder / "wakka.config.php").unlink()
    assert "déjà utilisé" in site.install()
    assert not (site.folder / "wakka.config.php").exists()
    assert "Disallow: /" in (site.folder / "robots.txt").read_text("utf-8")


def test_a_page_is_read_from_the_database(wiki: Site) -> None:
    assert wiki.ask()[0] == 302
    status, text, _headers = wiki.ask("?PagePrincipale")
    assert status == 200
    assert "<title>Ferme d’essai &amp; d’ailleurs</title>" in text
    assert "doryphore 4.4.1, base 1" in text
    assert text.endswith("</html>\n")
    body = wiki.database.sql(
        "SELECT HEX(body) FROM yeswiki_pages WHERE tag = 'PagePrincipale'", "wf_essai"
    )
    assert wiki.ask("?PagePrincipale/raw")[1] == bytes.fromhex(body).decode()
    assert wiki.ask("?Absente")[0] == 404


def test_only_the_right_password_logs_in(wiki: Site) -> None:
    assert wiki.login("faux") == ""
    assert wiki.ask("?PagePrincipale/update")[0] == 403
    assert wiki.ask("?PagePrincipale/update", cookie="WikiAdmin:0")[0] == 403
    assert wiki.ask("?PagePrincipale/update", cookie=wiki.login())[0] == 200


def test_the_update_installs_ferme_once(wiki: Site) -> None:
    assert wiki.ask("?api/forms/1100")[0] == 404
    cookie = wiki.login()
    assert "added" in wiki.ask("?PagePrincipale/update", cookie=cookie)[1]
    assert "already" in wiki.ask("?PagePrincipale/update", cookie=cookie)[1]
    status, text, _headers = wiki.ask("?api/forms/1100")
    assert status == 200
    assert "bf_dossier-wiki" in json.loads(text)["bn_template"]
    assert (wiki.folder / "custom/wiki-models").is_dir()


@pytest.mark.parametrize("code", ["copies", "links"])
def test_an_entry_makes_a_wiki_that_lives_by_itself(wiki: Site, code: str) -> None:
    if code == "links":
        names = ["index.php", "includes", "setup", "tools/autoupdate"]
        wiki.configure(
            {
                "yeswiki_empty_folders": ["files", "cache", "custom", "private", "tools"],
                "yeswiki_files": ["robots.txt"],
                "yeswiki_symlinked_files": names,
            }
        )
    assert wiki.ask("?api/entries/1100", CHILD)[0] == 401
    assert wiki.ask("?api/entries/1100", CHILD, key=KEY)[0] == 201
    assert wiki.ask("?api/entries/1100", CHILD, key=KEY)[0] == 400
    assert (wiki.folder / "rennes/includes").is_symlink() == (code == "links")
    assert not (wiki.folder / "rennes/tools/ferme").exists()
    status, text, _headers = wiki.ask("rennes/?PagePrincipale")
    assert status == 200
    assert "<title>Robustesse Rennes</title>" in text
    tables = wiki.database.sql("SHOW TABLES LIKE 'yeswiki\\_rennes\\_\\_%'", "wf_essai")
    assert len(tables.split()) == 7
    assert wiki.login(wiki="rennes/")


def test_an_entry_is_deleted_with_its_token_and_the_folder_stays(wiki: Site) -> None:
    wiki.ask("?api/entries/1100", CHILD, key=KEY)
    cookie = wiki.login()
    form = wiki.ask("?Wikirennes/deletepage", cookie=cookie)[1]
    token = re.search(r'name="csrf-token" value="([^"]+)"', form)
    assert token
    delete = "?api/pages/Wikirennes/delete"
    assert wiki.ask(delete, {"csrfToken": "faux"}, cookie=cookie)[0] == 403
    assert wiki.ask("?Wikirennes/raw")[1]
    assert wiki.ask(delete, {"csrfToken": token[1]}, cookie=cookie)[0] == 200
    assert wiki.ask("?Wikirennes/raw")[1] == ""
    assert (wiki.folder / "rennes").is_dir()


def test_a_new_release_waits_for_its_migrations(wiki: Site, tmp_path: Path) -> None:
    upgrade(wiki, tmp_path, 3)
    assert wiki.ask("?PagePrincipale")[0] == 500
    said = wiki.php("tools/autoupdate/commands/console", "migrate", "--no-ansi")
    assert "AU_OK | migration 3" in said
    assert "doryphore 4.4.3, base 3" in wiki.ask("?PagePrincipale")[1]
    columns = wiki.database.sql("SHOW COLUMNS FROM yeswiki_pages", "wf_essai")
    assert {"added_by_2", "added_by_3"} <= set(columns.split())
    assert "AU_" not in wiki.php("tools/autoupdate/commands/console", "migrate")


def test_the_handler_migrates_too(wiki: Site, tmp_path: Path) -> None:
    upgrade(wiki, tmp_path)
    wiki.ask("?PagePrincipale/update", cookie=wiki.login())
    assert "base 2" in wiki.ask("?PagePrincipale")[1]


def test_a_program_runs_the_handler_as_the_first_administrator(wiki: Site, tmp_path: Path) -> None:
    upgrade(wiki, tmp_path)
    assert DONE in wiki.php("-r", UPDATE)
    assert "base 2" in wiki.ask("?PagePrincipale")[1]


@pytest.mark.parametrize(("broken", "main", "child"), [("page", 500, 500), ("child", 200, 500)])
def test_a_broken_release_fails_where_it_says(
    wiki: Site, tmp_path: Path, broken: release.Broken, main: int, child: int
) -> None:
    wiki.ask("?api/entries/1100", CHILD, key=KEY)
    upgrade(wiki, tmp_path, broken=broken)
    wiki.unpack(release.core(tmp_path, 2, broken=broken), "core", "rennes")
    for under in (".", "rennes"):
        wiki.php("tools/autoupdate/commands/console", "migrate", under=under)
    assert wiki.ask("?PagePrincipale")[0] == main
    assert wiki.ask("rennes/?PagePrincipale")[0] == child


def test_a_migration_that_fails_says_so_and_ends_well(wiki: Site, tmp_path: Path) -> None:
    upgrade(wiki, tmp_path, broken="migration")
    assert "AU_ERROR" in wiki.php("tools/autoupdate/commands/console", "migrate")
    assert wiki.ask("?PagePrincipale")[0] == 500

"""A farm on this machine for the tests of care: its own MariaDB, its own PHP, stand-in releases.

Root is needed: the tool works as root, files and dumps pass to another account (`nobody`, whose
MariaDB account is known by the socket), and a release must be what that account cannot change.
"""

from __future__ import annotations

import base64
import contextlib
import grp
import hashlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from .hosting import START, TOOL

USER = "nobody"
NAME = "brest"
DATABASE = "wf_brest"
PREFIX = "yeswiki_"
PASSWORD = "une phrase de passe"
ADMIN_PASSWORD = "le-secret-de-la-ferme"
CLOUD_KEY = "cle-du-nuage-tres-secrete"
OLD, NEW, BROKEN, REFUSING = ("1" * 16, "2" * 16, "3" * 16, "4" * 16)
KEEP = {"last": 40}
NEEDED = ("mariadbd", "mariadb-install-db", "mariadb", "mariadb-dump", "restic", "php")

# Every program passes here once `watch` is written: its name is noted, and at the N-th it waits to
# be killed with the tool. Programs run as root or as the farm's user.
WRAPPER = """#!/bin/sh
here={here}
if [ -e $here/watch ]; then
    echo {name} >> $here/calls
    if [ $(wc -l < $here/calls) -eq $(cat $here/watch) ]; then
        echo $$ > $here/waiting
        exec sleep 60
    fi
fi
exec {program} "$@"
"""

INDEX = r"""<?php
include 'wakka.config.php';
include 'includes/constants.php';
[$tag, $method] = explode('/', ($_SERVER['QUERY_STRING'] ?: 'PagePrincipale') . '/');
['mysql_user' => $user, 'mysql_database' => $base, 'socket' => $socket] = $wakkaConfig;
$db = new mysqli('localhost', $user, '', $base, 0, $socket);
$db->set_charset('utf8mb4');
$found = $db->query('SELECT body FROM `' . $wakkaConfig['table_prefix'] . "pages` WHERE tag = '"
    . $db->real_escape_string($tag) . "' AND latest = 'Y'")->fetch_row();
if (!$found) { http_response_code(404); exit; }
if ($method === 'raw') { header('Content-Type: text/plain'); echo $found[0]; exit; }
echo '<html><title>' . YESWIKI_RELEASE . '</title><body>' . $found[0] . '</body></html>';
"""

CONSOLE = r"""<?php
include 'wakka.config.php';
['mysql_user' => $user, 'mysql_database' => $base, 'socket' => $socket] = $wakkaConfig;
$db = new mysqli('localhost', $user, '', $base, 0, $socket);
$pages = '`' . $wakkaConfig['table_prefix'] . 'pages`';
$db->set_charset('utf8mb4');
if ($argv[1] !== 'migrate') exit(1);
echo "Starting migrations\n";
"""
MIGRATIONS = {
    NEW: r"""
if (!$db->query("SHOW COLUMNS FROM $pages LIKE 'migrated'")->num_rows) {
    $db->query("ALTER TABLE $pages ADD migrated INT NOT NULL DEFAULT 2");
}
$db->query("UPDATE $pages SET body = CONCAT(body, ' 🌊'), migrated = 3");
file_put_contents('cache/migrated', posix_geteuid());
echo "AU_OK | Migration Ok\n";
""",
    BROKEN: r"""
$db->query("ALTER TABLE $pages ADD broken INT");
if (str_contains($wakkaConfig['table_prefix'], 'rennes')) $db->query("DELETE FROM $pages");
""",
    REFUSING: r"""
$db->query("UPDATE $pages SET body = 'perdu'");
echo "AU_ERROR | Migration CalcFieldToString failed with error perdu\n";
""",
}

# In SQL, between backticks: a line end, a comment, a quote.
ODD = "odd``name; -- \nDROP TABLE x; -- é"
NASTY = r"""
CREATE TABLE `{p}nasty` (id INT PRIMARY KEY AUTO_INCREMENT, raw LONGBLOB, bits BIT(5), words TEXT,
  old VARCHAR(50) CHARACTER SET latin1, seen TIMESTAMP NULL, price DECIMAL(10,3), rate DOUBLE)
  DEFAULT CHARSET utf8mb4 AUTO_INCREMENT = 77;
INSERT INTO `{p}nasty` (raw, bits, words, old, seen, price, rate) VALUES
  (X'00ff0a0d1a5c2700', b'10101', '🦀 l’été\n\r\t\0 \\ '' " `', 'é€', '2024-06-01 12:00:00',
   -1.005, 0.1),
  ('', 0, '', '', NULL, NULL, -1e300), (NULL, NULL, '-- /* */ ; DELIMITER', NULL, NULL, 0, NULL);
INSERT INTO `{p}nasty` (raw) VALUES (REPEAT(X'00c328e2', 9999));
CREATE TABLE `{p}{odd}` (a VARCHAR(10)) ENGINE=MyISAM;
INSERT INTO `{p}{odd}` VALUES ('b'), ('a'), ('c');
DELETE FROM `{p}{odd}` WHERE a = 'a';
CREATE TABLE `{p}a b$é%_'"` (`c 1` INT, PRIMARY KEY (`c 1`));
CREATE TABLE `{p}parent` (id INT PRIMARY KEY) ENGINE=InnoDB;
CREATE TABLE `{p}child` (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES `{p}parent` (id));
INSERT INTO `{p}parent` VALUES (2), (1); INSERT INTO `{p}child` VALUES (1, 2);
CREATE TABLE `--foreign` (a INT); INSERT INTO `--foreign` VALUES (42);
""".replace("{odd}", ODD)


def needs() -> None:
    """Skips, saying why, where the farm cannot be."""
    absent = [name for name in NEEDED if not shutil.which(name)]
    if absent:
        pytest.skip(f"not on this machine: {', '.join(absent)}")
    if os.geteuid() != 0:
        pytest.skip("needs root: the tool gives files to another account")


class Database:
    """A MariaDB of its own, on a socket, that knows root and `nobody` by it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "socket"
        data = folder / "data"
        install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--user=root"]
        subprocess.run(
            [*install, "--auth-root-authentication-method=socket", "--skip-test-db"],
            check=True,
            capture_output=True,
        )
        self._process = subprocess.Popen(
            [
                *(
                    "mariadbd",
                    "--no-defaults",
                    "--user=root",
                    "--skip-networking",
                    "--skip-log-bin",
                ),
                *(f"--datadir={data}", f"--socket={self.socket}", f"--pid-file={folder}/pid"),
                *("--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0"),
                *("--skip-innodb-doublewrite", "--innodb-log-file-size=16M"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("w"),
        )
        wait(lambda: self.socket.exists() and self.sql("SELECT 1") == "1\n")

    def sql(self, query: str, database: str = "") -> str:
        """What it answers."""
        command = ["mariadb", "--no-defaults", f"--socket={self.socket}", "-N", "-B"]
        command += ["--binary-mode", "--default-character-set=utf8mb4"]
        done = subprocess.run(
            [*command, *([database] if database else [])],
            input=query.encode(),
            capture_output=True,
            check=False,
        )
        if done.returncode and b"Can't connect" not in done.stderr:
            raise AssertionError(done.stderr.decode())
        return done.stdout.decode()

    def dump(self, database: str) -> bytes:
        """Everything in it, by other options than those of the tool."""
        command = ["mariadb-dump", "--no-defaults", f"--socket={self.socket}", "--skip-dump-date"]
        done = subprocess.run([*command, database], capture_output=True, check=True)
        return done.stdout

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


def wait(ready: Any, seconds: float = 20) -> None:
    """Until `ready()` is true."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "still not ready"
        time.sleep(0.02)


class Said(dict[str, Any]):
    """The JSON that the tool printed, its status, and all that it said."""

    status: int
    all: str


class CareFarm:
    """One farm, as provision lays it: main wiki, `rennes` made of copies, `quimper` of links."""

    def __init__(self, base: Path, database: Database) -> None:
        self.base, self.database = base, database
        self.home, self.etc = base / "srv" / NAME, base / "etc" / NAME
        self.state, self.repository = base / "state" / NAME, base / "repository"
        self.site, self.bin = self.home / "site", base / "bin"
        self.port = free_port()
        self._php: subprocess.Popen[bytes] | None = None
        self._lay()

    def _lay(self) -> None:
        for folder in (self.home / "releases", self.etc, self.bin):
            folder.mkdir(parents=True)
        self.etc.chmod(0o700)
        for name in ("mariadb", "mariadb-dump", "restic", php(), "service"):
            program = (
                "/bin/true" if name == "service" else shutil.which(name) or shutil.which("php")
            )
            file = self.bin / name
            file.write_text(WRAPPER.format(here=self.bin, name=name, program=program))
            file.chmod(0o755)
        for number, release in enumerate((OLD, NEW, BROKEN, REFUSING), 1):
            self._release(release, f"doryphore 4.{number}.0")
        self._settings()
        self.database.sql(
            f"CREATE OR REPLACE USER '{USER}'@localhost IDENTIFIED VIA unix_socket;"
            f"CREATE OR REPLACE DATABASE {DATABASE} COLLATE utf8mb4_unicode_ci;"
            f"GRANT ALL ON `wf\\_brest`.* TO '{USER}'@localhost;"
        )
        self.tool("serve", OLD)
        for slug in ("", "rennes", "quimper"):
            self._wiki(slug)
        self.start_php()

    def _release(self, identifier: str, version: str) -> None:
        """A YesWiki of a dozen files."""
        folder = self.home / "releases" / identifier
        number = version.partition(" ")[2]
        files = {
            "index.php": INDEX,
            "wakka.php": INDEX,
            "includes/constants.php": f"<?php define('YESWIKI_RELEASE', '{number}');",
            "actions/show.php": f"<?php // {number}",
            "tools/bazar/actions.php": f"<?php // {number}",
            "tools/autoupdate/commands/console": CONSOLE + MIGRATIONS.get(identifier, ""),
            "themes/margot/margot.css": f"/* {number} */",
            "robots.txt": "User-agent: *\n",
            ".wikifarm.json": json.dumps({"id": identifier, "version": version, "archives": []}),
        }
        files["tools/despam/old.php" if identifier == OLD else "styles/new.css"] = number
        if identifier != OLD:
            files["tools/autoupdate/commands/MigrateCommand.php"] = "<?php"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        for name in ("files", "cache", "custom", "private"):
            (folder / name).mkdir()

    def _settings(self) -> None:
        values = {
            "name": NAME,
            "url": f"http://127.0.0.1:{self.port}/",
            "home": str(self.home),
            "user": USER,
            "database": DATABASE,
            "prefix": PREFIX,
            "code": "copies",
            "php": php().removeprefix("php"),
            "language": "fr",
            "title": "Ferme",
            "admin_name": "WikiAdmin",
            "admin_email": "admin@example.org",
            "address": ["127.0.0.1", self.port],
            "certificate": "",
            "services": {"web": "nginx", "php": "php-fpm", "database": "mariadb"},
            "configuration": {},
            "extensions": [],
            "backup": {"repository": str(self.repository), "keep": KEEP},
        }
        secrets = {
            "farm.json": json.dumps(values),
            "admin-password": ADMIN_PASSWORD,
            "token": "tok",
            "restic-password": PASSWORD,
            "restic-env": f"# accès\nAWS_SECRET_ACCESS_KEY={CLOUD_KEY}\n",
        }
        for name, text in secrets.items():
            (self.etc / name).write_text(text)
            (self.etc / name).chmod(0o600)

    def _wiki(self, slug: str) -> None:
        prefix = f"{PREFIX}{slug}__" if slug else PREFIX
        folder = self.site / slug
        if slug:
            self._children_code(slug, folder)
        config = {
            "mysql_database": DATABASE,
            "mysql_user": USER,
            "table_prefix": prefix,
            "root_page": "PagePrincipale",
            "base_url": f"http://127.0.0.1:{self.port}/{slug and slug + '/'}?",
            "wakka_name": slug or "Ferme",
            "yeswiki_version": "doryphore",
            "yeswiki_release": "4.1.0",
            "socket": str(self.database.socket),
        }
        lines = "".join(f"  '{key}' => '{value}',\n" for key, value in config.items())
        (folder / "wakka.config.php").write_text(f"<?php\n$wakkaConfig = array (\n{lines});\n")
        (folder / "files" / "l’été 🌊.bin").write_bytes(bytes(range(256)) * 40)
        (folder / "cache" / "twig.php").write_text("cache")
        for name in ("wakka.config.php", "files/l’été 🌊.bin", "cache/twig.php"):
            shutil.chown(folder / name, USER, group_of_user())
        (folder / "wakka.config.php").chmod(0o600)
        self.database.sql(
            f"CREATE TABLE {prefix}pages (id INT PRIMARY KEY AUTO_INCREMENT, tag VARCHAR(190),"
            " body LONGTEXT, latest CHAR(1)) DEFAULT CHARSET utf8mb4;"
            f"CREATE TABLE {prefix}users (name VARCHAR(80) PRIMARY KEY);"
            f"INSERT INTO {prefix}pages (tag, body, latest) VALUES"
            f" ('PagePrincipale', 'Bienvenue à {slug or 'la ferme'} 🐟', 'Y');"
            f"INSERT INTO {prefix}users VALUES ('{slug}Ada');",
            DATABASE,
        )

    def _children_code(self, slug: str, folder: Path) -> None:
        """As `ferme` makes them, in copies or in links."""
        release = self.home / "releases" / OLD
        folder.mkdir()
        for name in ("files", "cache", "custom", "private", "tools", "themes"):
            (folder / name).mkdir()
        for name in ("index.php", "wakka.php", "includes", "actions", "tools/bazar",
                     "tools/autoupdate", "tools/despam", "themes/margot"):  # fmt: skip
            if slug == "quimper":
                (folder / name).symlink_to(self.site / name)
            elif (release / name).is_dir():
                shutil.copytree(release / name, folder / name)
            else:
                shutil.copyfile(release / name, folder / name)
        (folder / "tools" / "own").mkdir()
        (folder / "tools" / "own" / "mine.php").write_text("mine")
        for path in [folder, *folder.rglob("*")]:
            if not path.is_symlink():
                shutil.chown(path, USER, group_of_user())

    def start_php(self) -> None:
        """PHP's own web server, as the farm's user, in the place of nginx and PHP-FPM."""
        self._php = subprocess.Popen(
            [
                *("setpriv", f"--reuid={USER}", f"--regid={group_of_user()}", "--clear-groups"),
                *("php", "-d", "realpath_cache_size=0", "-d", "opcache.enable=0"),
                *("-S", f"127.0.0.1:{self.port}"),
                *("-t", str(self.site)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=(self.base / "php.log").open("w"),
            cwd="/",
        )
        wait(lambda: self.page() is not None)

    def stop(self) -> None:
        if self._php:
            self._php.kill()
            self._php.wait()

    def page(self, slug: str = "") -> str | None:
        """The root page of a wiki, as a visitor gets it; None when it does not answer."""
        url = f"http://127.0.0.1:{self.port}/{slug and slug + '/'}?PagePrincipale"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            return None

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "WIKIFARM_ETC": str(self.etc.parent),
            "WIKIFARM_STATE": str(self.state.parent),
            "WIKIFARM_MARIADB_SOCKET": str(self.database.socket),
            "WIKIFARM_LANG": "en",
            "WIKIFARM_TEST_PROGRAMS": str(self.bin),
            "PYTHONPATH": str(TOOL),
        }

    def command(self, *words: str) -> list[str]:
        return [*START, words[0], NAME, *words[1:]]

    def tool(self, *words: str, code: str = "") -> Said:
        """Runs a verb. Fails unless it succeeds, or stops with `code`."""
        done = subprocess.run(
            self.command(*words), env=self.environment(), capture_output=True, check=False
        )
        everything = (done.stdout + done.stderr).decode()
        assert PASSWORD not in everything
        assert CLOUD_KEY not in everything
        assert ADMIN_PASSWORD not in everything
        assert done.stdout, everything
        said = Said(json.loads(done.stdout))
        said.status, said.all = done.returncode, everything
        assert said.get("code", "") == code, everything
        assert bool(code) == bool(done.returncode)
        return said

    def change(self, **values: Any) -> None:
        """Sets fields of farm.json."""
        file = self.etc / "farm.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **values}))

    def care(self) -> dict[str, Any]:
        """The dates and results that the tool keeps."""
        care: dict[str, Any] = json.loads((self.state / "care.json").read_text())
        return care

    def restic(self, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        """Restic itself, on the farm's repository."""
        access = {"RESTIC_PASSWORD": PASSWORD, "RESTIC_REPOSITORY": str(self.repository)}
        environment = {**os.environ, **access, "RESTIC_CACHE_DIR": str(self.base / "cache")}
        return subprocess.Popen(["restic", *words], env=environment, **options)

    def make_repository(self) -> None:
        """What the first backup does, in less time."""
        made = self.restic("init", stdout=subprocess.DEVNULL)
        assert made.wait() == 0
        cheapen_key(self.repository)

    def calls(self, *words: str, code: str = "") -> list[str]:
        """The programs that a verb runs, in order."""
        with self._watching(0):
            self.tool(*words, code=code)
            return (self.bin / "calls").read_text().split()

    def kill_at(self, number: int, *words: str) -> str:
        """Runs a verb, and kills it as it starts its N-th program, whose name is returned."""
        with self._watching(number):
            tool = subprocess.Popen(
                self.command(*words), env=self.environment(), stdout=subprocess.PIPE
            )
            waiting = self.bin / "waiting"
            wait(lambda: tool.poll() is not None or (waiting.exists() and waiting.read_text()))
            assert tool.returncode is None, f"ended before its program {number}"
            tool.send_signal(signal.SIGKILL)
            tool.communicate()
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(waiting.read_text()), signal.SIGKILL)
            return (self.bin / "calls").read_text().split()[-1]

    @contextlib.contextmanager
    def _watching(self, number: int) -> Iterator[None]:
        for name in ("calls", "waiting"):
            (self.bin / name).write_text("")
            (self.bin / name).chmod(0o666)
        (self.bin / "watch").write_text(str(number))
        try:
            yield
        finally:
            (self.bin / "watch").unlink()

    def tree(self, *, without: Sequence[str] = ("cache",)) -> dict[str, str]:
        """Every path of the site: kind, owner, mode, and content or target."""
        entries = {}
        for path in sorted(self.site.rglob("*")):
            name = str(path.relative_to(self.site))
            if any(f"/{word}/" in f"/{name}/" for word in without):
                continue
            facts = path.lstat()
            what = f"{facts.st_uid}:{facts.st_gid} {facts.st_mode:o}"
            if path.is_symlink():
                what = f"{facts.st_uid} -> {path.readlink()}"
            elif path.is_file():
                what += f" {path.read_bytes()!r}"
            entries[name] = what
        return entries


def cheapen_key(repository: Path) -> None:
    """Makes the password of a repository quick to try: restic takes half a second for it each time.

    The same master key, under the same password, with the least costly scrypt that restic takes.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.poly1305 import Poly1305

    file = next((repository / "keys").iterdir())
    key = json.loads(file.read_text())
    salt, sealed = base64.b64decode(key["salt"]), base64.b64decode(key["data"])

    def derived(n: int, r: int, p: int) -> bytes:
        limit = 256 << 20
        return hashlib.scrypt(PASSWORD.encode(), salt=salt, n=n, r=r, p=p, dklen=64, maxmem=limit)

    def streamed(secret: bytes, nonce: bytes, text: bytes) -> bytes:
        return Cipher(algorithms.AES(secret[:32]), modes.CTR(nonce)).encryptor().update(text)

    nonce = sealed[:16]
    opened = streamed(derived(key["N"], key["r"], key["p"]), nonce, sealed[16:-16])
    cheap = derived(2, 1, 1)
    again = streamed(cheap, nonce, opened)
    block = Cipher(algorithms.AES(cheap[32:48]), modes.ECB()).encryptor().update(nonce)
    mark = Poly1305.generate_tag(cheap[48:64] + block, again)
    key.update(N=2, r=1, p=1, data=base64.b64encode(nonce + again + mark).decode())
    text = json.dumps(key).encode()
    file.with_name(hashlib.sha256(text).hexdigest()).write_bytes(text)
    file.unlink()


def php() -> str:
    """As `php8.2`: the version of the command line."""
    command = ["php", "-r", "echo PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;"]
    return "php" + subprocess.run(command, capture_output=True, text=True, check=True).stdout


def group_of_user() -> str:
    return grp.getgrgid(pwd.getpwnam(USER).pw_gid).gr_name


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def new_folder(name: str) -> Path:
    """Outside pytest's folders, which other accounts may not enter; in memory if there is any."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30
    folder = Path(tempfile.mkdtemp(prefix=f"care-{name}-", dir=memory if roomy else None))
    folder.chmod(0o755)
    return folder


DATABASES = pytest.StashKey[Database]()


@pytest.fixture(scope="module")
def database(pytestconfig: pytest.Config) -> Database:
    """One for all modules of the run: a farm makes its own database again."""
    needs()
    if DATABASES not in pytestconfig.stash:
        base = new_folder("database")
        started = pytestconfig.stash[DATABASES] = Database(base)
        pytestconfig.add_cleanup(lambda: shutil.rmtree(base))
        pytestconfig.add_cleanup(started.stop)
    return pytestconfig.stash[DATABASES]


@pytest.fixture(scope="module")
def farm(database: Database) -> Iterator[CareFarm]:
    base = new_folder("farm")
    laid = CareFarm(base, database)
    try:
        yield laid
    finally:
        laid.stop()
        shutil.rmtree(base)

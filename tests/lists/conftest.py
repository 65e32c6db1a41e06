"""A real Sympa for the tests, when WIKIFARM_E2E_SYMPA names its SOAP address.

`tests/lists/sympa-server` installs and starts it (see its first lines); SYMPA_ROOT tells where,
when it is not in this system. Root's rights are needed: the helpers stop its processes and lock
its database. One run of the tests at a time, and one worker of it: each test begins with `purge`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

SCRIPT = Path(__file__).parent / "sympa-server"
HOW = "tests/lists/sympa-server"
SOAP_PROCESSES = 2  # that the script starts


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and "sympa" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("sympa"))


@dataclass(frozen=True)
class Account:
    """Someone who logs in."""

    email: str
    password: str
    name: str


@dataclass(frozen=True)
class Sympa:
    """A running Sympa, and what only its host can do to it."""

    url: str  # of its SOAP service
    web: str
    domain: str
    version: tuple[int, ...]
    database: Path
    outbox: Path | None  # None when mail does not move (it was started without MAIL=1)
    script: Path = SCRIPT

    app = "wikifarm"
    app_read_only = "wikifarm_ro"  # may not create lists
    secret = "app-secret"
    animator = Account("animatrice@example.org", "motdepasse-animatrice", "Anne Imatrice — œuvre")
    other = Account("other@example.org", "motdepasse-autre", "Autre Personne")

    @property
    def listmaster(self) -> Account:
        return Account(f"listmaster@{self.domain}", "motdepasse-listmaster", "Listmaster")

    def run(
        self, *arguments: str, input: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """A verb of the script, for this server."""
        port = urlsplit(self.url).port
        done = subprocess.run(
            [str(self.script), *arguments],
            input=input,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "SYMPA_PORT": str(port), "SYMPA_DOMAIN": self.domain},
        )
        if check and done.returncode:
            raise AssertionError(
                f"sympa-server {' '.join(arguments)} ended with {done.returncode}\n"
                f"{done.stdout}{done.stderr}"
            )
        return done

    def admin(
        self, *arguments: str, input: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Sympa's command line. `input` can be read as /dev/stdin too, by --input_file."""
        return self.run("sympa", *arguments, input=input, check=check)

    def login_open(self, name: str) -> None:
        """The listmaster opens a list that waits.

        Sympa knows a change by its second: this returns only in the next one, when every process of
        the server sees it.
        """
        self._next_second()
        self.admin("open", f"{name}@{self.domain}")
        self._next_second()

    def account(self, email: str, password: str, name: str) -> Account:
        """One more person who logs in, made or changed. `purge` leaves accounts."""
        self.run("demo-account", email, password, name)
        return Account(email, password, name)

    def purge(self) -> None:
        """No list any more, nor subscriber, session or message; all processes are there and go on.

        Accounts stay. A web server that gave one of them up, as lighttpd may when they are killed
        while the machine is busy, is started again.
        """
        try:
            self._whole()
        except AssertionError:
            self.run("restart")
            self._whole()
        self.resume()
        self.run("purge")

    def pause(self) -> None:
        """The SOAP processes stop where they are: calls get no answer until `resume`."""
        self._whole()
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """They go on, and do what they were asked meanwhile, though nobody waits for it."""
        self._signal(signal.SIGCONT)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        self.pause()
        try:
            yield
        finally:
            self.resume()

    def kill_soap(self) -> None:
        """They die at once, as by a crash. The web server starts others for the next calls."""
        self._signal(signal.SIGKILL)

    def soap_processes(self) -> list[int]:
        status = self.run("status", check=False).stdout
        return [int(pid) for pid in facts(status)["soap_pids"].split()]

    def outbox_messages(self) -> list[EmailMessage]:
        """What Sympa sent, oldest first; X-Envelope-From and X-Envelope-To tell the envelope."""
        if self.outbox is None:
            raise AssertionError(f"mail does not move: MAIL=1 {HOW} restart")
        return [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted(self.outbox.glob("*.eml"))
        ]

    def wait_for_messages(self, many: int = 1, seconds: float = 30) -> list[EmailMessage]:
        """Those messages, once there are that many: Sympa sends within some ten seconds."""
        end = time.monotonic() + seconds
        while len(sent := self.outbox_messages()) < many:
            if time.monotonic() > end:
                raise AssertionError(f"{len(sent)} message(s) after {seconds} s, not {many}")
            time.sleep(0.2)
        return sent

    def forget_sessions(self) -> None:
        """Everyone is logged out, as after a long time."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as database:
            database.execute("DELETE FROM session_table")
            database.commit()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else reads nor writes the database meanwhile."""
        with contextlib.closing(
            sqlite3.connect(self.database, timeout=30, isolation_level=None)
        ) as database:
            database.execute("BEGIN EXCLUSIVE")
            try:
                yield
            finally:
                database.execute("ROLLBACK")

    def _signal(self, number: signal.Signals) -> None:
        for pid in self.soap_processes():
            # One that died meanwhile has what it needs.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _whole(self) -> None:
        """Waits until the web server, which looks each second, has replaced those that died."""
        end = time.monotonic() + 20
        while len(self.soap_processes()) < SOAP_PROCESSES:
            if time.monotonic() > end:
                raise AssertionError(f"its SOAP processes do not come back: {HOW} restart")
            time.sleep(0.1)

    @staticmethod
    def _next_second() -> None:
        time.sleep(1.05 - time.time() % 1)


def facts(status: str) -> dict[str, str]:
    """The lines key=value of `sympa-server status`."""
    return dict(line.split("=", 1) for line in status.splitlines() if "=" in line)


@pytest.fixture(scope="session")
def sympa() -> Iterator[Sympa]:
    """The real Sympa of WIKIFARM_E2E_SYMPA, which must be there when it is named."""
    url = os.environ.get("WIKIFARM_E2E_SYMPA", "")
    if not url:
        pytest.skip(
            f"set WIKIFARM_E2E_SYMPA to the SOAP address of a Sympa that has no list to lose: "
            f"as root, {HOW} install start prints it (soap=)"
        )
    known = _status(url)
    if known.get("soap") != url or known["state"] != "running":
        pytest.fail(
            f"WIKIFARM_E2E_SYMPA is {url}, but {HOW} status says "
            f"{known.get('soap')}, {known['state']} (SYMPA_ROOT tells in which system to look)"
        )
    _answering(known)
    server = Sympa(
        url=url,
        web=known["web"],
        domain=known["domain"],
        version=tuple(int(part) for part in known["version"].split(".")),
        database=Path(known["database"]),
        outbox=Path(known["outbox"]) if known["mail"] == "1" else None,
    )
    yield server
    server.resume()


def _status(url: str) -> dict[str, str]:
    """What the script says of its server: it remembers the port that it was started with."""
    done = subprocess.run(
        [str(SCRIPT), "status"], capture_output=True, text=True, timeout=60, check=False
    )
    known = facts(done.stdout)
    if "state" not in known:
        pytest.fail(f"WIKIFARM_E2E_SYMPA is {url}, but {HOW} status fails: {done.stderr.strip()}")
    return known


def _answering(known: dict[str, str]) -> None:
    try:
        answer = httpx.get(f"{known['web']}/wsdl", timeout=10)
    except httpx.HTTPError as fault:
        pytest.fail(f"{known['web']} does not answer ({fault!r}): {HOW} restart")
    if "definitions" not in answer.text:
        pytest.fail(f"{known['web']} answers {answer.status_code} without its WSDL: {HOW} restart")

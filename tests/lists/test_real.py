"""The whole way with a real Sympa: its SOAP service, its web pages, its mail."""

from __future__ import annotations

import http.server
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.lists.conftest import Sympa as Server
from tests.operations.conftest import a_community, context_for, start_farm
from tests.operations.people import numbered, seat
from wikifarm import transport
from wikifarm.blueprint.manifest.community import Community, Facilitator
from wikifarm.blueprint.manifest.reading import default_modules
from wikifarm.engine import mailing_list as engine
from wikifarm.engine.journal import Journal
from wikifarm.errors import (
    BadCredentials,
    ListTaken,
    NotSympa,
    SympaHost,
    Unreachable,
    WikifarmError,
    WriteRefused,
)
from wikifarm.lists.host_access import ListSettings, SympaAccess
from wikifarm.lists.sympa import Sympa
from wikifarm.model import ListOwner, ListState, WantedList
from wikifarm.operations.apply import apply
from wikifarm.operations.mailing_list import commands as mailing_list
from wikifarm.operations.mailing_list import sync as subscribing
from wikifarm.operations.mailing_list.sync import Asked
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import RunningFarm
from wikifarm.transport import Network

WIDE = "Été d’œuvre — €"
MANY = int(os.environ.get("WIKIFARM_SYMPA_MANY", "150"))  # `.ci/run`: 1,000


@pytest.fixture(autouse=True)
def clean(sympa: Server) -> Iterator[None]:
    sympa.purge()
    yield


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl", "run")


def access(sympa: Server, **changes: Any) -> SympaAccess:
    known = SympaAccess(sympa.url, domain=sympa.domain, app=sympa.app, secret=sympa.secret)
    return replace(known, **changes)


def driver(sympa: Server, **changes: Any) -> Sympa:
    timeout = changes.pop("timeout", 60.0)
    return Sympa(Network(timeout=timeout), access(sympa, **changes), quiet=True)


def wanted(sympa: Server, **changes: Any) -> WantedList:
    owners = (ListOwner(sympa.animator.email, sympa.animator.name),)
    return replace(
        WantedList("essai", WIDE, f"Une description — {WIDE}", owners, domain=sympa.domain),
        **changes,
    )


def ensure(port: Sympa, sympa: Server, journal: Journal, **changes: Any) -> Any:
    found, _changes = engine.ensure_list(
        port, wanted(sympa, **changes), ours=False, slug="essai", journal=journal
    )
    return found


# -- the list -------------------------------------------------------------------------------


def test_the_application_opens_a_list_with_every_character(sympa: Server, journal: Journal) -> None:
    port = driver(sympa)
    found = ensure(port, sympa, journal)
    assert found.state is ListState.OPEN
    assert found.subject == WIDE
    assert found.notes == ()
    page = httpx.get(f"{sympa.web}/info/essai").text
    assert WIDE in page.replace("&#39;", "'").replace("&rsquo;", "’")
    rows = port._read(wanted(sympa), "fullReview", "essai")
    assert isinstance(rows, list)
    owners = [row for row in rows if isinstance(row, dict) and row["isOwner"]]
    assert [(row["email"], row["gecos"]) for row in owners] == [
        (sympa.animator.email, sympa.animator.name)
    ]


def test_an_ordinary_account_waits_and_polling_finds_the_list_open(
    sympa: Server, journal: Journal
) -> None:
    account = {"app": "", "user": sympa.animator.email, "password": sympa.animator.password}
    port = driver(sympa, **account)
    assert ensure(port, sympa, journal).state is ListState.REQUESTED
    assert port.state(wanted(sympa)).state is ListState.REQUESTED
    sympa.login_open("essai")
    assert port.state(wanted(sympa)).state is ListState.OPEN


def test_a_name_taken_changes_nothing(sympa: Server, journal: Journal) -> None:
    other = {"app": "", "user": sympa.other.email, "password": sympa.other.password}
    theirs = wanted(sympa, subject="Autre", owners=(ListOwner(sympa.other.email),))
    driver(sympa, **other).create(theirs)
    sympa.login_open("essai")
    with pytest.raises(ListTaken) as caught:
        ensure(driver(sympa), sympa, journal)
    assert caught.value.exit == 7
    assert list(journal.entries()) == []
    assert driver(sympa, **other).state(theirs).subject == "Autre"


def test_states_of_a_life(sympa: Server, journal: Journal) -> None:
    port = driver(sympa)
    assert port.state(wanted(sympa)).state is ListState.ABSENT
    ensure(port, sympa, journal)
    time.sleep(1.1)  # Sympa sees a change made by another process in the next second
    before, after = engine.close(
        port, wanted(sympa), ours=True, slug="essai", journal=journal, purge=False
    )
    assert (before.state, after.state) == (ListState.OPEN, ListState.CLOSED)
    with pytest.raises(ListTaken):
        ensure(port, sympa, journal)
    sympa.login_open("essai")
    assert port.state(wanted(sympa)).state is ListState.OPEN


def test_what_the_server_drops_without_a_word_is_said(sympa: Server, journal: Journal) -> None:
    found = ensure(driver(sympa), sympa, journal, topics="rubrique_inconnue")
    assert found.state is ListState.OPEN
    assert "rubrique_inconnue" in found.notes[0]
    known = engine.ensure_list(
        driver(sympa), wanted(sympa, name="autre", topics="education"), ours=False,
        slug="x", journal=journal,
    )[0]  # fmt: skip
    assert known.notes == ()


def test_a_template_that_is_not_there(sympa: Server, journal: Journal) -> None:
    with pytest.raises(WriteRefused) as caught:
        ensure(driver(sympa), sympa, journal, template="modele_inconnu")
    assert "modele_inconnu" in caught.value.hint


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"secret": "wrong"}, BadCredentials),
        ({"app": "nobody"}, BadCredentials),
        ({"app": "", "user": "nobody@example.org", "password": "x"}, BadCredentials),
    ],
)
def test_wrong_credentials(sympa: Server, changes: dict[str, str], kind: Any) -> None:
    with pytest.raises(kind):
        driver(sympa, **changes).state(wanted(sympa))


def test_an_application_that_may_not_create(sympa: Server, journal: Journal) -> None:
    with pytest.raises(BadCredentials) as caught:
        ensure(driver(sympa, app=sympa.app_read_only), sympa, journal)
    assert "allow_commands" in caught.value.hint
    assert driver(sympa).state(wanted(sympa)).state is ListState.ABSENT


def test_another_address(sympa: Server, journal: Journal) -> None:
    with pytest.raises(NotSympa):
        driver(sympa, url=sympa.web).state(wanted(sympa))
    with pytest.raises(Unreachable):
        driver(sympa, url="http://127.0.0.1:1/sympasoap").state(wanted(sympa))
    other_host = driver(sympa, url=sympa.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(SympaHost):
        ensure(other_host, sympa, journal)
    assert driver(sympa).state(wanted(sympa)).state is ListState.ABSENT


def test_a_session_that_the_server_forgot(sympa: Server, journal: Journal) -> None:
    account = {"app": "", "user": sympa.animator.email, "password": sympa.animator.password}
    port = driver(sympa, **account)
    ensure(port, sympa, journal)
    sympa.forget_sessions()
    assert port.state(wanted(sympa)).state is ListState.REQUESTED


# -- when the server suffers ----------------------------------------------------------------


def settle(port: Sympa, sympa: Server, addresses: list[str]) -> engine.MembersDone:
    return engine.ensure_members(
        port, wanted(sympa), add=addresses, remove=[], added=lambda _: None,
        removed=lambda _: None,
    )  # fmt: skip


ADDRESSES = [one.email for one in numbered(30)]


def until_right(sympa: Server, addresses: list[str], runs: int = 6) -> Counter[str]:
    """Runs a synchronisation until it ends well; the failures met on the way, by code."""
    met: Counter[str] = Counter()
    for _run in range(runs):
        port = driver(sympa)
        now = port.members(wanted(sympa))
        missing = [one for one in addresses if one not in now]
        try:
            settle(port, sympa, missing)
        except WikifarmError as error:
            met[error.code] += 1
            continue
        break
    assert driver(sympa).members(wanted(sympa)) == set(addresses)
    return met


def test_a_server_that_hangs(sympa: Server, journal: Journal) -> None:
    ensure(driver(sympa), sympa, journal)
    with sympa.paused(), pytest.raises(Unreachable):
        settle(driver(sympa, timeout=1), sympa, ADDRESSES[:2])
    until_right(sympa, ADDRESSES)


def test_soap_processes_that_die(sympa: Server, journal: Journal) -> None:
    ensure(driver(sympa), sympa, journal)
    port = driver(sympa)
    seen: list[str] = []

    def kept(address: str) -> None:
        seen.append(address)
        if len(seen) in (5, 15):
            sympa.kill_soap()

    try:
        engine.ensure_members(
            port, wanted(sympa), add=ADDRESSES, remove=[], added=kept, removed=lambda _: None
        )
    except WikifarmError as error:
        assert error.hint
    until_right(sympa, ADDRESSES)


def test_a_database_that_is_locked(sympa: Server, journal: Journal) -> None:
    ensure(driver(sympa), sympa, journal)
    with sympa.locked(), pytest.raises(WikifarmError) as caught:
        settle(driver(sympa, timeout=2), sympa, ADDRESSES[:2])
    assert caught.value.hint
    until_right(sympa, ADDRESSES)


class _Impatient(http.server.BaseHTTPRequestHandler):
    """A proxy that lets the work be done, then says 504 once in three times."""

    protocol_version = "HTTP/1.1"
    target = ""
    count = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {key: self.headers[key] for key in ("content-type", "soapaction", "user-agent")}
        answer = httpx.post(self.target, content=body, headers=headers)
        type(self).count += 1
        status, content = answer.status_code, answer.content
        if self.count % 3 == 0:
            status, content = 504, b"<html>504 Gateway Time-out</html>"
        self.send_response(status)
        self.send_header("Content-Type", answer.headers["content-type"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_all: Any) -> None:
        pass


def test_a_proxy_that_gives_up_while_the_work_is_done(sympa: Server, journal: Journal) -> None:
    _Impatient.target = sympa.url
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Impatient)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{proxy.server_port}/sympasoap"
        port = driver(sympa, url=url)
        assert ensure(port, sympa, journal).state is ListState.OPEN
        done = settle(port, sympa, ADDRESSES)
    finally:
        proxy.shutdown()
        proxy.server_close()
    assert done.refused == frozenset()
    assert driver(sympa).members(wanted(sympa)) == set(ADDRESSES)


# -- from the base of participants ----------------------------------------------------------


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[RunningFarm]:
    with start_farm(tmp_path / "farm") as running:
        yield running


@pytest.fixture
def rennes(sympa: Server) -> Community:
    return replace(
        a_community(),
        facilitators=(
            Facilitator(sympa.animator.name, sympa.animator.email),
            Facilitator("Autre Personne", sympa.other.email),
        ),
        mailing_list="sympa",
        modules=default_modules("sympa"),
    )


Fresh = Callable[[], Context]


@pytest.fixture
def run(farm: RunningFarm, sympa: Server, tmp_path: Path) -> Fresh:
    lists = ListSettings(access(sympa))
    return lambda: replace(context_for(farm.url, tmp_path), lists=lists)


def opened(context: Context, community: Community) -> None:
    outcome = apply(context, [community], audit=False)[0]
    assert outcome.error is None, outcome.error
    assert outcome.mailing_list["state"] == "open"
    context.close()


def synced(context: Context, community: Community, **asked: Any) -> dict[str, Any]:
    outcome = subscribing.sync(context, [community], Asked(**asked))[0]
    context.close()
    assert outcome.error is None, outcome.error
    counts: dict[str, Any] = outcome.mailing_list["counts"]
    return counts


def killed_sync(context: Context, community: Community, k: int, *, after: bool) -> bool:
    """A sync in a child that dies at its k-th subscription, before or after it was asked for."""
    child = os.fork()
    if child == 0:
        os.setsid()
        count = 0
        send = transport.Client.post_body
        turn = threading.Lock()

        def dying(self: Any, url: str, body: bytes, headers: Any) -> Any:
            nonlocal count
            if b">add<" not in body:
                return send(self, url, body, headers)
            with turn:
                count += 1
                mine = count
            if mine == k and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = send(self, url, body, headers)
            if mine == k:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        transport.Client.post_body = dying  # type: ignore[method-assign]
        subscribing.sync(context, [community], Asked(quiet=True))
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_synchronisation_killed_at_random_points(
    run: Fresh, sympa: Server, rennes: Community, tmp_path: Path
) -> None:
    opened(run(), rennes)
    people = numbered(MANY)
    seat(tmp_path / "farm", "rennes", people)
    chance = random.Random(MANY)
    for _turn in range(4):
        k = chance.randrange(1, MANY // 5)
        assert killed_sync(run(), rennes, k, after=chance.random() < 0.5)
    counts = synced(run(), rennes, quiet=True)
    list_wanted = replace(wanted(sympa), name="rennes")
    assert driver(sympa).members(list_wanted) == {one.email for one in people}
    assert counts["to_add"] == counts["left"] == 0
    again = synced(run(), rennes, quiet=True)
    assert "added" not in again
    gone = MANY // 33
    seat(tmp_path / "farm", "rennes", people[gone:])
    proposed = synced(run(), rennes, quiet=True)
    assert proposed["to_remove"] == gone
    assert len(driver(sympa).members(list_wanted)) == MANY
    removed = synced(run(), rennes, remove=True, quiet=True)
    assert removed["removed"] == gone
    assert driver(sympa).members(list_wanted) == {one.email for one in people[gone:]}


def test_nobody_is_welcomed_twice(
    run: Fresh, sympa: Server, rennes: Community, tmp_path: Path
) -> None:
    if sympa.outbox is None:
        pytest.skip("mail does not move: start the server with MAIL=1")
    opened(run(), rennes)
    people = numbered(12)
    seat(tmp_path / "farm", "rennes", people)
    assert killed_welcoming(run(), rennes, 5)
    assert killed_welcoming(run(), rennes, 3)
    synced(run(), rennes)
    wished = {one.email for one in people}

    def welcomed() -> Counter[str]:
        return Counter(
            str(message["X-Envelope-To"] or message["To"]).strip("<> ")
            for message in sympa.outbox_messages()
            if str(message["To"] or "").strip("<> ") in wished
        )

    end = time.monotonic() + 40
    while set(welcomed()) != wished and time.monotonic() < end:
        time.sleep(0.5)
    time.sleep(2)
    assert welcomed() == Counter(wished)


def killed_welcoming(context: Context, community: Community, k: int) -> bool:
    """As `killed_sync`, with the server's own welcome messages."""
    child = os.fork()
    if child == 0:
        os.setsid()
        count = 0
        kept = Journal.outcome

        def dying(self: Journal, slug: str, step: str, **detail: Any) -> None:
            nonlocal count
            count += "in" in detail
            if count == k:
                os.kill(os.getpid(), signal.SIGKILL)
            kept(self, slug, step, **detail)

        Journal.outcome = dying  # type: ignore[method-assign]
        subscribing.sync(context, [community], Asked())
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_request_then_a_listmaster_then_polling(
    run: Fresh, sympa: Server, rennes: Community
) -> None:
    """The whole way as an ordinary account, through `apply` and `mailing-list state`."""
    account = access(
        sympa, app="", secret="", user=sympa.animator.email, password=sympa.animator.password
    )
    context = replace(run(), lists=ListSettings(account))
    outcome = apply(context, [rennes], audit=False)[0]
    assert outcome.error is None
    assert outcome.mailing_list["state"] == "requested"
    asked: list[float] = []

    def listmaster(seconds: float) -> None:
        if not asked:
            sympa.login_open("rennes")
        asked.append(seconds)

    found = mailing_list.state(context, [rennes], wait=60, sleep=listmaster)[0]
    assert found.mailing_list["state"] == "open"
    assert asked

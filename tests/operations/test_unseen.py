"""What could not be seen may be there: nobody is told to remove it, and the next run goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.operations.conftest import a_community, context_for
from wikifarm import transport
from wikifarm.errors import HalfMade, Unforeseen
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.plan import plan
from wikifarm.operations.status import status
from wikifarm.rehearsal import RunningFarm
from wikifarm.transport import Transport

Spoil = Callable[[httpx.Request], httpx.Response | None]
REMOVING = ("remove", "delete", "AdminWikis")


class Between(Transport):
    """What stands between wikifarm and the farm, and answers some requests itself."""

    def __init__(self, spoil: Spoil) -> None:
        self._spoil = spoil
        self._connections = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._spoil(request) or self._connections.handle_request(request)

    def close(self) -> None:
        self._connections.close()


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport._again, "sleep", lambda _seconds: None)


def one_run(
    running: RunningFarm, folder: Path, spoil: Spoil = lambda _request: None
) -> CommunityOutcome:
    context = context_for(running.url, folder, transport=Between(spoil))
    return apply(context, [a_community()], audit=False)[0]


def first_after_creation(code: int, times: int) -> Spoil:
    """Case 03: the wiki was made, and its first reads are answered `code`."""
    armed, left = False, times

    def spoil(request: httpx.Request) -> httpx.Response | None:
        nonlocal armed, left
        armed = armed or (request.method == "POST" and b"bf_dossier-wiki" in request.read())
        if not armed or request.method != "GET" or "/rennes/" not in str(request.url) or not left:
            return None
        left -= 1
        return httpx.Response(code, headers={"Retry-After": "2"}, text="<h1>Plus tard</h1>")

    return spoil


@pytest.mark.parametrize("code", [302, 403, 410, 429, 500, 503])
def test_a_new_wiki_that_could_not_be_read_is_gone_on_from(
    running: RunningFarm, tmp_path: Path, code: int
) -> None:
    outcome = one_run(running, tmp_path, first_after_creation(code, 9))
    assert outcome.error is not None
    assert not isinstance(outcome.error, HalfMade | Unforeseen)
    told = outcome.error.message + outcome.error.hint
    assert not any(word in told for word in REMOVING), told
    assert "Nothing was changed" not in told  # the farm made a wiki
    assert one_run(running, tmp_path).status == "created"


def test_a_server_that_asks_to_wait_once_is_waited_for(
    running: RunningFarm, tmp_path: Path
) -> None:
    assert one_run(running, tmp_path, first_after_creation(429, 1)).status == "created"


@pytest.mark.parametrize("code", [302, 403, 404, 429, 500, 503])
def test_a_living_wiki_that_cannot_be_seen_is_nobodys_to_remove(
    running: RunningFarm, tmp_path: Path, code: int
) -> None:
    assert one_run(running, tmp_path).error is None

    def spoil(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(code, text="") if "/rennes/?api/forms" in str(request.url) else None

    context = context_for(running.url, tmp_path, transport=Between(spoil))
    for outcome in (one_run(running, tmp_path, spoil), plan(context, [a_community()])[0]):
        assert outcome.error is not None
        assert not isinstance(outcome.error, HalfMade | Unforeseen)
        told = outcome.error.message + outcome.error.hint
        assert not any(word in told for word in REMOVING), told
    (state,) = status(context).outcome.as_json()["states"]
    assert state["state"] == "failed"
    assert one_run(running, tmp_path).status == "unchanged"


@pytest.mark.parametrize("deep", [False, True])
def test_a_wiki_whose_answers_break_stops_no_other(
    running: RunningFarm, tmp_path: Path, deep: bool
) -> None:
    """Case 07: the farm answers all the while; only the second of three wikis cannot be reached."""

    def spoil(request: httpx.Request) -> httpx.Response | None:
        if "/brest/" not in str(request.url):
            return None
        if not deep:
            raise httpx.RemoteProtocolError("illegal header line")
        return httpx.Response(200, text="[" * 60_000)

    context = context_for(running.url, tmp_path, transport=Between(spoil))
    slugs = ("rennes", "brest", "vannes")
    outcomes = apply(context, [a_community(slug) for slug in slugs], audit=False)
    assert [one.status for one in outcomes] == ["created", "failed", "created"]
    assert not isinstance(outcomes[1].error, Unforeseen)


@pytest.mark.parametrize("said", ["", "<html><body>Bad gateway</body></html>", "{}"])
@pytest.mark.parametrize("code", [200, 403, 429, 500, 504])
def test_a_farm_whose_answer_was_lost_did_not_fail(
    running: RunningFarm, tmp_path: Path, code: int, said: str
) -> None:
    """The wiki stands, whatever came in the place of the farm's word."""
    connections = httpx.HTTPTransport()

    def spoil(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST" or b"bf_dossier-wiki" not in request.read():
            return None
        connections.handle_request(request).read()
        return httpx.Response(code, text=said)

    outcome = one_run(running, tmp_path, spoil)
    assert outcome.error is not None
    assert not isinstance(outcome.error, HalfMade | Unforeseen)
    assert one_run(running, tmp_path).status == "created"


def test_a_wiki_that_the_farm_hides_once_is_not_made_again(
    running: RunningFarm, tmp_path: Path
) -> None:
    assert one_run(running, tmp_path).error is None
    left = 1

    def spoil(request: httpx.Request) -> httpx.Response | None:
        nonlocal left
        if "api/forms/1100/entries" not in str(request.url) or not left:
            return None
        left -= 1
        return httpx.Response(200, headers={"Set-Cookie": "YesWiki-main=x"}, text="{}")

    outcome = one_run(running, tmp_path, spoil)
    assert outcome.error is None
    assert outcome.status == "unchanged"


def test_what_breaks_one_community_leaves_the_others(
    running: RunningFarm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 07: an answer that says that it is compressed, and a defect of ours."""
    monkeypatch.setenv("WIKIFARM_STATE_DIR", str(tmp_path / "state"))

    def spoil(request: httpx.Request) -> httpx.Response | None:
        if "/brest/" in str(request.url):
            body = httpx.ByteStream(b"{}")
            return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=body)
        if "/nantes/" in str(request.url):
            raise KeyError("ListeOutils")
        return None

    context = context_for(running.url, tmp_path, transport=Between(spoil))
    communities = [a_community(slug) for slug in ("brest", "nantes", "rennes")]
    outcomes = apply(context, communities, audit=False)
    codes = [outcome.error.code if outcome.error else "" for outcome in outcomes]
    assert codes == ["unexpected-answer", "unforeseen", ""]
    assert outcomes[2].status == "created"
    assert list((tmp_path / "state" / "crashes").iterdir())

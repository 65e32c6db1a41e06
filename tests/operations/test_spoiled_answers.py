"""Each answer of a wiki replaced in turn: nobody and nothing is lost, and the next run ends right.

`WIKIFARM_SPOIL_EVERY=1` tries every fault at every request of each command; without it one trial in
a few hundred is made, drawn from `WIKIFARM_SEED`: others each time unless it is given. A test that
fails shows it.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import SEED
from tests.operations.conftest import PASSWORD, a_community, context_for
from wikifarm import transport
from wikifarm.blueprint.manifest.community import Facilitator
from wikifarm.engine.receipt import TAG
from wikifarm.errors import Exit, Unforeseen, WikifarmError
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.operations.status import status
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import RehearsalSettings, RunningFarm, snapshot
from wikifarm.transport import Transport

EVERY = int(os.environ.get("WIKIFARM_SPOIL_EVERY", "300"))
State = dict[str, Any]
Verb = Callable[[Context], WikifarmError | None]

BEFORE = a_community()
# One facilitator leaves, another comes, a page and a setting change.
AFTER = replace(
    BEFORE,
    facilitators=(BEFORE.facilitators[0], Facilitator("Ada Morel", "ada@example.org")),
    contact="animation@example.org",
    writing="open",
)


def _page(code: int, text: str, **headers: str) -> Callable[[], httpx.Response]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: httpx.Response(code, text=text, headers=named)


def _false_gzip() -> httpx.Response:
    body = httpx.ByteStream(b"<html></html>")
    return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=body)


FAULTS: dict[str, Callable[[], httpx.Response]] = {
    "429": _page(429, "<h1>Too Many Requests</h1>", Retry_After="1"),
    "403": _page(403, "<h1>403 Forbidden</h1>"),
    "500": _page(500, ""),
    "302": _page(302, "", Location="https://portail.example.net/login"),
    "captive": _page(200, "<html><body>Bienvenue sur le wifi.</body></html>"),
    "{}": _page(200, "{}"),
    "null": _page(200, "null"),
    "[]": _page(200, "[]"),
    "maintenance": _page(503, "<h1>Site en maintenance</h1>"),
    "maintenance told as a page": _page(200, "<div class='alert'>De retour à 14 h</div>"),
    "false gzip": _false_gzip,
}


class Spoiled(Transport):
    """Real connections; the answers to the `k`-th request, and to the same asked again, are
    replaced. `done`: the server did what was asked all the same.
    """

    def __init__(self, k: int = -1, fault: str = "", *, done: bool = False) -> None:
        self._k, self._fault, self._done = k, fault, done
        self._spoils: tuple[str, str, bytes] | None = None
        self._connections = httpx.HTTPTransport()
        self.methods: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = (request.method, str(request.url), request.read())
        repeated = self._fault in ("429", "maintenance") and asked == self._spoils
        if len(self.methods) == self._k or repeated:
            self._spoils = asked
            if self._done:
                self._connections.handle_request(request).read()
        self.methods.append(request.method)
        if asked == self._spoils and (repeated or len(self.methods) == self._k + 1):
            return FAULTS[self._fault]()
        return self._connections.handle_request(request)

    def close(self) -> None:
        self._connections.close()


def _applying(context: Context) -> WikifarmError | None:
    return apply(context, [AFTER], audit=False)[0].error


def _planning(context: Context) -> WikifarmError | None:
    (outcome,) = plan(context, [AFTER])
    if outcome.error is None:
        assert {change.id for change in outcome.planned if change.writes} == _planned(), "the plan"
    return outcome.error


def _looking(context: Context) -> WikifarmError | None:
    try:
        (state,) = status(context).outcome.as_json()["states"]
    except WikifarmError as error:
        return error
    assert state["state"] in ("in-place", "failed"), state
    assert not any(error["code"] == "unforeseen" for error in state["errors"])
    return None


VERBS: dict[str, Verb] = {"create": _applying, "apply": _applying, "plan": _planning,
                          "status": _looking}  # fmt: skip


@dataclass
class Shelf:
    """Farms and states of this computer, kept to begin each trial from."""

    folder: Path
    port: int

    def begin(self, verb: str, name: str) -> Path:
        place = self.folder / name
        if verb == "create":
            place.mkdir()
        else:
            shutil.copytree(self.folder / "lived", place)
        return place


_SHELF: list[Shelf] = []


@pytest.fixture(scope="module", autouse=True)
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    sys.stdout.write(f"WIKIFARM_SEED={SEED} WIKIFARM_SPOIL_EVERY={EVERY}\n")
    folder = tmp_path_factory.mktemp("spoiled")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        shelf = Shelf(folder, free.getsockname()[1])
    _SHELF.append(shelf)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport._again, "sleep", lambda _seconds: None)
        patch.setattr(os, "fsync", lambda _file: None)
        with _farm(folder / "lived") as url:
            _live(url, folder / "lived")
        _planned()
        yield shelf
    _SHELF.clear()


@contextmanager
def _farm(place: Path) -> Iterator[str]:
    """The farm of one trial, always at the same address: what this computer knows goes by it."""
    settings = RehearsalSettings(data=place / "farm", password=PASSWORD)
    with RunningFarm(settings, port=_SHELF[0].port) as farm:
        yield farm.url


def _live(url: str, place: Path) -> None:
    """A community in which people came, wrote, and made what is theirs."""
    context = context_for(url, place)
    assert apply(context, [BEFORE], audit=False)[0].error is None
    wiki = open_wiki(context, "rennes")
    for name in ("Zoe", "Yann", "Xena"):
        wiki.users.create(name, f"{name.lower()}@example.org")
    wiki.groups.set({"participants": [*wiki.groups.members("participants"), "Zoe", "Yann", "Xena"]})
    page = wiki.pages.read("PartageSincere")
    assert page is not None
    wiki.pages.save("PartageSincere", "Nos mots.", page.revision)
    wiki.pages.save("NotrePage", "À nous.", "")
    wiki.entries.create("104", {"bf_titre": "Un livre"})
    context.close()


@cache
def _planned() -> frozenset[str]:
    place = _SHELF[0].begin("plan", "planned")
    with _farm(place) as url:
        (outcome,) = plan(context_for(url, place), [AFTER])
    return frozenset(change.id for change in outcome.planned if change.writes)


def _state(place: Path) -> State:
    wiki: State = snapshot(place / "farm")["wikis"].get("rennes", {})
    # Who works on a wiki is no part of what it holds.
    kept = [row for row in wiki.get("triples", []) if "wikifarm-run" not in str(row)]
    flat: State = {}
    _flatten("", {**wiki, "triples": kept}, flat)
    return {
        key: re.sub(r"127\.0\.0\.1:\d+", "FARM", str(value))
        for key, value in flat.items()
        if TAG not in key and "revisions" not in key
    }


def _flatten(path: str, value: Any, flat: State) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{path}/{key}", inner, flat)
    else:
        flat[path] = value


def _run(verb: str, place: Path, wire: Spoiled | None = None) -> tuple[WikifarmError | None, State]:
    with _farm(place) as url:
        context = context_for(url, place, transport=wire)
        try:
            error = VERBS[verb](context)
        finally:
            context.close()
    return error, _state(place)


@cache
def _whole(verb: str) -> tuple[list[str], State, State]:
    """The methods of a run that nothing spoiled, what was there before, and what after."""
    place = _SHELF[0].begin(verb, f"whole-{verb}")
    before = _state(place) if verb != "create" else {}
    wire = Spoiled()
    error, after = _run(verb, place, wire)
    assert error is None, error
    return wire.methods, before, after


def _trials(verb: str) -> list[tuple[int, str, bool]]:
    """(request, fault, whether the server did what was asked), as the seed draws them."""
    methods, _before, _after = _whole(verb)
    every = [
        (k, fault, done)
        for k, method in enumerate(methods)
        for fault in FAULTS
        for done in ([False, True] if method == "POST" else [False])
    ]
    random.Random(f"{SEED} {verb}").shuffle(every)
    return every[:: max(1, EVERY)]


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_lost_by_a_bad_answer(verb: str, shelf: Shelf) -> None:
    methods, before, after = _whole(verb)
    for k, fault, done in _trials(verb):
        trial = f"{verb}: request {k} of {len(methods)} ({methods[k]}), {fault}, done={done}"
        place = shelf.begin(verb, re.sub(r"\W+", "-", trial))
        error, then = _run(verb, place, Spoiled(k, fault, done=done))
        if error is not None:
            assert not isinstance(error, Unforeseen), (trial, error.message)
            assert error.exit in (Exit.FAILED, Exit.SERVER, Exit.REFUSED), trial
            assert error.message, trial
        lost = {
            key
            for key, value in before.items()
            if then.get(key) not in (value, after.get(key)) and not _of_checklist(key)
        }
        assert lost == set(), (trial, error)
        if verb in ("create", "apply"):
            again, end = _run(verb, place)
            assert again is None, (trial, again)
            assert {key for key in {*end, *after} if end.get(key) != after.get(key)} == set(), trial
        shutil.rmtree(place)


def _of_checklist(key: str) -> bool:
    """The page that shows what is seen to be done: written as it goes."""
    return "/AnimerIci/" in key

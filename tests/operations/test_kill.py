"""kill -9 between any two HTTP requests, then the same command: the same end, nothing twice.

Each child process kills itself just before its k-th request goes out. `WIKIFARM_KILL_EVERY=1` tries
every k; without it one k in nine is tried, drawn from `WIKIFARM_SEED`: another each time unless it
is given. A test that fails shows it.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import SEED
from tests.operations.conftest import a_community, context_for, start_farm
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.rehearsal import snapshot
from wikifarm.transport import Transport

EVERY = int(os.environ.get("WIKIFARM_KILL_EVERY", "9"))
OFFSET = random.Random(SEED).randrange(EVERY)
# When there are many, workers (`-n`) share them: a share tries one of its own in each STRIDE.
SHARES = max(1, 8 // EVERY)
STRIDE = EVERY * SHARES
State = dict[str, Any]


class Watched(Transport):
    """Real connections; `before` is called with each request just before it goes out."""

    def __init__(self, before: Callable[[httpx.Request], None]) -> None:
        self._before = before
        self._connections = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._before(request)
        return self._connections.handle_request(request)

    def close(self) -> None:
        self._connections.close()


def _run(
    url: str, folder: Path, *, audit: bool, transport: Transport | None = None
) -> CommunityOutcome:
    context = context_for(url, folder, transport=transport)
    try:
        return apply(context, [a_community()], audit=audit)[0]
    finally:
        context.close()


def _run_and_die(url: str, folder: Path, k: int, *, audit: bool, writes_only: bool) -> bool:
    """Runs in a child that kills itself before its k-th request; False if it ended before."""
    child = os.fork()
    if child == 0:
        failed = True
        try:
            os.setsid()
            wire = Watched(_death_before(k, writes_only=writes_only))
            failed = _run(url, folder, audit=audit, transport=wire).error is not None
        finally:
            os._exit(failed)  # never as a second pytest
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def _death_before(k: int, *, writes_only: bool) -> Callable[[httpx.Request], None]:
    """Kills this process before its k-th request."""
    count = 0

    def die(request: httpx.Request) -> None:
        nonlocal count
        if request.method != "GET" or not writes_only:
            if count == k:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1

    return die


def _state(data: Path) -> State:
    """The farm without what may differ: revisions, and the receipt's run."""
    state = snapshot(data)
    text = repr(state)
    assert "WikifarmTemoin" not in re.sub(r"LogDesActions.*", "", text)
    stable: State = _without_revisions(state)
    return stable


def _without_revisions(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_revisions(item)
            for key, item in value.items()
            if key not in {"revisions", "WikifarmRecu"} and not str(key).startswith("wikifarm_")
        }
    if isinstance(value, list | tuple):
        return [_without_revisions(item) for item in value]
    if isinstance(value, str):
        # Each farm of the test has its own port, and each community its own mark.
        return re.sub(r"\b[0-9a-f]{16}\b", "MARK", re.sub(r"127\.0\.0\.1:\d+", "FARM", value))
    return value


def _whole(folder: Path, *, audit: bool) -> tuple[State, list[bytes]]:
    """The final state of a run that nobody killed, and what it wrote, in order."""
    writes: list[bytes] = []

    def note(request: httpx.Request) -> None:
        if request.method != "GET":
            writes.append(request.read())

    with start_farm(folder / "farm") as farm:
        outcome = _run(farm.url, folder, audit=audit, transport=Watched(note))
        assert outcome.error is None, outcome.error.message
        return _state(folder / "farm"), writes


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> State:
    return _whole(tmp_path_factory.mktemp("created"), audit=False)[0]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[State, int]:
    """The final state, and how many writes there are before the first sign-up of the audit."""
    state, writes = _whole(tmp_path_factory.mktemp("audited"), audit=True)
    return state, next(k for k, body in enumerate(writes) if b"WikifarmTemoin" in body)


@pytest.fixture(autouse=True)
def _seed() -> None:
    """What a test that fails shows."""
    sys.stdout.write(f"WIKIFARM_SEED={SEED} WIKIFARM_KILL_EVERY={EVERY}\n")


def _kill_at(k: int, folder: Path, expected: State, *, audit: bool, writes: bool) -> bool:
    with start_farm(folder / "farm") as farm:
        killed = _run_and_die(farm.url, folder, k, audit=audit, writes_only=writes)
        outcome = _run(farm.url, folder, audit=audit)
        assert outcome.error is None, (k, outcome.error.message)
        assert _state(folder / "farm") == expected, k
        return killed


@pytest.mark.parametrize("share", range(SHARES))
def test_a_creation_killed_before_any_request_ends_the_same(
    share: int, created: State, tmp_path: Path
) -> None:
    k, tried = OFFSET + share * EVERY, 0
    while _kill_at(k, tmp_path / str(k), created, audit=False, writes=False):
        k += STRIDE
        tried += 1
    assert tried >= 100 // STRIDE


@pytest.mark.parametrize("share", range(SHARES))
def test_an_audit_killed_before_any_write_leaves_no_sentinel(
    share: int, audited: tuple[State, int], tmp_path: Path
) -> None:
    """The writes of the audit are the last of a run: from the first sign-up to the clean-up."""
    expected, first = audited
    k, tried = first + OFFSET + share * EVERY, 0
    while _kill_at(k, tmp_path / str(k), expected, audit=True, writes=True):
        k += STRIDE
        tried += 1
    assert tried >= 1

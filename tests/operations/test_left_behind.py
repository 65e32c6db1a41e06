"""An audit that was killed: the next command on the farm takes back whom it planted."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx
import pytest

from tests.blueprints import mending
from tests.operations.conftest import context_for
from tests.operations.deaths import Watched
from wikifarm.engine.journal import RECORD, SENTINEL
from wikifarm.operations.apply import apply
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.left_behind import heal
from wikifarm.rehearsal import RunningFarm

SLUG = "mending"


def verify_and_die(url: str, folder: Path, after: int) -> None:
    """On a computer that is cut so many requests after its first account was asked for."""
    child = os.fork()
    if child == 0:
        left = [after]
        begun = False

        def die(request: httpx.Request) -> None:
            nonlocal begun
            begun = begun or b"WikifarmTemoin" in request.content
            left[0] -= begun
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            verify(context_for(url, folder, transport=Watched(die)), [mending()])
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


@pytest.fixture
def cut(running: RunningFarm, tmp_path: Path) -> Path:
    """The computer on which an audit may be cut."""
    (outcome,) = apply(context_for(running.url, tmp_path / "here"), [mending()], audit=False)
    assert outcome.error is None
    return tmp_path / "here"


class Counted(Watched):
    """Counts what goes out."""

    def __init__(self) -> None:
        self.count = 0
        super().__init__(self._one_more)

    def _one_more(self, _request: httpx.Request) -> None:
        self.count += 1


@pytest.mark.parametrize("after", [1, 20, 60])
def test_what_was_planted_goes_and_is_told_once(
    running: RunningFarm, cut: Path, after: int
) -> None:
    verify_and_die(running.url, cut, after)
    wiki = open_wiki(context_for(running.url, cut), SLUG)
    assert [account for account in wiki.users.all() if "Temoin" in account.name]
    assert wiki.runs.all()
    told = heal(context_for(running.url, cut))
    assert len(told) == 1 and SLUG in told[0] and "is removed" in told[0]
    assert not [account for account in wiki.users.all() if "Temoin" in account.name]
    assert wiki.runs.all() == []
    journal = context_for(running.url, cut).journal
    assert (journal.open_keys(SENTINEL), journal.open_keys(RECORD)) == ({}, {})
    counted = Counted()
    assert heal(context_for(running.url, cut, transport=counted)) == []
    assert counted.count == 0


def test_a_run_that_is_still_at_work_keeps_its_people(running: RunningFarm, cut: Path) -> None:
    verify_and_die(running.url, cut, 20)
    working = context_for(running.url, cut)
    with working.lock():
        assert heal(context_for(running.url, cut)) == []
    assert working.journal.open_keys(SENTINEL)


def test_a_farm_that_does_not_answer_stops_no_command(cut: Path, running: RunningFarm) -> None:
    context = context_for(running.url, cut)
    context.journal.intent(SLUG, SENTINEL, key="0123abcd")

    def refuse(request: httpx.Request) -> None:
        raise httpx.ConnectError("no", request=request)

    (told,) = heal(context_for(running.url, cut, transport=Watched(refuse)))
    assert "tries again" in told
    assert context_for(running.url, cut).journal.open_keys(SENTINEL)


def test_a_wiki_that_is_gone_is_looked_for_once(cut: Path, running: RunningFarm) -> None:
    context_for(running.url, cut).journal.intent("gone", SENTINEL, key="0123abcd")
    (told,) = heal(context_for(running.url, cut))
    assert "gone since" in told
    assert heal(context_for(running.url, cut)) == []

"""Who makes wikis stands on the farm: another computer waits, or says who it is and stops."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.operations.conftest import a_community, context_for
from tests.operations.deaths import Watched
from wikifarm.engine.journal import RECORD
from wikifarm.engine.wiki_lock import FARM
from wikifarm.errors import Locked
from wikifarm.operations.apply import apply
from wikifarm.operations.workplace.context import Context, Silence
from wikifarm.rehearsal import RunningFarm, snapshot
from wikifarm.yeswiki.run_records import RunRecords

OTHER = "feedfacefeed"


class Heard(Silence):
    """What is told to people, given to `hear`."""

    def __init__(self, hear: Callable[[str, str], object]) -> None:
        self._hear = hear

    def __call__(self, slug: str, what: str) -> None:
        self._hear(slug, what)


class Turns(Watched):
    """Notes what is asked of the farm's own records."""

    def __init__(self, url: str) -> None:
        self.asked: list[str] = []
        self._farm = httpx.URL(url).path
        super().__init__(self._note)

    def _note(self, request: httpx.Request) -> None:
        asked = request.url.query + request.content
        if request.url.path == self._farm and b"triples" in asked and b"wikifarm-run" in asked:
            self.asked.append(request.method)


def records(running: RunningFarm, folder: Path) -> RunRecords:
    runs = context_for(running.url, folder / "looking").farm.runs
    assert runs is not None
    return runs


def test_a_batch_says_so_once_and_leaves_nothing(running: RunningFarm, tmp_path: Path) -> None:
    communities = [a_community("rennes"), a_community("brest")]
    wire = Turns(running.url)
    outcomes = apply(context_for(running.url, tmp_path, transport=wire), communities, audit=False)
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert wire.asked == ["POST", "GET", "POST"]
    assert records(running, tmp_path).all() == []
    wire = Turns(running.url)
    apply(context_for(running.url, tmp_path, transport=wire), communities, audit=False)
    assert wire.asked == []


def test_others_may_make_wikis_while_this_one_audits(running: RunningFarm, tmp_path: Path) -> None:
    context, there = context_for(running.url, tmp_path), records(running, tmp_path)
    standing: dict[str, int] = {}
    context.progress = Heard(lambda _slug, what: standing.setdefault(what, len(there.all())))
    outcomes = apply(context, [a_community("rennes"), a_community("brest")])
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert (standing["groups"], standing["audit visitor"]) == (1, 0)
    assert there.all() == []


def test_another_computer_is_named_and_nothing_is_made(
    running: RunningFarm, tmp_path: Path
) -> None:
    (made,) = apply(context_for(running.url, tmp_path), [a_community("rennes")], audit=False)
    assert made.error is None
    records(running, tmp_path).add(OTHER, "apply, camille@poste", 1, "")
    context = context_for(running.url, tmp_path)
    context.patience = 0
    told: list[tuple[str, str]] = []
    context.progress = Heard(lambda slug, what: told.append((slug, what)))
    wikis = [a_community("rennes"), a_community("brest"), a_community("nantes")]
    rennes, brest, nantes = apply(context, wikis, audit=False)
    assert (rennes.error, rennes.status) == (None, "unchanged")
    for refused in (brest, nantes):
        assert isinstance(refused.error, Locked)
        assert "camille@poste" in refused.error.message
    assert ("", "waiting-farm (apply, camille@poste)") in told
    assert sorted(snapshot(tmp_path / "farm")["wikis"]) == ["", "rennes"]
    assert [record.run for record in records(running, tmp_path).all()] == [OTHER]


def test_what_the_other_one_made_meanwhile_is_not_made_twice(
    running: RunningFarm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of the farm was read before the other computer, which shares it, made it."""
    here = context_for(running.url, tmp_path / "here")
    assert here.farm.known("rennes") is None
    others = context_for(running.url, tmp_path / "other")
    (made,) = apply(others, [a_community()], audit=False)
    assert made.error is None
    here.vault.keep("rennes", others.vault.kept("rennes"))
    runs = records(running, tmp_path)
    runs.add(OTHER, "apply, camille@poste", 1, "")
    monkeypatch.setattr(
        "wikifarm.operations.workplace.farm_turn.pause", lambda _seconds: runs.remove(OTHER)
    )
    (outcome,) = apply(here, [a_community()], audit=False)
    assert (outcome.error, outcome.status) == (None, "unchanged")
    assert here.journal.mark_of("rennes") == ""


def test_the_record_of_a_run_that_was_killed_goes_with_the_next(
    running: RunningFarm, tmp_path: Path
) -> None:
    killed: Context = context_for(running.url, tmp_path)
    killed.journal.intent(FARM, RECORD, key=killed.run)
    records(running, tmp_path).add(killed.run, "apply, camille@poste", 1, "")
    apply(context_for(running.url, tmp_path), [], audit=False)
    assert records(running, tmp_path).all() == []
    assert FARM not in context_for(running.url, tmp_path).journal.open_keys(RECORD)

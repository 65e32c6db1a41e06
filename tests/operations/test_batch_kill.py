"""kill -9 anywhere in a batch that does several communities at once, then the same command.

`WIKIFARM_BATCH_KILLS` points (4 unless given) are drawn from `WIKIFARM_SEED`.
"""

from __future__ import annotations

import os
import random
import resource
import signal
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from tests.conftest import SEED
from tests.operations.conftest import a_community, context_for, start_farm
from tests.operations.test_kill import State, Watched, _death_before, _state
from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import LocalStorage
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.transport import Transport

POINTS = int(os.environ.get("WIKIFARM_BATCH_KILLS", "4"))
SLUGS = ("rennes", "brest", "quimper", "lorient")
OF_LISTS = {"comment": "comments-closed", "read": "@participants", "write": "+"}
COMMUNITIES = [a_community(slug) for slug in SLUGS]


def batch(
    url: str, folder: Path, communities: Sequence[Community], transport: Transport | None = None
) -> list[CommunityOutcome]:
    context = context_for(url, folder, transport=transport)
    context.jobs = 3
    try:
        return apply(context, communities, audit=False)
    finally:
        context.close()


def wikis(data: Path) -> State:
    """What each wiki holds in the end; models of the farm, which are there or not, apart. A list
    has the wiki's own rights, whether they were written down for it (page by page) or not.
    """
    state = _state(data)
    for slug in SLUGS:
        wiki = state["wikis"][slug]
        for tag in wiki["lists"]:
            assert wiki["rights"].pop(tag, OF_LISTS) == OF_LISTS
    return {slug: state["wikis"][slug] for slug in SLUGS}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[State, int]:
    """The wikis of a batch that nobody killed, and how many requests it took."""
    folder, asked = tmp_path_factory.mktemp("whole"), 0

    def count(_request: httpx.Request) -> None:
        nonlocal asked
        asked += 1

    with start_farm(folder / "farm") as farm:
        outcomes = batch(farm.url, folder, COMMUNITIES, Watched(count))
        assert [(one.error, one.status) for one in outcomes] == [(None, "created")] * len(SLUGS)
        return wikis(folder / "farm"), asked


def killed(url: str, folder: Path, k: int) -> bool:
    """A child of this process does the batch and dies before its k-th request."""
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            batch(url, folder, COMMUNITIES, Watched(_death_before(k, writes_only=False)))
        finally:
            os._exit(1)  # never as a second pytest
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("point", range(POINTS))
def test_a_batch_killed_anywhere_ends_the_same(
    point: int, whole: tuple[State, int], tmp_path: Path
) -> None:
    expected, asked = whole
    k = random.Random(f"{SEED}-{point}").randrange(asked)
    print(f"WIKIFARM_SEED={SEED} k={k}")  # noqa: T201 - what a failure shows
    with start_farm(tmp_path / "farm") as farm:
        assert killed(farm.url, tmp_path, k)
        again = batch(farm.url, tmp_path, COMMUNITIES)
        assert [one.error for one in again] == [None] * len(SLUGS)
        third = batch(farm.url, tmp_path, COMMUNITIES)
        assert {one.status for one in third} == {"unchanged"}
        assert wikis(tmp_path / "farm") == expected


def test_a_full_disk_is_told_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """No file of more than 2,000 bytes: the journal of a batch is longer, what is learned too."""
    with start_farm(tmp_path / "farm") as farm:
        child = os.fork()
        if child == 0:
            told = False
            try:
                resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
                failed = batch(farm.url, tmp_path, COMMUNITIES[:1])
                told = isinstance(failed[0].error, LocalStorage)
            finally:
                os._exit(0 if told else 1)
        assert os.waitpid(child, 0)[1] == 0
        again = batch(farm.url, tmp_path, COMMUNITIES[:1])
        assert [one.error for one in again] == [None]
        assert batch(farm.url, tmp_path, COMMUNITIES[:1])[0].status == "unchanged"

"""kill -9 again and again in a batch that does several communities at once, then the same command.

`WIKIFARM_BATCH_KILLS` times (6 unless given), in batches of `WIKIFARM_BATCH` communities (3 unless
given), at points drawn from `WIKIFARM_SEED`: each batch is killed some ten times before it ends.
A tenth as many again in batches that two computers do at once, each its own communities.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import SEED
from tests.operations.conftest import a_community, context_for, start_farm
from tests.operations.deaths import NEVER, Mortal, State, born, died, state, was_killed, watched
from wikifarm.blueprint.manifest.community import Community
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.workplace import farm_turn
from wikifarm.transport import Transport

KILLS = int(os.environ.get("WIKIFARM_BATCH_KILLS", "6"))
SIZE = int(os.environ.get("WIKIFARM_BATCH", "3"))
AUDIT = os.environ.get("WIKIFARM_BATCH_AUDIT", "") == "1"
COMMUNITIES = [
    replace(a_community(f"commune{number:02}"), name=f"Commune {number:02}")
    for number in range(SIZE)
]
DEATHS = 10  # in the life of a batch, or so


def batch(
    url: str, folder: Path, communities: Sequence[Community], wire: Transport | None = None
) -> list[CommunityOutcome]:
    context = context_for(url, folder, transport=wire)
    context.jobs = 3
    try:
        return apply(context, communities, audit=AUDIT)
    finally:
        context.close()


def failed(outcomes: Sequence[CommunityOutcome]) -> list[str]:
    return [f"{each.slug}: {each.error.message}" for each in outcomes if each.error is not None]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[State, int]:
    """What a batch that nobody killed ends in, and how many points it has."""
    folder, mortal = tmp_path_factory.mktemp("whole"), Mortal()

    def work() -> None:
        outcomes = batch(farm.url, folder, COMMUNITIES, mortal)
        assert failed(outcomes) == []
        assert {each.status for each in outcomes} == {"created"}

    with start_farm(folder / "farm") as farm:
        watched(mortal, work)
        return state(folder / "farm"), len(mortal.points)


def doing(url: str, folder: Path, communities: Sequence[Community], k: int) -> int:
    """A child that does the batch, unless it dies before."""
    mortal = Mortal(k)

    def work() -> bool:
        return not failed(batch(url, folder, communities, mortal))

    return born(mortal, work)


def ends_the_same(
    url: str, folders: Sequence[tuple[Path, Sequence[Community]]], data: Path, expected: State
) -> None:
    for folder, communities in folders:
        third = batch(url, folder, communities)
        assert failed(third) == []
        assert {each.status for each in third} == {"unchanged"}
    assert state(data) == expected


def lives(kills: int, deaths: Callable[[int], int]) -> None:
    """Batches one after the other until so many runs were killed; `deaths` answers those of one."""
    number = 0
    while kills > 0:
        kills -= deaths(number)
        number += 1


def test_a_batch_killed_anywhere_ends_the_same(whole: tuple[State, int], tmp_path: Path) -> None:
    expected, points = whole

    def deaths(number: int) -> int:
        draw = random.Random(f"{SEED}-{number}")
        folder, ks = tmp_path / str(number), []
        with start_farm(folder / "farm") as farm:
            alive = False
            while not alive:
                ks.append(draw.randrange(2 * points // min(DEATHS, KILLS)))
                print(f"WIKIFARM_SEED={SEED} batch {number}: killed at {ks}")  # noqa: T201
                alive = not died(doing(farm.url, folder, COMMUNITIES, ks[-1]))
            ends_the_same(farm.url, [(folder, COMMUNITIES)], folder / "farm", expected)
        return len(ks) - 1

    lives(KILLS, deaths)


def test_two_computers_at_once_killed_anywhere_end_the_same(
    whole: tuple[State, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them waits for the other; of which the run that was killed is healed by the next."""
    monkeypatch.setattr(farm_turn, "pause", lambda seconds: time.sleep(seconds / 10))
    expected, points = whole
    halves = COMMUNITIES[: SIZE // 2], COMMUNITIES[SIZE // 2 :]

    def deaths(number: int) -> int:
        draw = random.Random(f"{SEED}-{number} two")
        place = tmp_path / str(number)
        computers = [(place / name, half) for name, half in zip("ab", halves, strict=True)]
        with start_farm(place / "farm") as farm:
            ks = [draw.randrange(points // 2) for _computer in computers]
            print(f"WIKIFARM_SEED={SEED} pair {number}: killed at {ks}")  # noqa: T201
            going = {
                doing(farm.url, *computer, k): computer
                for computer, k in zip(computers, ks, strict=True)
            }
            killed = 0
            while going:
                child, status = os.wait()
                computer = going.pop(child)
                if was_killed(status):
                    killed += 1
                    going[doing(farm.url, *computer, NEVER)] = computer
            ends_the_same(farm.url, computers, place / "farm", expected)
        return max(1, killed)

    lives(max(1, KILLS // 10), deaths)

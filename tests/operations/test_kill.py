"""kill -9 anywhere in one community, then the same command: the same end, nothing twice.

Both ways of making a wiki: page by page, and from a model of the farm. `WIKIFARM_KILL_EVERY=1`
tries every point (tests/operations/deaths.py); without it one in some is tried, drawn from
`WIKIFARM_SEED`: another each time unless it is given. A test that fails shows it.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import SEED
from tests.operations.conftest import PASSWORD, a_community, context_for
from tests.operations.deaths import Mortal, State, born, died, state, watched
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.rehearsal import RehearsalSettings, RunningFarm
from wikifarm.transport import Transport

EVERY = int(os.environ.get("WIKIFARM_KILL_EVERY", "40"))
OFFSET = random.Random(SEED).randrange(EVERY)
# When there are many, workers (`-n`) share them: a share tries one of its own in each STRIDE.
SHARES = max(1, 8 // EVERY)
STRIDE = EVERY * SHARES
OF_EACH_RUN = re.compile(r"api/login|ParametresUtilisateur|wikifarm-run|triples\b")
OTHERS = {"page by page": (), "from a model": ("brest", "vannes")}  # made on the farm before


def run(
    url: str, folder: Path, slug: str = "rennes", *, audit: bool, wire: Transport | None = None
) -> CommunityOutcome:
    context = context_for(url, folder, transport=wire)
    try:
        return apply(context, [a_community(slug)], audit=audit)[0]
    finally:
        context.close()


def killed(url: str, folder: Path, k: int, *, audit: bool = False) -> bool:
    """A creation that is killed at a point; False where it ended before."""
    mortal = Mortal(k, reads=not audit)
    return died(born(mortal, lambda: run(url, folder, audit=audit, wire=mortal).error is None))


def writes(requests: Sequence[tuple[str, str, str]]) -> Counter[str]:
    """How often each thing was asked to be written; a new run says anew who it is."""
    asked = (address for method, address, _who in requests if method == "POST")
    return Counter(
        re.sub(r"wikifarm-run-\w+", "RUN", each) for each in asked if not OF_EACH_RUN.search(each)
    )


@dataclass
class Ground:
    """A farm and a computer to begin each trial from, always at the same address: what the computer
    knows goes by it. `expected` is what a run that nobody killed ends in, `points` its points."""

    folder: Path
    audit: bool
    port: int = 0
    expected: State = field(default_factory=dict)
    points: list[str] = field(default_factory=list)
    writes: Counter[str] = field(default_factory=Counter)
    sentinels: int = 0  # the first point at which somebody is signed up for the audit

    def farm(self, place: Path) -> RunningFarm:
        settings = RehearsalSettings(data=place / "farm", password=PASSWORD)
        farm = RunningFarm(settings, port=self.port)
        self.port = int(farm.url.rstrip("/").rsplit(":", 1)[1])
        return farm

    def prepare(self, others: tuple[str, ...]) -> None:
        """Makes the other communities, then looks at a run that nobody kills."""
        with self.farm(self.folder / "before") as farm:
            for slug in others:
                assert run(farm.url, self.folder / "before", slug, audit=False).error is None
        place = self.begin("whole")
        mortal = Mortal(reads=not self.audit)
        with self.farm(place) as farm:
            watched(mortal, lambda: self._goes_well(farm.url, place, mortal))
            self.writes = writes(farm.requests)
        self.expected, self.points = state(place / "farm"), mortal.points
        signed = (k for k, body in enumerate(mortal.bodies) if b"WikifarmTemoin" in body)
        first = next(signed, 0)
        posts = [k for k, what in enumerate(self.points) if what.startswith("POST")]
        self.sentinels = posts[first]

    def _goes_well(self, url: str, place: Path, mortal: Mortal) -> None:
        outcome = run(url, place, audit=self.audit, wire=mortal)
        assert outcome.error is None, outcome.error.message

    def begin(self, name: str) -> Path:
        """A copy of what was there before."""
        return Path(shutil.copytree(self.folder / "before", self.folder / name))

    def kill_at(self, k: int) -> None:
        """Kills a run at a point and gives its command again."""
        place = self.begin(str(k))
        told = f"{k} of {len(self.points)}: {self.points[k]}"
        with self.farm(place) as farm:
            assert killed(farm.url, place, k, audit=self.audit), told
            outcome = run(farm.url, place, audit=self.audit)
            assert outcome.error is None, (told, outcome.error.message)
            again = writes(farm.requests) - self.writes
        assert state(place / "farm") == self.expected, told
        # An audit that was cut off proves nothing: its questions are asked again, all of them.
        assert self.audit or again.total() <= 1, (told, again)
        shutil.rmtree(place)


@pytest.fixture(scope="module", params=OTHERS)
def creating(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    ground = Ground(tmp_path_factory.mktemp("created"), audit=False)
    ground.prepare(OTHERS[request.param])
    yield ground


@pytest.fixture(scope="module")
def auditing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    ground = Ground(tmp_path_factory.mktemp("audited"), audit=True)
    ground.prepare(())
    yield ground


@pytest.fixture(autouse=True)
def _seed() -> None:
    """What a test that fails shows."""
    sys.stdout.write(f"WIKIFARM_SEED={SEED} WIKIFARM_KILL_EVERY={EVERY}\n")


@pytest.mark.parametrize("share", range(SHARES))
def test_a_creation_killed_anywhere_ends_the_same(share: int, creating: Ground) -> None:
    tried = range(OFFSET + share * EVERY, len(creating.points), STRIDE)
    assert len(tried) >= 60 // STRIDE
    for k in tried:
        creating.kill_at(k)


@pytest.mark.parametrize("share", range(SHARES))
def test_an_audit_killed_before_any_write_leaves_no_sentinel(share: int, auditing: Ground) -> None:
    """The writes of the audit are the last of a run: from the first sign-up to the clean-up."""
    first = auditing.sentinels
    tried = range(first + OFFSET + share * EVERY, len(auditing.points), STRIDE)
    assert len(tried) >= 1
    for k in tried:
        auditing.kill_at(k)

"""What a trial begins with: a farm and a computer, copied anew for each of many trials."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.operations.conftest import PASSWORD, a_community, context_for
from tests.operations.deaths import Mortal, State, born, died, state, watched
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.rehearsal import RehearsalSettings, RunningFarm
from wikifarm.transport import Transport

OF_EACH_RUN = re.compile(
    r"api/login|(?:ParametresUtilisateur|PagePrincipale)$|wikifarm-run|triples\b"
)


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

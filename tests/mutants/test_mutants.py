"""Every right opened, every means of the audit spoilt: `verify` never says that nobody is seen.

A few, drawn from `WIKIFARM_SEED`, each looked at by the whole of `verify`. `WIKIFARM_MUTANTS` says
how many; with `all`, every mutant of every scene is looked at, by what `verify` reads first and,
where that tells nothing, by all that it asks. The table says what came of each scene.

On a live farm (see CONTRIBUTING.md), those that `WIKIFARM_MUTANTS` says: of the questions, those
alone are asked by which the same mutant was seen on the rehearsal farm.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.conftest import SEED
from tests.contract.conftest import LIVE
from tests.mutants.hunt import TABLE, Hunt, Look, Verdict
from tests.mutants.means import faults
from tests.mutants.openings import Mutant
from tests.mutants.scenes import Scene, Stage, rehearsed, scenes
from wikifarm import transport
from wikifarm.errors import Exit
from wikifarm.operations.workplace.context import FarmSettings
from wikifarm.rehearsal import DIALECTS

ASKED = os.environ.get("WIKIFARM_MUTANTS", "10")
ALL = ASKED == "all"
EACH = 2  # mutants of a scene that the whole of `verify` looks at
SCENES = scenes()
WHOLE = next(scene for scene in SCENES if scene.modules == "all")
Told = Callable[[str, object], None]


def _drawn() -> list[Scene]:
    count = len(SCENES) if ALL else max(1, int(ASKED) // EACH)
    return SCENES if count >= len(SCENES) else random.Random(SEED).sample(SCENES, count)


@pytest.fixture
def hunt(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hunt]:
    """A scene on a farm of its own, with its people."""
    with rehearsed(request.param, tmp_path) as stage:
        yield Hunt(stage)


@pytest.mark.parametrize("hunt", _drawn(), ids=str, indirect=True)
def test_an_opened_right_is_found(hunt: Hunt, record_property: Told) -> None:
    assert hunt.verified().exit_status == Exit.DONE, "nothing is opened yet"
    few = random.Random(f"{SEED} {hunt.stage.scene}").sample(hunt.mutants, EACH)

    def look(mutant: Mutant) -> Look:
        first = hunt.verified(only=()) if mutant not in few else None
        return hunt.verified() if first is None or first.exit_status == Exit.DONE else first

    tally = hunt.over(hunt.mutants if ALL else few, look)
    record_property(TABLE, tally.told())
    assert tally.named(Verdict.MISSED) == []


FAULTS = dict(faults())


@pytest.mark.parametrize("hunt", [WHOLE], ids=str, indirect=True)
def test_a_spoilt_audit_is_never_green(hunt: Hunt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport._again, "sleep", lambda _seconds: None)
    green = []
    for name in FAULTS if ALL else random.Random(SEED).sample(list(FAULTS), int(ASKED)):
        hunt.stage.put_back()
        spoilt = FAULTS[name](hunt.stage.transport)
        if hunt.verified(transport=spoilt).exit_status == Exit.DONE and spoilt.spoilt:
            green.append(name)
    assert green == []


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Stage]:
    """A community of its own on the live farm, removed at the end."""
    settings = FarmSettings(
        LIVE, os.environ["WIKIFARM_FARM_ADMIN"], os.environ["WIKIFARM_FARM_PASSWORD"]
    )
    community = replace(WHOLE.community, slug=f"wf-essai-{secrets.token_hex(4)}")
    scene = replace(WHOLE, dialect="live", community=community)
    stage = Stage(scene, settings, tmp_path / "live", httpx.HTTPTransport())
    try:
        stage.make()
        yield stage
    finally:
        farm = stage.context().farm
        made = farm.find(community.slug)
        if made is not None:
            farm.delete(made)


@pytest.mark.skipif(not LIVE, reason="no live farm: WIKIFARM_E2E_FARM is not set")
def test_an_opened_right_is_found_on_a_live_farm(
    live: Stage, tmp_path: Path, record_property: Told
) -> None:
    spoken = live.run().site.capabilities.dialect.value
    assert spoken in DIALECTS
    twin = next(scene for scene in SCENES if (scene.dialect, scene.modules) == (spoken, "all"))
    with rehearsed(twin, tmp_path / "twin") as stage:
        rehearsal, real = Hunt(stage), Hunt(live)
        assert real.verified().exit_status == Exit.DONE, "nothing is opened yet"
        known = [mutant for mutant in real.mutants if mutant in rehearsal.mutants]
        few = random.Random(SEED).sample(known, int(ASKED) if ASKED != "all" else len(known))

        def look(mutant: Mutant) -> Look:
            with rehearsal.opened(mutant):
                ways = rehearsal.verified().ways
            return real.verified(only=ways)

        tally = real.over(few, look)
    record_property(TABLE, tally.told())
    assert tally.named(Verdict.MISSED) == []

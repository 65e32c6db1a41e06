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
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.blueprints import ATELIER
from tests.conftest import SEED
from tests.contract.conftest import LIVE
from tests.mutants.hunt import TABLE, Hunt, Look, Verdict
from tests.mutants.means import faults
from tests.mutants.openings import Mutant
from tests.mutants.scenes import Scene, Stage, rehearsed, scenes
from wikifarm import transport
from wikifarm.errors import Exit
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.workplace.context import FarmSettings
from wikifarm.rehearsal import DIALECTS

ASKED = os.environ.get("WIKIFARM_MUTANTS", "10")
ALL = ASKED == "all"
WAYS = 4  # in, that are asked about a mutant of a live farm
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
        first = hunt.verified(asking=False) if mutant not in few else None
        return hunt.verified() if first is None or first.exit_status == Exit.DONE else first

    tally = hunt.over(hunt.mutants if ALL else few, look)
    record_property(TABLE, tally.told())
    assert tally.named(Verdict.MISSED) == []


FAULTS = dict(faults())


@pytest.mark.parametrize("hunt", [WHOLE], ids=str, indirect=True)
def test_a_spoilt_audit_is_never_green(hunt: Hunt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport._again, "sleep", lambda _seconds: None)
    assert hunt.verified().exit_status == Exit.DONE
    ticked = hunt.stage.ticks()
    green = []
    for name in FAULTS if ALL else random.Random(SEED).sample(list(FAULTS), int(ASKED)):
        hunt.stage.put_back()
        spoilt = FAULTS[name](hunt.stage.transport)
        look, ticks = hunt.verified(transport=spoilt), hunt.stage.ticks()
        if spoilt.spoilt and (look.exit_status == Exit.DONE or ticks >= ticked):
            green.append(name)
    assert green == []


def test_a_form_of_people_that_is_not_said_to_be_one_is_no_green_audit(tmp_path: Path) -> None:
    """Somebody takes it out of `who:`, in a copy of the blueprint."""
    scene = next(scene for scene in SCENES if scene.blueprint == "atelier")
    with rehearsed(scene, tmp_path / "made") as stage:
        assert stage.ticks() > 0
        copy = shutil.copytree(ATELIER, tmp_path / "atelier")
        whole = (copy / "blueprint.yml").read_text("utf-8")
        (copy / "blueprint.yml").write_text(whole.replace("    loans: {}\n", "", 1), "utf-8")
        community = replace(scene.community, blueprint=str(copy))
        (outcome,) = verify(stage.context(), [community])
        assert outcome.error is not None
        assert "loans" in " ".join(failure.message for failure in outcome.failures)
        assert stage.ticks() == 0


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
        known = [mutant for mutant in real.mutants if mutant in rehearsal.mutants]
        few = known if ALL else random.Random(SEED).sample(known, int(ASKED))
        with real.watched() as watching:
            assert watching(()).exit_status == Exit.DONE, "nothing is opened yet"

            def look(mutant: Mutant) -> Look:
                with rehearsal.opened(mutant):
                    ways = sorted(rehearsal.verified().ways)
                return watching(ways[:WAYS])

            tally = real.over(few, look)
    record_property(TABLE, tally.told())
    assert tally.named(Verdict.MISSED) == []

"""Every right opened, every means of the audit spoilt: `verify` never says that nobody is seen.

A few, drawn from `WIKIFARM_SEED`, unless `WIKIFARM_MUTANTS` is `all`, or a number for each of the
two; then the table says what came of each, scene by scene.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import SEED
from tests.mutants.hunt import TABLE, Hunt, Verdict
from tests.mutants.means import faults
from tests.mutants.openings import Mutant
from tests.mutants.scenes import Scene, rehearsed, scenes
from wikifarm import transport
from wikifarm.errors import Exit

ASKED = os.environ.get("WIKIFARM_MUTANTS", "16")
ALL = ASKED == "all"
EACH = 2  # mutants of a scene, in a sample
SCENES = scenes()


def _drawn() -> list[Scene]:
    count = len(SCENES) if ALL else max(1, int(ASKED) // EACH)
    return SCENES if count >= len(SCENES) else random.Random(SEED).sample(SCENES, count)


@pytest.fixture
def hunt(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hunt]:
    """A scene on a farm of its own, with its people."""
    with rehearsed(request.param, tmp_path) as stage:
        yield Hunt(stage)


@pytest.mark.parametrize("hunt", _drawn(), ids=str, indirect=True)
def test_an_opened_right_is_found(
    hunt: Hunt, record_property: Callable[[str, object], None]
) -> None:
    assert hunt.verified() == (Exit.DONE, ""), "nothing is opened yet"
    # Until the audit compares rights with the blueprint's, it promises to see entries alone.
    chosen = hunt.mutants if ALL else [each for each in hunt.mutants if _sees_entries(each)]
    if not ALL:
        chosen = random.Random(f"{SEED} {hunt.stage.scene}").sample(chosen, EACH)
    tally = hunt.over(chosen)
    record_property(TABLE, tally.told())
    assert tally.named(Verdict.MISSED) == []


def _sees_entries(mutant: Mutant) -> bool:
    return mutant.kind == "form" and mutant.right == "read"


# Until every answer is told from a portal's: what spoils a whole role, and pages.
FAULTS = {name: fault for name, fault in faults() if ALL or name.endswith(("any", "page"))}
FEW = list(FAULTS) if ALL else random.Random(SEED).sample(list(FAULTS), int(ASKED))


@pytest.mark.parametrize("hunt", [scene for scene in SCENES if scene.modules == "all"][:1],
                         ids=str, indirect=True)  # fmt: skip
def test_a_spoilt_audit_is_never_green(hunt: Hunt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport._again, "sleep", lambda _seconds: None)
    green = []
    for name in FEW:
        hunt.stage.put_back()
        spoilt = FAULTS[name](hunt.stage.transport)
        status, _words = hunt.verified(spoilt)
        if status == Exit.DONE and spoilt.spoilt:
            green.append(name)
    assert green == []

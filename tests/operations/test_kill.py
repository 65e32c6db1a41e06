"""kill -9 anywhere in one community, then the same command: the same end, nothing twice.

Both ways of making a wiki: page by page, and from a model of the farm. `WIKIFARM_KILL_EVERY=1`
tries every point (tests/operations/deaths.py); without it one in some is tried, drawn from
`WIKIFARM_SEED`: another each time unless it is given. A test that fails shows it.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator

import pytest

from tests.conftest import SEED
from tests.operations.ground import Ground

EVERY = int(os.environ.get("WIKIFARM_KILL_EVERY", "40"))
OFFSET = random.Random(SEED).randrange(EVERY)
# When there are many, workers (`-n`) share them: a share tries one of its own in each STRIDE.
SHARES = max(1, 8 // EVERY)
STRIDE = EVERY * SHARES
OTHERS = {"page by page": (), "from a model": ("brest", "vannes")}  # made on the farm before


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

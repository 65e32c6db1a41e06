"""Each request of a creation met by each fault of a real network: the next run ends the same.

`WIKIFARM_FAULT_EVERY=1` tries every fault at every request; without it one trial in a few hundred
is made, drawn from `WIKIFARM_SEED`. A test that fails shows it.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import SEED
from tests.fault_proxy import FAULTS, FaultProxy
from tests.operations.conftest import a_community, context_for
from tests.operations.deaths import state
from tests.operations.ground import Ground, run, writes
from wikifarm import transport
from wikifarm.errors import Exit, Unforeseen, WikifarmError
from wikifarm.operations.apply import apply

EVERY = int(os.environ.get("WIKIFARM_FAULT_EVERY", "200"))
PATIENCE = 0.7  # seconds that the client waits for an answer


def through(proxy: FaultProxy, url: str, place: Path) -> WikifarmError | None:
    """A creation, every request of it by the proxy."""
    context = context_for(url, place, transport=httpx.HTTPTransport(proxy=proxy.url))
    context.network.timeout = PATIENCE if proxy.fault == "silence after" else 60.0
    try:
        return apply(context, [a_community()], audit=False)[0].error
    finally:
        context.close()


@pytest.fixture(scope="module")
def creating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    sys.stdout.write(f"WIKIFARM_SEED={SEED} WIKIFARM_FAULT_EVERY={EVERY}\n")
    ground = Ground(tmp_path_factory.mktemp("network"), audit=False)
    ground.prepare(("brest", "vannes"))
    with pytest.MonkeyPatch.context() as patch:
        for again in (transport._again, transport._after_refusal):
            patch.setattr(again, "sleep", lambda _seconds: None)
        yield ground


def test_every_fault_of_the_network_is_gone_at_the_next_run(creating: Ground) -> None:
    place = creating.begin("watched")
    with creating.farm(place) as farm, FaultProxy() as proxy:
        assert through(proxy, farm.url, place) is None
        asked = list(proxy.asked)
    assert state(place / "farm") == creating.expected
    every = [(k, fault) for k in range(len(asked)) for fault in FAULTS]
    random.Random(SEED).shuffle(every)
    for k, fault in every[::EVERY]:
        _one_fault(creating, k, fault, f"{k} of {len(asked)}, {asked[k]}: {fault}")


def _one_fault(ground: Ground, k: int, fault: str, told: str) -> None:
    place = ground.begin("trial")
    with ground.farm(place) as farm:
        with FaultProxy(k, fault) as proxy:
            error = through(proxy, farm.url, place)
        assert len(proxy.asked) > k, f"nothing was spoilt: {told}"
        if error is not None:
            assert not isinstance(error, Unforeseen), (told, error.message)
            assert error.exit in (Exit.FAILED, Exit.SERVER, Exit.REFUSED), (told, error)
            assert error.message, told
        outcome = run(farm.url, place, audit=False)
        assert outcome.error is None, (told, outcome.error.message)
        again = writes(farm.requests) - ground.writes
    assert state(place / "farm") == ground.expected, told
    assert again.total() <= 1, (told, again)
    shutil.rmtree(place)


@pytest.mark.parametrize("which", [0, 1], ids=["before the form", "before the creation"])
def test_a_farm_that_forgot_who_is_logged_in_makes_a_wiki_that_somebody_owns(
    creating: Ground, which: int
) -> None:
    place = creating.begin(f"forgotten-{which}")
    with creating.farm(place) as farm, FaultProxy() as proxy:
        assert through(proxy, farm.url, place) is None
        shown = [k for k, (_, url) in enumerate(proxy.asked) if "action=saisir_fiche" in url]
    _one_fault(creating, shown[which], "login lost", "the form of the farm, or what it sends")

"""A login of before: kept for its owner alone, given up at the first doubt, never needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.operations.conftest import Fresh, a_community, context_for, start_farm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.model import Acquaintance, Capabilities, Cookie, Dialect
from wikifarm.operations.apply import apply
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.acquaintances import Acquaintances
from wikifarm.rehearsal import snapshot

KNOWN = Acquaintance(
    "WikiAdmin",
    (Cookie("token", "secret", "ferme.example.org", "/rennes/"),),
    "4.5.0",
    Capabilities(Dialect.D45, group_write=True),
)


def test_what_is_kept_comes_back_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    Acquaintances(tmp_path).keep("rennes", KNOWN)
    assert Acquaintances(tmp_path).of("rennes") == KNOWN
    assert Acquaintances(tmp_path).of("brest") is None
    (path,) = (tmp_path / "entered").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert "secret" not in repr(KNOWN)


def test_nothing_is_kept_beside_a_keyring(tmp_path: Path) -> None:
    Acquaintances(tmp_path, keeps=False).keep("rennes", KNOWN)
    assert not (tmp_path / "entered").exists()
    Acquaintances(tmp_path).keep("rennes", KNOWN)
    assert Acquaintances(tmp_path, keeps=False).of("rennes") is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"name": "a"}', '{"cookies": 3}', "\x00", '{"cookies": [1]}']
)
def test_a_spoilt_one_is_none(text: str, tmp_path: Path) -> None:
    Acquaintances(tmp_path).keep("rennes", KNOWN)
    (tmp_path / "entered" / "rennes.json").write_text(text)
    assert Acquaintances(tmp_path).of("rennes") is None


def test_a_full_disk_costs_a_login_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wikifarm.operations.workplace.acquaintances.write_whole", full)
    Acquaintances(tmp_path).keep("rennes", KNOWN)
    assert Acquaintances(tmp_path).of("rennes") is None


def test_an_unchanged_community_costs_four_requests_and_writes_nothing(tmp_path: Path) -> None:
    communities = [a_community("rennes"), a_community("brest")]
    with start_farm(tmp_path / "farm") as farm:
        apply(context_for(farm.url, tmp_path), communities, audit=False)
        before = snapshot(tmp_path / "farm")
        for verb in (plan, apply):
            context = context_for(farm.url, tmp_path)
            outcomes = verb(context, communities, audit=False)
            assert [each.status for each in outcomes] == ["unchanged", "unchanged"]
            # None is the farm's, neither a login nor the list of its wikis.
            traffic = context.network.traffic
            assert (traffic.get, traffic.post) == (2 * 4, 0)
        assert snapshot(tmp_path / "farm") == before


def test_a_login_that_no_longer_holds_is_made_again(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    apply(fresh(), [rennes], audit=False)
    (path,) = tmp_path.rglob("entered/rennes.json")
    kept = json.loads(path.read_text())
    for cookie in kept["cookies"]:
        cookie["value"] = f"{cookie['value'][:-4]}zzzz"
    path.write_text(json.dumps(kept))
    (outcome,) = plan(fresh(), [rennes], audit=False)
    assert (outcome.error, outcome.status) == (None, "unchanged")
    assert json.loads(path.read_text()) != kept


def test_another_release_is_asked_what_it_can_do(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    apply(fresh(), [rennes], audit=False)
    (path,) = tmp_path.rglob("entered/rennes.json")
    kept = json.loads(path.read_text())
    path.write_text(json.dumps({**kept, "release": "4.0.0"}))
    gets = plan(fresh(), [rennes])[0].get
    path.write_text(json.dumps(kept))
    assert gets > plan(fresh(), [rennes])[0].get

"""The file of advisories: the newer one is used, a bad one changes nothing, no host is asked."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from wikifarm.advisories.catalogue import KEPT, catalogue, shipped
from wikifarm.errors import InvalidInput
from wikifarm.operations.known_holes import list_advisories, update


def whole() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(shipped().model_dump_json(by_alias=True))
    return value


def written(folder: Path, value: object) -> Path:
    path = folder / "given.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return path


def test_a_newer_file_is_kept_for_its_owner_and_used(tmp_path: Path) -> None:
    newer = whole() | {"date": "2027-01-31"}
    state = tmp_path / "state"
    answer = update(state, written(tmp_path, newer))
    assert answer.data["kept"] == str(state / KEPT)
    assert stat.S_IMODE((state / KEPT).stat().st_mode) == 0o600
    assert catalogue(state).date == "2027-01-31"
    told = list_advisories(state)
    assert "2027-01-31" in told.messages[0]
    assert len(told.data["advisories"]) == len(newer["advisories"])


def test_an_older_file_is_not_kept(tmp_path: Path) -> None:
    older = whole() | {"date": "2020-01-31"}
    answer = update(tmp_path / "state", written(tmp_path, older))
    assert answer.data["kept"] == ""
    assert "2020-01-31" in answer.messages[0]
    assert not (tmp_path / "state").exists()


def test_the_package_wins_over_a_kept_file_that_is_older(tmp_path: Path) -> None:
    (tmp_path / KEPT).write_text(json.dumps(whole() | {"date": "2020-01-31"}), "utf-8")
    assert catalogue(tmp_path) == shipped()


def spoilt() -> list[Any]:
    value = whole()
    row = value["advisories"][0]
    return [
        "",
        "{",
        "[]",
        value | {"schema": "wikifarm/advisories/2"},
        value | {"date": "yesterday"},
        value | {"advisories": []},
        value | {"advisories": [row | {"severity": "awful"}]},
        value | {"advisories": [row | {"fixed": "soon"}]},
        value | {"advisories": [row | {"can": {"fr": "tout lire"}}]},
        value | {"advisories": [row | {"source": []}]},
        value | {"advisories": [row | {"unknown": 1}]},
    ]


@pytest.mark.parametrize("number", range(len(spoilt())))
def test_a_bad_file_is_refused_whole(number: int, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        update(tmp_path / "state", written(tmp_path, spoilt()[number]))
    assert {problem.code for problem in refused.value.problems} == {"bad-advisories"}
    assert refused.value.where.startswith(str(tmp_path / "given.json"))
    assert not (tmp_path / "state").exists()


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    value = whole()
    value["advisories"][3]["severity"] = "awful"
    value["advisories"][5]["people"] = 3
    with pytest.raises(InvalidInput) as refused:
        update(tmp_path, written(tmp_path, value))
    told = " ".join(problem.message for problem in refused.value.problems)
    assert "advisories.3.severity" in told
    assert "advisories.5.people" in told


def test_a_kept_file_that_was_spoilt_is_told_and_can_be_replaced(tmp_path: Path) -> None:
    (tmp_path / KEPT).write_text("{", "utf-8")
    with pytest.raises(InvalidInput, match="JSON"):
        catalogue(tmp_path)
    update(tmp_path, written(tmp_path, whole()))
    assert catalogue(tmp_path) == shipped()

"""The rehearsal farm answers as the real farms did, question by question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wikifarm.rehearsal import RehearsalSettings, RunningFarm

from .series import Series

HERE = Path(__file__).parent


@pytest.mark.parametrize(("dialect", "version"), [("4.4", "4.4.4"), ("4.5", "4.5.0")])
def test_every_recorded_answer_is_given_again(dialect: str, version: str, tmp_path: Path) -> None:
    recorded = json.loads((HERE / f"{version}.json").read_text(encoding="utf-8"))
    settings = RehearsalSettings(tmp_path, dialect, password="motdepasse", token="cle-d-essai")
    with RunningFarm(settings) as farm:
        given = Series(farm.url, farm.password, farm.token, "wf-essai-releve").run()
    assert {name: given.get(name) for name in recorded} == recorded
    assert set(given) == set(recorded)


@pytest.mark.parametrize("version", ["4.4.4", "4.5.0"])
def test_what_is_recorded_holds_no_address_nor_secret(version: str) -> None:
    text = (HERE / f"{version}.json").read_text(encoding="utf-8")
    for word in ("127.0.0.1", "localhost", "$2y$", "Bearer", "a=recover&", "/work", "/var"):
        assert word not in text, word

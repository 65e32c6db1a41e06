"""The base as a file for a facilitator's computer."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from wikifarm.errors import InvalidInput
from wikifarm.operations.participants.export_people import ExportedPeople, export

from .conftest import FORMULA, Town


def exported(town: Town, file: Path, *, as_json: bool = False) -> Path:
    outcome = export(town.context(), town.community, file, as_json=as_json).outcome
    assert isinstance(outcome, ExportedPeople)
    assert (outcome.people, outcome.file) == (5, str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    return file


def test_a_sheet_with_consents_and_no_formula(town: Town, tmp_path: Path) -> None:
    text = exported(town, tmp_path / "deep" / "people.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    ada, bob = rows[0], rows[1]
    assert (ada["account"], ada["e-mail"], ada["state"]) == (
        "AdaL", "ada@example.org", "waits to be welcomed",
    )  # fmt: skip
    assert ada["J’accepte d’apparaître sur la carte du groupe, au niveau de ma commune"] == "no"
    assert ada["Qui êtes-vous, qu’est-ce qui vous amène ?"] == "J’ai envie d’apprendre."
    assert bob["Structure"] == "'" + FORMULA


def test_a_file_for_programs_says_the_same(town: Town, tmp_path: Path) -> None:
    told = json.loads(exported(town, tmp_path / "people.json", as_json=True).read_text("utf-8"))
    assert told["format"] == "wikifarm/participants/1"
    ada = told["people"][0]
    assert (ada["email"], ada["consents"]["bf_charte"]) == ("ada@example.org", "yes")
    assert ada["cards"][0]["answers"]["bf_nom"] == "Lovelace"
    assert told["people"][1]["cards"][0]["answers"]["bf_structure"] == FORMULA


def test_no_file_is_written_over(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("notes")
    with pytest.raises(InvalidInput) as taken:
        export(town.context(), town.community, file)
    assert taken.value.problems[0].code == "file-exists"
    assert "move away" in taken.value.problems[0].hint  # nobody had given it a name
    assert file.read_text() == "notes"

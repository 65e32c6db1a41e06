"""Init: a folder ready to work in, and nothing ever written over."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path

import pytest

from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.errors import InvalidInput, LocalStorage
from wikifarm.i18n import language, speak
from wikifarm.operations.init import EXAMPLE, EXAMPLE_SHEET, init
from wikifarm.operations.workplace.context import FarmSettings
from wikifarm.operations.workplace.settings import Flags, load


def test_a_new_folder(tmp_path: Path) -> None:
    found = init(tmp_path / "new")
    assert [one["made"] for one in found.data["files"]] == [True] * 4
    assert (tmp_path / "new" / ".env").stat().st_mode & 0o777 == 0o600
    assert ".env" in (tmp_path / "new" / ".gitignore").read_text("utf-8").split()
    settings = load(Flags(), tmp_path / "new", {}, config=tmp_path)
    assert settings.warnings == ()
    assert settings.farm.url == ""


def test_what_is_written_between_the_quotes_is_read(tmp_path: Path) -> None:
    init(tmp_path)
    for name, before, after in (
        ("wikifarm.toml", '\nurl = ""\n', '\nurl = "https://ferme.example.org/"\n'),
        (".env", "PASSWORD=''", "PASSWORD='secret'"),
    ):
        text = (tmp_path / name).read_text("utf-8")
        assert text.count(before) == 1
        (tmp_path / name).write_text(text.replace(before, after), "utf-8")
    farm = load(Flags(), tmp_path, {}, config=tmp_path).farm
    found = (farm.url, farm.admin, farm.password)
    assert found == ("https://ferme.example.org/", "WikiAdmin", "secret")


def test_the_address_given_is_kept(tmp_path: Path) -> None:
    init(tmp_path, FarmSettings('https://x.org/a"b/'))
    document = tomllib.loads((tmp_path / "wikifarm.toml").read_text("utf-8"))
    assert document["farm"]["url"] == 'https://x.org/a"b/'


def test_the_example_can_be_read_but_is_not_applied_by_mistake(tmp_path: Path) -> None:
    init(tmp_path)
    example = tmp_path / "communities" / EXAMPLE
    (community,) = load_manifests([example])
    assert community.slug == "rennes"
    with pytest.raises(InvalidInput):
        load_manifests([tmp_path / "communities"])


def test_nothing_is_written_over(tmp_path: Path) -> None:
    for name in ("wikifarm.toml", ".env", ".gitignore"):
        (tmp_path / name).write_text("mine\n")
    found = init(tmp_path)
    assert [one["made"] for one in found.data["files"]] == [False, False, False, True]
    assert (tmp_path / ".env").read_text() == "mine\n"
    assert any(".env" in message for message in found.messages)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalStorage):
        init(tmp_path / "file" / "below")


@pytest.mark.parametrize("tongue", ["fr", "en"])
def test_the_model_of_a_sheet_describes_the_same_community(tmp_path: Path, tongue: str) -> None:
    before = language()
    speak(tongue)
    try:
        init(tmp_path, sheet=True)
    finally:
        speak(before)
    sheet = tmp_path / "communities" / EXAMPLE_SHEET
    assert sheet.stat().st_mode & 0o777 == 0o600
    text = sheet.read_text("utf-8")
    assert text.startswith("\ufeffadresse;nom;" if tongue == "fr" else "\ufeffslug;name;")
    assert all(f"# {name}" in text.replace('"', "") for name in text[1:].split("\n")[0].split(";"))
    described = load_manifests([tmp_path / "communities" / EXAMPLE])
    assert load_manifests([sheet]) == described
    init(tmp_path, sheet=True)
    assert sheet.read_text("utf-8") == text
    with pytest.raises(InvalidInput):
        load_manifests([tmp_path / "communities"])


def test_what_a_spreadsheet_saves_of_the_model_reads_the_same(tmp_path: Path) -> None:
    init(tmp_path, sheet=True)
    sheet = tmp_path / "communities" / EXAMPLE_SHEET
    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"), newline=""), delimiter=";"))
    saved = tmp_path / "saved.csv"
    with saved.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=",", quoting=csv.QUOTE_ALL)
        writer.writerows([*row, *[""] * (19 - len(row))] for row in rows)
    assert load_manifests([saved]) == load_manifests([sheet])

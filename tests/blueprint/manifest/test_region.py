"""What the communities of a region share, and what each says for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.blueprint.conftest import problems, write
from wikifarm.blueprint.manifest.community import Territory
from wikifarm.blueprint.manifest.reading import load_manifests, load_valid
from wikifarm.model import Module

SHEET = (
    "adresse;nom;animation;latitude;rythme;langue;liste;modules\n"
    "brest;Brest;ana@example.org;48,39;;;;\n"
    "quimper;Quimper;leo@example.org;;le jeudi;en;none;-map\n"
)
REGION = """\
territory: {latitude: 48.2, longitude: -3, zoom: 8}
mailing_list: sympa
contact: aide@example.org
rhythm: une fois par mois
language: fr
modules: [participants, map, agenda]
"""


@pytest.mark.parametrize(
    ("line", "code", "row"),
    [
        ("rythm: x", "unknown-key", 1),
        ("name: Bretagne", "unknown-key", 1),
        ("language: br", "choice", 1),
        ("mailing_list: {provider: sympa, address: a@example.org}", "unknown-key", 1),
        ("modules: [maps]", "unknown-module", 1),
        ("blueprint: nothing-like-it", "unknown-blueprint", 1),
        ("- x", "wrong-type", 1),
        ("a: [", "yaml", 2),
    ],
)
def test_a_mistake_of_the_region_is_told_once(
    tmp_path: Path, line: str, code: str, row: int
) -> None:
    region = write(tmp_path / "region.yml", line + "\n")
    path = write(tmp_path / "a.csv", SHEET.replace(";48,39;", ";;"))
    for read in (load_manifests, load_valid):
        found = problems(lambda read=read: read([path]))  # type: ignore[misc]
        assert [(each.file, each.code, each.line) for each in found] == [(str(region), code, row)]


def test_a_row_says_otherwise_or_has_what_the_region_says(tmp_path: Path) -> None:
    write(tmp_path / "region.yml", REGION)
    brest, quimper = load_manifests([write(tmp_path / "a.csv", SHEET)])
    assert brest.territory == Territory("", 48.39, -3, 8)
    assert quimper.territory == Territory("", 48.2, -3, 8)
    assert (brest.rhythm, quimper.rhythm) == ("une fois par mois", "le jeudi")
    assert (brest.language, quimper.language) == ("fr", "en")
    assert (brest.mailing_list, quimper.mailing_list) == ("sympa", "none")
    assert brest.contact == quimper.contact == "aide@example.org"
    assert brest.modules == {Module.PARTICIPANTS, Module.MAP, Module.AGENDA}
    assert quimper.modules == {Module.PARTICIPANTS, Module.AGENDA}


@pytest.mark.parametrize("said", ["-map", "[-map]", "map", "+agenda -map"])
def test_modules_said_as_in_a_sheet_are_told_how_to_say_them(tmp_path: Path, said: str) -> None:
    write(tmp_path / "region.yml", f"modules: {said}\n")
    path = write(tmp_path / "a.csv", SHEET.replace(";48,39;", ";;"))
    (mistake,) = problems(lambda: load_manifests([path]))
    assert "`modules: {map: false}`" in mistake.hint
    write(tmp_path / "region.yml", "modules: {map: false}\n")
    brest, _quimper = load_manifests([path])
    assert Module.MAP not in brest.modules


def test_a_folder_has_its_own_region_and_its_file_is_no_community(tmp_path: Path) -> None:
    manifest = "name: Rennes\nslug: {slug}\nfacilitators: [ana@example.org]\nterritory: Ici\n"
    write(tmp_path / "east" / "region.yml", "territory: {latitude: 48, longitude: -1}\n")
    write(tmp_path / "east" / "rennes.yml", manifest.format(slug="rennes"))
    write(tmp_path / "west" / "brest.yml", manifest.format(slug="brest"))
    east, west = load_manifests([tmp_path / "east", tmp_path / "west"])
    assert east.territory == Territory("Ici", 48, -1)
    assert west.territory == Territory("Ici")


def test_a_community_may_be_called_region(tmp_path: Path) -> None:
    path = write(tmp_path / "region.yml", "name: R\nslug: region\nfacilitators: [a@example.org]\n")
    assert [each.slug for each in load_manifests([path])] == ["region"]


def test_a_file_of_settings_alone_holds_no_community(tmp_path: Path) -> None:
    path = write(tmp_path / "region.yml", "language: fr\n")
    assert [each.code for each in problems(lambda: load_manifests([path]))] == ["empty"]

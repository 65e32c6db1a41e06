"""Communities from a spreadsheet."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.blueprint.conftest import problems, write
from wikifarm.blueprint.manifest.community import Facilitator, Territory
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.emails import is_email, people_in
from wikifarm.model import Module

ROW = "slug;name;facilitators\nbrest;Pays de Brest;Ana <ana@example.org>\n"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("slug;nme\nx;y\n", "unknown-key", 1, 2),
        ("slug;slug\nx;y\n", "unknown-key", 1, 2),
        ("", "empty", 0, 0),
        (ROW + 'lorient;Lorient;"Léo <leo@example.org\n', "csv", 3, 1),
        (ROW + "brest;Brest bis;Léo <leo@example.org>\n", "duplicate-slug", 3, 1),
        (ROW + "lorient;Lorient;\n", "missing-facilitator", 3, 1),
        (ROW + "lorient;Lorient;Léo <leo@example>\n", "email", 3, 3),
        (ROW + "lorient;Lorient;leo@example.org;x\n", "csv", 3, 4),
        ("slug;name;facilitators;latitude\na1;A;a@example.org;95\n", "out-of-range", 2, 4),
        ("slug;name;facilitators;modules\na1;A;a@example.org;maps\n", "unknown-module", 2, 4),
    ],
)
def test_each_mistake_stands_at_its_cell(
    tmp_path: Path, text: str, code: str, line: int, column: int
) -> None:
    path = write(tmp_path / "a.csv", text)
    found = [(one.code, one.line, one.column) for one in problems(lambda: load_manifests([path]))]
    assert found == [(code, line, column)]


def test_windows_1252_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(ROW.replace("Pays", "Pœs d’à côté").encode("cp1252"))
    (community,) = load_manifests([path])
    assert community.name == "Pœs d’à côté de Brest"


def test_bytes_of_no_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(ROW.encode() + b"x;\x81;z\n")
    (problem,) = problems(lambda: load_manifests([path]))
    assert problem.code == "encoding" and "UTF-8" in problem.hint


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods", "a.csv"])
def test_a_workbook_is_called_a_workbook(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as workbook:
        workbook.writestr("content.xml", "<x/>")
    (problem,) = problems(lambda: load_manifests([path]))
    assert problem.code == "workbook" and "CSV" in problem.hint


@pytest.mark.parametrize("before", ["\n\n", ";;;;\n", " ; ;\n,,\n"])
def test_blank_rows_before_the_names_of_columns_are_passed_over(
    tmp_path: Path, before: str
) -> None:
    path = write(tmp_path / "a.csv", before + ROW + "x y;X;leo@example.org\n")
    (problem,) = problems(lambda: load_manifests([path]))
    assert (problem.code, problem.line) == ("slug", before.count("\n") + 3)


@pytest.mark.parametrize(
    "cell",
    [
        "Ana <ana@example.org>|Léo <leo@example.org>",
        "Ana <ana@example.org>, Léo <leo@example.org>",
        "Ana <ana@example.org> ; Léo <leo@example.org> ;",
        "Ana <ana@example.org> / Léo <leo@example.org>",
        "Ana <ana@example.org>\nLéo <leo@example.org>",
        "Ana <ana@example.org> et Léo <leo@example.org>",
        "Ana ana@example.org et Léo (leo@example.org)",
    ],
)
def test_several_people_stand_in_a_cell_as_people_write_them(tmp_path: Path, cell: str) -> None:
    path = write(tmp_path / "a.csv", f'slug;name;facilitators\nbrest;Brest;"{cell}"\n')
    (community,) = load_manifests([path])
    assert community.facilitators == (
        Facilitator("Ana", "ana@example.org"), Facilitator("Léo", "leo@example.org"),
    )  # fmt: skip


def test_a_person_without_an_address_is_not_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROW.replace("Ana <", "Zoé / Ana <"))
    assert [problem.code for problem in problems(lambda: load_manifests([path]))] == ["email"]


@pytest.mark.parametrize(
    "header",
    [
        "adresse;nom;animation;Écriture;latitude;longitude;modules",
        "ADRESSE;Titre;Animation;E\u0301criture;Latitude;Longitude;Modules",
        "slug;title;facilitators;writing;latitude;longitude;modules",
        "Adresse;Nom;Animation;ecriture;latitude;longitude;modules",
    ],
)
def test_columns_have_names_in_both_languages(tmp_path: Path, header: str) -> None:
    row = "brest;Brest;ana@example.org;open;48,39°;−4,48;participants, map\n"
    (community,) = load_manifests([write(tmp_path / "a.csv", f"{header}\n{row}")])
    assert community.territory == Territory("", 48.39, -4.48)
    assert community.writing == "open"
    assert community.modules == {Module.PARTICIPANTS, Module.MAP}


@given(st.text())
def test_any_cell_gives_people_or_what_to_refuse(cell: str) -> None:
    people = people_in(cell)
    assert all(person.strip() == person and person for person in people)
    assert ("@" in "".join(people)) or not any(is_email(word) for word in cell.split())


@pytest.mark.parametrize(
    ("encoding", "delimiter", "head"),
    [
        ("utf-8", ";", ""),
        ("utf-8-sig", ",", ""),
        ("utf-16", "\t", ""),
        ("utf-8-sig", ";", "sep=;\r\n"),
    ],
)
def test_what_spreadsheets_save_is_read(
    tmp_path: Path, encoding: str, delimiter: str, head: str
) -> None:
    buffer = io.StringIO(newline="")
    buffer.write(head)
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(
        ["slug", "Name", "facilitators", "territory", "latitude", "longitude", "modules", ""]
    )
    writer.writerow(["brest", "Pays de\nBrest", "Ana <ana@example.org>|Léo <leo@example.org>",
                     "Brest", "48,39", "-4,48", "-map", ""])  # fmt: skip
    writer.writerow(["", "", "", "", "", "", "", ""])
    writer.writerow(
        ["quimper", "Quimper", "eve@example.org", "", "", "", "participants|agenda", ""]
    )
    path = tmp_path / "a.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    brest, quimper = load_manifests([path])
    assert brest.name == "Pays de Brest"
    assert brest.territory == Territory("Brest", 48.39, -4.48)
    assert brest.facilitators == (
        Facilitator("Ana", "ana@example.org"), Facilitator("Léo", "leo@example.org"),
    )  # fmt: skip
    assert Module.MAP not in brest.modules and Module.AGENDA in brest.modules
    assert quimper.facilitators == (Facilitator("eve", "eve@example.org"),)
    assert quimper.modules == {Module.PARTICIPANTS, Module.AGENDA}


def test_lines_count_those_of_the_file_after_a_cell_on_two_lines(tmp_path: Path) -> None:
    text = 'slug;name;facilitators\nbrest;"Pays\nde Brest";ana@example.org\nx y;X;leo@example.org\n'
    path = write(tmp_path / "a.csv", text)
    assert [(one.code, one.line) for one in problems(lambda: load_manifests([path]))] == [
        ("slug", 4)
    ]


def test_french_names_of_columns_and_links_are_understood(tmp_path: Path) -> None:
    text = "adresse;nom;animation;liens\nbrest;Brest;ana@example.org;Pad du mois https://pad.example/x|https://b.example\n"
    (one,) = load_manifests([write(tmp_path / "a.csv", text)])
    assert one.links == (
        ("Pad du mois", "https://pad.example/x"),
        ("https://b.example", "https://b.example"),
    )


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail_otherwise_than_by_problems(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("c") / "a.csv"
    path.write_bytes(("slug;name;facilitators\n" + text).encode("utf-8", "replace"))
    try:
        load_manifests([path])
    except Exception as error:
        assert type(error).__name__ == "InvalidInput"

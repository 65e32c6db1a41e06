"""Communities from a spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.blueprint.conftest import problems, write
from wikifarm.blueprint.manifest.community import Facilitator, Territory
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.emails import is_email, people_in, split_email
from wikifarm.model import Module

ROW = "slug;name;facilitators\nbrest;Pays de Brest;Ana <ana@example.org>\n"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("slug;nme\nxx;y\n", "unknown-key", 1, 2),
        (ROW.replace("name;f", "name;name;f").replace("st;A", "st;;A"), "unknown-key", 1, 3),
        ("", "empty", 0, 0),
        (ROW + 'lorient;Lorient;"Léo <leo@example.org\n', "csv", 3, 1),
        (ROW + "brest;Brest bis;Léo <leo@example.org>\n", "duplicate-slug", 3, 1),
        (ROW + "lorient;Lorient;\n", "missing-facilitator", 3, 1),
        (ROW + "lorient;Lorient;Léo <leo@example>\n", "email", 3, 3),
        (ROW + "lorient;Lorient;leo@example.org;x\n", "csv", 3, 4),
        ("slug;name;facilitators;latitude\na1;A;a@example.org;95\n", "out-of-range", 2, 4),
        ("slug;name;facilitators;longitude\na1;A;a@example.org;-3\n", "missing", 2, 4),
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


@pytest.mark.parametrize(
    ("encoding", "end"), [("mac_roman", "\r"), ("utf-16-le", "\n"), ("utf-16-be", "\r\n")]
)
def test_what_spreadsheets_save_without_saying_how_is_read(
    tmp_path: Path, encoding: str, end: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(ROW.replace("Pays", "Forêt").replace("\n", end).encode(encoding))
    (community,) = load_manifests([path])
    assert community.name == "Forêt de Brest"


def test_bytes_of_no_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(ROW.encode() + b"x;\x81;z\n")
    (problem,) = problems(lambda: load_manifests([path]))
    assert problem.code == "encoding" and "UTF-8" in problem.hint


def test_a_row_that_names_no_column_is_told_with_every_name(tmp_path: Path) -> None:
    for first in ("Communautés de Bretagne", "slug:name:facilitators", "brest;Brest;a@example.org"):
        path = write(tmp_path / "a.csv", f"{first}\n{ROW}")
        (problem,) = problems(lambda path=path: load_manifests([path]))  # type: ignore[misc]
        assert (problem.code, problem.line) == ("unknown-key", 1)
        assert "slug (adresse)" in problem.hint and "latitude" in problem.hint


def test_columns_that_are_absent_are_told_once_and_the_rows_are_checked(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "nom;zoom\nBrest;8\nLorient;95\nAuray;7\n")
    wrong = problems(lambda: load_manifests([path]))
    assert [(each.code, each.line) for each in wrong] == [("missing", 1), ("out-of-range", 3)]
    assert "slug (adresse), facilitators (animation)" in wrong[0].message


def test_the_names_of_the_sheet_are_those_of_the_messages(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "Adresse;Nom;Animation;Latitude\nbrest;;;nord\n")
    told = problems(lambda: load_manifests([path]))
    assert {each.code for each in told} == {"missing", "missing-facilitator", "wrong-type"}
    assert "“Nom”" in told[0].message and "merged" in told[0].hint
    assert "“Animation”" in told[1].hint
    assert told[2].message.startswith("“Latitude”")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Langue", "agenda"),
        ("admission", "ouverte"),
        ("Liste", "google"),
        ("Modules", "maps"),
        ("modèle", "nowhere"),
        ("Animation", "ana@example"),
    ],
)
def test_what_is_wrong_with_a_cell_names_the_heading_of_its_column(
    tmp_path: Path, column: str, cell: str
) -> None:
    row = {"adresse": "brest", "nom": "Brest", "Animation": "ana@example.org"} | {column: cell}
    path = write(tmp_path / "a.csv", f"{';'.join(row)}\n{';'.join(row.values())}\n")
    (problem,) = problems(lambda: load_manifests([path]))
    assert problem.message.startswith(f"column “{column}”: ") and cell in problem.message


def test_somebody_under_no_name_of_a_column_is_not_passed_over(tmp_path: Path) -> None:
    text = "slug;name;facilitators;\nbrest;Brest;ana@example.org;leo@example.org\n"
    (problem,) = problems(lambda: load_manifests([write(tmp_path / "a.csv", text)]))
    assert (problem.code, problem.line, problem.column) == ("csv", 2, 4)


def test_a_row_with_other_separators_is_told_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROW + "lorient,Lorient,leo@example.org\n")
    (problem,) = problems(lambda: load_manifests([path]))
    assert (problem.code, problem.line) == ("csv", 3)


@pytest.mark.parametrize("separator", ";,\t|")
@pytest.mark.parametrize("head", ["", "\ufeff", "\ufeff# Les communautés ; d’ici, 2026\n"])
def test_rows_put_whole_between_quotes_are_rows(tmp_path: Path, separator: str, head: str) -> None:
    rows = [separator.join(row.split(";")) for row in ROW.strip().split("\n")]
    quoted = [f'"{row}"' for row in rows]
    cells = [separator.join(f'"{cell}"' for cell in row.split(separator)) for row in rows]
    for lines in (rows, quoted, cells, [quoted[0], rows[1]]):
        path = write(tmp_path / "a.csv", head + "\r\n".join(lines) + "\r\n")
        (community,) = load_manifests([path])
        assert community.facilitators == (Facilitator("Ana", "ana@example.org"),)


def test_a_note_is_no_row_but_a_name_may_begin_as_one(tmp_path: Path) -> None:
    text = "name;slug;facilitators\n#Brest;brest;a@example.org\n# une note, deux; trois;;\n#;;\n"
    (community,) = load_manifests([write(tmp_path / "a.csv", text)])
    assert community.name == "#Brest"


@pytest.mark.parametrize(
    ("cell", "modules"),
    [
        ("participants map", {Module.PARTICIPANTS, Module.MAP}),
        ("Participants , Map ;", {Module.PARTICIPANTS, Module.MAP}),
        ("participants; mailing list", {Module.PARTICIPANTS, Module.MAILING_LIST}),
        ("− map, -agenda , + mailing list", set(Module) - {Module.MAP, Module.AGENDA}),
        ("-map +mailing-list", set(Module) - {Module.MAP}),
    ],
)
def test_modules_are_read_as_people_write_them(
    tmp_path: Path, cell: str, modules: set[Module]
) -> None:
    text = f'slug;name;facilitators;liste;modules\nbrest;B;a@example.org;sympa;"{cell}"\n'
    (community,) = load_manifests([write(tmp_path / "a.csv", text)])
    assert community.modules == modules


@pytest.mark.parametrize("before", ["\n\n", ";;;;\n", " ; ;\n,,\n", "\u00a0;\u202f;\n"])
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


@pytest.mark.parametrize(("latitude", "longitude"), [("4°9", "-2"), ("47°40", "-2"), ("47", "2°5")])
def test_minutes_are_not_read_as_decimals(tmp_path: Path, latitude: str, longitude: str) -> None:
    header = "adresse;nom;animation;latitude;longitude"
    path = write(tmp_path / "a.csv", f"{header}\nx;X;a@example.org;{latitude};{longitude}\n")
    assert {problem.line for problem in problems(lambda: load_manifests([path]))} == {2}


@pytest.mark.parametrize(
    "cell", ["Ana <ana@example.org\nBcc: z@example.org>", "ana@example.org>", "<ana@example.org"]
)
def test_half_of_a_person_is_refused(cell: str) -> None:
    assert not [person for person in people_in(cell) if is_email(split_email(person)[1])]


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


@pytest.mark.parametrize("head", ["", "sep=;\n"])
@pytest.mark.parametrize(
    ("last", "code"), [("x y;X;leo@example.org\n", "slug"), ('x;"X;leo@example.org\n', "csv")]
)
def test_a_place_is_the_row_that_a_spreadsheet_shows(
    tmp_path: Path, head: str, last: str, code: str
) -> None:
    """A cell on two lines is in one row, and no spreadsheet shows `sep=;`."""
    text = head + 'slug;name;facilitators\nbrest;"Pays\nde Brest";ana@example.org\n'
    path = write(tmp_path / "a.csv", text + last)
    assert [(one.code, one.line) for one in problems(lambda: load_manifests([path]))] == [(code, 3)]


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

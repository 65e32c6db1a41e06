"""Communities from a workbook: what a sheet shows is what is read."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.blueprint.conftest import problems, write
from wikifarm.blueprint.manifest.community import Territory
from wikifarm.blueprint.manifest.reading import load_all, load_manifests
from wikifarm.blueprint.manifest.workbook import CELLS_LIMIT

Cell = str | float
ROWS: Sequence[Sequence[Cell]] = (
    ("adresse", "nom", "animation", "territoire", "latitude", "longitude", "zoom"),
    ("brest", "Pays de Brest", "Ana <ana@example.org>", "Finistère", 48.39, -4.48, 10),
    ("quimper", "Quimper", "Léo <leo@example.org>", "", 48.0, -4.1, ""),
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def _cell(value: Cell, place: str) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else ""
    return f'<c r="{place}"><v>{value}</v></c>'


def xlsx(
    path: Path,
    rows: Sequence[Sequence[Cell]],
    *,
    merged: str = "",
    far: str = "",
    hidden: int = 0,
) -> Path:
    """A workbook of Excel's; `merged` is a range as "D2:D3", `far` a cell that holds a 1, `hidden`
    the number of a row."""
    body = "".join(
        (f'<row r="{line}" hidden="1">' if line == hidden else f'<row r="{line}">')
        + "".join(_cell(value, f"{chr(65 + column)}{line}") for column, value in enumerate(row))
        + "</row>"
        for line, row in enumerate(rows, 1)
    )
    if far:
        body += f'<row r="{far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}">{_cell(1, far)}</row>'
    merges = f'<mergeCells><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>'
        '<sheet name="notes" sheetId="1" state="hidden" r:id="r0"/>'
        '<sheet name="a" sheetId="2" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r0" Type="{RELATION}/worksheet" Target="worksheets/sheet0.xml"/>'
        f'<Relationship Id="r1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet0.xml": f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>'
        f"{merges}</worksheet>",
    }
    return _packed(path, parts)


def ods(path: Path, rows: Sequence[Sequence[Cell]]) -> Path:
    """A workbook of LibreOffice's."""
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p>'
            "</table:table-cell>"
            if isinstance(value, str)
            else f'<table:table-cell office:value-type="float" office:value="{value}"/>'
            for value in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(f'xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="a">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return _packed(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{OFFICE}:manifest:1.0"/>',
            "content.xml": content,
        },
    )


def _packed(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as workbook:
        for name, text in parts.items():
            workbook.writestr(name, text)
    return path


@pytest.mark.parametrize("write_it", [xlsx, ods])
def test_a_mistake_stands_at_its_cell_of_the_sheet(tmp_path: Path, write_it: object) -> None:
    bad: list[Sequence[Cell]] = [*ROWS, ["lorient", "Lorient", "leo@example", "", 95.0]]
    path = (xlsx if write_it is xlsx else ods)(tmp_path / "a.workbook.xlsx", bad)
    where = [
        (each.code, each.line, each.column) for each in problems(lambda: load_manifests([path]))
    ]
    assert where == [("email", 4, 3), ("out-of-range", 4, 5)]


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
def test_the_rows_of_the_first_sheet_shown_are_communities(tmp_path: Path, name: str) -> None:
    (xlsx if name.endswith("x") else ods)(tmp_path / name, ROWS)
    brest, quimper = load_manifests([tmp_path])
    assert brest.territory == Territory("Finistère", 48.39, -4.48, 10)
    assert quimper.territory == Territory("", 48.0, -4.1)


def test_a_merged_cell_is_read_in_each_of_its_rows(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ROWS, merged="D2:D3")
    assert [each.territory.label for each in load_manifests([path])] == ["Finistère"] * 2


def _rewritten(path: Path, name: str, was: str, then: str) -> Path:
    """The workbook with something else in one of its parts."""
    with zipfile.ZipFile(path) as workbook:
        parts = {part: workbook.read(part).decode() for part in workbook.namelist()}
    assert was in parts[name]
    return _packed(path, parts | {name: parts[name].replace(was, then)})


DATE = 'office:value-type="date" office:date-value="2023-03-15"><text:p>brest</text:p>'
TRUE = 'office:value-type="boolean" office:boolean-value="true"><text:p>brest</text:p>'
TIME = 'office:value-type="time" office:time-value="PT12H30M00S"><text:p>brest</text:p>'


@pytest.mark.parametrize(("cell", "word"), [(DATE, "date"), (TRUE, "true"), (TIME, "time")])
def test_what_the_spreadsheet_made_something_else_of_is_refused(
    tmp_path: Path, cell: str, word: str
) -> None:
    typed = 'office:value-type="string"><text:p>brest</text:p>'
    path = _rewritten(ods(tmp_path / "a.ods", ROWS), "content.xml", typed, cell)
    (problem,) = problems(lambda: load_manifests([path]))
    assert (problem.code, problem.line, problem.column) == ("cell", 2, 1)
    assert problem.message.startswith("column “adresse”: ") and word in problem.message
    assert "“Text”" in problem.hint


@pytest.mark.parametrize("way", ["xlsx", "ods", "ods, repeated"])
def test_a_row_that_the_sheet_does_not_show_is_read_and_told(tmp_path: Path, way: str) -> None:
    path = tmp_path / f"a.{way.partition(',')[0]}"
    if way == "xlsx":
        xlsx(path, ROWS, hidden=3)
    elif way == "ods":
        opens, shut = (
            "<table:table-row><table:table-cell ",
            'office:value-type="string"><text:p>quim',
        )
        hidden = opens.replace("row>", 'row table:visibility="filter">')
        _rewritten(ods(path, ROWS), "content.xml", opens + shut, hidden + shut)
    else:
        blank = (
            '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        )
        opens, shut = (
            "<table:table-row><table:table-cell ",
            'office:value-type="string"><text:p>brest',
        )
        hidden = blank + opens.replace("row>", 'row table:visibility="collapse">')
        _rewritten(ods(path, ROWS), "content.xml", opens + shut, hidden + shut)
    described = load_all([path])
    assert [each.slug for each in described.communities] == ["brest", "quimper"]
    assert described.hidden == (f"{path}:{4 if 'repeated' in way else 3}",)
    assert load_all([xlsx(path, ROWS)]).hidden == ()


def test_a_workbook_saved_as_csv_beside_is_not_read_too(tmp_path: Path) -> None:
    xlsx(tmp_path / "a.xlsx", ROWS)
    write(tmp_path / "a.csv", "slug;name;facilitators\nauray;Auray;ana@example.org\n")
    assert [each.slug for each in load_manifests([tmp_path])] == ["auray"]


def test_without_the_library_it_is_called_a_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    path = xlsx(tmp_path / "a.csv", ROWS)  # whatever its name
    (problem,) = problems(lambda: load_manifests([path]))
    assert problem.code == "workbook"
    assert "CSV UTF-8" in problem.hint and "pip install 'python-calamine" in problem.hint


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: _packed(path, {"content.xml": "<x/>"}),
        lambda path: path.write_bytes(b"PK\x03\x04 cut short"),
        lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 with a password"),
        lambda path: _packed(path, {"content.xml": " " * 51_000_000}),
        lambda path: xlsx(path, ROWS, far=f"Z{CELLS_LIMIT}"),
    ],
    ids=["no workbook", "cut", "protected", "bomb", "a cell far away"],
)
def test_a_workbook_that_cannot_be_read_is_told(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "a.xlsx"
    spoil(path)  # type: ignore[operator]
    (problem,) = problems(lambda: load_manifests([path]))
    assert problem.code == "workbook" and "CSV" in problem.hint

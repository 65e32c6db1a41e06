"""The rows of a workbook (.xlsx, .ods, .xls): its first sheet, read by an optional library."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wikifarm.blueprint.manifest.csv_rows import Row
from wikifarm.blueprint.manifest.hidden_rows import hidden_rows
from wikifarm.errors import Problem
from wikifarm.extras import to_install
from wikifarm.i18n import _

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

WORKBOOKS = (".xlsx", ".ods", ".xls")
UNPACKED_LIMIT = 50_000_000  # bytes: a workbook is a zip, and may be a bomb
CELLS_LIMIT = 200_000  # of the rectangle that holds every cell


def workbook_rows(raw: bytes, path: Path, problems: list[Problem]) -> list[Row]:
    """The rows of its first visible sheet that say something; none, and a problem, otherwise.

    A cell merged with those below is read in each of them (.xlsx and .xls tell; .ods does not).
    """
    try:
        import python_calamine
    except ImportError:
        message = _("{file} is a workbook, and what reads workbooks is not installed")
        return _refused(message, path, problems, or_install=to_install("workbooks"))
    try:
        if _unpacked(raw) > UNPACKED_LIMIT:
            return _refused(_("{file} is a workbook too large to be read"), path, problems)
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        number = _first_shown(workbook)
        sheet = workbook.get_sheet_by_index(number)
        hidden = hidden_rows(raw, number)
    except (python_calamine.CalamineError, zipfile.BadZipFile):
        return _refused(_("{file} is a workbook that cannot be read"), path, problems)
    if sheet.total_height * sheet.total_width > CELLS_LIMIT:
        return _refused(_("{file} is a workbook too large to be read"), path, problems)
    rows = [
        Row(line, list(map(_text, values)), _changed(values), any(line in each for each in hidden))
        for line, values in enumerate(_values(sheet), 1)
    ]
    return [row for row in rows if row.speaks]


def _refused(
    message: str, path: Path, problems: list[Problem], *, or_install: str = ""
) -> list[Row]:
    hint = how_to_save()
    if or_install:
        hint = _("{save}; or first: {install}").format(save=hint, install=or_install)
    problems.append(Problem(message.format(file=path), hint, str(path), code="workbook"))
    return []


def how_to_save() -> str:
    """What to do with a file that is not read."""
    return _("in the spreadsheet, save the sheet again as “CSV UTF-8”, and give that file")


def _unpacked(raw: bytes) -> int:
    """Its size in bytes once unpacked; the old .xls is no zip."""
    if not raw.startswith(b"PK"):
        return len(raw)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return sum(part.file_size for part in archive.infolist())


def _first_shown(workbook: Any) -> int:
    shown = [str(sheet.visible).endswith(".Visible") for sheet in workbook.sheets_metadata]
    return shown.index(True) if True in shown else 0


def _values(sheet: CalamineSheet) -> list[list[object]]:
    cells: list[list[object]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        for row in cells[top + 1 : bottom + 1]:
            row[left] = cells[top][left]
    return cells


def _changed(values: Sequence[object]) -> dict[int, str]:
    """What a spreadsheet made something else of than what was typed, by column."""
    words = {
        bool: _("the spreadsheet made “true” or “false” of this cell"),
        date: _("the spreadsheet made a date of this cell"),
        time: _("the spreadsheet made a time of this cell"),
        timedelta: _("the spreadsheet made a time of this cell"),
    }
    return {
        column: word
        for column, value in enumerate(values, 1)
        for kind, word in words.items()
        if isinstance(value, kind)
    }


def _text(value: object) -> str:
    """What a cell shows: 12 where a sheet keeps 12.0."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

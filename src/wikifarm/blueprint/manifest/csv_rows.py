"""The rows of a CSV file, as LibreOffice, Excel and people by hand write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wikifarm.errors import Problem
from wikifarm.i18n import _
from wikifarm.reasons import of_reader

SEPARATORS = ";,\t|"
_BLANK = " \t\r\n\u00a0\u202f" + SEPARATORS  # what an empty row is made of


@dataclass(frozen=True)
class Row:
    """One row of a sheet, and its number as a spreadsheet shows it, from 1.

    A workbook may have put something else in a cell than what was typed: `changed`, by column from
    1, is what is wrong with it. It may not show the row at all.
    """

    line: int
    cells: Sequence[str]
    changed: Mapping[int, str] = field(default_factory=dict)
    hidden: bool = False

    @property
    def speaks(self) -> bool:
        """False for an empty row, and for a note: what begins with “# ”, or one text with “#”."""
        texts = [cell.strip() for cell in self.cells if cell.strip(_BLANK)]
        return bool(texts) and not texts[0].startswith("# " if len(texts) > 1 else "#")


def csv_rows(text: str, path: Path, problems: list[Problem]) -> list[Row]:
    """The rows that say something; Excel's `sep=;` first line is obeyed."""
    text = text.lstrip("\ufeff")
    lines = text.split("\n", 1)
    separator = ""
    if lines[0].lower().startswith("sep=") and len(lines) == 2:  # which no spreadsheet shows
        separator, text = lines[0][4:5].strip("\r"), lines[1]
    separator = separator or _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            row = Row(number, cells)
            if row.speaks:
                rows.append(_unwrapped(row, separator))
    except csv.Error as error:
        message = _("this row cannot be read: {reason}").format(reason=of_reader(error))
        problems.append(Problem(message, _("check its quotes"), str(path), number + 1, 1, "csv"))
    return rows


def _separator(text: str) -> str:
    """What parts the names of the columns: they stand on the first line that is not a note."""
    lines = (line for line in text.splitlines() if line.strip(_BLANK))
    first = next((line for line in lines if line.lstrip('"')[:1] != "#"), "")
    return max(SEPARATORS, key=first.count)


def _unwrapped(row: Row, separator: str) -> Row:
    """A row that was put whole between quotes, as a file opened with another separator is saved."""
    if len(row.cells) > 1 or separator not in row.cells[0]:
        return row
    return Row(row.line, next(csv.reader(row.cells, delimiter=separator), row.cells))

"""People as the rows of a sheet: a spreadsheet calculates none of what they wrote."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from wikifarm.blueprint.neutral import cell
from wikifarm.operations.participants.base import Someone

Column = tuple[str, Callable[[Someone], str]]
"""Its name, and what it says of somebody."""


def as_csv(people: Iterable[Someone], columns: Sequence[Column]) -> str:
    """One person a row. A spreadsheet knows by the first sign that the text is in UTF-8."""
    sheet = io.StringIO(newline="")
    sheet.write("\ufeff")
    writer = csv.writer(sheet, delimiter=";")
    writer.writerow(cell(name) for name, _says in columns)
    for person in people:
        writer.writerow(cell(says(person)) for _name, says in columns)
    return sheet.getvalue()

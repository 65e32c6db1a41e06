"""Communities from a spreadsheet, one a row: a CSV file, or a workbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from anyascii import anyascii

from wikifarm.blueprint.manifest.csv_rows import SEPARATORS, Row, csv_rows
from wikifarm.blueprint.manifest.workbook import how_to_save, workbook_rows
from wikifarm.blueprint.sources import (
    Document,
    Path_,
    Position,
    decoded,
    is_binary,
    is_workbook,
    nearest,
    read_bytes,
)
from wikifarm.emails import people_in
from wikifarm.errors import Problem
from wikifarm.i18n import _, language
from wikifarm.model import Module

_BETWEEN_LINKS = re.compile(r"[|\n]+")
_BETWEEN_MODULES = re.compile(r"[|,;/\n]+")
_SIGN = re.compile(r"(?:^|(?<=\s))([+-])\s+")

# Column of the sheet -> key of the manifest.
COLUMNS: dict[str, Path_] = {
    "slug": ("slug",),
    "name": ("name",),
    "facilitators": ("facilitators",),
    "territory": ("territory", "label"),
    "latitude": ("territory", "latitude"),
    "longitude": ("territory", "longitude"),
    "zoom": ("territory", "zoom"),
    "modules": ("modules",),
    "language": ("language",),
    "description": ("description",),
    "blueprint": ("blueprint",),
    "admission": ("admission",),
    "writing": ("writing",),
    "rhythm": ("rhythm",),
    "contact": ("contact",),
    "controller": ("controller",),
    "mailing_list": ("mailing_list", "provider"),
    "mailing_list_address": ("mailing_list", "address"),
    "links": ("links",),
}
# Their names in French, where they differ.
FRENCH: dict[str, str] = {
    "slug": "adresse", "name": "nom", "facilitators": "animation", "territory": "territoire",
    "language": "langue", "blueprint": "modèle", "writing": "écriture", "rhythm": "rythme",
    "controller": "responsable", "mailing_list": "liste", "mailing_list_address": "liste adresse",
    "links": "liens",
}  # fmt: skip
# Without these a row is no community. What stands in for a column that is not there lets the rows
# be checked all the same: the file is refused anyway.
REQUIRED: dict[str, Any] = {"slug": "row-{line}", "name": "-", "facilitators": ["x@example.org"]}


def folded_word(name: str) -> str:
    """The name of a column without accents, capitals or spaces."""
    return re.sub(r"[\s-]+", "_", anyascii(name).strip().lower())


# Other names that people give them.
OTHER_NAMES: dict[str, str] = {folded_word(name): key for key, name in FRENCH.items()} | {
    "titre": "name", "title": "name", "animateurs": "facilitators", "facilitator": "facilitators",
    "lieu": "territory",
}  # fmt: skip


def read_sheet(path: Path, problems: list[Problem]) -> list[Document]:
    """One document a row, as if each were a manifest; lines and columns are those of the sheet.

    What is wrong with the whole file goes to `problems`; with a row, to its document.
    """
    before = len(problems)
    rows = sheet_rows(path, problems)
    if not rows:
        if len(problems) == before:
            message = _("{file} holds no row").format(file=path)
            problems.append(Problem(message, _model(), str(path), code="empty"))
        return []
    header, *rest = rows
    keys = _keys(header, path, problems)
    return [_document(header, keys, row, path) for row in rest] if keys else []


def sheet_rows(path: Path, problems: list[Problem]) -> list[Row]:
    """The rows of a file, be it a CSV or a workbook; what is wrong with it goes to `problems`."""
    raw = read_bytes(path, problems)
    if raw is None:
        return []
    if is_workbook(raw):
        return workbook_rows(raw, path, problems)
    if is_binary(raw):
        message = _("{file} is neither a text nor a workbook, whatever its name says")
        told = Problem(message.format(file=path), how_to_save(), str(path), code="workbook")
        problems.append(told)
        return []
    text = decoded(raw, path, problems, "cp1252")  # what Excel saves as “CSV”
    return [] if text is None else csv_rows(text, path, problems)


def _model() -> str:
    return _("`wikifarm init --csv` writes a model of such a file")


def column_name(key: str) -> str:
    """How the template calls a column, in the language of the person."""
    return FRENCH.get(key, key) if language() == "fr" else key


def _both_names(key: str) -> str:
    here = column_name(key)
    other = key if here != key else FRENCH.get(key, key)
    return here if other == here else f"{here} ({other})"


def _known_columns() -> str:
    return _("known columns: {columns}").format(columns=", ".join(map(_both_names, COLUMNS)))


def _keys(header: Row, path: Path, problems: list[Problem]) -> list[str | None]:
    """The key of each column, "" for one without a name, None for one that is not to be read.

    Nothing, with one problem, where no name at all is known: this is no sheet of communities.
    """
    words = [folded_word(cell) for cell in header.cells]
    keys: list[str | None] = [OTHER_NAMES.get(word, word) for word in words]
    if not COLUMNS.keys() & set(keys):
        message = _("the first row names no column that wikifarm knows")
        hint = _("{columns}; between two of them a semicolon, a comma, a tab or “|”")
        told = hint.format(columns=_known_columns())
        problems.append(Problem(message, told, str(path), header.line, 1, "unknown-key"))
        return []
    strange = [key for key in keys if key and key not in COLUMNS]  # one may be what is absent
    for number, key in enumerate(keys):
        place = (str(path), header.line, number + 1, "unknown-key")
        name = header.cells[number].strip()
        if key and key not in COLUMNS:
            message = _("unknown column “{name}”").format(name=name)
            near = nearest(words[number], [*COLUMNS, *OTHER_NAMES])
            problems.append(Problem(message, near or _known_columns(), *place))
            keys[number] = None
        elif key and key in keys[:number]:
            message = _("the column “{name}” appears twice").format(name=name)
            problems.append(Problem(message, "", *place))
            keys[number] = None
    absent = [key for key in REQUIRED if key not in keys]
    if absent and not strange:
        columns = ", ".join(map(_both_names, absent))
        message = _("no column is named {columns}").format(columns=columns)
        problems.append(Problem(message, _model(), str(path), header.line, 1, "missing"))
    return keys


def _document(header: Row, keys: Sequence[str | None], row: Row, path: Path) -> Document:
    value: dict[str, Any] = {}
    positions: dict[Path_, Position] = {(): (row.line, 1)}
    names = {
        COLUMNS[key]: name.strip() for key, name in zip(keys, header.cells, strict=True) if key
    }
    document = Document(str(path), value, positions, names=names, hidden=row.hidden)
    for column, cell in enumerate(row.cells, 1):
        text = cell.strip()
        key = keys[column - 1] if column <= len(keys) else ""
        if key and text:
            positions[COLUMNS[key]] = (row.line, column)
            if column in row.changed:
                hint = _("give the column the format “Text”, then type this cell again")
                fault = document.problem(row.changed[column], *COLUMNS[key], hint=hint, code="cell")
                document.faults.append(fault)
                continue
            *parents, last = COLUMNS[key]
            holder = value
            for parent in parents:
                holder = holder.setdefault(str(parent), {})
            holder[str(last)] = _cell_value(key, text)
        elif text and key == "" and not document.faults:
            message = _("this cell stands under no name of a column")
            hint = _("name its column in the first row, or empty the cell")
            place = (str(path), row.line, column, "csv")
            document.faults.append(Problem(message, hint, *place))
    otherwise = len(row.cells) == 1 < len(keys) and set(SEPARATORS) & set(row.cells[0])
    if otherwise:
        value.clear()
        message = _("this row is not separated as the first one is")
        document.faults.append(Problem(message, "", str(path), row.line, 1, "csv"))
    for key, stand_in in REQUIRED.items():
        if otherwise or key not in keys or (COLUMNS[key] in positions and key not in value):
            value[key] = stand_in if isinstance(stand_in, list) else stand_in.format(line=row.line)
    return document


def _cell_value(key: str, text: str) -> Any:
    if key == "facilitators":
        return people_in(text)
    if key == "modules":
        return _modules([word for part in _BETWEEN_MODULES.split(text) for word in _words(part)])
    if key == "links":
        return [_link(part.strip()) for part in _BETWEEN_LINKS.split(text) if part.strip()]
    return text


def _words(part: str) -> list[str]:
    """The modules of a part of a cell: one whose name is in two words, else one a word."""
    part = _SIGN.sub(r"\1", part.translate(_MINUS).strip()).lower()
    whole = "-".join(part.split())
    return [whole] if whole.lstrip("+-") in set(Module) else part.split()


_MINUS = str.maketrans("\u2212\u2013", "--")


def _modules(words: list[str]) -> list[str] | dict[str, bool]:
    """`participants, map`: exactly these; `-map +mailing-list`: the usual ones but for these."""
    if all(word[0] in "+-" for word in words):
        return {word[1:]: word[0] == "+" for word in words}
    return words


def _link(part: str) -> dict[str, str]:
    """`Pad https://pad.example.org/x` -> its label and its address."""
    label, _space, url = part.rpartition(" ")
    return {"label": label.strip() or url, "url": url}

"""Communities from a spreadsheet: CSV, one community a row, as LibreOffice and Excel save it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

from anyascii import anyascii

from wikifarm.blueprint.sources import Document, Path_, Position, did_you_mean, read_text
from wikifarm.emails import people_in
from wikifarm.errors import Problem
from wikifarm.i18n import _
from wikifarm.reasons import of_reader

_BLANK = " \t\r\n;,"  # what an empty row is made of
_BETWEEN_LINKS = re.compile(r"[|\n]+")
_BETWEEN_MODULES = re.compile(r"[|,;/\s]+")

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
# Other names that people give them, without accents.
OTHER_NAMES: dict[str, str] = {
    "adresse": "slug", "nom": "name", "titre": "name", "title": "name",
    "animation": "facilitators", "animateurs": "facilitators", "facilitator": "facilitators",
    "territoire": "territory", "lieu": "territory", "modele": "blueprint", "langue": "language",
    "ecriture": "writing", "rythme": "rhythm", "responsable": "controller",
    "liste": "mailing_list", "liste_adresse": "mailing_list_address", "liens": "links",
}  # fmt: skip


def read_csv(path: Path, problems: list[Problem]) -> list[Document]:
    """One document a row, as if each were a manifest; columns count those of the sheet."""
    text = read_text(path, problems, fallback="cp1252")  # what Excel saves as “CSV”
    if text is None:
        return []
    before = len(problems)
    rows = [row for row in _rows(text, path, problems) if "".join(row[1]).strip(_BLANK)]
    if not rows and len(problems) == before:
        problems.append(
            Problem(_("{file} holds no row").format(file=path), file=str(path), code="empty")
        )
    if not rows:
        return []
    (line, header), *rest = rows
    keys = _keys(header, line, path, problems)
    if keys is None:
        return []
    return [_document(keys, number, cells, path, problems) for number, cells in rest]


def _rows(text: str, path: Path, problems: list[Problem]) -> list[tuple[int, list[str]]]:
    """The rows with the line each begins on; Excel's `sep=;` first line is obeyed."""
    lines = text.split("\n", 1)
    offset, delimiter = 0, ""
    if lines[0].lower().startswith("sep=") and len(lines) == 2:
        delimiter, text, offset = lines[0][4:5], lines[1], 1
    first = next((line for line in text.split("\n") if line.strip(_BLANK)), "")
    delimiter = delimiter or max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    begun = 1
    try:
        for cells in reader:
            rows.append((begun + offset, cells))
            begun = reader.line_num + 1
    except csv.Error as error:
        message = _("this row cannot be read: {reason}").format(reason=of_reader(error))
        problems.append(
            Problem(message, _("check its quotes"), str(path), begun + offset, 1, "csv")
        )
    return rows


def _keys(header: list[str], line: int, path: Path, problems: list[Problem]) -> list[str] | None:
    keys = []
    before = len(problems)
    for number, cell in enumerate(header, 1):
        word = re.sub(r"[\s-]+", "_", anyascii(cell).strip().lower())
        word = OTHER_NAMES.get(word, word)
        if word and (word not in COLUMNS or word in keys):
            message = (
                _("the column “{name}” appears twice")
                if word in keys
                else _("unknown column “{name}”")
            ).format(name=cell.strip())
            hint = "" if word in keys else did_you_mean(word, [*COLUMNS, *OTHER_NAMES])
            problems.append(Problem(message, hint, str(path), line, number, "unknown-key"))
        keys.append(word)
    return keys if len(problems) == before else None


def _document(
    keys: list[str], line: int, cells: list[str], path: Path, problems: list[Problem]
) -> Document:
    value: dict[str, Any] = {}
    positions: dict[Path_, Position] = {(): (line, 1)}
    for column, (key, cell) in enumerate(zip(keys, cells, strict=False), 1):
        text = cell.strip()
        if not key or not text:
            continue
        *parents, last = COLUMNS[key]
        holder = value
        for parent in parents:
            holder = holder.setdefault(str(parent), {})
        holder[str(last)] = _cell_value(key, text)
        positions[COLUMNS[key]] = (line, column)
    if len(cells) > len(keys) and any(map(str.strip, cells[len(keys) :])):
        message = _("this row has more cells than the first row has names")
        problems.append(Problem(message, "", str(path), line, len(keys) + 1, "csv"))
    return Document(str(path), value, positions)


def _cell_value(key: str, text: str) -> Any:
    if key == "facilitators":
        return people_in(text)
    if key == "modules":
        return _modules([part for part in _BETWEEN_MODULES.split(text) if part])
    if key == "links":
        return [_link(part.strip()) for part in _BETWEEN_LINKS.split(text) if part.strip()]
    return text


def _modules(parts: list[str]) -> list[str] | dict[str, bool]:
    """`participants, map`: exactly these; `-map +mailing-list`: the usual ones but for these."""
    parts = [part.replace("\u2212", "-").replace("–", "-") for part in parts]
    if all(part[0] in "+-" for part in parts):
        return {part[1:]: part[0] == "+" for part in parts}
    return parts


def _link(part: str) -> dict[str, str]:
    """`Pad https://pad.example.org/x` -> its label and its address."""
    label, _space, url = part.rpartition(" ")
    return {"label": label.strip() or url, "url": url}

"""The rows that a workbook keeps out of sight, by hand or by a filter: the reader of its cells does
not tell them apart. An old .xls says nothing of them here."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*?\w+:id=\"([^\"]+)\"")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ROW = re.compile(r"<(?:\w+:)?row\b([^>]*)>")
_TABLE = re.compile(r"<table:table[\s>]")
_TABLE_ROW = re.compile(r"<table:table-row\b([^>]*)>")
_ATTRIBUTE = re.compile(r"(?<![\w:])([\w:-]+)=\"([^\"]*)\"")


def hidden_rows(raw: bytes, number: int) -> list[range]:
    """Those of the sheet `number` of a workbook, from 0; rows are counted from 1."""
    if not zipfile.is_zipfile(io.BytesIO(raw)):
        return []
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        names = parts.namelist()
        if "content.xml" in names:
            return list(_of_libreoffice(_text(parts, "content.xml"), number))
        path = _path_of(parts, number) if "xl/workbook.xml" in names else ""
        return list(_of_excel(_text(parts, path))) if path in names else []


def _text(parts: zipfile.ZipFile, name: str) -> str:
    return parts.read(name).decode("utf-8", "replace")


def _path_of(parts: zipfile.ZipFile, number: int) -> str:
    """Where a sheet is in a workbook of Excel's; empty where that is not found."""
    ids = _SHEET.findall(_text(parts, "xl/workbook.xml"))
    relations = "xl/_rels/workbook.xml.rels"
    if number >= len(ids) or relations not in parts.namelist():
        return ""
    for relation in _RELATION.findall(_text(parts, relations)):
        said = dict(_ATTRIBUTE.findall(relation))
        if said.get("Id") == ids[number]:
            return posixpath.normpath(posixpath.join("/xl", said.get("Target", ""))).lstrip("/")
    return ""


def _of_excel(text: str) -> Iterator[range]:
    row = 0
    for attributes in _ROW.findall(text):
        said = dict(_ATTRIBUTE.findall(attributes))
        row = int(said["r"]) if said.get("r", "").isdecimal() else row + 1
        if said.get("hidden") in ("1", "true"):
            yield range(row, row + 1)


def _of_libreoffice(text: str, number: int) -> Iterator[range]:
    row = 1
    for attributes in _TABLE_ROW.findall("".join(_TABLE.split(text)[number + 1 : number + 2])):
        said = dict(_ATTRIBUTE.findall(attributes))
        times = said.get("table:number-rows-repeated", "")
        after = row + (int(times) if times.isdecimal() else 1)
        if said.get("table:visibility", "visible") != "visible":
            yield range(row, after)
        row = after

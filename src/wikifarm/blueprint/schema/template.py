"""Bazar templates: writes a schema as the text that YesWiki stores, and reads such a text back.

YesWiki reads a template so (FormManager::parseTemplate, v4.4.4): lines cut at `\\n` and trimmed;
blank ones and those that begin with `#` ignored; columns cut at `***` and trimmed; a line of three
columns or fewer dropped without a word; the others padded to sixteen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wikifarm.blueprint.rights_words import without_closing
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import (
    COLUMNS,
    OTHER_TYPES,
    RAW,
    TYPES,
    Field,
    Kind,
    property_name,
)
from wikifarm.blueprint.schema.personal import About, about_all
from wikifarm.blueprint.sources import did_you_mean
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.model import Dialect, Zone

JOIN = "***"
SHORTEST_LINE = 4  # columns
ONCE = ("acls", "titre")  # lines that bear no name, of which a form has one
_PHP_SPACES = " \t\n\r\0\x0b"  # what PHP's trim() removes: not the no-break space
_REFERENCE = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")  # {bf_name} in a condition


def compile_template(schema: Schema, dialect: Dialect, list_ids: Mapping[str, str]) -> str:
    """The `bn_template` of `schema` in `dialect`; `list_ids` gives the server's id of each list.

    Raises InvalidInput when a list of the schema is not in `list_ids` (its choices would be empty).
    """
    missing = [key for key in schema.lists if key not in list_ids]
    if missing and not schema.imported:
        message = _("the wiki has no list yet for: {keys}").format(keys=", ".join(missing))
        raise InvalidInput([Problem(message, code="unknown-list")])
    names = properties(schema, dialect, list_ids)
    return "".join(_line(_row(field, names, dialect, list_ids)) for field in schema.fields)


def properties(
    schema: Schema, dialect: Dialect, list_ids: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Name of each field -> the key under which entries hold its answer, in this dialect."""
    ids = list_ids or {}
    full = dialect is not Dialect.D44
    return {
        field.name: property_name(
            field, full, field.target if full else ids.get(field.target, field.target)
        )
        for field in schema.fields
        if field.name and field.kind is not Kind.LAYOUT
    }


def form_json(
    schema: Schema, form_id: str, dialect: Dialect, list_ids: Mapping[str, str]
) -> dict[str, str]:
    """What `imported-form[ID]` wants, as JSON (docs/yeswiki.md, transcript 30)."""
    return {
        "bn_id_nature": form_id,
        "bn_label_nature": schema.label,
        "bn_description": schema.description,
        "bn_condition": schema.conditions,
        "bn_sem_context": schema.semantic_context,
        "bn_sem_type": schema.semantic_type,
        "bn_sem_use_template": "1",
        "bn_template": compile_template(schema, dialect, list_ids),
        "bn_ce_i18n": "fr-FR",
        "bn_only_one_entry": "Y" if schema.only_one_entry else "N",
        "bn_only_one_entry_message": schema.only_one_entry_message,
    }


def read_form(row: Mapping[str, Any], key: str, dialect: Dialect) -> Schema:
    """The schema of a form as YesWiki tells it (`api/forms/N`): its template and its own settings.

    The reverse of `form_json`, but for the lists, which keep the ids of that wiki. One that asks
    about people is of their zone, whatever its rights there.
    """
    said = {name: str(row.get(name) or "") for name in row}
    label = said.get("bn_label_nature", "")
    schema = read_template(said.get("bn_template", ""), key=key, label=label, dialect=dialect)
    people = about_all(schema.fields) is About.SOMEBODY
    if people:
        schema = replace(schema, fields=tuple(map(_said_by_hand, schema.fields)))
    return replace(
        schema,
        zone=Zone.PEOPLE if people else Zone.PRODUCTIONS,
        description=said.get("bn_description", "").strip(),
        conditions=said.get("bn_condition", "").strip(),
        only_one_entry=said.get("bn_only_one_entry") == "Y",
        only_one_entry_message=said.get("bn_only_one_entry_message", ""),
        semantic_context=said.get("bn_sem_context", ""),
        semantic_type=said.get("bn_sem_type", ""),
    )


def _said_by_hand(field: Field) -> Field:
    """Rights as a schema says them: what closes entries of people in lists is added in a wiki."""
    if field.type != "acls" or "read" not in field.options:
        return field
    read = without_closing(field.options["read"])
    return replace(field, options={**field.options, "read": read})


def parse(template: str) -> list[list[str]]:
    """The rows YesWiki sees: dropped lines left out, columns trimmed and padded to sixteen."""
    rows = []
    for line in template.split("\n"):
        bare = line.strip(_PHP_SPACES)
        columns = [column.strip(_PHP_SPACES) for column in bare.split(JOIN)]
        if bare and not bare.startswith("#") and len(columns) >= SHORTEST_LINE:
            rows.append(_padded(columns))
    return rows


def _padded(columns: Sequence[str]) -> list[str]:
    row = [*columns, *[""] * (COLUMNS - len(columns))]
    while len(row) > COLUMNS and not row[-1]:
        row.pop()
    return row


def normalise(template: str) -> str:
    """The same template as wikifarm writes it: one line a field, its sixteen columns."""
    return written_rows(parse(template))


def written_rows(rows: Iterable[Sequence[str]]) -> str:
    """The template of these rows."""
    return "".join(map(_line, rows))


def same_template(left: str, right: str) -> bool:
    """True when YesWiki would make the same form of both (line ends, padding, comments aside)."""
    return parse(left) == parse(right)


def differing_fields(now: str, wanted: str) -> list[str]:
    """The fields by which `wanted` differs from `now`, each once: "+new", "-gone", "~otherwise";
    a line without a name is called by its type; "↕" where only their order differs.
    """
    before, after = _rows_by_name(now), _rows_by_name(wanted)
    signs = [
        *(f"+{name}" for name in after if name not in before),
        *(f"-{name}" for name in before if name not in after),
        *(f"~{name}" for name in after if name in before and after[name] != before[name]),
    ]
    return signs or ([] if same_template(now, wanted) else ["↕"])


def _rows_by_name(template: str) -> dict[str, list[list[str]]]:
    rows: dict[str, list[list[str]]] = {}
    for row in parse(template):
        rows.setdefault(row[0] if row[0] in ONCE else row[1] or row[0], []).append(row)
    return rows


def _line(row: Sequence[str]) -> str:
    """A row as YesWiki's form builder writes it: a space for nothing, `***` after each column.

    A value that begins or ends with a star is set apart by spaces, as the builder writes ` * `.
    """
    return "".join(_cell(value) + JOIN for value in row) + "\n"


def _cell(value: str) -> str:
    if not value:
        return " "
    left = " " if value.startswith("*") else ""
    right = " " if value.endswith("*") else ""
    return f"{left}{value}{right}"


def _row(
    field: Field, names: Mapping[str, str], dialect: Dialect, list_ids: Mapping[str, str]
) -> list[str]:
    if field.type == RAW:
        return parse(field.line)[0]
    row = _bare_row(field)
    if field.kind in (Kind.LIST, Kind.LINK):
        row[1] = list_ids.get(field.target, field.target)
        row[6] = field.name if dialect is Dialect.D44 else names.get(field.name, field.name)
    if field.type == "conditionschecking":
        row[1] = _REFERENCE.sub(lambda reference: names.get(reference[1], reference[0]), row[1])
    for column, value in field.extra.items():
        row += [""] * (column + 1 - len(row))
        row[column] = value
    return row


def _bare_row(field: Field) -> list[str]:
    """The columns of a field before the dialect and the server's ids come in."""
    kind = TYPES[field.type]
    row = [field.type, *[""] * (COLUMNS - 1)]
    values = {**field.options, "name": field.name, "label": field.label, "hint": field.hint,
              "required": "1" if field.required else "0"}  # fmt: skip
    for column, attribute in kind.columns.items():
        row[column] = values.get(attribute, "")
    return row


def read_template(
    template: str,
    *,
    key: str = "",
    label: str = "",
    dialect: Dialect = Dialect.D44,
    list_ids: Mapping[str, str] | None = None,
) -> Schema:
    """A schema of any form's template: compiled again in `dialect`, it gives that same form.

    `list_ids` names our lists among the wiki's (key -> id); a list that is not ours keeps its id.
    Types that this version does not describe are kept as `raw` lines.
    """
    keys = {server: ours for ours, server in (list_ids or {}).items()}
    fields = tuple(_field(row, dialect, keys, list_ids or {}) for row in parse(template))
    return Schema(key, label, fields, imported=True)


def _field(
    row: list[str], dialect: Dialect, keys: Mapping[str, str], list_ids: Mapping[str, str]
) -> Field:
    if row[0] not in TYPES:
        return Field(RAW, line=_line(row).rstrip("\n"))
    known = TYPES[row[0]].columns
    options = {
        attribute: row[column]
        for column, attribute in known.items()
        if attribute not in ("name", "label", "hint", "required") and row[column]
    }
    places = {attribute: row[column] for column, attribute in known.items()}
    field = Field(
        type=row[0],
        name=places.get("name", ""),
        label=places.get("label", ""),
        hint=places.get("hint", ""),
        required=places.get("required") == "1",
        options=options,
    )
    if field.kind in (Kind.LIST, Kind.LINK):
        field = _choice_read(field, dialect, keys)
    return replace(field, extra=_unexplained(field, row, dialect, list_ids))


def _choice_read(field: Field, dialect: Dialect, keys: Mapping[str, str]) -> Field:
    """Our key for the list, and the name without the type and list that 4.5 writes before it."""
    options = dict(field.options)
    if "list" in options:
        options["list"] = keys.get(options["list"], options["list"])
    prefix = field.type + (options.get("list") or options.get("form") or "")
    name = field.name
    if dialect is not Dialect.D44:
        if name.startswith(prefix) and len(name) > len(prefix):
            name = name.removeprefix(prefix)
        elif name:
            options["property"] = name
    return replace(field, name=name, options=options)


def _unexplained(
    field: Field, row: list[str], dialect: Dialect, list_ids: Mapping[str, str]
) -> dict[int, str]:
    """The columns that writing the field again would not give back."""
    schema = Schema("", "", (field,), imported=True)
    written = _row(field, properties(schema, dialect, list_ids), dialect, list_ids)
    written += [""] * (len(row) - len(written))
    return {column: value for column, value in enumerate(row) if written[column] != value}


def template_problems(template: str, file: str = "") -> list[Problem]:
    """What YesWiki would drop, or answer to badly, without a word; lines count from 1."""
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(template.split("\n"), 1):
        bare = line.strip(_PHP_SPACES)
        if not bare or bare.startswith("#"):
            continue
        columns = bare.split(JOIN)
        problem = _line_problem(columns, seen, number)
        if problem:
            message, code, hint = problem
            problems.append(Problem(message, hint, file, number, 1, code))
    return problems


def _line_problem(
    columns: list[str], seen: dict[str, int], number: int
) -> tuple[str, str, str] | None:
    kind = columns[0].strip(_PHP_SPACES)
    if len(columns) < SHORTEST_LINE:
        return _("fewer than four columns: YesWiki drops this line"), "too-few-columns", ""
    if kind not in TYPES and kind not in OTHER_TYPES:
        message = _("YesWiki knows no type “{type}”: the question would vanish").format(type=kind)
        return message, "unknown-type", did_you_mean(kind, TYPES)
    field = _field(_padded([column.strip(_PHP_SPACES) for column in columns]), Dialect.D44, {}, {})
    name = property_name(field)
    if name and name in seen:
        message = _("“{name}” is also the name of line {line}").format(name=name, line=seen[name])
        return message, "duplicate-name", ""
    if name:
        seen[name] = number
    return None


def describe(schema: Schema) -> list[dict[str, Any]]:
    """The questions of a form for people: what is asked, why, who sees it, how long it is kept."""
    return [
        {key: getattr(field, key)
         for key in ("name", "label", "required", "purpose", "seen_by", "retention")}
        for field in schema.fields
        if field.kind is not Kind.LAYOUT and field.label
    ]  # fmt: skip

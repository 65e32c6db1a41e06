"""Reads Bazar schemas from YAML files, with every mistake at once, and writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.choices import LISTS_FILE, load_lists
from wikifarm.blueprint.schema.fields import ALIASES, RAW, TYPES, Field, Kind
from wikifarm.blueprint.schema.schema_checks import check_fields, check_whole
from wikifarm.blueprint.sources import (
    Document,
    Path_,
    Problems,
    did_you_mean,
    dump_yaml,
    read_yaml,
)
from wikifarm.i18n import LANGUAGES, _
from wikifarm.model import Zone

SCHEMA = "wikifarm/bazar/1"
_KEYS = {
    "schema", "key", "label", "description", "conditions", "zone", "only_one_entry",
    "only_one_entry_message", "semantic", "title", "title_is_public", "acls", "seen_by",
    "retention", "fields", "imported",
}  # fmt: skip
_FIELD_KEYS = {"type", "name", "label", "required", "hint", "purpose", "seen_by", "retention",
               "module", "admission", "extra"}  # fmt: skip
_REQUIRED = ("label", "fields")


def load_schemas(folder: Path, language: str) -> dict[str, Schema]:
    """The schemas of a folder by key, in one language. Raises InvalidInput with every problem."""
    lists = set(load_lists(folder, language)) if (folder / LISTS_FILE).is_file() else set()
    problems = Problems()
    read = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name != LISTS_FILE:
            schema = _load(path, language, lists, problems)
            if schema is not None:
                read[schema.key] = schema
    problems.stop()
    return read


@lru_cache(maxsize=8)
def known_schemas(folder: Path, language: str) -> Mapping[str, Schema]:
    """The same, read once in a run."""
    return load_schemas(folder, language)


def load_schema(path: Path, language: str, lists: Collection[str] | None = None) -> Schema:
    """The schema of one file, in one language; `lists` are the keys it may draw choices from
    (default: those of `lists.yml` beside it). Raises InvalidInput with every problem."""
    if lists is None:
        beside = path.parent / LISTS_FILE
        lists = set(load_lists(path.parent, language)) if beside.is_file() else set()
    problems = Problems()
    schema = _load(path, language, lists, problems)
    problems.stop()
    assert schema is not None  # noqa: S101 - no schema without a problem
    return schema


def _load(path: Path, language: str, lists: Collection[str], problems: Problems) -> Schema | None:
    document = read_yaml(path, problems)
    if document is None:
        return None
    if not isinstance(document.value, dict) or document.value.get("schema") != SCHEMA:
        message = _("a Bazar schema begins with “schema: {schema}”").format(schema=SCHEMA)
        problems.append(document.problem(message, "schema", code="wrong-schema"))
        return None
    return _SchemaReader(document, language, problems).schema(lists)


class _SchemaReader:
    """One file: its values in one language, its problems as they are met."""

    def __init__(self, document: Document, language: str, problems: Problems) -> None:
        self.document = document
        self.value: Mapping[str, Any] = document.value
        self.language = language
        self.problems = problems
        self.imported = self.value.get("imported") is True

    def wrong(
        self, message: str, *path: str | int, code: str = "wrong-type", hint: str = ""
    ) -> None:
        self.problems.append(self.document.problem(message, *path, code=code, hint=hint))

    def schema(self, lists: Collection[str]) -> Schema | None:
        before = len(self.problems)
        self.known_keys(self.value, _KEYS, ())
        for key in _REQUIRED:
            if not self.value.get(key):
                self.wrong(_("“{name}” is missing").format(name=key), code="missing")
        places = list(self.fields())
        schema = self._schema(tuple(field for _path, field in places))
        if len(self.problems) == before:
            check_fields(self.document, places, schema, lists, self.problems)
            check_whole(self.document, schema, self.problems)
        return schema if len(self.problems) == before else None

    def _schema(self, fields: tuple[Field, ...]) -> Schema:
        semantic = self.mapping("semantic", {"context", "type"})
        return Schema(
            key=str(self.value.get("key") or Path(self.document.file).stem),
            label=self.text(self.value.get("label"), "label"),
            fields=fields,
            zone=self.zone(),
            description=self.text(self.value.get("description"), "description", raw=True),
            conditions=self.text(self.value.get("conditions"), "conditions", raw=True),
            only_one_entry=self.value.get("only_one_entry") is True,
            only_one_entry_message=self.text(
                self.value.get("only_one_entry_message"), "only_one_entry_message", raw=True
            ),
            semantic_context=str(semantic.get("context") or ""),
            semantic_type=str(semantic.get("type") or ""),
            title_is_public=self.value.get("title_is_public") is True,
            imported=self.imported,
        )

    def zone(self) -> Zone:
        word = str(self.value.get("zone") or "")
        if word in set(Zone):
            return Zone(word)
        message = _("“zone” is people (the group only) or productions (everybody)")
        self.wrong(message, "zone", code="zone")
        return Zone.PRODUCTIONS

    def fields(self) -> Iterator[tuple[Path_, Field]]:
        """Each field and its place; the title's mask comes first, the rights last."""
        if self.value.get("title"):
            mask = self.text(self.value["title"], "title")
            label = "Titre automatique" if self.language == "fr" else "Automatic title"
            yield ("title",), Field("titre", label=label, options={"mask": mask})
        listed = self.value.get("fields")
        for index, written in enumerate(listed if isinstance(listed, list) else ()):
            path: Path_ = ("fields", index)
            if not isinstance(written, dict):
                self.wrong(_("a field is made of lines “key: value”"), *path)
                continue
            made = self.field(written, path)
            if made is not None:
                yield path, made
        acls = self.mapping("acls", {"read", "write", "comment"})
        if acls:
            options = {key: _joined(value) for key, value in acls.items()}
            yield ("acls",), Field("acls", options={"comment": "comments-closed"} | options)

    def field(self, written: Mapping[str, Any], path: Path_) -> Field | None:
        word = str(written.get("type") or "")
        if word == RAW:
            self.known_keys(written, {"type", "line"}, path)
            return Field(RAW, line=self.text(written.get("line"), *path, "line", raw=True))
        kind, subtype = ALIASES.get(word, (word, ""))
        if kind not in TYPES:
            self.unknown_type(word, path)
            return None
        attributes = set(TYPES[kind].columns.values()) | {"property"}
        self.known_keys(written, _FIELD_KEYS | attributes, path)
        options = {
            name: self.text(written[name], *path, name)
            for name in sorted(attributes - {"name", "label", "hint", "required"})
            if written.get(name) is not None
        }
        return self._field(written, path, kind, ({"subtype": subtype} if subtype else {}) | options)

    def _field(
        self, written: Mapping[str, Any], path: Path_, kind: str, options: Mapping[str, str]
    ) -> Field:
        texts = {key: self.text(written.get(key), *path, key)
                 for key in ("name", "label", "hint", "purpose", "seen_by", "retention",
                             "module", "admission")}  # fmt: skip
        asked = TYPES[kind].kind is not Kind.LAYOUT
        for key in ("seen_by", "retention") if asked else ():
            texts[key] = texts[key] or self.text(self.value.get(key), key)
        if written.get("required") not in (None, True, False):
            self.wrong(_("must be true or false"), *path, "required")
        extra = written.get("extra") if isinstance(written.get("extra"), dict) else {}
        return Field(
            type=kind,
            required=written.get("required") is True,
            options=self.guards(kind) | dict(options) if asked else options,
            extra={int(column): str(value) for column, value in (extra or {}).items()},
            **texts,
        )

    def guards(self, kind: str) -> dict[str, str]:
        """The rights that each answer of a people's form carries besides those of the entry.

        The rights of an entry are not enough: `?BazaR&action=voir_fiche`, `modif_fiche` and the
        meta tag og:description of a closed entry look at the rights of its fields alone
        (EntryController::view and update, Utils::getDescriptionFromBody). Nor is the right to read
        them: asked for an entry in another spelling of its tag that MySQL takes as equal (another
        case, an accent less), YesWiki finds no rights of that entry and shows the form to fill with
        every field that has no right to write (measured on 4.4.4 and 4.5.0).
        """
        if self.value.get("zone") != Zone.PEOPLE.value:
            return {}
        acls = self.value.get("acls") or {}
        columns = set(TYPES[kind].columns.values())
        rights = {key: acls.get(key) for key in ("read", "write")}
        return {key: _joined(value) for key, value in rights.items() if value and key in columns}

    def unknown_type(self, word: str, path: Path_) -> None:
        if word == "inscriptionliste":
            message = _("“inscriptionliste” is refused: its box is ticked beforehand, and it fails")
            hint = _("ask with a radio button, then subscribe through the list itself")
            self.wrong(message, *path, "type", code="refused-type", hint=hint)
            return
        message = _("no field type is called “{type}”: YesWiki would drop the question").format(
            type=word
        )
        hint = did_you_mean(word, [*TYPES, *ALIASES, RAW])
        self.wrong(message, *path, "type", code="unknown-type", hint=hint)

    def mapping(self, key: str, known: set[str]) -> Mapping[str, Any]:
        value = self.value.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(_("“{name}” must be made of lines “key: value”").format(name=key), key)
            return {}
        self.known_keys(value, known, (key,))
        return value

    def known_keys(self, value: Mapping[str, Any], known: Collection[str], path: Path_) -> None:
        for key in value:
            if key not in known:
                message = _("unknown key “{name}”").format(name=key)
                hint = did_you_mean(key, known)
                self.problems.append(self.document.key_problem(message, *path, key, hint=hint))

    def text(self, value: Any, *path: str | int, raw: bool = False) -> str:
        """A text in the language asked for, fit to stand in one column unless it is `raw`."""
        if isinstance(value, dict):
            absent = [
                language for language in LANGUAGES if not isinstance(value.get(language), str)
            ]
            if absent or set(value) - set(LANGUAGES):
                message = _("“{name}” needs a text in each language: fr, en").format(name=path[-1])
                self.wrong(message, *path, code="missing-language")
                return ""
            value = value[self.language]
        text = _joined(value)
        if not raw and ("***" in text or "\n" in text or "\r" in text):
            message = _(
                "“{name}” may hold neither *** nor a new line: YesWiki would cut it"
            ).format(name=path[-1])
            self.wrong(message, *path, code="breaks-the-line")
        return text


def _joined(value: Any) -> str:
    """A value as a column holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value).strip(" \t\r\n")


def to_yaml(schema: Schema, *, zoned: bool = True) -> str:
    """The schema as a file that `load_schema` reads, in the language it is in; unless `zoned`, once
    somebody has said of which zone it is."""
    return dump_yaml(
        _said(
            {
                "schema": SCHEMA,
                "key": schema.key,
                "label": schema.label,
                "description": schema.description,
                "conditions": schema.conditions,
                "imported": schema.imported,
                "zone": schema.zone.value if zoned else "",
                "only_one_entry": schema.only_one_entry,
                "only_one_entry_message": schema.only_one_entry and schema.only_one_entry_message,
                "title_is_public": schema.title_is_public,
                "semantic": _said(
                    {"context": schema.semantic_context, "type": schema.semantic_type}
                ),
                "fields": [_written(field) for field in schema.fields],
            }
        )
    )


def _written(field: Field) -> dict[str, Any]:
    if field.type == RAW:
        return _said({"type": field.type, "line": field.line})
    return _said(
        {
            "type": field.type,
            "name": field.name,
            "label": field.label,
            "required": field.required,
            "hint": field.hint,
            **field.options,
            "purpose": field.purpose,
            "seen_by": field.seen_by,
            "retention": field.retention,
            "module": field.module,
            "admission": field.admission,
            "extra": dict(field.extra),
        }
    )


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is worth a line: neither empty nor false."""
    return {key: value for key, value in values.items() if value}

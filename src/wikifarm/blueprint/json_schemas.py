"""JSON Schemas of Bazar schemas and blueprints, for editors: what the loaders accept."""

from __future__ import annotations

from typing import Any

from wikifarm.blueprint.blueprint_model import Consent
from wikifarm.blueprint.looks import KEYS as LOOK
from wikifarm.blueprint.schema.fields import ALIASES, RAW, TYPES
from wikifarm.i18n import LANGUAGES
from wikifarm.model import Module, Zone

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_TEXT: dict[str, Any] = {"type": "string"}
_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_YES_NO: dict[str, Any] = {"type": "boolean"}
_MODULE: dict[str, Any] = {"enum": [module.value for module in Module]}
_ZONE: dict[str, Any] = {"enum": [zone.value for zone in Zone]}
_LIST: dict[str, Any] = {"type": "array", "items": _TEXT}
_WORDS: dict[str, Any] = {"anyOf": [_TEXT, _LIST]}
_LOCAL: dict[str, Any] = {
    "anyOf": [
        _SCALAR,
        {"type": "array", "items": _SCALAR},
        {
            "type": "object",
            "properties": dict.fromkeys(LANGUAGES, _TEXT),
            "required": list(LANGUAGES),
            "additionalProperties": False,
        },
    ]
}


def _closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _map_of(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


def bazar() -> dict[str, Any]:
    """The JSON Schema of a file of `bazar_schemas/` (lists.yml excepted)."""
    properties: dict[str, Any] = {
        "schema": {"const": "wikifarm/bazar/1"},
        "key": _TEXT,
        "label": _LOCAL,
        "description": _LOCAL,
        "conditions": _LOCAL,
        "zone": _ZONE,
        "only_one_entry": _YES_NO,
        "only_one_entry_message": _LOCAL,
        "semantic": _closed({"context": _TEXT, "type": _TEXT}),
        "title": _LOCAL,
        "title_is_public": _YES_NO,
        "acls": _closed({"read": _WORDS, "write": _WORDS, "comment": _WORDS}),
        "seen_by": _LOCAL,
        "retention": _LOCAL,
        "fields": {"type": "array", "items": {"anyOf": _fields()}},
        "imported": _YES_NO,
    }
    return {
        "$schema": DRAFT,
        "$id": "wikifarm/bazar/1",
        **_closed(properties, "schema", "label", "fields"),
    }


def _fields() -> list[dict[str, Any]]:
    """One alternative for each type of field, and one for a line kept as it is."""
    aliases: dict[str, list[str]] = {}
    for alias, (name, _subtype) in ALIASES.items():
        aliases.setdefault(name, []).append(alias)
    alternatives = [_closed({"type": {"const": RAW}, "line": _TEXT}, "type", "line")]
    for name, kind in TYPES.items():
        common = {
            "type": {"enum": [name, *aliases.get(name, [])]},
            "name": _TEXT,
            "required": _YES_NO,
            "module": _MODULE,
            "admission": _TEXT,
            "extra": {"type": "object"},
            **dict.fromkeys(("label", "hint", "purpose", "seen_by", "retention"), _LOCAL),
        }
        more = {key: _LOCAL for key in kind.columns.values() if key not in common}
        properties = {**common, **more, "property": _TEXT}
        asked = [
            key for key in kind.needs if key != "label"
        ]  # a form brought from a wiki may lack it
        alternatives.append(_closed(properties, "type", *asked))
    return alternatives


def blueprint() -> dict[str, Any]:
    """The JSON Schema of a `blueprint.yml`."""
    rights = _closed({"read": _WORDS, "write": _WORDS, "comment": _WORDS}, "read", "write")
    form = _closed(
        {"schema": _TEXT, "id": {"type": "integer", "minimum": 1, "maximum": 999},
         "module": _MODULE},
        "id",
    )  # fmt: skip
    tags = {"type": "object", "properties": dict.fromkeys(LANGUAGES, _TEXT)}
    page = _closed(
        {
            "profile": _TEXT,
            "zone": _ZONE,
            "module": _MODULE,
            "tag": {"anyOf": [_TEXT, tags]},
            "look": _closed(dict.fromkeys(LOOK, _TEXT)),
        },
        "profile",
        "zone",
    )
    consent = _closed({"does": {"enum": [each.value for each in Consent]}, "yes": _TEXT},
                      "does", "yes")  # fmt: skip
    who = _closed(
        {
            "members": _TEXT,
            "facilitators": _TEXT,
            "people": _map_of(
                _closed({"address": _TEXT, "name": _LIST, "consents": _map_of(consent)})
            ),
            "checklist": _TEXT,
            "licence": _closed({"page": _TEXT, "name": _TEXT}, "page", "name"),
        },
        "members",
        "facilitators",
    )
    properties: dict[str, Any] = {
        "schema": {"const": "wikifarm/blueprint/1"},
        "name": _TEXT,
        "version": {"type": ["string", "number"]},
        "languages": {"type": "array", "items": {"enum": list(LANGUAGES)}},
        "summary": _map_of(_TEXT),
        "who": who,
        "groups": _map_of(_WORDS),
        "forms": _map_of(form),
        "profiles": _map_of(rights),
        "pages": _map_of(page),
        "closed": _map_of(rights),
        "closed_prefixes": _map_of(rights),
        "action_rights": _map_of(_WORDS),
        "handler_rights": _map_of(_WORDS),
        "removed": _closed(dict.fromkeys(("pages", "forms", "lists"), _WORDS)),
        "settings": _map_of(_SCALAR),
    }
    return {
        "$schema": DRAFT,
        "$id": "wikifarm/blueprint/1",
        **_closed(properties, "schema", "name", "version", "who"),
    }

"""Bazar schemas: a form with its typed fields, who sees each, why it is asked and how long kept.

`load_schema` reads the YAML of `bazar_schemas/`; `compile_template` writes what YesWiki stores, in
the dialect of the farm; `read_template` reads back what any form of any wiki holds.
"""

from __future__ import annotations

from wikifarm.blueprint.bazar_lists import expected_list_id, load_lists
from wikifarm.blueprint.bazar_template import (
    compile_template,
    form_json,
    normalise,
    properties,
    read_template,
    same_template,
    template_problems,
)
from wikifarm.blueprint.fields import ALIASES, TYPES, Field, FieldType, Kind, property_name
from wikifarm.blueprint.schema_file import load_schema, load_schemas, to_yaml
from wikifarm.blueprint.schema_model import Schema, tailored

__all__ = [
    "ALIASES",
    "TYPES",
    "Field",
    "FieldType",
    "Kind",
    "Schema",
    "compile_template",
    "expected_list_id",
    "form_json",
    "load_lists",
    "load_schema",
    "load_schemas",
    "normalise",
    "properties",
    "property_name",
    "read_template",
    "same_template",
    "tailored",
    "template_problems",
    "to_yaml",
]

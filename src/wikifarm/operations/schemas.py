"""Schemas: the JSON Schemas of what wikifarm reads and answers; and a form brought from a wiki."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import Kind
from wikifarm.blueprint.sources import did_you_mean
from wikifarm.errors import InvalidInput, Problem, UnexpectedAnswer
from wikifarm.i18n import _
from wikifarm.model import Zone
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome
from wikifarm.web_addresses import why_not


@dataclass(frozen=True)
class JsonSchema(Outcome):
    """A JSON Schema, as it is."""

    is_document = True

    name: str
    schema: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "schema": self.schema}


@dataclass(frozen=True)
class ImportedForm(Outcome):
    """A form of a wiki as a Bazar schema in YAML."""

    is_document = True

    id: str
    label: str
    yaml: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _envelope() -> Mapping[str, Any]:
    text = resources.files("wikifarm").joinpath("schemas/envelope.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _manifest() -> Mapping[str, Any]:
    from wikifarm.blueprint.manifest.reading import manifest_schema

    return manifest_schema()


def _bazar() -> Mapping[str, Any]:
    from wikifarm.blueprint.json_schemas import bazar

    return bazar()


def _blueprint() -> Mapping[str, Any]:
    from wikifarm.blueprint.json_schemas import blueprint

    return blueprint()


def _advisories() -> Mapping[str, Any]:
    from wikifarm.advisories.catalogue import advisories_schema

    return advisories_schema()


SCHEMAS: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "envelope": _envelope,
    "manifest": _manifest,
    "bazar": _bazar,
    "blueprint": _blueprint,
    "advisories": _advisories,
}


def schema(name: str) -> Envelope:
    """The JSON Schema called `name`. Raises InvalidInput for a name that is not in `SCHEMAS`."""
    if name not in SCHEMAS:
        raise InvalidInput(
            [
                Problem(
                    _("No schema is called “{name}”.").format(name=name),
                    did_you_mean(name, SCHEMAS),
                    code="unknown-schema",
                )
            ]
        )
    return Envelope("schema", outcome=JsonSchema(name, SCHEMAS[name]()))


def import_form(context: Context, url: str, form_id: str) -> Envelope:
    """A form of any YesWiki, read as a visitor, as a Bazar schema in YAML. Writes nothing.

    What the form leans on, and stays in that wiki, is told.
    """
    from wikifarm.blueprint.schema.schema_file import to_yaml
    from wikifarm.blueprint.schema.template import read_form
    from wikifarm.yeswiki import capabilities
    from wikifarm.yeswiki.addresses import Addresses, base_url
    from wikifarm.yeswiki.session import Session

    if wrong := why_not(url):
        raise InvalidInput(
            [Problem(wrong, _("It begins with https:// and ends with /."), code="bad-url")]
        )
    visitor = Session(context.network, Addresses(base_url(url)))
    dialect = capabilities.probe(visitor).dialect
    answer = visitor.api(f"forms/{form_id}")
    row = answer.json() if answer.status == 200 else None
    if not isinstance(row, dict) or not row.get("bn_template"):
        raise UnexpectedAnswer(
            _("The wiki shows no form {id} to a visitor.").format(id=form_id),
            hint=_("Its page “BazaR” lists the forms with their numbers."),
            where=visitor.addresses.base,
        )
    schema = read_form(row, f"form{form_id}" if form_id.isdigit() else form_id, dialect)
    # Words of another language, or of few, say nothing: who knows the form says what it is about.
    known = schema.zone is Zone.PEOPLE
    outcome = ImportedForm(form_id, schema.label, to_yaml(schema, zoned=known))
    told = () if known else (_zone_to_say(),)
    left = (*told, *_left_behind(schema))
    return Envelope("blueprint import-form", outcome=outcome, messages=left)


def _zone_to_say() -> str:
    return _(
        "Nothing in this form says for sure that it is about people. Write `zone: people` in it "
        "(for the group alone) if an answer may tell of somebody, `zone: productions` (open to "
        "everybody) if none can."
    )


def _left_behind(schema: Schema) -> Iterator[str]:
    """What a form of another wiki needs, and its schema does not hold."""
    if schema.lists:
        lists = _(
            "Describe in lists.yml, if they are not there, the lists that this form takes: {names}."
        )
        yield lists.format(names=", ".join(schema.lists))
    forms = sorted({field.target for field in schema.fields if field.kind is Kind.LINK})
    if forms:
        told = _("This form takes choices from other forms of that wiki, by their number: {ids}.")
        yield told.format(ids=", ".join(forms))

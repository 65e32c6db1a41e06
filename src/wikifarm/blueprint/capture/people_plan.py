"""What a form of people asks that matters: its address, and its questions of consent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wikifarm.blueprint.blueprint_model import Consent
from wikifarm.blueprint.capture.known_people import bare
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import Field
from wikifarm.blueprint.schema.personal import names_the_person
from wikifarm.model import BazarList

_YES = frozenset({"oui", "yes", "ok", "daccord", "j-accepte", "1"})
_AGREES = re.compile(
    r"\b(consent\w*|accord|d accord|accepte\w*|agree\w*|autoris\w*|charte|charter|rgpd|gdpr)\b"
)
_DOES = (
    (Consent.MAILING_LIST, re.compile(r"\b(list(e|s)?|mailing|abonn\w*|subscri\w*)\b")),
    (Consent.MAP, re.compile(r"\b(carte|map)\b")),
)


def people_plan(schema: Schema, lists: Mapping[str, BazarList], asked: bool) -> dict[str, Any]:
    """What `who: people:` says of a form; `asked`: another form has the question that lets people
    be subscribed."""
    address = next((field.name for field in schema.fields if field.type == "champs_mail"), "")
    consents: dict[str, dict[str, str]] = {}
    for field, yes in _questions(schema.fields, lists):
        does = _does(field)
        subscribes = does is Consent.MAILING_LIST
        if subscribes and (asked or not address):
            does = Consent.AGREEMENT
        asked = asked or subscribes
        consents[field.name] = {"does": does.value, "yes": yes}
    called = [field.name for field in schema.fields if names_the_person(field)]
    told = {"address": address, "name": called, "consents": consents}
    return {key: value for key, value in told.items() if value}


def _questions(
    fields: Sequence[Field], lists: Mapping[str, BazarList]
) -> Iterator[tuple[Field, str]]:
    """The questions of consent, each with the answer that agrees."""
    for field in fields:
        choices = lists.get(field.target)
        words = bare(f"{field.name} {field.label}".replace("_", " "))
        if choices is None or field.type == "checkbox" or not _AGREES.search(words):
            continue
        yes = next((key for key, label in choices.items
                    if {bare(key), re.sub(r"\W", "", bare(label))} & _YES), "")  # fmt: skip
        if yes:
            yield field, yes


def _does(field: Field) -> Consent:
    words = re.sub(r"[^\w]+", " ", bare(f"{field.name} {field.label}".replace("_", " ")))
    return next((does for does, pattern in _DOES if pattern.search(words)), Consent.AGREEMENT)

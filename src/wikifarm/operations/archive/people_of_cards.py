"""Whom the cards of a wiki speak of: which forms ask about people, and how these are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wikifarm.blueprint.schema.fields import TITLE, Field
from wikifarm.blueprint.schema.personal import About, about, about_all
from wikifarm.blueprint.schema.template import read_template
from wikifarm.model import Dialect, Form

NAME_AT_MOST = 60  # signs


def is_about_people(form: Form, dialect: Dialect) -> bool:
    """True for a form that asks something of somebody."""
    return about_all(_fields(form, dialect)) is About.SOMEBODY


def called(form: Form, dialect: Dialect, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """How the people of these cards are called: the title, and what they answered to what is about
    them."""
    asked = [form.properties.get(field.name, field.name) for field in _fields(form, dialect)
             if about(field) is About.SOMEBODY]  # fmt: skip
    for row in rows:
        title = str(row.get(TITLE) or "")
        if title and title != form.label:
            yield title
        said = [str(row.get(key) or "").strip() for key in asked]
        short = [text for text in said if text and len(text) <= NAME_AT_MOST and "@" not in text]
        yield from (text for text in short if " " in text)
        yield " ".join(short[:2])


def _fields(form: Form, dialect: Dialect) -> Sequence[Field]:
    return read_template(form.template, dialect=dialect).fields

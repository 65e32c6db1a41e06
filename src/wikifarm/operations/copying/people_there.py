"""The people whom a wiki knows, so that none of them leaves it with what is copied or exported, and
that all who went are looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from wikifarm.blueprint.capture.form_copy import is_of_people, schema_of
from wikifarm.blueprint.capture.known_people import KnownPeople
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import TITLE
from wikifarm.blueprint.schema.personal import About, about, about_all
from wikifarm.blueprint.schema.template import properties
from wikifarm.model import Dialect, Form
from wikifarm.operations.workplace.context import WIKI_ADMIN
from wikifarm.whole_wiki import WholeWiki

Entry = Mapping[str, Any]  # its answers, by the keys of the wiki
Entries = Mapping[str, Entry]  # by tag
NAME_AT_MOST = 60  # signs


def people_there(
    whole: WholeWiki, entries_of: Callable[[str], Entries], also: Iterable[str] = ()
) -> KnownPeople:
    """Accounts, members of groups, owners and authors of pages, and those who wrote in its forms of
    people, as far as this account may read; `also` are names that are known otherwise.

    `entries_of` gives the entries of a form by its number.
    """
    return KnownPeople([*_names(whole, entries_of), *also], but=[WIKI_ADMIN])


def asks_of_people(form: Form, dialect: Dialect) -> bool:
    """True for a form that asks something of somebody."""
    return about_all(_schema(form, dialect).fields) is About.SOMEBODY


def full_names(form: Form, rows: Iterable[Entry], dialect: Dialect) -> Iterator[str]:
    """How the people of these cards are called, in full: in one answer or in the first two."""
    schema = _schema(form, dialect)
    for row in rows:
        yield from (text for text in _titles(schema, row) if text != form.label)
        said = [text.strip() for text in _answers(schema, row, dialect)]
        short = [text for text in said if text and len(text) <= NAME_AT_MOST and "@" not in text]
        yield from (text for text in short if " " in text)
        yield " ".join(short[:2])


def _names(whole: WholeWiki, entries_of: Callable[[str], Entries]) -> Iterator[str]:
    for account in whole.accounts:
        yield from (account.name, account.email)
    for members in whole.people.values():
        yield from (member.lstrip("!") for member in members)
    for page in whole.pages.values():
        yield from (page.owner, page.author)
    for form in whole.forms.values():
        schema = _schema(form, whole.dialect)
        if is_of_people(schema):
            for entry in entries_of(form.id).values():
                yield from (*_answers(schema, entry, whole.dialect), *_titles(schema, entry))


def _schema(form: Form, dialect: Dialect) -> Schema:
    return schema_of(form, f"form{form.id}", dialect)


def _answers(schema: Schema, entry: Entry, dialect: Dialect) -> Iterator[str]:
    """What somebody answered to what is about them."""
    named = properties(schema, dialect)
    for each in schema.fields:
        value = entry.get(named.get(each.name, ""))
        if isinstance(value, str) and about(each) is About.SOMEBODY:
            yield value


def _titles(schema: Schema, entry: Entry) -> Iterator[str]:
    """The title of an entry, where it is not the same for all."""
    title = entry.get(TITLE)
    if isinstance(title, str) and title != schema.title_mask:
        yield title

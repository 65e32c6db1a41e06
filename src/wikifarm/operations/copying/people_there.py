"""The people whom a wiki knows, so that none of them leaves it with what is copied or exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from wikifarm.blueprint.capture.form_copy import is_of_people, schema_of
from wikifarm.blueprint.capture.known_people import KnownPeople
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import TITLE
from wikifarm.blueprint.schema.personal import About, about
from wikifarm.blueprint.schema.template import properties
from wikifarm.operations.workplace.context import WIKI_ADMIN
from wikifarm.whole_wiki import WholeWiki

Entries = Mapping[str, Mapping[str, Any]]  # tag -> answers


def people_there(
    whole: WholeWiki, entries_of: Callable[[str], Entries], also: Iterable[str] = ()
) -> KnownPeople:
    """Accounts, members of groups, owners and authors of pages, and those who wrote in its forms of
    people, as far as this account may read; `also` are names that are known otherwise.

    `entries_of` gives the entries of a form by its number.
    """
    return KnownPeople([*_names(whole, entries_of), *also], but=[WIKI_ADMIN])


def _names(whole: WholeWiki, entries_of: Callable[[str], Entries]) -> Iterator[str]:
    for account in whole.accounts:
        yield from (account.name, account.email)
    for members in whole.people.values():
        yield from (member.lstrip("!") for member in members)
    for page in whole.pages.values():
        yield from (page.owner, page.author)
    for form in whole.forms.values():
        schema = schema_of(form, f"form{form.id}", whole.dialect)
        if is_of_people(schema):
            for entry in entries_of(form.id).values():
                yield from _answers(schema, entry, whole)


def _answers(schema: Schema, entry: Mapping[str, Any], whole: WholeWiki) -> Iterator[str]:
    named = properties(schema, whole.dialect)
    for each in schema.fields:
        value = entry.get(named.get(each.name, ""))
        if isinstance(value, str) and about(each) is About.SOMEBODY:
            yield value
    title = entry.get(TITLE)
    if isinstance(title, str) and title != schema.title_mask:
        yield title

"""A backup of one version of YesWiki in the words of another: lists, forms, keys of cards.

4.4 makes the id of a list, and the key under which a card holds a choice, otherwise than 4.5 and
later (docs/yeswiki.md, 30, 32, 33). YesWiki's own migrations of 4.5 keep every key, and so does
this, both ways; where 4.4 cannot make an id again, the list has another, everywhere it is named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.choices import expected_list_id
from wikifarm.blueprint.schema.fields import Kind, property_name
from wikifarm.blueprint.schema.template import (
    compile_template,
    parse,
    read_template,
    written_rows,
)
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.model import Dialect
from wikifarm.yeswiki.bazar_lists import as_written
from wikifarm.yeswiki.same_name import same_name

_BEFORE = {True: "Liste", False: "List"}  # what a server writes before the title of a list
_COLUMN = 1  # of a template: the list, or the form, that a field offers


class Crossing:
    """The way of one backup, written as `was`, into a wiki that writes as `now`; `lists` are its
    lists (id -> the text of its page)."""

    def __init__(self, was: Dialect, now: Dialect, lists: Mapping[str, str]) -> None:
        self._was, self._now, self._told = was, now, lists
        self.is_other = (was is Dialect.D44) is not (now is Dialect.D44)

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """The lists that cannot have their id there -> the id that they get."""
        taken = {same_name(tag) for tag in self._told}
        ids: dict[str, str] = {}
        for tag, text in self._told.items() if self.is_other else ():
            if expected_list_id(self.title_of(tag), self._now) != tag:
                new = expected_list_id(_list_of(text)[0], self._now)
                names = (f"{new}{number}" for number in ("", *range(2, 3 + len(taken))))
                ids[tag] = next(name for name in names if same_name(name) not in taken)
                taken.add(same_name(ids[tag]))
        return ids

    @cached_property
    def lists(self) -> Mapping[str, str]:
        """Every list of the backup, by the id that it gets."""
        return {self.ids.get(tag, tag): self._list(text) for tag, text in self._told.items()}

    def _list(self, text: str) -> str:
        if not self.is_other:
            return text
        title, choices = _list_of(text)
        return _as_php(as_written(title, tuple(choices), self._now))

    def lost(self) -> Iterator[str]:
        """What that version has no words for, as sentences."""
        for old, new in self.ids.items():
            yield _("The list {old} is {new} there, also where forms and pages name it.").format(
                old=old, new=new
            )
        for tag, text in self._told.items() if self._now is Dialect.D44 and self.is_other else ():
            if any(node.get("children") for node in _nodes(text)):
                yield _(
                    "The choices of the list {tag} do not stand in one another any more."
                ).format(tag=tag)

    def title_of(self, tag: str) -> str:
        """A title from which the server makes this id (`genere_nom_wiki`, 4.4.4 and 4.5.0): each
        word begins with a capital, and keeps no other."""
        rest = tag.removeprefix(_BEFORE[self._now is Dialect.D44])
        return re.sub(r"(?<!^)(?=[A-Z])", " ", rest)

    def text(self, text: str) -> str:
        """A text of a page that names lists by the ids that they have there."""
        return self._names.sub(lambda name: self.ids[name[0]], text) if self.ids else text

    @cached_property
    def _names(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, sorted(self.ids, key=len, reverse=True)))
        return re.compile(rf"(?<!\w)(?:{names})(?!\w)")

    def columns(self, columns: Mapping[str, str]) -> dict[str, str]:
        """A form as that version keeps it."""
        if not self.is_other:
            return dict(columns)
        schema = self._schema(columns["bn_template"])
        return {**columns, "bn_template": compile_template(schema, self._now, {})}

    def keys(self, columns: Mapping[str, str]) -> Mapping[str, str]:
        """The keys of the cards of a form -> those that they have there, where these differ."""
        if not self.is_other:
            return {}
        was = _keys_of(read_template(columns["bn_template"], dialect=self._was), self._was)
        now = _keys_of(self._schema(columns["bn_template"]), self._now)
        return {before: after for before, after in zip(was, now, strict=True) if before != after}

    def _schema(self, template: str) -> Schema:
        rows = parse(template)
        for row in rows:
            row[_COLUMN] = self.ids.get(row[_COLUMN], row[_COLUMN])
        return read_template(written_rows(rows), dialect=self._was)


def _keys_of(schema: Schema, dialect: Dialect) -> list[str]:
    """The key under which cards hold the answer to each field; empty for none."""
    return [
        property_name(field, dialect is not Dialect.D44)
        if field.name and field.kind is not Kind.LAYOUT
        else ""
        for field in schema.fields
    ]


def _list_of(text: str) -> tuple[str, Iterator[tuple[str, str]]]:
    """The title and the choices of a list, in one row."""
    told: dict[str, Any] = from_json(text)
    if "nodes" in told:
        nodes = _nodes(text)
        pairs = ((str(each.get("id", "")), str(each.get("label", ""))) for each in nodes)
        return str(told["title"]), pairs
    labels = told["label"]
    items = labels.items() if isinstance(labels, dict) else enumerate(labels)
    return str(told["titre_liste"]), ((str(key), str(label)) for key, label in items)


def _nodes(text: str) -> Iterator[Mapping[str, Any]]:
    """The choices of a list, each followed by those that stand in it."""
    going = list(from_json(text).get("nodes") or ())
    while going:
        node = going.pop(0)
        if isinstance(node, dict):
            going = [*(node.get("children") or ()), *going]
            yield node


def _as_php(value: Any) -> str:
    """JSON as PHP writes it, so that the page reads as the server would have written it."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")

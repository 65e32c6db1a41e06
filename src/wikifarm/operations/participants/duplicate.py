"""Duplicate: what one community added to its base of participants, brought into another's: its
questions, their lists and their rights. Never an entry.

Both bases come from a blueprint; what modules bring is the manifest's to say. So only questions
that the source added travel, and what the target has stays as it is: `plan` then says that its form
was edited there, and keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from wikifarm.blueprint.design import DesignedWho, PeopleForm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.neutral import plain
from wikifarm.blueprint.rights_words import lets_others_in, without_closing
from wikifarm.blueprint.schema.fields import TYPES, Kind
from wikifarm.blueprint.schema.template import (
    compile_template,
    normalise,
    parse,
    same_template,
    written_rows,
)
from wikifarm.engine.steps.bazar import compiled, list_titled
from wikifarm.errors import InvalidInput, NotOurs, Problem, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import BazarList, Form
from wikifarm.operations.audit.likeness import ACTS, FILES
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.participants.base import base_form, entered
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome

READ, WRITE = 11, 12  # columns of the rights of a field
LINKED, CHOSEN = 1, 6  # of a choice: its list or form, and its name
ADDRESS = "champs_mail"
_WORD = re.compile(r"[\w.-]{1,80}\Z")  # the name of a field, the key of a choice

Row = list[str]


class Fate(StrEnum):
    """What becomes of a question."""

    SAME = "same"
    GAINED = "gained"
    LOCAL = "local"  # of the target alone: it stays
    DIFFERS = "differs"  # in both, otherwise: the target's stays
    LEFT = "left"  # of the source alone, and not to be brought


@dataclass(frozen=True)
class ComparedField:
    """A question in the two bases; `why` it is left."""

    name: str
    label: str
    fate: Fate
    why: str = ""


@dataclass(frozen=True)
class DuplicatedBase(Outcome):
    """Two bases field by field, and what the target gains. `lists`: titles of those that it gains;
    `choices`: title -> those that a list of that title gains."""

    source: str
    target: str
    status: str  # "planned", "updated", "unchanged"
    fields: tuple[ComparedField, ...]
    lists: tuple[str, ...]
    choices: Mapping[str, Sequence[str]]

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "target": self.target,
            "status": self.status,
            "fields": [vars(field) | {"fate": field.fate.value} for field in self.fields],
            "lists": list(self.lists),
            "choices": {title: list(labels) for title, labels in self.choices.items()},
        }


@dataclass(frozen=True)
class _Side:
    """One of the two: its base as the wiki has it, and its lists."""

    form: PeopleForm
    stored: Form
    lists: Mapping[str, BazarList]
    who: DesignedWho
    every_name: frozenset[str]  # of the fields that its blueprint brings, with any module
    of_modules: frozenset[str]  # those of them that a module brings

    @property
    def rows(self) -> dict[str, Row]:
        """The questions of the form, by name."""
        return _questions(self.stored.template)


def duplicate(
    context: Context, source: Community, target: Community, *, dry_run: bool = False
) -> Envelope:
    """Brings into the base of `target` the questions that the base of `source` has added, and reads
    them back; with `dry_run`, shows them. The source is only read.

    Raises NotOurs where one of them is not finished, or its form is not there any more.
    """
    if source.slug == target.slug:
        problem = Problem(_("A base is not duplicated into itself."), code="same-community")
        raise InvalidInput([problem])
    with entered(context, source) as run:
        one_side = _side(run)
    with entered(context, target, "" if dry_run else "participants duplicate") as run:
        merge = _Merge(one_side, _side(run))
        changes = bool(merge.gained)
        if changes and not dry_run:
            _write(run, merge)
        outcome = DuplicatedBase(
            source.slug,
            target.slug,
            "unchanged" if not changes else "planned" if dry_run else "updated",
            tuple(merge.fields),
            tuple(merge.new_lists),
            {title: tuple(label for _key, label in new) for title, new in merge.grown.items()},
        )
    return Envelope("participants duplicate", outcome=outcome)


def _side(run: CommunityRun) -> _Side:
    form = base_form(run)
    work = run.work
    stored = work.seen.forms.get(form.form.id)
    if stored is None:
        raise NotOurs(
            _("The form {form} is not in the wiki of “{slug}”.").format(
                form=form.form.schema.label, slug=run.community.slug
            ),
            hint=_("`wikifarm apply` makes it."),
        )
    every = run.compiler.with_every_module(form.form)
    of_modules = replace(every, fields=tuple(field for field in every.fields if field.module))
    dialect, keys = run.site.capabilities.dialect, {key: key for key in every.lists}
    return _Side(
        form,
        stored,
        _plain(work.seen.lists),
        work.design.who,
        frozenset(_questions(compile_template(every, dialect, keys))),
        frozenset(_questions(compile_template(of_modules, dialect, keys))),
    )


def _plain(lists: Mapping[str, BazarList]) -> dict[str, BazarList]:
    """Lists whose texts act nowhere: somebody of another community wrote them."""
    return {
        key: BazarList(
            key, plain(each.title), tuple((choice, plain(label)) for choice, label in each.items)
        )
        for key, each in lists.items()
    }


def _questions(template: str) -> dict[str, Row]:
    """The rows that ask something, by the name of what they ask."""
    return {_name(row): row for row in parse(template) if _asks(row)}


def _name(row: Row) -> str:
    return (row[CHOSEN] or row[LINKED]) if _kind(row) in (Kind.LIST, Kind.LINK) else row[1]


def _label(row: Row) -> str:
    """What a row asks, as people read it; of one that has no text of its own, what it is."""
    words = {
        "map": _("the place on the map"),
        "utilisateur_wikini": _("the account that the card opens"),
        "champs_cache": _("a value that is not shown"),
    }
    columns = TYPES[row[0]].columns if row[0] in TYPES else {}
    label = next((row[column] for column, holds in columns.items() if holds == "label"), "")
    return label or words.get(row[0], "")


def _kind(row: Row) -> Kind:
    return TYPES[row[0]].kind if row[0] in TYPES else Kind.ANSWER


def _asks(row: Row) -> bool:
    return _kind(row) is not Kind.LAYOUT and bool(_name(row))


class _Merge:
    """The two sides, and what comes of each question."""

    def __init__(self, source: _Side, target: _Side) -> None:
        self._source, self._target = source, target
        self.gained: list[Row] = []
        self.new_lists: dict[str, BazarList] = {}  # by title
        self.grown: dict[str, tuple[tuple[str, str], ...]] = {}  # title -> choices to add
        self.fields = list(self._compare())

    def _compare(self) -> Iterator[ComparedField]:
        there = self._target.rows
        for name, row in self._source.rows.items():
            if name in there:
                alike = there[name] in (row, self._remapped(row), self._settled(row))
                fate = Fate.SAME if alike else Fate.DIFFERS
                yield ComparedField(name, _label(row), fate)
                continue
            why = self._why_left(name, row)
            if not why:
                self._gain(row)
            yield ComparedField(name, _label(row), Fate.LEFT if why else Fate.GAINED, why)
        for name, row in there.items():
            if name not in self._source.rows:
                yield ComparedField(name, _label(row), Fate.LOCAL)

    def _why_left(self, name: str, row: Row) -> str:
        """Why a question is not brought; nothing where it is."""
        choices = self._source.lists[row[LINKED]].items if self._listed(row) else ()
        words = (name, *(key for key, _label in choices))
        kind, addressed = _kind(row), any(each[0] == ADDRESS for each in self._target.rows.values())
        reasons = (
            (
                name in self._target.every_name or name in self._source.of_modules,
                _("a module brings it: switch it on in the manifest"),
            ),
            (row[0] in ACTS or row[0] not in TYPES, _("it does more than ask")),
            (
                not all(map(_WORD.match, words)),
                _("its name, or that of a choice, is no plain word"),
            ),
            (row[0] in FILES, _("a file that is attached is public by its address")),
            (row[0] == ADDRESS and addressed, _("a base asks for one address")),
            (kind is Kind.LINK, _("it chooses among the entries of another form")),
            (
                kind is Kind.LIST and row[LINKED] not in self._source.lists,
                _("its list is not there"),
            ),
        )
        return next((why for holds, why in reasons if holds), "")

    def _listed(self, row: Row) -> bool:
        return _kind(row) is Kind.LIST and row[LINKED] in self._source.lists

    def _gain(self, row: Row) -> None:
        if _kind(row) is Kind.LIST:
            wanted = self._source.lists[row[LINKED]]
            there = list_titled(self._target.lists, wanted.title)
            if there is None:
                self.new_lists[wanted.title] = wanted
            elif new := tuple(item for item in wanted.items if item[0] not in dict(there.items)):
                self.grown[wanted.title] = new
        self.gained.append(self._settled(row))

    def _settled(self, row: Row) -> Row:
        """The row as it is brought: what somebody of another community wrote acts nowhere."""
        return [plain(cell) for cell in self._remapped(row)]

    def _remapped(self, row: Row) -> Row:
        """The row as the target would have it; its list by the title, until the server names it."""
        new = [*row]
        if self._listed(row):
            there = list_titled(self._target.lists, self._source.lists[row[LINKED]].title)
            new[LINKED] = there.id if there is not None else row[LINKED]
        closed = self._target.form.form.schema.rights
        if closed is not None:
            new[READ] = self._right(row[READ], without_closing(closed.read))
            new[WRITE] = self._right(row[WRITE], closed.write)
        return new

    def _right(self, right: str, closed: str) -> str:
        """A right by the roles of its groups; that of the form where it would let others in, or
        names a group that only the source has."""
        roles = {
            f"@{self._source.who.members}": f"@{self._target.who.members}",
            f"@{self._source.who.facilitators}": f"@{self._target.who.facilitators}",
            "@admins": "@admins",
            "%": "%",
        }
        parts = [part.strip() for part in right.split(",")]
        if lets_others_in(right) or any(part not in roles for part in parts):
            return closed
        return ",".join(roles[part] for part in parts)

    def template(self, lists: Mapping[str, BazarList]) -> str:
        """The form of the target with what it gains, at its end; `lists` as the server has them."""
        rows = parse(self._target.stored.template)
        for row in self.gained:
            new = [*row]
            if self._listed(row):
                named = list_titled(_plain(lists), self._source.lists[row[LINKED]].title)
                new[LINKED] = named.id if named is not None else row[LINKED]
            rows.append(new)
        return written_rows(rows)


def _write(run: CommunityRun, merge: _Merge) -> None:
    work, wiki = run.work, run.site
    run.progress("lists")
    wiki.lists.create((each.title, each.items) for each in merge.new_lists.values())
    for title, new in merge.grown.items():
        there = list_titled(_plain(work.seen.lists), title)
        if there is not None:
            wiki.lists.add(there.id, new)
    work.seen.forget("lists")
    run.progress("forms")
    form = base_form(run)
    stored = work.seen.forms[form.form.id]
    template = merge.template(work.seen.lists)
    json = {
        **compiled(work, form.form).json,
        "bn_label_nature": stored.label,
        "bn_description": stored.description,
        "bn_template": template,
    }
    wiki.forms.save({stored.id: json})
    work.seen.forget("forms")
    now = work.seen.forms.get(stored.id, replace(stored, template=""))
    if not same_template(now.template, normalise(template)):
        raise WriteRefused(
            _("The wiki did not keep the form {form} as it was written.").format(form=stored.label),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )

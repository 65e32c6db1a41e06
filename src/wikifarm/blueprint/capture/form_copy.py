"""The form of a wiki as a Bazar schema that a blueprint may hold: one that asks about people is
closed, whatever its rights were."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from wikifarm.blueprint.capture.copied_rights import ADMINS, RightsCopy, without_accounts
from wikifarm.blueprint.rights_words import lets_others_in, without_closing
from wikifarm.blueprint.schema.bazar_schema import RIGHTS, Schema
from wikifarm.blueprint.schema.fields import RAW, TITLE, TYPES, Field, Kind
from wikifarm.blueprint.schema.personal import About, about_all
from wikifarm.blueprint.schema.schema_checks import DESCRIPTIONS
from wikifarm.blueprint.schema.template import parse, read_form, written_rows
from wikifarm.i18n import _
from wikifarm.model import Dialect, Form, Rights, Zone

_REFUSED = frozenset({"inscriptionliste", "utilisateur_wikini", "yeswiki_user", "mot_de_passe"})
_FILES = frozenset({"image", "fichier"})
_ELSEWHERE = frozenset({*RIGHTS, "list"})  # columns that are copied by another way
_RIGHTS = {"read": 11, "write": 12}  # columns of a line kept raw
_NAMED = re.compile(r"\{\{?\s*(\w+)\s*\}?\}")


@dataclass(frozen=True)
class FormCopy:
    """A form that is copied, and what was changed in it, as sentences. `names` are those of its
    choices in lists and forms: at the source -> here."""

    schema: Schema
    changed: tuple[str, ...]
    names: Mapping[str, str]


def schema_of(form: Form, key: str, dialect: Dialect) -> Schema:
    """The schema of a form as its wiki tells it. Raises InvalidInput where it is none."""
    return read_form(form.told, key, dialect)


def texts_of(form: Form) -> Iterator[str]:
    """All that is copied of a form but who may do what, where `RightsCopy` leaves accounts out, and
    the ids of lists, which the server of the source made of their titles."""
    yield from (text for key, text in form.told.items() if key != "bn_template")
    for row in parse(form.template):
        described = TYPES.get(row[0])
        elsewhere = (
            {column for column, each in described.columns.items() if each in _ELSEWHERE}
            if described
            else set(_RIGHTS.values())
        )
        yield from (text for column, text in enumerate(row) if column not in elsewhere)


def is_of_people(schema: Schema) -> bool:
    """True for a form that asks about people, or whose entries are for groups, and accounts that
    are named, alone."""
    rights = schema.rights
    closed = rights is not None and not lets_others_in(without_accounts(rights.read))
    return closed or about_all(schema.fields) is About.SOMEBODY


def copied(
    schema: Schema, rights: RightsCopy, lists: Mapping[str, str], forms: Mapping[str, str]
) -> FormCopy:
    """The form for a blueprint. `lists` and `forms` give the names that those of the source have
    there; a question whose list is not copied is left out."""
    told: list[str] = []
    names: dict[str, str] = {}
    fields = []
    for each in schema.fields:
        if each.word in _REFUSED or (each.kind is Kind.LIST and each.target not in lists):
            told.append(_("the question “{name}” is left out").format(name=_called(each)))
        else:
            linked = _linked(each, lists, forms)
            fields.append(linked)
            if each.name and each.kind in (Kind.LIST, Kind.LINK):  # 4.4 bears one without
                names[each.name] = linked.name
    known = replace(schema, fields=tuple(fields))
    if is_of_people(schema):
        closed = _closed(known, rights, told)
        return FormCopy(replace(closed, zone=Zone.PEOPLE), tuple(told), names)
    open_fields = tuple(_with_rights(each, rights.right) for each in known.fields)
    open_form = replace(known, zone=Zone.PRODUCTIONS, fields=open_fields)
    return FormCopy(open_form, tuple(told), names)


def _called(field: Field) -> str:
    return field.label or field.name or field.word


def _linked(field: Field, lists: Mapping[str, str], forms: Mapping[str, str]) -> Field:
    """The field with the list or the form as it is called in the blueprint."""
    if field.kind is Kind.LINK:
        target = forms.get(field.target, field.target)
        return replace(field, options={**field.options, "form": target})
    if field.kind is not Kind.LIST:
        return field
    options = {**field.options, "list": lists[field.target]}
    # From 4.5 on, wikifarm writes the whole name of an answer, as 4.4 makes it, where its name is.
    prefix = f"{field.type}{options['list']}"
    bare = field.name.removeprefix(prefix)
    if bare and bare != field.name and options.get("property") == field.name:
        del options["property"]
        return replace(field, name=bare, options=options)
    return replace(field, options=options)


def _with_rights(field: Field, right: Callable[[str], str]) -> Field:
    """The field with each right that it gives as `right` makes it."""
    if field.type == RAW:
        columns = parse(field.line)[0]
        for place in _RIGHTS.values():
            columns[place] = right(columns[place]) if columns[place] else ""
        return replace(field, line=written_rows([columns]).rstrip("\n"))
    options = dict(field.options)
    for key in ("read", "write", "address_seen_by"):
        if options.get(key):
            options[key] = right(options[key])
    if field.type == "acls" and options.get("comment") not in (None, "", "comments-closed"):
        options["comment"] = right(options["comment"])
    return replace(field, options=options)


# -- forms of people ------------------------------------------------------------------------


def _closed(schema: Schema, rights: RightsCopy, told: list[str]) -> Schema:
    now = schema.rights
    read = rights.of_people(now.read if now else "") or rights.for_the_group
    write = rights.of_people(now.write if now else "") or rights.for_the_author
    if now is None or lets_others_in(without_closing(now.read)) or lets_others_in(now.write):
        told.append(_("its entries are for the group alone"))
    titled = _title(schema, told)
    kept = _without_what_is_public(titled, told)
    fields = [_field_closed(each, rights, read, write, titled.public_fields) for each in kept]
    comment = now.comment if now and not lets_others_in(now.comment) else "comments-closed"
    fields.append(Field("acls", options=_acls(Rights(read, write, comment), schema)))
    return replace(titled, fields=tuple(fields))


def _acls(rights: Rights, schema: Schema) -> dict[str, str]:
    """What the line of rights says, with what else it said."""
    line = next((field for field in schema.fields if field.type == "acls"), None)
    told = dict(line.options) if line is not None else {}
    return {**told, "read": rights.read, "write": rights.write, "comment": rights.comment}


def _title(schema: Schema, told: list[str]) -> Schema:
    """The form with a title that names nobody: YesWiki shows titles to strangers.

    One of a form that was closed, and asks about nobody, is as public as it was.
    """
    typed = any(field.name == TITLE for field in schema.fields)
    if not typed and not _NAMED.search(schema.title_mask):
        return schema if schema.title_mask else _with_mask(schema)
    if about_all(schema.fields) is not About.SOMEBODY:
        return replace(schema, title_is_public=True)
    told.append(
        _(
            "each card bears the name of the form as its title, and no person's: strangers see "
            "titles"
        )
    )
    others = tuple(field for field in schema.fields if field.type != "titre")
    return _with_mask(_renamed(replace(schema, fields=others), TITLE))


def _with_mask(schema: Schema) -> Schema:
    bare = re.sub(r"[{}]", "", schema.label)
    mask = Field("titre", label=schema.label, options={"mask": bare})
    return replace(schema, fields=(mask, *schema.fields))


def _renamed(schema: Schema, name: str) -> Schema:
    """The form whose field `name` is called otherwise, wherever it is named."""
    taken = {field.name for field in schema.fields}
    new = next(each for each in _others(name) if each not in taken)
    pattern = re.compile(rf"(?<=\{{){re.escape(name)}(?=\s*\}})")
    fields = (
        replace(
            field,
            name=new if field.name == name else field.name,
            options={
                key: new if key.endswith("_field") and text == name else pattern.sub(new, text)
                for key, text in field.options.items()
            },
        )
        for field in schema.fields
    )
    return replace(schema, fields=tuple(fields))


def _others(name: str) -> list[str]:
    return [f"{name}_{number}" for number in range(2, 100)]


def _without_what_is_public(schema: Schema, told: list[str]) -> list[Field]:
    """The fields but files, which are public by their address, other addresses than the first, and
    the line of rights; those that YesWiki shows to everybody by their name have another."""
    for name in sorted({field.name for field in schema.fields} & DESCRIPTIONS):
        schema = _renamed(schema, name)
    kept: list[Field] = []
    for field in schema.fields:
        second = field.type == "champs_mail" and any(each.type == field.type for each in kept)
        if field.type in _FILES or second:
            told.append(_("the question “{name}” is left out").format(name=_called(field)))
        elif field.type != "acls":
            kept.append(field)
    return kept


def _field_closed(
    field: Field, rights: RightsCopy, read: str, write: str, public: frozenset[str]
) -> Field:
    if field.kind is Kind.LAYOUT and field.type != RAW:
        return field
    wanted = {"read": read, "write": write}
    if field.type == RAW:
        columns = parse(field.line)[0]
        for key, place in _RIGHTS.items():
            columns[place] = rights.of_people(columns[place]) or wanted[key]
        return replace(field, line=written_rows([columns]).rstrip("\n"))
    options = dict(field.options)
    closing = {"write"} if field.name in public else set(_RIGHTS)
    if field.name in public and options.get("read"):
        options["read"] = rights.right(options["read"])
    for key in sorted(closing & set(TYPES[field.type].columns.values())):
        options[key] = rights.of_people(options.get(key, "")) or wanted[key]
    if options.get("address_seen_by"):
        options["address_seen_by"] = rights.of_people(options["address_seen_by"]) or f"@{ADMINS}"
    # In the order in which they are read from a form: what is closed already is written the same.
    order = {key: place for place, key in enumerate(TYPES[field.type].columns.values())}
    read_so = sorted(options.items(), key=lambda each: order.get(each[0], len(order)))
    return replace(field, options=dict(read_so))

"""Planting and removing the sentinel participant, whatever happens in between.

Everything planted is written to the journal first, and bears a name or an address that nobody else
can have; what a killed run left behind is found by those and removed by the next one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import Field, Kind
from wikifarm.blueprint.schema.template import properties
from wikifarm.engine.audit import (
    ACCOUNT_PREFIX,
    DOMAIN,
    Role,
    Sentinel,
    account_name,
    is_sentinel_address,
)
from wikifarm.engine.journal import Journal
from wikifarm.engine.step import Work
from wikifarm.engine.steps.bazar import list_ids
from wikifarm.errors import WikifarmError, WriteRefused
from wikifarm.i18n import _
from wikifarm.operations.workplace.vault import new_password
from wikifarm.yeswiki.wiki import Wiki

GROUP = "participants"
AUTHOR = "author"
STEP = "sentinel"


class Planted:
    """The sentinel in place: the people who ask, and who they are."""

    def __init__(self, sentinel: Sentinel, people: dict[Role, Wiki], spy: str) -> None:
        self.sentinel = sentinel
        self.people = people
        self.spy = spy


@contextmanager
def planted(
    wiki: Wiki, work: Work, journal: Journal, form_id: str, schema: Schema
) -> Iterator[Planted]:
    """Plants the sentinel, and removes it with its revisions and accounts on any way out."""
    clean(wiki, work, form_id)
    key = secrets.token_hex(4)
    sentinel = _sentinel(key, schema, work)
    journal.intent(work.slug, STEP, key=key)
    try:
        author = _signed_up(wiki, key, AUTHOR)
        people = {Role.VISITOR: wiki.visitor()}
        for role in (Role.STRANGER, Role.MEMBER):
            person = _signed_up(wiki, key, role.value)
            if person is not None:
                people[role] = person
        if Role.MEMBER in people:
            member = account_name(key, Role.MEMBER.value)
            wiki.groups.set(GROUP, [*wiki.groups.members(GROUP), member])
        sentinel = replace(sentinel, account=account_name(key, AUTHOR))
        entry = _enter(author, wiki, form_id, sentinel)
        yield Planted(replace(sentinel, entry=entry), people, f"{ACCOUNT_PREFIX}Page{key}")
    finally:
        clean(wiki, work, form_id)
        journal.outcome(work.slug, STEP, key=key)


def clean(wiki: Wiki, work: Work, form_id: str) -> None:
    """Removes every sentinel of this wiki, and looks that none is left."""
    entries = _sentinel_entries(wiki, form_id)
    pages = [tag for tag in wiki.rights.all() if tag.startswith(ACCOUNT_PREFIX)]
    for tag in dict.fromkeys([*entries, *pages]):
        wiki.pages.delete(tag)
    members = wiki.groups.members(GROUP)
    kept = [one for one in members if not one.startswith(ACCOUNT_PREFIX)]
    if len(kept) != len(members):
        wiki.groups.set(GROUP, kept)
    accounts = [one.name for one in wiki.users.all() if is_sentinel_address(one.email)]
    for name in accounts:
        wiki.users.delete(name)
    if not (entries or pages or accounts):
        return
    left = [
        *_sentinel_entries(wiki, form_id),
        *(tag for tag in wiki.rights.all() if tag in {*entries, *pages}),
        *(one.name for one in wiki.users.all() if is_sentinel_address(one.email)),
    ]
    if left:
        raise WriteRefused(
            _("The sentinel participant of the audit could not be removed ({what}).").format(
                what=", ".join(left)
            ),
            hint=_("It is no real person; remove it by hand or run `wikifarm verify` again."),
        )
    work.seen.forget()


def _sentinel_entries(wiki: Wiki, form_id: str) -> list[str]:
    return [
        tag
        for tag, row in wiki.entries.of(form_id).items()
        if is_sentinel_address(str(row.get("bf_mail", "")))
    ]


def _signed_up(wiki: Wiki, key: str, who: str) -> Wiki | None:
    """An account opened as a visitor opens one; None where the wiki lets no program do it."""
    person = wiki.visitor()
    try:
        opened = person.session.sign_up(
            account_name(key, who), f"{who}-{key}@{DOMAIN}", new_password()
        )
    except WikifarmError:
        return None
    return person if opened else None


def _enter(author: Wiki | None, wiki: Wiki, form_id: str, sentinel: Sentinel) -> str:
    """The entry, written by its author as a person would; by the administrator where a guard
    stands in the way of programs. Nobody who asks owns it: an owner sees everything."""
    if author is not None:
        try:
            return author.entries.create(form_id, sentinel.values)
        except WriteRefused:
            pass
    return wiki.entries.create(form_id, sentinel.values)


def _sentinel(key: str, schema: Schema, work: Work) -> Sentinel:
    names = properties(schema, work.seen.wiki.capabilities.dialect, list_ids(work))
    form = next(one for one in work.design.forms if one.schema.key == schema.key)
    seen = work.seen.forms[form.id].properties
    values: dict[str, str] = {"bf_titre": schema.title_mask or schema.label}
    secret: dict[str, str] = {}
    for field in schema.fields:
        if field.kind is Kind.LAYOUT or not field.name:
            continue
        name = seen.get(field.name) or names.get(field.name, field.name)
        value = _value(field, key, work)
        values[name] = value
        if _is_unique(field):
            secret[field.name] = value.split("@")[0]
    if any(field.type == "map" for field in schema.fields):
        values |= {"bf_latitude": f"48.{_digits(key)}", "bf_longitude": f"-1.{_digits(key)}"}
        secret["bf_latitude"] = _digits(key)
    return Sentinel(key, values, secret, address=secret.get("bf_mail", f"wfmail{key}"))


def _value(field: Field, key: str, work: Work) -> str:
    if field.kind is Kind.LIST:
        items = next(
            (one.items for one in work.design.lists if one.key == field.target), (("oui", ""),)
        )
        return "oui" if "oui" in dict(items) else items[0][0]
    if field.type == "champs_mail":
        return f"wf{_word(field)}{key}@{DOMAIN}"
    if field.type in {"lien_internet", "url"}:
        return f"https://wf{_word(field)}{key}.{DOMAIN}/"
    if field.type == "champs_cache":
        return "1"
    # Longer than the form's own limit at times: browsers hold to it, servers do not.
    return f"wf{_word(field)}{key}"


def _is_unique(field: Field) -> bool:
    return field.kind is not Kind.LIST and field.type not in {"champs_cache", "map", "tags"}


def _word(field: Field) -> str:
    return "".join(one for one in field.name.removeprefix("bf_") if one.isalnum())[:12]


def _digits(key: str) -> str:
    return str(int(key, 16)).rjust(10, "7")[:8]

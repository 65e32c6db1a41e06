"""Planting and removing the sentinel participant, whatever happens in between.

Everything planted is written to the journal first, and bears a name or an address that nobody else
can have; what a killed run left behind is found by those and removed by the next one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from wikifarm.blueprint.design import PeopleForm
from wikifarm.blueprint.schema.fields import Field, Kind
from wikifarm.blueprint.schema.template import parse
from wikifarm.engine.step import Work
from wikifarm.engine.steps.bazar import property_names
from wikifarm.errors import AuditBlind, WikifarmError, WriteRefused
from wikifarm.i18n import _
from wikifarm.operations.audit.leaks import (
    DOMAIN,
    Sentinel,
    account_name,
    is_sentinel_address,
    is_sentinel_name,
)
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Role
from wikifarm.operations.workplace.vault import new_password
from wikifarm.yeswiki.wiki import Wiki

AUTHOR = "author"
PAGE = "page"
TEXTS = ("texte", "textelong")
STEP = "sentinel"
_WORD = re.compile(r"wf[a-zA-Z0-9]{0,12}([0-9a-f]{8})")  # what `_value` makes


@dataclass(frozen=True)
class Planted:
    """The sentinels in place, one in each form of people; the people who ask; the spies' page."""

    sentinels: tuple[Sentinel, ...]
    people: Mapping[Role, Wiki]
    spy: str
    addresses: Mapping[Role, str]  # of the account of each role that has one


@contextmanager
def planted(run: CommunityRun) -> Iterator[Planted]:
    """Plants a sentinel in each form of people, and removes them with their revisions and accounts
    on any way out.

    Raises AuditBlind where one is not there once planted: an audit of nothing sees nothing.
    """
    wiki, journal, slug = run.site, run.context.journal, run.community.slug
    members = run.work.design.who.members
    _forms_are_there(run)
    clean(run)
    key = secrets.token_hex(4)
    journal.intent(slug, STEP, key=key)
    try:
        author = _signed_up(wiki, key, AUTHOR)
        asking = {Role.VISITOR: wiki.visitor()}
        for role in (Role.STRANGER, Role.MEMBER):
            person = _signed_up(wiki, key, role.value)
            if person is not None:
                asking[role] = person
        if Role.MEMBER in asking:
            member = account_name(key, Role.MEMBER.value)
            wiki.groups.set(members, [*wiki.groups.members(members), member])
        sentinels = []
        for people in run.work.design.who.people:
            sentinel = replace(_sentinel(key, people, run.work), account=account_name(key, AUTHOR))
            entry = _enter(author, wiki, people.form.id, sentinel)
            _see(run, people, entry, sentinel)
            sentinels.append(replace(sentinel, entry=entry))
        addresses: dict[Role, str] = {
            role: _address(key, role.value) for role in asking if role is not Role.VISITOR
        }
        yield Planted(tuple(sentinels), asking, account_name(key, PAGE), addresses)
    finally:
        clean(run)
        journal.outcome(slug, STEP, key=key)


def _forms_are_there(run: CommunityRun) -> None:
    """A form that is to come, or that somebody removed, holds nobody and cannot be asked."""
    for people in run.work.design.who.people:
        if people.form.id not in run.work.seen.forms:
            raise AuditBlind(
                _("The form {form} is not in the wiki: `wikifarm apply` makes it.").format(
                    form=people.form.schema.label
                )
            )


def _see(run: CommunityRun, people: PeopleForm, entry: str, sentinel: Sentinel) -> None:
    """The positive control: somebody who may see the sentinel sees all of it."""
    row = run.site.entries.of(people.form.id).get(entry)
    kept = " ".join(str(value) for value in (row or {}).values()).lower()
    lost = [name for name, secret in sentinel.secrets.items() if secret.lower() not in kept]
    if row is None or lost:
        raise AuditBlind(
            _("The sentinel that was put in the form {form} is not there: {what}.").format(
                form=people.form.schema.label, what=", ".join(lost) or entry
            ),
            hint=_(
                "Nothing says that people are private here: look why this form keeps no entry, "
                "then run `wikifarm verify`."
            ),
        )


def clean(run: CommunityRun) -> None:
    """Removes every sentinel of this wiki, and looks that none is left."""
    wiki, group = run.site, run.work.design.who.members
    entries = _sentinel_entries(run)
    pages = [tag for tag in wiki.rights.all() if is_sentinel_name(tag)]
    for tag in dict.fromkeys([*entries, *pages]):
        wiki.pages.delete(tag)
    members = wiki.groups.members(group)
    kept = [member for member in members if not is_sentinel_name(member)]
    if len(kept) != len(members):
        wiki.groups.set(group, kept)
    accounts = _sentinel_accounts(wiki)
    for name in accounts:
        wiki.users.delete(name)
    if not (entries or pages or accounts):
        return
    left = [
        *_sentinel_entries(run),
        *(tag for tag in wiki.rights.all() if tag in {*entries, *pages}),
        *_sentinel_accounts(wiki),
    ]
    if left:
        raise WriteRefused(
            _("The sentinel participant of the audit could not be removed ({what}).").format(
                what=", ".join(left)
            ),
            hint=_("It is no real person; remove it by hand or run `wikifarm verify` again."),
        )
    run.work.seen.forget()


def _sentinel_entries(run: CommunityRun) -> list[str]:
    """Tags of the entries that bear an address, or a word, that only a sentinel can have."""
    keys = {
        str(entry["key"])
        for entry in run.context.journal.entries()
        if entry.get("step") == STEP and entry.get("slug") == run.community.slug
    }
    return [
        tag
        for people in run.work.design.who.people
        for tag, row in run.site.entries.of(people.form.id).items()
        if _is_sentinel(row, keys)
    ]


def _is_sentinel(row: Mapping[str, object], keys: Collection[str]) -> bool:
    """True where a value is of the address that nobody can have, or of a key of the journal."""
    values = [str(value) for value in row.values()]
    if any(is_sentinel_address(value) for value in values):
        return True
    words = (_WORD.fullmatch(value) for value in values)
    return any(word is not None and word[1] in keys for word in words)


def _sentinel_accounts(wiki: Wiki) -> list[str]:
    return [account.name for account in wiki.users.all() if is_sentinel_address(account.email)]


def _address(key: str, who: str) -> str:
    return f"{who}-{key}@{DOMAIN}"


def _signed_up(wiki: Wiki, key: str, who: str) -> Wiki | None:
    """An account opened as a visitor opens one; None where the wiki lets no program do it."""
    person = wiki.visitor()
    try:
        opened = person.session.sign_up(account_name(key, who), _address(key, who), new_password())
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


def _sentinel(key: str, people: PeopleForm, work: Work) -> Sentinel:
    schema = people.form.schema
    names = property_names(work, people.form)
    values: dict[str, str] = {"bf_titre": schema.title_mask or schema.label}
    unique: dict[str, str] = {}
    for field in schema.fields:
        if field.type == "map":
            place = {"latitude": f"48.{_digits(key)}", "longitude": f"-1.{_digits(key)}"}
            values |= {field.options[part]: degrees for part, degrees in place.items()}
            unique[field.options["latitude"]] = _digits(key)
        elif field.kind is not Kind.LAYOUT and field.name:
            value = _value(field, key, people, work)
            values[names[field.name]] = value
            if _is_unique(field) and field.name not in schema.public_fields:
                unique[field.name] = value.split("@")[0]
    for name in _added_by_hand(work, people):
        unique[name] = values[name] = f"wf{_word(name)}{key}"
    address = unique.get(people.address, "")
    return Sentinel(key, people.form.id, schema.label, values, unique, people.address, address)


def _added_by_hand(work: Work, people: PeopleForm) -> list[str]:
    """The fields of text that the form of this wiki has and the blueprint has not: somebody's."""
    known = {field.name for field in people.form.schema.fields} | {"bf_titre"}
    rows = parse(work.seen.forms[people.form.id].template)
    return [row[1] for row in rows if row[0] in TEXTS and row[1] and row[1] not in known]


def _value(field: Field, key: str, people: PeopleForm, work: Work) -> str:
    if field.kind is Kind.LIST:
        yes = {consent.name: consent.yes for consent in people.consents}
        choices = (choice for each in work.design.lists if each.key == field.target
                   for choice, _label in each.items)  # fmt: skip
        return yes.get(field.name) or next(choices, "")
    if field.kind is Kind.LINK:
        return ""
    if field.type == "champs_mail":
        return f"wf{_word(field.name)}{key}@{DOMAIN}"
    if field.type in {"lien_internet", "url"}:
        return f"https://wf{_word(field.name)}{key}.{DOMAIN}/"
    if field.type == "champs_cache":
        return "1"
    # Longer than the form's own limit at times: browsers hold to it, servers do not.
    return f"wf{_word(field.name)}{key}"


def _is_unique(field: Field) -> bool:
    return field.kind is Kind.ANSWER and field.type not in {"champs_cache", "tags"}


def _word(name: str) -> str:
    return "".join(sign for sign in name.removeprefix("bf_") if sign.isalnum())[:12]


def _digits(key: str) -> str:
    return str(int(key, 16)).rjust(10, "7")[:8]

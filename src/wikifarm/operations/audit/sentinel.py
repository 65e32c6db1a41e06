"""Planting and removing the sentinel participant, whatever happens in between.

Everything planted is written to the journal first, and bears a name or an address that nobody else
can have; what a killed run left behind is found by those and removed by the next one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from wikifarm.blueprint.design import PeopleForm
from wikifarm.blueprint.schema.fields import Field, Kind
from wikifarm.engine.step import Work
from wikifarm.engine.steps.bazar import property_names
from wikifarm.errors import WikifarmError, WriteRefused
from wikifarm.i18n import _
from wikifarm.operations.audit.leaks import (
    ACCOUNT_PREFIX,
    DOMAIN,
    Sentinel,
    account_name,
    is_sentinel_address,
)
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Role
from wikifarm.operations.workplace.vault import new_password
from wikifarm.yeswiki.wiki import Wiki

AUTHOR = "author"
STEP = "sentinel"


class Planted:
    """The sentinel in place: the people who ask, and who they are."""

    def __init__(self, sentinel: Sentinel, people: dict[Role, Wiki], spy: str) -> None:
        self.sentinel = sentinel
        self.people = people
        self.spy = spy


@contextmanager
def planted(run: CommunityRun, people: PeopleForm) -> Iterator[Planted]:
    """Plants the sentinel, and removes it with its revisions and accounts on any way out."""
    wiki, journal, slug = run.site, run.context.journal, run.community.slug
    members = run.work.design.who.members
    clean(run, people)
    key = secrets.token_hex(4)
    sentinel = _sentinel(key, people, run.work)
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
        sentinel = replace(sentinel, account=account_name(key, AUTHOR))
        entry = _enter(author, wiki, people.form.id, sentinel)
        yield Planted(replace(sentinel, entry=entry), asking, f"{ACCOUNT_PREFIX}Page{key}")
    finally:
        clean(run, people)
        journal.outcome(slug, STEP, key=key)


def clean(run: CommunityRun, people: PeopleForm) -> None:
    """Removes every sentinel of this wiki, and looks that none is left."""
    wiki, group = run.site, run.work.design.who.members
    entries = _sentinel_entries(run, people)
    pages = [tag for tag in wiki.rights.all() if tag.startswith(ACCOUNT_PREFIX)]
    for tag in dict.fromkeys([*entries, *pages]):
        wiki.pages.delete(tag)
    members = wiki.groups.members(group)
    kept = [member for member in members if not member.startswith(ACCOUNT_PREFIX)]
    if len(kept) != len(members):
        wiki.groups.set(group, kept)
    accounts = _sentinel_accounts(wiki)
    for name in accounts:
        wiki.users.delete(name)
    if not (entries or pages or accounts):
        return
    left = [
        *_sentinel_entries(run, people),
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


def _sentinel_entries(run: CommunityRun, people: PeopleForm) -> list[str]:
    address = property_names(run.work, people.form)[people.address]
    return [
        tag
        for tag, row in run.site.entries.of(people.form.id).items()
        if is_sentinel_address(str(row.get(address, "")))
    ]


def _sentinel_accounts(wiki: Wiki) -> list[str]:
    return [account.name for account in wiki.users.all() if is_sentinel_address(account.email)]


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
    return Sentinel(key, values, unique, people.address, unique[people.address])


def _value(field: Field, key: str, people: PeopleForm, work: Work) -> str:
    if field.kind is Kind.LIST:
        yes = {consent.name: consent.yes for consent in people.consents}
        choices = (choice for each in work.design.lists if each.key == field.target
                   for choice, _label in each.items)  # fmt: skip
        return yes.get(field.name) or next(choices, "")
    if field.type == "champs_mail":
        return f"wf{_word(field)}{key}@{DOMAIN}"
    if field.type in {"lien_internet", "url"}:
        return f"https://wf{_word(field)}{key}.{DOMAIN}/"
    if field.type == "champs_cache":
        return "1"
    # Longer than the form's own limit at times: browsers hold to it, servers do not.
    return f"wf{_word(field)}{key}"


def _is_unique(field: Field) -> bool:
    return field.kind is not Kind.LIST and field.type not in {"champs_cache", "tags"}


def _word(field: Field) -> str:
    return "".join(sign for sign in field.name.removeprefix("bf_") if sign.isalnum())[:12]


def _digits(key: str) -> str:
    return str(int(key, 16)).rjust(10, "7")[:8]

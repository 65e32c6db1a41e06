"""Planting and removing the sentinel participant, whatever happens in between.

Everything planted bears the key of its run, which the journal holds first, and a name or an address
that nobody else can have; what a killed run left behind is found by those, on any computer, and
removed by the next one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace

from wikifarm.blueprint.design import PeopleForm
from wikifarm.engine.journal import SENTINEL
from wikifarm.engine.steps.bazar import list_titled
from wikifarm.errors import AuditBlind, WikifarmError, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Form
from wikifarm.operations.audit.leaks import (
    Sentinel,
    account_name,
    address_of,
    key_of_address,
    key_of_entry,
    key_of_name,
)
from wikifarm.operations.audit.likeness import likeness
from wikifarm.operations.audit.undeclared import people_forms
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Role
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.vault import new_password
from wikifarm.result import few
from wikifarm.yeswiki.session import LOGIN_PAGE, is_own
from wikifarm.yeswiki.spy_page import has_marks
from wikifarm.yeswiki.wiki import Wiki

AUTHOR = "author"
PAGE = "page"
DIGITS = 8  # of the id of the run, in the key of what it plants


@dataclass(frozen=True)
class Planted:
    """The sentinels in place, one in each form of people; the people who ask; the spies' page."""

    key: str  # of this run, in all that was planted
    sentinels: tuple[Sentinel, ...]
    people: Mapping[Role, Wiki]
    spy: str
    addresses: Mapping[Role, str]  # of the account of each role that has one

    def recognised(self, role: Role) -> bool:
        """Has one who asks show who the wiki takes them for: the page of one's own account says."""
        answer = self.people[role].session.page(LOGIN_PAGE)
        text = answer.text.lower()
        expected = self.addresses.get(role)
        known = [address for address in self.addresses.values() if address.lower() in text]
        return is_own(answer) and known == ([expected] if expected else [])


@contextmanager
def planted(
    run: CommunityRun, before: Callable[[Mapping[Role, Wiki]], None] | None = None
) -> Iterator[Planted]:
    """Plants a sentinel in each form of people, and removes them with their revisions and accounts
    on any way out. `before` meets those who ask while nobody is planted yet.

    Raises AuditBlind where one is not there once planted: an audit of nothing sees nothing. The
    wiki must be this run's alone (`CommunityRun.alone`).
    """
    wiki, journal, slug = run.site, run.context.journal, run.community.slug
    _forms_are_there(run)
    clean(run)
    key = run.context.run[:DIGITS]
    journal.intent(slug, SENTINEL, key=key)
    try:
        author = _signed_up(wiki, key, AUTHOR)
        asking = {Role.VISITOR: wiki.visitor()}
        for role in (Role.STRANGER, Role.MEMBER):
            person = _signed_up(wiki, key, role.value)
            if person is not None:
                asking[role] = person
        if Role.MEMBER in asking:
            _let_in(run, key)
        if before is not None:
            before(asking)
        sentinels = []
        for people in people_forms(run.work):
            sentinel = likeness(key, people, run.work)
            if people.personal is None:  # elsewhere, who wrote may be public
                sentinel = replace(sentinel, account=account_name(key, AUTHOR))
            _only_asks(sentinel)
            entry = _enter(_writers(people, author, wiki), people.form.id, sentinel)
            sentinels.append(replace(sentinel, entry=entry))
            _see(run, sentinels[-1])
        addresses: dict[Role, str] = {
            role: address_of(key, role.value) for role in asking if role is not Role.VISITOR
        }
        yield Planted(key, tuple(sentinels), asking, account_name(key, PAGE), addresses)
    except KeyboardInterrupt:
        # There may be no time to remove everything: the next run does, from any computer.
        with suppress(WikifarmError):
            run.let_others_in()
        raise
    finally:
        clean(run, key)
        journal.outcome(slug, SENTINEL, key=key)


@contextmanager
def a_member(run: CommunityRun) -> Iterator[Wiki | None]:
    """Somebody in the group of members, to ask with, who is removed on any way out as what an audit
    plants; None where the wiki lets no program open an account. The wiki must be this run's alone.
    """
    wiki, journal, slug = run.site, run.context.journal, run.community.slug
    clean(run)
    key = run.context.run[:DIGITS]
    journal.intent(slug, SENTINEL, key=key)
    try:
        member = _signed_up(wiki, key, Role.MEMBER.value)
        if member is not None:
            _let_in(run, key)
        yield member
    finally:
        clean(run, key)
        journal.outcome(slug, SENTINEL, key=key)


def _let_in(run: CommunityRun, key: str) -> None:
    """Puts the one who asks as a member into their group."""
    group = run.work.design.who.members
    member = account_name(key, Role.MEMBER.value)
    run.site.groups.set({group: [*run.site.groups.members(group), member]})


def _forms_are_there(run: CommunityRun) -> None:
    """A form that is to come, or that somebody removed, holds nobody and cannot be asked; nor can
    one whose choices are not there."""
    seen = run.work.seen
    for people in people_forms(run.work):
        if people.form.id not in seen.forms:
            raise AuditBlind(
                _("The form {form} is not in the wiki: `wikifarm apply` makes it.").format(
                    form=people.form.schema.label
                )
            )
    for wanted in run.work.design.lists:
        if list_titled(seen.lists, wanted.title) is None:
            raise AuditBlind(
                _("The list {list} is not in the wiki: `wikifarm apply` makes it.").format(
                    list=wanted.title
                )
            )


def _only_asks(sentinel: Sentinel) -> None:
    """What does more than ask when it is filled is not filled, and nothing can be said of it."""
    if sentinel.acting:
        raise AuditBlind(
            _("the field {field} of the form {form}: filling it opens an account").format(
                field=", ".join(sentinel.acting), form=sentinel.label
            )
        )


def _see(run: CommunityRun, sentinel: Sentinel) -> None:
    """The positive control: somebody who may see the sentinel sees all of it."""
    lost = _not_seen(run, sentinel)
    if lost:
        raise AuditBlind(
            _("The sentinel that was put in the form {form} is not there: {what}.").format(
                form=sentinel.label, what=", ".join(lost)
            ),
            hint=_(
                "Nothing says that people are private here: look why this form keeps no entry, "
                "then run `wikifarm verify`."
            ),
        )


def _not_seen(run: CommunityRun, sentinel: Sentinel) -> list[str]:
    """The fields of the entry that do not hold what was planted; its tag where it is not there."""
    row = run.site.entries.of(sentinel.form).get(sentinel.entry)
    if row is None:
        return [sentinel.entry]
    kept = json.dumps(row, ensure_ascii=False)
    return [name for name, seen in sentinel.secrets.items() if not seen.search(kept)]


def missing(run: CommunityRun, scene: Planted) -> list[str]:
    """What of the scene is not there any more, as sentences: then nobody could be seen in it."""
    gone = []
    for sentinel in scene.sentinels:
        if _not_seen(run, sentinel):
            gone.append(
                _("the sentinel of the form {form} was removed or changed on the way").format(
                    form=sentinel.label
                )
            )
    member = account_name(scene.key, Role.MEMBER.value)
    group = run.work.design.who.members
    if Role.MEMBER in scene.people and member not in run.site.groups.members(group):
        gone.append(_("the one who asked as a member was taken out of the group on the way"))
    return gone


@dataclass(frozen=True)
class _Traces:
    """What audits left on a wiki: entries, pages, members of groups and accounts."""

    entries: Mapping[str, Mapping[str, object]]
    pages: Mapping[str, str]
    members: Mapping[str, Sequence[str]]  # group -> whom an audit put there
    accounts: Mapping[str, str]  # name -> address
    forms: Mapping[str, str]  # id -> label, of those that somebody could import

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    def __str__(self) -> str:
        members = (name for names in self.members.values() for name in names)
        return ", ".join(
            dict.fromkeys((*self.entries, *self.pages, *members, *self.accounts, *self.forms))
        )


def clean(run: CommunityRun, key: str = "") -> None:
    """Removes what audits left on this wiki, or what the one of `key` did, and looks again.

    Without a key, the wiki must be this run's alone: what an audit under way needs would go too.
    """
    known = frozenset({key}) if key else _keys(run)
    seen = run.work.seen
    if take_back(run.context, run.community.slug, run.site, seen.forms, known, only=bool(key)):
        seen.forget()


def take_back(
    context: Context,
    slug: str,
    wiki: Wiki,
    forms: Mapping[str, Form],
    known: Collection[str],
    *,
    only: bool,
) -> bool:
    """Removes what audits left on a wiki with these forms, and looks again; False where there was
    nothing. `known` are the keys of audits of this computer: `only` theirs, or those of others too.

    Of what another computer left, a copy is kept, since a person could have typed it.
    """
    traces = _traces(wiki, forms, known, only=only)
    if not traces:
        return False
    others = _of_others(traces, known)
    if others:
        context.backups.keep(f"{slug}-sentinels", asdict(others))
    for tag in dict.fromkeys([*traces.entries, *traces.pages]):
        wiki.pages.delete(tag)
    for group, gone in traces.members.items():
        members = wiki.groups.members(group)
        wiki.groups.set({group: [name for name in members if name not in gone]})
    refused = [name for name in traces.accounts if not wiki.users.delete(name)]
    for form in traces.forms:
        wiki.forms.delete(form)
    kept = {number: form for number, form in forms.items() if number not in traces.forms}
    left = _traces(wiki, kept, known, only=only)
    still = sorted(set(traces.forms) & set(wiki.forms.all())) if traces.forms else []
    if left or still:
        told = _("The sentinel participant of the audit could not be removed ({what}).")
        raise WriteRefused(
            told.format(what=left or ", ".join(still)) + (_why_refused(wiki) if refused else ""),
            hint=_("It is no real person; remove it by hand or run `wikifarm verify` again."),
        )
    return True


def _why_refused(wiki: Wiki) -> str:
    """Why the wiki removes no account, as a sentence that follows; empty where nothing tells."""
    lonely = [name for name, members in wiki.groups.all().items() if members in (("*",), ("+",))]
    if not lonely:
        return ""
    told = _(
        "YesWiki removes no account while a group holds nothing but “*” or “+”: {names}. Remove "
        "that group, or add somebody to it, in the wiki (page GererUtilisateurs)."
    )
    return f" {told.format(names=few(lonely))}"


def _traces(
    wiki: Wiki, forms: Mapping[str, Form], known: Collection[str], *, only: bool
) -> _Traces:
    """Each proves what it is by its name and by what it holds; anything else is left alone."""

    def wanted(its: str) -> bool:
        return bool(its) and (not only or its in known)

    entries = {
        tag: row
        for form in forms
        for tag, row in wiki.entries.of(form).items()
        if wanted(key_of_entry(row, known))
    }
    pages = {}
    for tag in filter(lambda tag: wanted(key_of_name(tag)), wiki.rights.all()):
        page = wiki.pages.read(tag)
        if page is not None and (key_of_name(tag) in known or has_marks(page.body)):
            pages[tag] = page.body
    everybody = {account.name: account.email for account in wiki.users.all()}
    accounts = {
        name: email
        for name, email in everybody.items()
        if wanted(key_of_name(name)) and key_of_address(email) == key_of_name(name)
    }
    put = {
        group: [
            name
            for name in members
            if wanted(key_of_name(name)) and (name in accounts or name not in everybody)
        ]
        for group, members in wiki.groups.all().items()
    }
    imported = {
        number: form.label
        for number, form in forms.items()
        if wanted(key_of_name(form.label)) and key_of_name(form.label) in known
    }
    members = {group: names for group, names in put.items() if names}
    return _Traces(entries, pages, members, accounts, imported)


def _of_others(traces: _Traces, known: Collection[str]) -> _Traces:
    """Those whose key the journal of this computer does not know."""
    return _Traces(
        {tag: row for tag, row in traces.entries.items() if key_of_entry(row, known) not in known},
        {tag: body for tag, body in traces.pages.items() if key_of_name(tag) not in known},
        _put_by_others(traces.members, known),
        {name: to for name, to in traces.accounts.items() if key_of_name(name) not in known},
        {},  # of forms, only our own are known for what they are
    )


def _put_by_others(
    members: Mapping[str, Sequence[str]], known: Collection[str]
) -> dict[str, list[str]]:
    put = {
        group: [name for name in names if key_of_name(name) not in known]
        for group, names in members.items()
    }
    return {group: names for group, names in put.items() if names}


def _keys(run: CommunityRun) -> frozenset[str]:
    """The keys of the audits of this computer."""
    return frozenset(
        str(entry["key"])
        for entry in run.context.journal.entries()
        if entry.get("step") == SENTINEL and entry.get("slug") == run.community.slug
    )


def _signed_up(wiki: Wiki, key: str, who: str) -> Wiki | None:
    """An account opened as a visitor opens one; None where the wiki lets no program do it."""
    person = wiki.visitor()
    try:
        opened = person.session.sign_up(
            account_name(key, who), address_of(key, who), new_password()
        )
    except WikifarmError:
        return None
    return person if opened else None


def _writers(people: PeopleForm, author: Wiki | None, wiki: Wiki) -> list[Wiki]:
    """Who tries to write the entry, in order: its author as a person would, the administrator where
    a guard stands in the way of programs. In a form that somebody made, the administrator first:
    some of its fields may be for them alone. Nobody who asks owns it: an owner sees everything."""
    writers = [author, wiki] if people.personal is None else [wiki, author]
    return [writer for writer in writers if writer is not None]


def _enter(writers: Sequence[Wiki], form_id: str, sentinel: Sentinel) -> str:
    """The entry, written by the first whom the wiki lets."""
    *first, last = writers
    for writer in first:
        with suppress(WriteRefused):
            return writer.entries.create(form_id, sentinel.values)
    return last.entries.create(form_id, sentinel.values)

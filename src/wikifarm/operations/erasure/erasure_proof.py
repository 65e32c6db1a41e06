"""Proof of an erasure: what was held of somebody is looked for, as a visitor, as a member of the
group and as the administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from wikifarm.blueprint.capture.known_people import KnownPeople, is_one_word
from wikifarm.errors import AuditBlind
from wikifarm.i18n import _
from wikifarm.json_text import texts_in
from wikifarm.operations.audit.reach import Reach
from wikifarm.operations.audit.sentinel import a_member
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Role
from wikifarm.operations.erasure.elsewhere import (
    Unread,
    WikiPart,
    as_read,
    elsewhere,
)
from wikifarm.operations.erasure.seen_words import accounts_in, addresses_in, whole
from wikifarm.operations.erasure.traces import Traces
from wikifarm.result import few
from wikifarm.yeswiki.wiki import Wiki

SAME_TEXTS = 512  # that are kept in memory with what was seen in them
ADMIN = "admin"  # who asks, besides the roles of the audit
ADDRESS, ACCOUNT, NAME, SURNAME = "address", "account", "name", "surname"
Terms = Mapping[str, Callable[[str], bool]]  # what gives somebody away -> whether a text holds it


@dataclass(frozen=True)
class Sighting:
    """Somebody seen: by whom (a Role, or ADMIN), where (a tag, or what else is in a part of the
    wiki) and by what ("address", "account", "name", "surname", which others may bear, or "card").
    """

    by: str
    place: str
    what: str
    part: WikiPart = WikiPart.TODAY


@dataclass(frozen=True)
class Proof:
    """What a search gave, who searched, and what was not shown."""

    asked: tuple[str, ...]
    sightings: tuple[Sighting, ...]
    unread: tuple[Unread, ...]


def search(run: CommunityRun, known: Traces, also: Terms) -> Proof:
    """Looks for somebody, by what is known of them and by what `also` holds, in all that each role
    may read; reads the wiki anew.

    Raises AuditBlind as `looked_for` does.
    """
    run.work.seen.forget()
    run.progress("searching")
    with _asking(run) as people:
        terms, tags = either(terms_of(known), also), [card.tag for card in known.cards]
        looking = partial(run.progress, "searching")
        proof = looked_for(people, terms, tags, run.work.design.who.members, looking)
    sightings = (*proof.sightings, *_in_parts(run, known))
    return replace(proof, sightings=tuple(dict.fromkeys(sightings)))


@contextmanager
def _asking(run: CommunityRun) -> Iterator[Mapping[str, Wiki]]:
    with a_member(run) as member:
        people = {Role.VISITOR.value: run.site.visitor()}
        if member is not None:
            people[Role.MEMBER.value] = member
        yield {**people, ADMIN: run.site}


def terms_of(known: Traces) -> Terms:
    """What gives somebody away, and how it is looked for."""
    person = known.person
    return terms_for(known.addresses, [person.account], [person.name])


def terms_for(addresses: Iterable[str], accounts: Sequence[str], names: Sequence[str]) -> Terms:
    """The same of several people: addresses and accounts whole, in any case; names, of accounts
    too, as `KnownPeople` sees them."""
    return {
        ADDRESS: partial(_holds, frozenset(map(whole, addresses)) - {""}, addresses_in),
        ACCOUNT: partial(_holds, frozenset(map(whole, accounts)) - {""}, accounts_in),
        NAME: names_of(names, accounts).named_in,
        SURNAME: KnownPeople.by_surname(names).named_in,
    }


def names_of(names: Iterable[str], accounts: Iterable[str]) -> KnownPeople:
    """People by their names. One in one word is a first name, which is of many; AdaL is not."""
    return KnownPeople(name for name in (*names, *accounts) if not is_one_word(name))


def _holds(known: frozenset[str], read: Callable[[str], Iterable[str]], text: str) -> bool:
    return not known.isdisjoint(read(text))


def either(terms: Terms, others: Terms) -> Terms:
    """What holds one thing or the other."""
    return {what: partial(_any, (term, others[what])) for what, term in terms.items()}


def _any(terms: Iterable[Callable[[str], bool]], text: str) -> bool:
    return any(term(text) for term in terms)


def looked_for(
    people: Mapping[str, Wiki],
    terms: Terms,
    tags: Sequence[str],
    members: str = "",
    looking: Callable[[], None] = lambda: None,
) -> Proof:
    """What of the terms stands in all that each of these reads, and which of the cards `tags`
    answer; and what of them stands elsewhere, as ADMIN, who is one of them, reads it. `members` is
    the group in which a member is.

    A role to which nothing is open has not searched. Raises AuditBlind where one was answered as
    somebody else, or was not shown all that is open to it: that it saw nobody would prove nothing.
    """
    owed = _owed(people[ADMIN], members)
    seen = lru_cache(SAME_TEXTS)(partial(seen_in, terms=terms))  # most roles read the same
    sightings: list[Sighting] = []
    unread: list[Unread] = []
    for role, wiki in people.items():
        before = wiki.session.foreign
        shown = _everything(wiki)
        for tag, row in shown.items():
            texts = as_read(tag, "\n".join(texts_in(row)))
            whats = {what for text in texts for what in seen(text)}
            sightings += [Sighting(role, tag, what) for what in sorted(without_surname(whats))]
        sightings += [Sighting(role, tag, "card") for tag in tags
                      if wiki.session.api(f"pages/{tag}").status == 200]  # fmt: skip
        for place in elsewhere(wiki, shown, looking) if role == ADMIN else ():
            if isinstance(place, Unread):
                unread.append(place)
            else:
                sightings += [Sighting(role, place.name, what, place.part)
                              for what in seen(place.text)]  # fmt: skip
        if wiki.session.foreign > before:
            raise _blind(
                _(
                    "Whoever searched was taken for somebody else, or something else than the "
                    "wiki answered: the search proves nothing."
                )
            )
        if unseen := sorted(owed(role) - shown.keys()):
            raise _blind(
                _(
                    "Whoever searched was not shown what is open to them ({names}): the search "
                    "proves nothing."
                ).format(names=few(unseen))
            )
    return Proof(
        tuple(role for role in people if owed(role)),
        tuple(dict.fromkeys(sightings)),
        tuple(dict.fromkeys(unread)),
    )


def seen_in(text: str, terms: Terms) -> list[str]:
    """What of somebody stands in a text; the family name alone where nothing else does."""
    seen = [what for what, term in terms.items() if what != SURNAME and term(text)]
    return seen or [what for what in (SURNAME,) if terms[what](text)]


def without_surname(seen: set[str]) -> set[str]:
    """The same of several texts in one place: the family name counts where nothing else does."""
    return seen - {SURNAME} or seen


def _blind(message: str) -> AuditBlind:
    hint = _("Run the same command again: it first looks at what was done.")
    return AuditBlind(message, hint=hint)


def _everything(wiki: Wiki) -> dict[str, Mapping[str, Any]]:
    """Every entry, page and comment that somebody reads, whole, by its tag."""
    return {
        **wiki.session.api_table("entries"),
        **wiki.session.api_table("pages"),
        **{tag: vars(comment) for tag, comment in wiki.comments.all().items()},
    }


def _owed(admin: Wiki, members: str) -> Callable[[str], frozenset[str]]:
    """Role -> the pages and entries that the rights of the wiki open to it. Raises UnexpectedAnswer
    where its administrator is shown no page."""
    tags = frozenset({*admin.pages.all(), *admin.entries.outline()})
    rights, reach = admin.rights.all(), Reach(admin.groups.all(), members)
    reads = {tag: rights[tag].read for tag in tags & rights.keys()}

    def owed(role: str) -> frozenset[str]:
        if role == ADMIN:
            return tags
        return frozenset(tag for tag, read in reads.items() if reach.lets_in(read, Role(role)))

    return owed


def _in_parts(run: CommunityRun, known: Traces) -> Iterator[Sighting]:
    """Accounts and groups, which only administrators are shown."""
    own, seen = known.person.account.casefold(), run.work.seen
    if own and own in {account.name.casefold() for account in seen.accounts}:
        yield Sighting(ADMIN, "accounts", "account")
    if known.addresses & {account.email.lower() for account in seen.accounts}:
        yield Sighting(ADMIN, "accounts", "address")
    for group, members in seen.groups.items():
        if own and own in {name.casefold() for name in members}:
            yield Sighting(ADMIN, f"@{group}", "account")

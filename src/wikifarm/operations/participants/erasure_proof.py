"""Proof of an erasure: what was held of somebody is looked for, as a visitor, as a member of the
group and as the administrator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from wikifarm.blueprint.capture.known_people import KnownPeople, Trace, is_one_word
from wikifarm.errors import AuditBlind
from wikifarm.i18n import _
from wikifarm.operations.audit.sentinel import a_member
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Role
from wikifarm.operations.participants.traces import Traces
from wikifarm.yeswiki.wiki import Wiki

ADMIN = "admin"  # who asks, besides the roles of the audit
# Around a word that is looked for: no part of another word, of an address, nor of a file's name.
_BEFORE, _AFTER = r"(?<![\w@])(?<!\w[.-])", r"(?![\w@])(?![.-]\w)"
SHORTEST = 3  # letters of a word that is looked for: YesWiki's own shortest name of an account


@dataclass(frozen=True)
class Sighting:
    """Somebody seen: by whom (a Role, or ADMIN), where (a tag, or a part of the wiki) and by what
    ("address", "account", "name", "card")."""

    by: str
    place: str
    what: str


@dataclass(frozen=True)
class Proof:
    """What a search gave, and who searched."""

    asked: tuple[str, ...]
    sightings: tuple[Sighting, ...]


def search(run: CommunityRun, known: Traces) -> Proof:
    """Looks for somebody in all that each role may read; reads the wiki anew.

    Raises AuditBlind where a role was answered as somebody else, or by something else than the
    wiki: that it saw nobody would prove nothing.
    """
    run.work.seen.forget()
    terms = terms_of(known)
    sightings: list[Sighting] = []
    with _asking(run) as people:
        for role, wiki in people.items():
            run.progress("searching")
            sightings += seen_by(role, wiki, terms, [card.tag for card in known.cards])
    sightings += _in_parts(run, known)
    return Proof(tuple(people), tuple(dict.fromkeys(sightings)))


@contextmanager
def _asking(run: CommunityRun) -> Iterator[Mapping[str, Wiki]]:
    with a_member(run) as member:
        people = {Role.VISITOR.value: run.site.visitor()}
        if member is not None:
            people[Role.MEMBER.value] = member
        yield {**people, ADMIN: run.site}


Terms = Mapping[str, Callable[[str], bool]]  # what gives somebody away -> whether a text holds it


def terms_of(known: Traces) -> Terms:
    """What gives somebody away, and how it is looked for: addresses and accounts as whole words, in
    any case; names, of accounts too, however they are written, unless they are one word."""
    person = known.person
    return terms_for(known.addresses, [person.account], [person.name])


def terms_for(addresses: Iterable[str], accounts: Iterable[str], names: Iterable[str]) -> Terms:
    """The same, of several people."""
    accounts = tuple(accounts)
    people = KnownPeople([each for each in (*names, *accounts) if not is_one_word(each)])
    return {
        "address": _as_words(addresses),
        "account": _as_words(accounts),
        "name": lambda text: Trace.NAME in people.in_text(text),
    }


def _as_words(texts: Iterable[str]) -> Callable[[str], bool]:
    known = sorted(text for text in texts if len(text) >= SHORTEST)
    if not known:
        return lambda _text: False
    any_of_them = "|".join(map(re.escape, known))
    pattern = re.compile(rf"{_BEFORE}(?:{any_of_them}){_AFTER}", re.IGNORECASE)
    return lambda text: pattern.search(text) is not None


def seen_by(role: str, wiki: Wiki, terms: Terms, tags: Sequence[str]) -> list[Sighting]:
    """What of the terms stands in all that somebody reads, and which of the cards `tags` answer.

    Raises AuditBlind where this role was answered as somebody else.
    """
    before = wiki.session.foreign
    sightings = list(_seen_by(role, wiki, terms, tags))
    if wiki.session.foreign > before:
        raise AuditBlind(
            _(
                "Whoever searched was taken for somebody else, or something else than the "
                "wiki answered: the search proves nothing."
            ),
            hint=_("Run the same command again: it first looks at what was done."),
        )
    return sightings


def _seen_by(role: str, wiki: Wiki, terms: Terms, tags: Sequence[str]) -> Iterator[Sighting]:
    """Every page, comment and entry that somebody reads whole, and the addresses of the cards."""
    pages = wiki.session.api_table("pages")
    if not pages:  # a home page is read by everybody: who sees no page has seen nothing
        wiki.pages.all()
    comments = {tag: vars(comment) for tag, comment in wiki.comments.all().items()}
    rows: dict[str, Mapping[str, Any]] = {
        **wiki.session.api_table("entries"), **pages, **comments,
    }  # fmt: skip
    for tag, row in rows.items():
        text = "\n".join(_texts(row))
        yield from (Sighting(role, tag, what) for what, term in terms.items() if term(text))
    for tag in tags:
        if wiki.session.api(f"pages/{tag}").status == 200:
            yield Sighting(role, tag, "card")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


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

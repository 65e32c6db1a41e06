"""Proof of an erasure: what was held of somebody is looked for, as a visitor, as a member of the
group and as the administrator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from wikifarm.errors import AuditBlind
from wikifarm.i18n import _
from wikifarm.operations.audit.reach import Reach
from wikifarm.operations.audit.sentinel import a_member
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Role
from wikifarm.operations.participants.traces import Traces
from wikifarm.result import few
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

    Raises AuditBlind as `looked_for` does.
    """
    run.work.seen.forget()
    run.progress("searching")
    with _asking(run) as people:
        proof = looked_for(
            people, terms_of(known), [card.tag for card in known.cards], run.work.design.who.members
        )
    sightings = (*proof.sightings, *_in_parts(run, known))
    return Proof(proof.asked, tuple(dict.fromkeys(sightings)))


@contextmanager
def _asking(run: CommunityRun) -> Iterator[Mapping[str, Wiki]]:
    with a_member(run) as member:
        people = {Role.VISITOR.value: run.site.visitor()}
        if member is not None:
            people[Role.MEMBER.value] = member
        yield {**people, ADMIN: run.site}


def terms_of(known: Traces) -> Mapping[str, re.Pattern[str]]:
    """What gives somebody away -> how it is looked for: as whole words, in any case. A name in one
    word is a first name, which is of many."""
    person = known.person
    return terms_for(
        {"address": known.addresses, "account": [person.account], "name": [person.name]}
    )


def terms_for(said: Mapping[str, Iterable[str]]) -> Mapping[str, re.Pattern[str]]:
    """The same, of what gives people away by its kind: "address", "account", "name"."""
    words = {what: sorted(texts) for what, texts in said.items()}
    words["name"] = [name for name in words["name"] if " " in name]
    return {
        what: re.compile(
            rf"{_BEFORE}(?:{'|'.join(map(re.escape, texts))}){_AFTER}", re.IGNORECASE
        )
        for what, given in words.items()
        if (texts := [text for text in given if len(text) >= SHORTEST])
    }  # fmt: skip


def looked_for(
    people: Mapping[str, Wiki],
    terms: Mapping[str, re.Pattern[str]],
    tags: Sequence[str],
    members: str = "",
) -> Proof:
    """What of the terms stands in all that each of these reads, and which of the cards `tags`
    answer. ADMIN is one of them; `members`, the group in which a member is.

    A role to which nothing is open has not searched. Raises AuditBlind where one was answered as
    somebody else, or was not shown all that is open to it: that it saw nobody would prove nothing.
    """
    owed = _owed(people[ADMIN], members)
    sightings: list[Sighting] = []
    for role, wiki in people.items():
        before = wiki.session.foreign
        shown, comments = _shown(wiki), wiki.comments.all()
        for tag, row in {**shown, **{tag: vars(each) for tag, each in comments.items()}}.items():
            text = "\n".join(_texts(row))
            sightings += [Sighting(role, tag, what) for what, term in terms.items()
                          if term.search(text)]  # fmt: skip
        sightings += [Sighting(role, tag, "card") for tag in tags
                      if wiki.session.api(f"pages/{tag}").status == 200]  # fmt: skip
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
    return Proof(tuple(role for role in people if owed(role)), tuple(sightings))


def _blind(message: str) -> AuditBlind:
    hint = _("Run the same command again: it first looks at what was done.")
    return AuditBlind(message, hint=hint)


def _shown(wiki: Wiki) -> dict[str, Mapping[str, Any]]:
    """Every entry and page that somebody reads, whole."""
    return {**wiki.session.api_table("entries"), **wiki.session.api_table("pages")}


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

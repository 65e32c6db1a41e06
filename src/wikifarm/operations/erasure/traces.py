"""All that a community holds of one person, as its wiki shows it to its administrator, and its
mailing list to whoever drives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from wikifarm.engine.mailing_list import HELD
from wikifarm.errors import WikifarmError
from wikifarm.model import Account, Comment, Page, WantedList
from wikifarm.operations.audit.undeclared import people_forms
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.mailing_list.wanted import driven, is_ours, wanted_list, wants_list
from wikifarm.operations.participants.base import Someone
from wikifarm.operations.participants.held_of_people import Values
from wikifarm.operations.workplace.context import WIKI_ADMIN
from wikifarm.yeswiki.triples import left_by


class Subscription(StrEnum):
    """Whether somebody is on the community's mailing list."""

    NO_LIST = "no-list"
    SUBSCRIBED = "subscribed"
    NOT_SUBSCRIBED = "not-subscribed"
    UNKNOWN = "unknown"  # wikifarm does not act at that host, or it did not answer


@dataclass(frozen=True)
class OwnEntry:
    """An entry that somebody owns."""

    tag: str
    form: str  # its number
    values: Values


@dataclass(frozen=True)
class Traces:
    """What is there of one person. `cards` are of forms of people, `works` of all others; `groups`
    name the account itself; of the comments that they wrote, others answered `answered`."""

    person: Someone
    account: Account | None
    groups: Sequence[str]
    cards: Sequence[OwnEntry]
    works: Sequence[OwnEntry]
    pages: Sequence[Page]
    comments: Sequence[Comment] = ()
    answered: Sequence[Comment] = ()
    left: Sequence[str] = ()  # tags of the pages on which their reactions and favourites are
    subscription: Subscription = Subscription.NO_LIST
    addresses: frozenset[str] = field(default=frozenset())  # in lower case: account's and cards'


def traces(run: CommunityRun, person: Someone, addresses: frozenset[str]) -> Traces:
    """What is there of somebody: five requests more than their card, one more for each form in
    which they wrote, and those of the list."""
    seen = run.work.seen
    own = person.account.casefold()
    account = next((each for each in seen.accounts if each.name.casefold() == own), None)
    entries = _entries(run, own) if own else _cards(run, person)
    of_people = {people.form.id for people in people_forms(run.work)}
    return Traces(
        person,
        account,
        groups_of(seen.groups, own),
        [entry for entry in entries if entry.form in of_people],
        [entry for entry in entries if entry.form not in of_people],
        [page for page in seen.pages.values() if own and page.owner.casefold() == own],
        *comments_of(run.site.comments.all(), lambda name: bool(own) and name.casefold() == own),
        list(dict.fromkeys(tag for _name, tag, _who in left_by(run.site.session, person.account))),
        subscribed(run, addresses),
        addresses,
    )


def comments_of(
    known: Mapping[str, Comment], goes: Callable[[str], bool]
) -> tuple[list[Comment], list[Comment]]:
    """What the accounts that go said below pages: what nobody who stays answered, answers before
    what they answer; and what somebody did, whose answers would go with it."""
    theirs = {tag: each for tag, each in known.items() if goes(_writer(each))}
    kept = {each.below for tag, each in known.items() if tag not in theirs}
    while more := {each.below for tag, each in theirs.items() if tag in kept} - kept:
        kept |= more
    mine = [each for tag, each in theirs.items() if tag not in kept]
    return mine[::-1], [each for tag, each in theirs.items() if tag in kept]


def _writer(comment: Comment) -> str:
    """Whose words a comment is: YesWiki gives what an account leaves to the administrator."""
    return comment.author if comment.owner in ("", WIKI_ADMIN) else comment.owner


def groups_of(groups: Mapping[str, Sequence[str]], own: str) -> list[str]:
    """The groups in which an account stands itself; `own` is its name, in one case."""
    return [
        group for group, members in groups.items() if own in {name.casefold() for name in members}
    ]


def _entries(run: CommunityRun, own: str) -> list[OwnEntry]:
    entries = []
    for tag, row in run.site.entries.outline().items():
        form = str(row.get("id_typeannonce") or "")
        if str(row.get("owner") or "").casefold() == own and form in run.work.seen.forms:
            entries.append(OwnEntry(tag, form, run.work.seen.entries(form).get(tag, row)))
    return entries


def _cards(run: CommunityRun, person: Someone) -> list[OwnEntry]:
    """Of a card that nobody owns, itself alone."""
    base = run.work.design.who.base
    form = base.form.id if base is not None else ""
    return [OwnEntry(tag, form, card) for tag, card in person.cards.items()]


def list_of(run: CommunityRun) -> WantedList | None:
    """The community's list, if it has one."""
    community = run.community
    return wanted_list(run.context, community, run.receipt) if wants_list(community) else None


def subscribed(run: CommunityRun, addresses: frozenset[str]) -> Subscription:
    """Whether one of these addresses is on the list."""
    wanted = list_of(run)
    if wanted is None:
        return Subscription.NO_LIST
    try:
        port = driven(run.context, run.community, quiet=True)
        if port is None or not is_ours(run.context, run.community, wanted, run.receipt):
            return Subscription.UNKNOWN
        if port.state(wanted).state not in HELD:
            return Subscription.NO_LIST
        members = port.members(wanted)
    except WikifarmError:
        return Subscription.UNKNOWN
    return Subscription.SUBSCRIBED if addresses & members else Subscription.NOT_SUBSCRIBED

"""Erase: removes what a community holds of one person, and looks that it is gone.

Each part goes once, in an order in which what says who it is goes last: the list, what they wrote
of themselves, the groups, the account. A run that was killed is taken up by the same command, which
the journal tells by fingerprints: no name is kept here of somebody who asked to be forgotten.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wikifarm.blueprint.manifest.community import Community
from wikifarm.emails import is_email
from wikifarm.engine.mailing_list import ensure_members
from wikifarm.errors import InvalidInput, NotConfirmed, StillNeeded, WriteRefused
from wikifarm.i18n import _
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.mailing_list.wanted import driven
from wikifarm.operations.participants.base import Base, Membership, Someone, entered, read_base
from wikifarm.operations.participants.erasure_proof import Proof, Sighting, search
from wikifarm.operations.participants.traces import (
    Subscription,
    Traces,
    groups_of,
    list_of,
    traces,
)
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome
from wikifarm.yeswiki.lost_password import LostPassword
from wikifarm.yeswiki.wiki import Wiki

STEP = "erase"
PLANNED, ERASED = "planned", "erased"


@dataclass(frozen=True)
class ErasedPerson(Outcome):
    """What goes, or went, of one person; what stays; who looked, and where they are still named."""

    slug: str
    status: str
    account: str
    cards: tuple[str, ...]  # tags
    comments: tuple[str, ...]  # tags
    groups: tuple[str, ...]
    subscription: Subscription
    stays: tuple[str, ...]  # tags of the pages, entries and comments that they owned
    asked: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "status": self.status,
            "account": self.account,
            "cards": list(self.cards),
            "comments": list(self.comments),
            "groups": list(self.groups),
            "subscription": self.subscription.value,
            "stays": list(self.stays),
            "asked": list(self.asked),
            "sightings": [vars(sighting) for sighting in self.sightings],
        }


Agreed = Callable[[ErasedPerson], bool]


def erase(
    context: Context, community: Community, word: str, agreed: Agreed | None = None
) -> Envelope:
    """Removes somebody, once `agreed` says yes to what goes; without it, at once. No copy is kept.

    Raises NotConfirmed after a no, InvalidInput for a word that means nobody, StillNeeded, and
    WriteRefused where something of theirs is still there.
    """
    with entered(context, community, "participants erase") as run:
        base = read_base(run)
        left = _left_open(run, word)
        person = _meant(run, base, word, left)
        _check(run, person)
        known = traces(run, person, base.addresses_of(person))
        planned = _told(run, known, PLANNED)
        if agreed is not None and not agreed(planned):
            raise NotConfirmed(_("Nobody was erased."), hint=_("Answer yes, or give --yes."))
        key = _fingerprint(run, _mark(person))
        context.journal.intent(community.slug, STEP, key=key, word=_fingerprint(run, word))
        _unsubscribe(run, known)
        _remove(run, known)
        proof = search(run, known)
        _refuse_left(known, proof)
        for ended in {key, *left}:
            context.journal.outcome(community.slug, STEP, key=ended)
        outcome = replace(planned, status=ERASED, asked=proof.asked, sightings=proof.sightings)
    told = [*_only_the_word(word, known, left), *_stays(known)]
    return Envelope("participants erase", outcome=outcome, messages=tuple(told))


def _told(run: CommunityRun, known: Traces, status: str) -> ErasedPerson:
    return ErasedPerson(
        run.community.slug,
        status,
        known.account.name if known.account is not None else "",
        tuple(card.tag for card in known.cards),
        tuple(comment.tag for comment in known.comments),
        tuple(known.groups),
        known.subscription,
        (
            *(page.tag for page in known.pages),
            *(work.tag for work in known.works),
            *(comment.tag for comment in known.answered),
        ),
    )


# -- whom ---------------------------------------------------------------------------------------


def _fingerprint(run: CommunityRun, text: str) -> str:
    """What the journal knows somebody by, in this community alone."""
    key = run.receipt.community.encode()
    return hmac.new(key, text.strip().casefold().encode(), hashlib.sha256).hexdigest()[:20]


def _mark(person: Someone) -> str:
    """What somebody is known by until the end."""
    return person.account or next(iter(person.cards), "")


def _meant(run: CommunityRun, base: Base, word: str, left: Collection[str]) -> Someone:
    """Whom the word means; after a run that was cut, whom it meant then, be there nothing of them
    any more."""
    try:
        return base.person(word)
    except InvalidInput:
        for person in base.people:
            if _fingerprint(run, _mark(person)) in left:
                return person
        if not left:
            raise
    return Someone(word, word, word if is_email(word) else "", Membership.ACCOUNT, "")


def _left_open(run: CommunityRun, word: str) -> set[str]:
    """The keys of the erasures that this word began, and that did not end."""
    asked, journal, slug = _fingerprint(run, word), run.context.journal, run.community.slug
    return {
        str(entry["key"])
        for entry in journal.entries()
        if (entry.get("slug"), entry.get("step"), entry.get("word")) == (slug, STEP, asked)
        and entry["key"] in journal.open_keys(STEP).get(slug, ())
    }


def _check(run: CommunityRun, person: Someone) -> None:
    """Raises StillNeeded for somebody whom `apply` would put back, or who is alone in a group:
    YesWiki keeps their account, and the rights of that group would be nobody's."""
    own = person.account.casefold()
    alone = [
        group
        for group, members in run.work.seen.groups.items()
        if own and [name.casefold() for name in members] == [own]
    ]
    if alone:
        raise StillNeeded(
            _("{name} is the only one in the group {group}.").format(
                name=person.called, group=alone[0]
            ),
            hint=_("Put somebody else there, then run this command again. Nothing was removed."),
        )
    named = {name.casefold() for name in run.work.design.accounts.values()}
    if person.account and person.account.casefold() in named:
        raise StillNeeded(
            _("{name} facilitates this community: `wikifarm apply` would open the account again.")
            .format(name=person.called),
            hint=_(
                "Take this person out of `facilitators:`, run `wikifarm apply`, then this command "
                "again. Nothing was removed."
            ),
            where=run.community.source,
        )  # fmt: skip


# -- what goes ----------------------------------------------------------------------------------


def _unsubscribe(run: CommunityRun, known: Traces) -> None:
    wanted = list_of(run)
    if known.subscription is not Subscription.SUBSCRIBED or wanted is None:
        return
    port = driven(run.context, run.community, quiet=True)
    if port is not None:
        run.progress("mailing-list")
        there = sorted(known.addresses & port.members(wanted))
        ensure_members(
            port, wanted, add=(), remove=there, added=lambda _to: None, removed=lambda _to: None
        )


def _going(known: Traces) -> list[str]:
    """The tags of what they wrote of themselves, and of what they said."""
    cards = [card.tag for card in known.cards]
    return [*cards, *(comment.tag for comment in known.comments)]


def _remove(run: CommunityRun, known: Traces) -> None:
    wiki, own = run.site, known.person.account.casefold()
    run.progress("entries")
    for tag in _going(known):
        wiki.pages.delete(tag)
    now = wiki.groups.all()
    gone = {group: [name for name in now[group] if name.casefold() != own]
            for group in groups_of(now, own)}  # fmt: skip
    if gone:
        run.progress("groups")
        wiki.groups.set(gone)
    if known.account is not None:
        run.progress("account")
        close_account(wiki, known.account.name)


def close_account(wiki: Wiki, account: str) -> None:
    """Removes an account, with the keys that would open another of its name."""
    LostPassword(wiki.session, wiki.visitor().session).forget(account)
    wiki.users.delete(account)


def _refuse_left(known: Traces, proof: Proof) -> None:
    """Raises WriteRefused where something is still there that was to go."""
    ours = set(_going(known))
    left = [
        sighting.place
        for sighting in proof.sightings
        if sighting.place in ours or sighting.place == "accounts" or sighting.place.startswith("@")
    ]
    if left:
        raise WriteRefused(
            _("The wiki still holds this person ({places}); the rest is gone.").format(
                places=", ".join(dict.fromkeys(left))
            ),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )


# -- what stays ---------------------------------------------------------------------------------


def _only_the_word(word: str, known: Traces, left: Collection[str]) -> Sequence[str]:
    """A sentence where a run that was cut had removed already what says who this is."""
    if not left or known.account is not None or known.cards:
        return ()
    told = _(
        "An earlier run was cut once it had removed the account and the cards: “{word}” alone was "
        "looked for, not the other names and addresses of this person."
    )
    return (told.format(word=word),)


def _stays(known: Traces) -> Sequence[str]:
    """What nobody can remove from here, as sentences."""
    told = [
        _(
            "Not removed, since no wiki nor list can: mails that were sent already; exports and "
            "backups on computers; backups and logs of whoever hosts; the name of the account in "
            "the history of pages that stay, and in the wiki's own log of administration, which "
            "its administrators read. Not looked at: the earlier texts of pages that stay, which "
            "whoever reads a page reads too; forms, lists of choices and looks of pages; "
            "reactions; rights that name the account."
        )
    ]
    extra: Mapping[Subscription, str] = {
        Subscription.UNKNOWN: _(
            "The mailing list could not be asked: have its owners remove this person's address."
        ),
        Subscription.SUBSCRIBED: _(
            "The archives of the mailing list keep the messages that this person sent to it."
        ),
    }
    if known.subscription in extra:
        told.append(extra[known.subscription])
    if known.answered:
        told.append(answered_stay())
    if known.person.place is Membership.FACILITATES:
        told.append(_("This person facilitated: change the passwords that they knew."))
    return told


def answered_stay() -> str:
    """A sentence on comments that are not removed."""
    return _(
        "Comments that others answered stay, since the answers would go with them: who "
        "facilitates decides with those who answered, and removes them in the wiki."
    )

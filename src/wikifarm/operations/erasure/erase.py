"""Erase: removes what a community holds of one person, and looks that it is gone.

Each part goes once, in an order in which what says who it is goes last: the list, what they wrote
of themselves, the groups, the account. A run that was killed is taken up by the same command, which
the journal tells by fingerprints; after the end, it tells again what stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from wikifarm.blueprint.capture.known_people import spelt_whole
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.mailing_list import ensure_members
from wikifarm.errors import InvalidInput, NotConfirmed, StillNeeded, WriteRefused
from wikifarm.i18n import _
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.erasure.elsewhere import Unread, WikiPart
from wikifarm.operations.erasure.erased_before import (
    STEP,
    Earlier,
    earlier,
    fingerprint,
    mark,
    told,
)
from wikifarm.operations.erasure.erasure_proof import Proof, Sighting, search
from wikifarm.operations.erasure.proof_words import told_elsewhere
from wikifarm.operations.erasure.traces import (
    Subscription,
    Traces,
    groups_of,
    list_of,
    traces,
)
from wikifarm.operations.mailing_list.wanted import driven
from wikifarm.operations.participants.base import Base, Membership, Someone, entered, read_base
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome
from wikifarm.yeswiki.lost_password import LostPassword
from wikifarm.yeswiki.triples import remove_left
from wikifarm.yeswiki.wiki import Wiki

PLANNED, ERASED = "planned", "erased"


@dataclass(frozen=True)
class ErasedPerson(Outcome):
    """What goes, or went, of one person; what stays; who looked, and where they are still named."""

    slug: str
    status: str
    account: str
    cards: tuple[str, ...]  # tags
    comments: tuple[str, ...]  # tags
    left: tuple[str, ...]  # tags of the pages on which they left reactions and favourites
    groups: tuple[str, ...]
    subscription: Subscription
    stays: tuple[str, ...]  # tags of the pages, entries and comments that they owned
    asked: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    unread: tuple[Unread, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "status": self.status,
            "account": self.account,
            "cards": list(self.cards),
            "comments": list(self.comments),
            "left": list(self.left),
            "groups": list(self.groups),
            "subscription": self.subscription.value,
            "stays": list(self.stays),
            "asked": list(self.asked),
            "sightings": [vars(sighting) for sighting in self.sightings],
            "unread": [vars(each) for each in self.unread],
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
        before = earlier(run, word)
        base = read_base(run)
        person, before = _meant(run, base, word, before)
        if person is not None:
            _check(run, person)
        known = traces(
            run, person or NOBODY, base.addresses_of(person) if person else frozenset[str]()
        )
        planned = _told(run, known, before, PLANNED)
        if person is not None:
            if agreed is not None and not agreed(planned):
                raise NotConfirmed(_("Nobody was erased."), hint=_("Answer yes, or give --yes."))
            subscribed = planned.subscription is Subscription.SUBSCRIBED
            noted = told(run, word, known, planned.stays, subscribed=subscribed)
            context.journal.intent(community.slug, STEP, key=mark(run, person), **noted)
            ended = {mark(run, person), *before.left}
            _unsubscribe(run, known)
            _remove(run, known)
        else:
            ended = {*before.left}
        proof = search(run, known, before.terms(run, person))
        _refuse_left(known, proof)
        for key in ended:
            context.journal.outcome(community.slug, STEP, key=key)
        outcome = replace(
            planned, status=ERASED, asked=proof.asked, sightings=proof.sightings,
            unread=proof.unread,
        )  # fmt: skip
    messages = (
        *_another(base, word, person), *told_elsewhere(proof), *_stays(known, before, outcome)
    )  # fmt: skip
    return Envelope("participants erase", outcome=outcome, messages=messages)


def _told(run: CommunityRun, known: Traces, before: Earlier, status: str) -> ErasedPerson:
    """What goes and what stays, with what a run before had told to stay."""
    stays = [
        *(page.tag for page in known.pages),
        *(work.tag for work in known.works),
        *(comment.tag for comment in known.answered),
    ]
    if before.stays:
        tags = (*run.work.seen.pages, *run.site.entries.outline(), *run.site.comments.all())
        stays += [tag for tag in tags if fingerprint(run, tag) in before.stays]
    return ErasedPerson(
        run.community.slug,
        status,
        known.account.name if known.account is not None else "",
        tuple(card.tag for card in known.cards),
        tuple(comment.tag for comment in known.comments),
        tuple(known.left),
        tuple(known.groups),
        Subscription.SUBSCRIBED if before.subscribed else known.subscription,
        tuple(dict.fromkeys(stays)),
    )


# -- whom ---------------------------------------------------------------------------------------


NOBODY = Someone("", "", "", Membership.ACCOUNT, "")


def _meant(
    run: CommunityRun, base: Base, word: str, before: Earlier | None
) -> tuple[Someone | None, Earlier]:
    """Whom the word means, and what a run before knew of them. One that was cut is ended first, and
    who bears the name now is another; None where nothing of them is there any more. Raises
    InvalidInput for a word that never meant anybody."""
    if before is not None and before.left:
        marks = {mark(run, each): each for each in base.people}
        return next((marks[key] for key in marks if key in before.left), None), before
    with suppress(InvalidInput):
        return base.person(word), Earlier()
    if before is None:
        base.person(word)  # says why it is nobody
    return None, before or Earlier()


def _another(base: Base, word: str, person: Someone | None) -> Sequence[str]:
    """A sentence on who bears now the name of somebody who went."""
    with suppress(InvalidInput):
        if person is None and base.person(word):
            told = _(
                "Somebody else is called “{word}” here now, and was not touched: this command "
                "ended what an earlier one had begun."
            )
            return (told.format(word=word),)
    return ()


def _check(run: CommunityRun, person: Someone) -> None:
    """Raises StillNeeded for somebody whom `apply` would put back, or who is alone in a group:
    YesWiki keeps their account, and the rights of that group would be nobody's."""
    _check_one(person)
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


def _check_one(person: Someone) -> None:
    """Raises StillNeeded where one account has the cards of several people: those of others would
    go with theirs."""
    if len({spelt_whole(name) for name in person.names if name}) < 2:
        return
    raise StillNeeded(
        _("The account {account} has cards under several names: {names}.").format(
            account=person.account, names=", ".join(person.names)
        ),
        hint=_(
            "Of several people: give each card to the account of its person, in the rights of the "
            "card, or remove the others first; of one person: write one name on all of them. Then "
            "run this command again. Nothing was removed."
        ),
    )


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
    remove_left(wiki.session, known.person.account)
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
        if sighting.part is WikiPart.TODAY
        and (sighting.place in ours or sighting.place == "accounts" or sighting.place[:1] == "@")
    ]
    if left:
        raise WriteRefused(
            _("The wiki still holds this person ({places}); the rest is gone.").format(
                places=", ".join(dict.fromkeys(left))
            ),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )


# -- what stays ---------------------------------------------------------------------------------


def _stays(known: Traces, before: Earlier, outcome: ErasedPerson) -> Sequence[str]:
    """What nobody can remove from here, as sentences."""
    told = [
        _(
            "Not removed, since no wiki nor list can: mails that were sent already; exports and "
            "backups on computers; backups and logs of whoever hosts; the name of the account in "
            "the wiki's own log of administration, which its administrators read. Not looked at: "
            "what is in the files that are attached to pages."
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
    if outcome.subscription in extra:
        told.append(extra[outcome.subscription])
    if before.answered or known.answered:
        told.append(
            _(
                "Comments that others answered stay, since the answers would go with them: who "
                "facilitates decides with those who answered, and removes them in the wiki."
            )
        )
    if before.facilitated or known.person.place is Membership.FACILITATES:
        told.append(_("This person facilitated: change the passwords that they knew."))
    return told

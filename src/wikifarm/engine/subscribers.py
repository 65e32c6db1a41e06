"""Who should be on a mailing list: the base of participants, beside the list and what was known.

Only people accepted in the group who said yes are subscribed. Someone who was on the list and left
by themselves is never put back: what was seen is kept in the receipt as keyed fingerprints, so that
neither it nor the journal holds an address.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wikifarm.model import Account

DIGITS = 20  # hexadecimal: 80 bits


@dataclass(frozen=True)
class Participant:
    """What a card says that matters here. `email` is in lower case."""

    email: str
    consents: bool
    accepted: bool  # its owner is in the group
    refuses: bool = False  # it gives another answer; one that gives none says neither


@dataclass(frozen=True)
class Compared:
    """A list beside its base. Every set holds addresses in lower case."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()  # once followed, and no longer wished: to be asked about
    withdrawn: tuple[str, ...] = ()  # those of them whose card now says no: nothing is to be asked
    kept: frozenset[str] = frozenset()  # wished and there
    left: frozenset[str] = frozenset()  # went by themselves: never put back
    waiting: frozenset[str] = frozenset()  # said yes, not accepted yet
    unsaid: frozenset[str] = frozenset()  # on the list, whose card does not say yes
    strangers: frozenset[str] = frozenset()  # on the list, with no card
    unfit: frozenset[str] = frozenset()  # said yes, with an address that no list takes


@dataclass(frozen=True)
class Ledger:
    """Who was seen on the list, as fingerprints under a key that only the wiki's admins read."""

    key: str = ""
    seen: frozenset[str] = frozenset()

    def of(self, email: str) -> str:
        """The fingerprint of an address."""
        digest = hmac.new(bytes.fromhex(self.key), email.lower().encode(), hashlib.sha256)
        return digest.hexdigest()[:DIGITS]

    def holds(self, email: str) -> bool:
        return self.of(email) in self.seen


def participants(
    entries: Iterable[Mapping[str, Any]],
    accepted: Iterable[str],
    mail: str,
    consent: str,
    yes: str,
    accounts: Iterable[Account] = (),
) -> list[Participant]:
    """The participants of a base. `mail` and `consent` are the names of these two properties, and
    `yes` the answer that agrees. A card without an address stands for that of its owner's account.

    Two cards of one address are one person, who says yes if both do.
    """
    group = {name.casefold() for name in accepted}
    own = {account.name.casefold(): account.email for account in accounts}
    cards: dict[str, Participant] = {}
    for row in entries:
        owner = str(row.get("owner") or "").casefold()
        email = str(row.get(mail) or own.get(owner) or "").strip().lower()
        if not email:
            continue
        answers = answers_in(row.get(consent))
        card = Participant(
            email,
            consents=yes in answers,
            accepted=owner in group,
            refuses=bool(answers) and yes not in answers,
        )
        twin = cards.get(email)
        cards[email] = card if twin is None else Participant(
            email,
            consents=card.consents and twin.consents,
            accepted=card.accepted or twin.accepted,
            refuses=card.refuses or twin.refuses,
        )  # fmt: skip
    return list(cards.values())


def answers_in(value: Any) -> set[str]:
    """The choices of an answer; YesWiki separates those of several boxes by commas."""
    return {choice.strip().lower() for choice in str(value or "").split(",")} - {""}


def compare(
    people: Iterable[Participant],
    members: frozenset[str],
    ledger: Ledger,
    fit: Callable[[str], bool],
) -> Compared:
    """The list beside the base; `fit(address)` says whether a list server takes an address."""
    known = {person.email: person for person in people}
    yes = {email for email, person in known.items() if person.consents and person.accepted}
    unfit = {email for email in yes if not fit(email)}
    wished = yes - unfit
    missing = wished - members
    left = {email for email in missing if ledger.holds(email)}
    followed = {email for email in members - yes if ledger.holds(email)}
    return Compared(
        add=tuple(sorted(missing - left)),
        remove=tuple(sorted(followed)),
        withdrawn=tuple(
            sorted(email for email in followed if email in known and known[email].refuses)
        ),
        kept=frozenset(wished & members),
        left=frozenset(left),
        waiting=frozenset(
            person.email for person in known.values() if person.consents and not person.accepted
        ),
        unsaid=frozenset(email for email in members - yes if email in known),
        strangers=frozenset(members - set(known)),
        unfit=frozenset(unfit),
    )


def followed(ledger: Ledger, compared: Compared) -> Ledger:
    """The ledger after a look: those seen there are added, and those who neither are there nor
    wish to be are forgotten, so that a new yes of theirs counts as new."""
    still = {ledger.of(email) for email in (*compared.remove, *compared.left)}
    return Ledger(ledger.key, (ledger.seen & still) | {ledger.of(email) for email in compared.kept})

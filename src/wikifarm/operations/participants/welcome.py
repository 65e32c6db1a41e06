"""Welcome: lets somebody into the group, as a facilitator does once their card is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wikifarm.blueprint.blueprint_model import Consent
from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import NotToWelcome
from wikifarm.i18n import _
from wikifarm.operations.participants.base import (
    Agreement,
    Base,
    Membership,
    Someone,
    entered,
    read_base,
)
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome

INVITED = "invited"  # the admission in which the account comes first, then the group, then the card


@dataclass(frozen=True)
class WelcomedPerson(Outcome):
    """Somebody who is in the group, since this run or before (`status`: "welcomed", "unchanged").
    `card`: the address of what they wrote; `list_sync`: they asked to be on the mailing list."""

    slug: str
    account: str
    name: str
    group: str
    status: str
    card: str = ""
    list_sync: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "account": self.account,
            "name": self.name,
            "group": self.group,
            "status": self.status,
            "card": self.card,
        }


def welcome(context: Context, community: Community, word: str) -> Envelope:
    """Adds the account of somebody whose card waits to the group of members, and reads it back;
    whoever is in it stays. Of those whom it invites, a community welcomes the account alone.

    Raises NotToWelcome, and InvalidInput where the word means nobody, or several.
    """
    with entered(context, community, "participants welcome") as run:
        base = read_base(run)
        person = base.person(word)
        group = run.work.design.who.members
        inside = person.place in (Membership.WELCOMED, Membership.FACILITATES)
        if not inside:
            known = {account.name.casefold(): account.name for account in run.work.seen.accounts}
            account = known.get(person.account.casefold(), "")
            _check(community, person, account)
            run.progress("groups")
            members = run.site.groups.members(group)  # as it is now, not a moment ago
            run.site.groups.set({group: [*members, account]})
        tag = next(iter(person.cards), "")
        outcome = WelcomedPerson(
            community.slug,
            person.account,
            person.name,
            group,
            "unchanged" if inside else "welcomed",
            run.site.addresses.page(tag) if tag else "",
            not inside and _asks_for_list(base, person),
        )
    return Envelope("participants welcome", outcome=outcome)


def _check(community: Community, person: Someone, account: str) -> None:
    """Raises NotToWelcome for somebody without an account, or who said nothing of themselves."""
    if not account:
        raise NotToWelcome(
            _("Nobody has the account of this card any more: there is nobody to welcome."),
            hint=_(
                "If the person left, `wikifarm participants erase {slug} {card}` removes the card."
            ).format(slug=community.slug, card=next(iter(person.cards))),
        )
    if not person.cards and community.admission != INVITED:
        raise NotToWelcome(
            _("{name} has an account and no card yet: there is nothing to welcome them on.").format(
                name=account
            ),
            hint=_("Ask them to fill in their card. Nothing was changed."),
        )


def _asks_for_list(base: Base, person: Someone) -> bool:
    consent = base.form.consent_to(Consent.MAILING_LIST)
    return consent is not None and person.consents.get(consent.name) is Agreement.YES

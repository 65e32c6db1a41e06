"""Import: a list of people becomes invitations. Each gets an account, and says who they are
themselves: nothing is written in their name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wikifarm.blueprint.manifest.community import Community, Facilitator
from wikifarm.blueprint.manifest.invited import people_to_invite
from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.operations.community.accounts import account_names
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.participants.base import Base, Membership, entered, read_base
from wikifarm.operations.participants.welcome import INVITED
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.result import Envelope, Outcome
from wikifarm.yeswiki.lost_password import PAGE

STEP = "invite"
FALLBACK = "Personne"  # the account of somebody whose name the file does not give


@dataclass(frozen=True)
class Invitations(Outcome):
    """Who is invited, by the address: their account, opened now (`opened`) or known before; who
    entered the group of members, where a community is entered by invitation."""

    slug: str
    status: str  # "planned", "updated", "unchanged"
    accounts: dict[str, str]
    opened: tuple[str, ...]
    entered: tuple[str, ...]
    wiki: str
    choose: str  # where each chooses a password
    sends: bool  # the wiki writes to each itself, if it can send mail

    def as_json(self) -> dict[str, Any]:
        return vars(self) | {"opened": list(self.opened), "entered": list(self.entered)}


def invite(
    context: Context, community: Community, file: Path, *, dry_run: bool = False
) -> Envelope:
    """Opens an account for each person of a file whose address has none, and reads it back. Where
    people are invited (`admission`), they enter the group too, those that a run before this one
    opened included. A second run opens none.

    Raises InvalidInput with every mistake of the file, before anything is asked of the wiki.
    """
    people = people_to_invite(file)
    with entered(context, community, "" if dry_run else "participants import") as run:
        base = read_base(run)
        reserved = (WIKI_ADMIN, *run.work.seen.groups)
        names = account_names(people, run.work.seen.accounts, reserved, FALLBACK)
        known = {account.email.lower() for account in run.work.seen.accounts}
        opened = [person for person in people if person.email.lower() not in known]
        entering = _entering(run, base, people, names)
        if not dry_run:
            _open(run, opened, names)
            _let_in(run, entering)
        changes = opened or entering
        outcome = Invitations(
            community.slug,
            "unchanged" if not changes else "planned" if dry_run else "updated",
            names,
            tuple(names[person.email] for person in opened),
            tuple(entering),
            run.outcome.url,
            run.site.addresses.page(PAGE),
            run.site.capabilities.group_write,  # 4.5.0 is the first to do both
        )
    return Envelope("participants import", outcome=outcome)


def _entering(
    run: CommunityRun, base: Base, people: Sequence[Facilitator], names: dict[str, str]
) -> list[str]:
    """Those of them who are to enter the group, and are not in it."""
    if run.community.admission != INVITED:
        return []
    inside = {
        person.account.casefold()
        for person in base.people
        if person.place in (Membership.WELCOMED, Membership.FACILITATES)
    }
    wanted = (names[person.email] for person in people)
    return [name for name in wanted if name.casefold() not in inside]


def _open(run: CommunityRun, people: Sequence[Facilitator], names: dict[str, str]) -> None:
    journal, slug = run.context.journal, run.community.slug
    if not people:
        return
    journal.intent(slug, STEP, count=len(people))
    for number, person in enumerate(people, 1):
        run.progress(f"account {number}/{len(people)}")
        run.site.users.create(names[person.email], person.email)
    there = {account.email.lower() for account in run.site.users.all()}
    lost = [names[person.email] for person in people if person.email.lower() not in there]
    if lost:
        raise WriteRefused(
            _("The wiki did not keep these accounts: {names}.").format(names=", ".join(lost)),
            hint=_("Run the same command again: it opens those that are missing."),
        )
    journal.outcome(slug, STEP, count=len(people))


def _let_in(run: CommunityRun, names: Sequence[str]) -> None:
    if names:
        run.progress("groups")
        group = run.work.design.who.members
        run.site.groups.set({group: [*run.site.groups.members(group), *names]})

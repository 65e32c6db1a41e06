"""Mailing list: plan it, ask for it, look at it, say that it is ours, close it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from wikifarm.blueprint.manifest.community import Community
from wikifarm.emails import is_email
from wikifarm.engine import mailing_list as engine
from wikifarm.errors import InvalidInput, NotOurs, Problem
from wikifarm.i18n import _
from wikifarm.lists import names
from wikifarm.lists.providers import hosts
from wikifarm.model import FoundList, ListState
from wikifarm.operations.audit.facts import list_facts
from wikifarm.operations.checklist import write_files
from wikifarm.operations.community.batch import each
from wikifarm.operations.community.closed_community import refuse_closed
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.mailing_list.ensure import (
    asked_by_a_person,
    ensure,
    plan_list,
    tell_list,
    waits,
)
from wikifarm.operations.mailing_list.wanted import (
    Login,
    driven,
    is_ours,
    wanted_list,
    wants_list,
)
from wikifarm.operations.workplace.context import Context

FIRST_WAIT, LONGEST_WAIT = 30.0, 600.0  # seconds between two looks at a list that waits


def plan(context: Context, communities: Sequence[Community]) -> list[CommunityOutcome]:
    """What `create` would do, and what would have to be sent; writes nothing anywhere."""

    def look(run: CommunityRun) -> None:
        enter_finished(run)
        run.outcome.planned = plan_list(run)
        if wants_list(run.community) and driven(context, run.community) is None:
            wanted = wanted_list(context, run.community, run.receipt)
            names.check(wanted)
            current_list = asked_by_a_person(run, wanted)
            tell_list(run, {"address": wanted.address}, current_list.state)
        run.outcome.status = "planned" if run.outcome.planned else "unchanged"

    return each(context, communities, look)


def create(
    context: Context, communities: Sequence[Community], login: Login | None = None
) -> list[CommunityOutcome]:
    """Asks for each list that is not there; the page of the wiki that tells of it follows.

    With `login`, also at hosts where a person asks, as that person.
    """

    def ask(run: CommunityRun) -> None:
        enter_finished(run)
        refuse_closed(run)
        _apply_list(run, login)

    with context.lock():
        return each(context, communities, ask)


def state(
    context: Context,
    communities: Sequence[Community],
    *,
    wait: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> list[CommunityOutcome]:
    """How each list stands now; what changed since goes to the wiki's page and receipt.

    With `wait` (seconds), looks again, less and less often, while one of them waits for someone.
    Never asks for a list.
    """
    until = time.monotonic() + wait
    pause = FIRST_WAIT
    while True:
        with context.lock():
            outcomes = each(context, communities, _look_at)
        left = until - time.monotonic()
        waiting = any(
            outcome.mailing_list.get("state") == ListState.REQUESTED.value for outcome in outcomes
        )
        if not waiting or left <= 0:
            return outcomes
        for number in range(int(min(pause, left)), 0, -1):
            context.progress("", f"mailing-list {number}")
            sleep(1.0)
        pause = min(pause * 2, LONGEST_WAIT)


def confirm(context: Context, community: Community, address: str = "") -> CommunityOutcome:
    """Takes a person's word that a list is the community's: from then on wikifarm follows it.

    On a driven host the list must be owned by one of those who facilitate.
    """

    def take(run: CommunityRun) -> None:
        enter_finished(run)
        refuse_closed(run)
        check_wanted(community)
        wanted = wanted_list(context, community, run.receipt)
        if address:
            if not is_email(address):
                problem = Problem(
                    _("“{email}” is not an e-mail address").format(email=address), code="email"
                )
                raise InvalidInput([problem])
            name, _at, domain = address.lower().partition("@")
            wanted = replace(wanted, name=name, domain=domain)
        names.check(wanted)
        port = driven(context, community)
        if port is not None:
            current_list = port.state(wanted)
            if current_list.state not in engine.HELD:
                raise NotOurs(
                    _("There is no list {name} that somebody who facilitates owns.").format(
                        name=wanted.address
                    ),
                    hint=_("Ask its owners to add one of you, or choose another address."),
                )
        run.work.receipt = replace(
            run.receipt,
            mailing_list={
                "provider": community.mailing_list,
                "name": wanted.name,
                "address": wanted.address,
                "confirmed": wanted.address,
            },
        )
        _apply_list(run)

    with context.lock():
        return each(context, [community], take)[0]


def close(context: Context, community: Community, *, purge: bool = False) -> CommunityOutcome:
    """Closes the list of a community, if it is ours: its subscribers are let go.

    A list that still waits at its host is removed, and its name is free again; so is any other with
    `purge`, with its archives, where the host's own command line is at hand.
    """

    def shut(run: CommunityRun) -> None:
        enter_finished(run)
        check_wanted(community)
        wanted = wanted_list(context, community, run.receipt)
        port = driven(context, community)
        if port is None:
            raise NotOurs(
                _("wikifarm does not act at this host: the list was left alone."),
                hint=_("An owner closes it on its page at the host: Admin, Remove List."),
            )
        ours = is_ours(context, community, wanted, run.receipt)
        before, after = engine.close(
            port, wanted, ours=ours, slug=community.slug, journal=context.journal, purge=purge
        )
        run.outcome.status = "unchanged" if before.state is after.state else "updated"
        _remember(run, after)

    with context.lock():
        return each(context, [community], shut)[0]


def check_wanted(community: Community) -> None:
    """Raises InvalidInput for a community that wants no list."""
    if not wants_list(community):
        first, *others = hosts()
        raise InvalidInput(
            [
                Problem(
                    _("The community “{name}” has no mailing list.").format(name=community.name),
                    _("In its manifest: mailing_list: {first} (or {others}).").format(
                        first=first, others=", ".join(others)
                    ),
                    community.source,
                    code="no-mailing-list",
                )
            ]
        )


def enter_finished(run: CommunityRun) -> None:
    """Enters the community's wiki. Raises NotOurs where `apply` has not finished it."""
    run.outcome.status = "unchanged"
    run.enter()
    receipt = run.work.recorded
    if receipt is None or not receipt.complete:
        raise NotOurs(
            _("The wiki of “{slug}” is not finished: its list comes after it.").format(
                slug=run.community.slug
            ),
            hint=_("Run `wikifarm apply` first."),
        )


def _apply_list(run: CommunityRun, login: Login | None = None) -> None:
    ensure(run, login)
    _tell_wiki(run)


def _look_at(run: CommunityRun) -> None:
    enter_finished(run)
    context, community = run.context, run.community
    port = driven(context, community)
    if not wants_list(community) or port is None:
        _apply_list(run)
        return
    wanted = wanted_list(context, community, run.receipt)
    current_list = port.state(wanted)
    if current_list.state is ListState.REQUESTED:
        run.outcome.pending.append(waits(run, wanted))
    if not is_ours(context, community, wanted, run.receipt):
        tell_list(run, {"address": wanted.address}, current_list.state)
        return
    _remember(run, current_list)


def _remember(run: CommunityRun, current_list: FoundList) -> None:
    """Puts how a list that is ours stands into the receipt and the wiki's page."""
    now = {
        **run.receipt.mailing_list,
        "provider": run.community.mailing_list,
        "state": current_list.state.value,
        "home": current_list.home,
    }
    if current_list.address:
        now["address"] = current_list.address
    run.work.receipt = replace(run.receipt, mailing_list=now)
    tell_list(run, now, current_list.state)
    run.outcome.notes += current_list.notes
    _tell_wiki(run)


def _tell_wiki(run: CommunityRun) -> None:
    """Writes again what tells of the list: no other page, whatever else the manifest changed."""
    facts = list_facts(run)
    run.tell(facts, only_changed=True)
    write_files(run, facts)
    if run.wrote:
        run.outcome.status = "updated"

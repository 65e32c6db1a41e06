"""Mailing list: plan it, ask for it, look at it, say that it is ours, close it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.compile import context_of, render_text
from wikifarm.blueprint.manifest.community import Community
from wikifarm.emails import is_email
from wikifarm.engine import mailing_list as engine
from wikifarm.engine.plan import Change
from wikifarm.engine.ports import ServerPort
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.run import Done, keep_receipt
from wikifarm.engine.run import apply as walk
from wikifarm.engine.step import Work
from wikifarm.engine.steps.content import PagesStep, pages_applied
from wikifarm.errors import InvalidInput, NotOurs, Problem, ServerProblem
from wikifarm.i18n import _
from wikifarm.lists import names
from wikifarm.model import FoundList, ListState, WantedList
from wikifarm.operations.audit.facts import OPEN_FACT
from wikifarm.operations.checklist import write_files
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.community.work import design_for, measured, prepare
from wikifarm.operations.mailing_list.wanted import (
    Login,
    asked_host,
    driven,
    is_ours,
    wanted_list,
    wants_list,
)
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Pending

if TYPE_CHECKING:
    from wikifarm.lists.hosts import RequestedHost

FIRST_WAIT, LONGEST_WAIT = 30.0, 600.0  # seconds between two looks at a list that waits


# -- inside apply ---------------------------------------------------------------------------


def plan_list(
    context: Context, community: Community, held: Receipt, outcome: CommunityOutcome
) -> list[Change]:
    """What `ensure` would change; only reads."""
    known = ListState(held.mailing_list.get("state") or ListState.ABSENT)
    outcome.mailing_list = told(community, held.mailing_list, known)
    port = driven(context, community)
    if not wants_list(community) or port is None:
        return []
    wanted = wanted_list(context, community, held)
    names.check(wanted)
    found = port.state(wanted)
    outcome.mailing_list = told(community, {"address": wanted.address}, found.state)
    ours = is_ours(context, community, wanted, held)
    return engine.plan(found, wanted, ours=ours, reopens=isinstance(port, ServerPort))


def ensure(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    work: Work,
    outcome: CommunityOutcome,
    login: Login | None = None,
) -> None:
    """Asks for the community's list where it is not there, or says what a person must send.

    Leaves in `work.receipt` how it stands. A list that waits is no failure.
    """
    outcome.mailing_list = told(community, {}, ListState.UNKNOWN)
    if not wants_list(community):
        return
    context.progress(community.slug, engine.STEP)
    wanted = wanted_list(context, community, work.receipt)
    names.check(wanted)
    port = driven(context, community, login=login)
    if port is None:
        found = _asked_by_a_person(context, community, blueprint, wanted, work, outcome)
    else:
        started = time.monotonic()
        ours = is_ours(context, community, wanted, work.receipt)
        found, changes = engine.ensure_list(
            port, wanted, ours=ours, slug=community.slug, journal=context.journal
        )
        spent = round((time.monotonic() - started) * 1000)
        outcome.steps += [Done(change, "done", spent) for change in changes]
        if found.state is ListState.REQUESTED:
            outcome.pending.append(waits(community, wanted))
    if port is not None or found.state is ListState.CLOSED:
        # At other hosts, what is pending says it.
        outcome.notes += [*found.notes, *_differences(wanted, found)]
    now = {
        "provider": community.mailing_list,
        "name": wanted.name,
        "address": found.address or wanted.address,
        "home": found.home,
        "state": found.state.value,
    }
    work.receipt = _recorded(work.receipt, now)
    outcome.mailing_list = told(community, now, found.state)


def _recorded(receipt: Receipt, now: dict[str, str]) -> Receipt:
    """The receipt with the list as it stands; who was seen on another one says nothing of this."""
    held = receipt.mailing_list
    same = held.get("address", now["address"]) == now["address"]
    if not same or held.get("state") == ListState.ABSENT.value:
        return replace(receipt, mailing_list=now, ledger_key="", ledger=())
    kept = {key: held[key] for key in ("confirmed", "handed") if key in held}
    return replace(receipt, mailing_list={**now, **kept})


def told(community: Community, held: Any, state: ListState) -> dict[str, Any]:
    """What envelopes say of a list."""
    if not wants_list(community):
        return {"provider": community.mailing_list, "state": "none"}
    return {
        "provider": community.mailing_list,
        "state": state.value,
        "address": held.get("address", ""),
        "home": held.get("home", ""),
    }


def _differences(wanted: WantedList, found: FoundList) -> list[str]:
    if not found.subject or found.subject == wanted.subject:
        return []
    return [
        _("The subject of the list is “{now}”, not “{wanted}”: an owner can change it.").format(
            now=found.subject, wanted=wanted.subject
        )
    ]


def waits(community: Community, wanted: WantedList) -> Pending:
    return Pending(
        engine.STEP,
        community.slug,
        _(
            "The list {name} is asked for: it waits for a listmaster of its host. "
            "`wikifarm mailing-list state` looks again."
        ).format(name=wanted.address),
    )


# -- hosts where a person asks --------------------------------------------------------------


def _asked_by_a_person(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    wanted: WantedList,
    work: Work,
    outcome: CommunityOutcome,
) -> FoundList:
    """How the list stands there, as far as can be seen; and what is to be sent, if anything."""
    host = asked_host(context, community.mailing_list, wanted.domain)
    held = work.receipt.mailing_list
    before = held.get("state", "") if held.get("name") == wanted.name else ""
    seen = _public(host, wanted)
    unseen = seen.state in (ListState.UNKNOWN, ListState.ABSENT)
    if unseen and before == ListState.OPEN.value:
        # Hidden, or its host is silent today: what was known stays.
        known = held.get("address", "") or wanted.address
        return FoundList(ListState.OPEN, known, held.get("home", ""), notes=seen.notes)
    confirmed = held.get("confirmed") == wanted.address
    expected = before in (ListState.REQUESTED.value, ListState.OPEN.value)
    if seen.state is ListState.OPEN and not (expected or confirmed):
        # It was there before anybody asked: only a person can say whose it is.
        outcome.pending.append(
            Pending(
                engine.STEP,
                community.slug,
                _(
                    "A list {name} is already open there. If it is yours, say so: `wikifarm "
                    "mailing-list confirm {slug}`; if not, give the manifest another address."
                ).format(name=wanted.address, slug=community.slug),
            )
        )
        return replace(seen, state=ListState.UNKNOWN)
    if seen.state in (ListState.OPEN, ListState.CLOSED):
        return seen
    if seen.state is ListState.REQUESTED:
        outcome.pending.append(waits(community, wanted))
        return seen
    if confirmed:  # hidden lists look as if they were not there
        return replace(seen, state=ListState.OPEN, address=wanted.address)
    outcome.pending.append(_request(context, community, blueprint, wanted, host))
    # Where nothing was seen although it could be, a list found open later may be anybody's.
    blind = seen.state is ListState.UNKNOWN and host.addresses is not None
    state = ListState.UNKNOWN if blind else ListState.REQUESTED
    return replace(seen, state=state, address="", home="")


def _public(host: RequestedHost, wanted: WantedList) -> FoundList:
    """What the public page of the list shows; a host that is silent today is no failure."""
    try:
        return host.state(wanted)
    except ServerProblem as fault:
        return FoundList(ListState.UNKNOWN, notes=(fault.message,))


def _request(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    wanted: WantedList,
    host: RequestedHost,
) -> Pending:
    about = host.profile
    names_of = context_of(
        community,
        blueprint,
        farm_url=context.farm.base,
        wiki_url=context.farm.address_of(community.slug),
    )
    text = render_text(
        community,
        blueprint,
        "list-request.txt",
        {
            **names_of,
            "owners": [
                f"{one.name} <{one.email}>" if one.name else one.email for one in wanted.owners
            ],
            "wanted": {
                "name": wanted.name,
                "address": wanted.address if wanted.domain else "",
                "subject": wanted.subject,
                "description": wanted.description,
            },
            "host": {
                "name": about.name,
                "web": about.web,
                "form": host.request_form,
                "domain": about.domain,
                "contact": about.contact,
                "members_only": about.members_only,
            },
            "values": [{"label": one, "value": two} for one, two in host.form_values(wanted)],
            "facts": list(about.facts()),
            "checked_on": about.checked_on,
            "sources": list(about.sources),
        },
    )
    return Pending(
        engine.STEP,
        community.slug,
        _("A person asks for the list at {host}; here is what to send.").format(host=about.name),
        text,
    )


# -- the commands ---------------------------------------------------------------------------


def plan(context: Context, communities: Sequence[Community]) -> list[CommunityOutcome]:
    """What `create` would do, and what would have to be sent; writes nothing anywhere."""

    def one(community: Community, outcome: CommunityOutcome) -> None:
        blueprint, work = entered(context, community)
        outcome.planned = plan_list(context, community, work.receipt, outcome)
        if wants_list(community) and driven(context, community) is None:
            wanted = wanted_list(context, community, work.receipt)
            names.check(wanted)
            found = _asked_by_a_person(context, community, blueprint, wanted, work, outcome)
            outcome.mailing_list = told(community, {"address": wanted.address}, found.state)
        outcome.status = "planned" if outcome.planned else "unchanged"

    return each(context, communities, one)


def create(
    context: Context, communities: Sequence[Community], login: Login | None = None
) -> list[CommunityOutcome]:
    """Asks for each list that is not there; the page of the wiki that tells of it follows.

    With `login`, also at hosts where a person asks, as that person.
    """

    def one(community: Community, outcome: CommunityOutcome) -> None:
        blueprint, work = entered(context, community)
        _apply_list(context, community, blueprint, work, outcome, login)

    with context.lock():
        return each(context, communities, one)


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
            outcomes = each(context, communities, lambda *both: _looked_at(context, *both))
        left = until - time.monotonic()
        waiting = any(one.mailing_list.get("state") == "requested" for one in outcomes)
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

    def one(community: Community, outcome: CommunityOutcome) -> None:
        blueprint, work = entered(context, community)
        check_wanted(community)
        wanted = wanted_list(context, community, work.receipt)
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
            found = port.state(wanted)
            if found.state not in engine.HELD:
                raise NotOurs(
                    _("There is no list {name} that somebody who facilitates owns.").format(
                        name=wanted.address
                    ),
                    hint=_("Ask its owners to add one of you, or choose another address."),
                )
        work.receipt = replace(
            work.receipt,
            mailing_list={
                "provider": community.mailing_list,
                "name": wanted.name,
                "address": wanted.address,
                "confirmed": wanted.address,
            },
        )
        _apply_list(context, community, blueprint, work, outcome)

    with context.lock():
        return each(context, [community], one)[0]


def close(context: Context, community: Community, *, purge: bool = False) -> CommunityOutcome:
    """Closes the list of a community, if it is ours: its subscribers are let go.

    A list that still waits at its host is removed, and its name is free again; so is any other with
    `purge`, with its archives, where the host's own command line is at hand.
    """

    def one(community: Community, outcome: CommunityOutcome) -> None:
        blueprint, work = entered(context, community)
        check_wanted(community)
        wanted = wanted_list(context, community, work.receipt)
        port = driven(context, community)
        if port is None:
            raise NotOurs(
                _("wikifarm does not act at this host: the list was left alone."),
                hint=_("An owner closes it on its page at the host: Admin, Remove List."),
            )
        ours = is_ours(context, community, wanted, work.receipt)
        before, after = engine.close(
            port, wanted, ours=ours, slug=community.slug, journal=context.journal, purge=purge
        )
        outcome.status = "unchanged" if before.state is after.state else "updated"
        _remember(context, community, blueprint, work, outcome, after)

    with context.lock():
        return each(context, [community], one)[0]


def check_wanted(community: Community) -> None:
    if not wants_list(community):
        raise InvalidInput(
            [
                Problem(
                    _("The community “{name}” has no mailing list.").format(name=community.name),
                    _(
                        "In its manifest: mailing_list: sympa (or sympa-cli, framaliste, infini, "
                        "other)."
                    ),
                    community.source,
                    code="no-mailing-list",
                )
            ]
        )


def each(
    context: Context,
    communities: Sequence[Community],
    one: Callable[[Community, CommunityOutcome], None],
) -> list[CommunityOutcome]:
    outcomes = []
    for community in communities:
        outcome = CommunityOutcome(community.slug, community.name)
        outcomes.append(outcome)
        with measured(context, outcome):
            outcome.status = "unchanged"
            one(community, outcome)
    return outcomes


def entered(context: Context, community: Community) -> tuple[Blueprint, Work]:
    """The community's wiki. Raises NotOurs where `apply` has not finished it."""
    wiki = open_wiki(context, community.slug)
    blueprint, work = prepare(context, community, wiki)
    if work.seen.receipt is None or not work.seen.receipt.complete:
        raise NotOurs(
            _("The wiki of “{slug}” is not finished: its list comes after it.").format(
                slug=community.slug
            ),
            hint=_("Run `wikifarm apply` first."),
        )
    return blueprint, work


def _apply_list(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    work: Work,
    outcome: CommunityOutcome,
    login: Login | None = None,
) -> None:
    ensure(context, community, blueprint, work, outcome, login)
    tell_wiki(context, community, blueprint, work, outcome)


def _looked_at(context: Context, community: Community, outcome: CommunityOutcome) -> None:
    blueprint, work = entered(context, community)
    port = driven(context, community)
    if not wants_list(community) or port is None:
        _apply_list(context, community, blueprint, work, outcome)
        return
    wanted = wanted_list(context, community, work.receipt)
    found = port.state(wanted)
    if found.state is ListState.REQUESTED:
        outcome.pending.append(waits(community, wanted))
    if not is_ours(context, community, wanted, work.receipt):
        outcome.mailing_list = told(community, {"address": wanted.address}, found.state)
        return
    _remember(context, community, blueprint, work, outcome, found)


def _remember(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    work: Work,
    outcome: CommunityOutcome,
    found: FoundList,
) -> None:
    """Puts how a list that is ours stands into the receipt and the wiki's page."""
    held = {
        **work.receipt.mailing_list,
        "provider": community.mailing_list,
        "state": found.state.value,
        "home": found.home,
    }
    if found.address:
        held["address"] = found.address
    work.receipt = replace(work.receipt, mailing_list=held)
    outcome.mailing_list = told(community, held, found.state)
    outcome.notes += found.notes
    tell_wiki(context, community, blueprint, work, outcome)


def tell_wiki(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    work: Work,
    outcome: CommunityOutcome,
) -> None:
    """Writes again what tells of the list: no other page, whatever else the manifest changed."""
    is_open = work.receipt.mailing_list.get("state") == ListState.OPEN.value
    facts = frozenset(work.receipt.facts) - {OPEN_FACT} | ({OPEN_FACT} if is_open else set())
    work.receipt = replace(work.receipt, facts=tuple(sorted(facts)))
    before = {page.tag: page.body for page in work.design.pages}
    whole = design_for(context, community, blueprint, work.seen, facts, work.receipt.mailing_list)
    changed = tuple(page for page in whole.pages if before.get(page.tag) != page.body)
    work.design = replace(whole, pages=changed)
    pages = walk((PagesStep(),), work, context.journal, context.progress)
    outcome.steps += [done for done in pages if done.outcome == "done"]
    keep_receipt(work, replace(pages_applied(work), run=context.run))
    work.design = whole
    write_files(context, community, blueprint, work, outcome, facts)
    if any(done.outcome == "done" for done in outcome.steps):
        outcome.status = "updated"

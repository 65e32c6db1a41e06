"""A community's list, asked for where it is not there; or what a person must send to have it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wikifarm.engine import mailing_list as engine
from wikifarm.engine.changes import AnyChange
from wikifarm.engine.ports import ServerPort
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.run import Done
from wikifarm.errors import ServerProblem
from wikifarm.i18n import _
from wikifarm.lists import names
from wikifarm.model import FoundList, ListState, WantedList
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.mailing_list.wanted import (
    Login,
    asked_host,
    driven,
    is_ours,
    wanted_list,
    wants_list,
)
from wikifarm.result import Pending

if TYPE_CHECKING:
    from wikifarm.lists.hosts import RequestedHost


def plan_list(run: CommunityRun) -> list[AnyChange]:
    """What `ensure` would change; only reads."""
    context, community, receipt = run.context, run.community, run.receipt
    known = ListState(receipt.mailing_list.get("state") or ListState.ABSENT)
    tell_list(run, receipt.mailing_list, known)
    port = driven(context, community)
    if not wants_list(community) or port is None:
        return []
    wanted = wanted_list(context, community, receipt)
    names.check(wanted)
    current_list = port.state(wanted)
    tell_list(run, {"address": wanted.address}, current_list.state)
    ours = is_ours(context, community, wanted, receipt)
    return [*engine.plan(current_list, wanted, ours=ours, reopens=isinstance(port, ServerPort))]


def ensure(run: CommunityRun, login: Login | None = None) -> None:
    """Asks for the community's list where it is not there, or says what a person must send.

    Leaves in the receipt how it stands. A list that waits is no failure. With `login`, also at
    hosts where a person asks, as that person.
    """
    context, community, outcome = run.context, run.community, run.outcome
    tell_list(run, {}, ListState.UNKNOWN)
    if not wants_list(community):
        return
    run.progress(engine.STEP)
    wanted = wanted_list(context, community, run.receipt)
    names.check(wanted)
    port = driven(context, community, login=login)
    if port is None:
        current_list = asked_by_a_person(run, wanted)
    else:
        started = time.monotonic()
        ours = is_ours(context, community, wanted, run.receipt)
        current_list, changes = engine.ensure_list(
            port, wanted, ours=ours, slug=community.slug, journal=context.journal
        )
        spent = round((time.monotonic() - started) * 1000)
        outcome.steps += [Done(change, "done", spent) for change in changes]
        if current_list.state is ListState.REQUESTED:
            outcome.pending.append(waits(run, wanted))
    if port is not None or current_list.state is ListState.CLOSED:
        # At other hosts, what is pending says it.
        outcome.notes += [*current_list.notes, *_differences(wanted, current_list)]
    now = {
        "provider": community.mailing_list,
        "name": wanted.name,
        "address": current_list.address or wanted.address,
        "home": current_list.home,
        "state": current_list.state.value,
    }
    run.work.receipt = _recorded(run.receipt, now)
    tell_list(run, now, current_list.state)


def _recorded(receipt: Receipt, now: dict[str, str]) -> Receipt:
    """The receipt with the list as it stands; who was seen on another one says nothing of this."""
    before = receipt.mailing_list
    same = before.get("address", now["address"]) == now["address"]
    if not same or before.get("state") == ListState.ABSENT.value:
        return replace(receipt, mailing_list=now, ledger_key="", ledger=())
    kept = {key: before[key] for key in ("confirmed", "handed") if key in before}
    return replace(receipt, mailing_list={**now, **kept})


def tell_list(run: CommunityRun, told: Mapping[str, Any], state: ListState) -> None:
    """Has the outcome say how the list stands."""
    provider = run.community.mailing_list
    if not wants_list(run.community):
        run.outcome.mailing_list = {"provider": provider, "state": "none"}
        return
    run.outcome.mailing_list = {
        "provider": provider,
        "state": state.value,
        "address": told.get("address", ""),
        "home": told.get("home", ""),
    }


def _differences(wanted: WantedList, current_list: FoundList) -> list[str]:
    if not current_list.subject or current_list.subject == wanted.subject:
        return []
    return [
        _("The subject of the list is “{now}”, not “{wanted}”: an owner can change it.").format(
            now=current_list.subject, wanted=wanted.subject
        )
    ]


def waits(run: CommunityRun, wanted: WantedList) -> Pending:
    """What says that the list waits for its host."""
    return Pending(
        engine.STEP,
        run.community.slug,
        _(
            "The list {name} is asked for: it waits for a listmaster of its host. "
            "`wikifarm mailing-list state` looks again."
        ).format(name=wanted.address),
    )


# -- hosts where a person asks --------------------------------------------------------------


def asked_by_a_person(run: CommunityRun, wanted: WantedList) -> FoundList:
    """How the list stands there, as far as can be seen; and what is to be sent, if anything."""
    slug, pending = run.community.slug, run.outcome.pending
    host = asked_host(run.context, run.community.mailing_list, wanted.domain)
    known = run.receipt.mailing_list
    before = known.get("state", "") if known.get("name") == wanted.name else ""
    seen = _public(host, wanted)
    unseen = seen.state in (ListState.UNKNOWN, ListState.ABSENT)
    if unseen and before == ListState.OPEN.value:
        # Hidden, or its host is silent today: what was known stays.
        address = known.get("address", "") or wanted.address
        return FoundList(ListState.OPEN, address, known.get("home", ""), notes=seen.notes)
    confirmed = known.get("confirmed") == wanted.address
    expected = before in (ListState.REQUESTED.value, ListState.OPEN.value)
    if seen.state is ListState.OPEN and not (expected or confirmed):
        # It was there before anybody asked: only a person can say whose it is.
        pending.append(
            Pending(
                engine.STEP,
                slug,
                _(
                    "A list {name} is already open there. If it is yours, say so: `wikifarm "
                    "mailing-list confirm {slug}`; if not, give the manifest another address."
                ).format(name=wanted.address, slug=slug),
            )
        )
        return replace(seen, state=ListState.UNKNOWN)
    if seen.state in (ListState.OPEN, ListState.CLOSED):
        return seen
    if seen.state is ListState.REQUESTED:
        pending.append(waits(run, wanted))
        return seen
    if confirmed:  # hidden lists look as if they were not there
        return replace(seen, state=ListState.OPEN, address=wanted.address)
    pending.append(_request(run, wanted, host))
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


def request_words(host: RequestedHost, wanted: WantedList) -> dict[str, object]:
    """What the text of a request may name, besides the community."""
    about = host.profile
    return {
        "owners": [
            f"{owner.name} <{owner.email}>" if owner.name else owner.email
            for owner in wanted.owners
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
        "values": [{"label": label, "value": value} for label, value in host.form_values(wanted)],
        "facts": list(about.facts()),
        "checked_on": about.checked_on,
        "sources": list(about.sources),
    }


def _request(run: CommunityRun, wanted: WantedList, host: RequestedHost) -> Pending:
    return Pending(
        engine.STEP,
        run.community.slug,
        _("A person asks for the list at {host}: the text to send is ready.").format(
            host=host.profile.name
        ),
        run.compiler.text("list-request.txt", request_words(host, wanted)),
    )

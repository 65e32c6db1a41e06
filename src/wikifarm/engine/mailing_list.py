"""A mailing list at its host: what would change, and the change, read before and after.

Any host will do that fulfils `ListPort`. A host may have done what it never answered: after a
failure the list is looked at, and what is seen decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wikifarm.engine.changes import Action, Change
from wikifarm.engine.journal import Journal
from wikifarm.engine.ports import ListPort, ServerPort
from wikifarm.errors import (
    ListNotAllowed,
    ListTaken,
    ListUndecided,
    NotOurs,
    TooManyRemovals,
    Unreachable,
    WriteRefused,
)
from wikifarm.i18n import _, ngettext
from wikifarm.model import FoundList, ListState, WantedList

STEP = "mailing-list"
PASSES = 3  # over the addresses still missing when the host reads back
FEW = 5  # removals that need no threshold
HELD = (ListState.OPEN, ListState.REQUESTED)


class MailingListChange(Change[FoundList, WantedList]):
    """A list to ask for, or to open again."""

    step = STEP

    @property
    def summary(self) -> str:
        return self.reason or (self.wanted.subject if self.wanted else "")


def plan(
    current_list: FoundList, wanted: WantedList, *, ours: bool, reopens: bool
) -> list[MailingListChange]:
    """What `ensure_list` would do, or raises what it would raise. `reopens`: the host can open a
    closed list again.
    """
    if current_list.state is ListState.ABSENT:
        return [MailingListChange(wanted.address, Action.CREATE, wanted=wanted)]
    if current_list.state is ListState.CLOSED and ours and reopens:
        return [
            MailingListChange(
                wanted.address, Action.UPDATE, current_list, wanted, _("opened again")
            )
        ]
    _check_ours(current_list, wanted, ours=ours)
    return []


def ensure_list(
    port: ListPort, wanted: WantedList, *, ours: bool, slug: str, journal: Journal
) -> tuple[FoundList, list[MailingListChange]]:
    """The list, asked for if it was not there, opened again if it was ours and closed, as its host
    shows it afterwards; and what was done.

    Raises ListTaken or NotOurs without having asked for anything.
    """
    current_list = port.state(wanted)
    changes = plan(current_list, wanted, ours=ours, reopens=isinstance(port, ServerPort))
    if not changes:
        return current_list, []
    journal.intent(slug, STEP, list=wanted.address)
    notes: tuple[str, ...] = ()
    fault: ListUndecided | Unreachable | None = None
    try:
        if current_list.state is ListState.CLOSED and isinstance(port, ServerPort):
            port.reopen(wanted)
        else:
            notes = port.create(wanted)
    except (ListUndecided, Unreachable) as error:
        fault = error
    current_list = port.state(wanted)
    journal.outcome(slug, STEP, list=wanted.address, state=current_list.state.value)
    if current_list.state is ListState.ABSENT:
        raise _not_made(port, wanted, fault)
    if current_list.state is ListState.TAKEN:
        raise _taken(wanted)
    return replace(current_list, notes=(*current_list.notes, *notes)), changes


def _not_made(
    port: ListPort, wanted: WantedList, fault: ListUndecided | Unreachable | None
) -> Exception:
    if isinstance(fault, Unreachable):
        return fault
    return WriteRefused(
        _("The list server did not make the list {name}; nothing was changed there.").format(
            name=wanted.address
        ),
        hint=port.why_not_made(wanted),
    )


def _check_ours(current_list: FoundList, wanted: WantedList, *, ours: bool) -> None:
    if current_list.state is ListState.TAKEN or (
        current_list.state is ListState.CLOSED and not ours
    ):
        raise _taken(wanted)
    if current_list.state is ListState.CLOSED:
        raise ListTaken(
            _("The list {name} was closed; its name stays taken. Nothing was changed.").format(
                name=wanted.address
            ),
            hint=_(
                "Its listmaster can open it again; or give it another address, or none, in the "
                "manifest."
            ),
        )
    if current_list.state in HELD and not ours:
        raise NotOurs(
            _(
                "The list {name} exists, and somebody who facilitates owns it, but nothing says "
                "that wikifarm asked for it. It was left alone."
            ).format(name=wanted.address),
            hint=_(
                "If it is the community's, say so: `wikifarm mailing-list confirm`, with its "
                "address."
            ),
        )


def _taken(wanted: WantedList) -> ListTaken:
    return ListTaken(
        _("The list {name} belongs to somebody else. Nothing was changed.").format(
            name=wanted.address
        ),
        hint=_(
            "Choose another address: mailing_list: {{provider: …, address: name@domain}}"
        ).format(),
    )


def close(
    port: ListPort, wanted: WantedList, *, ours: bool, slug: str, journal: Journal, purge: bool
) -> tuple[FoundList, FoundList]:
    """Closes the list if it is ours, or with `purge` removes it for good; how it stood before and
    stands after. Raises ListNotAllowed where the host removes nothing.
    """
    if purge and not isinstance(port, ServerPort):
        raise ListNotAllowed(
            _("This host removes no list from here: it was left alone."),
            hint=_("Its administrator can: sympa close --mode=purge {name}").format(
                name=wanted.address
            ),
        )
    before = port.state(wanted)
    gone = (ListState.ABSENT,) if purge else (ListState.ABSENT, ListState.CLOSED)
    if before.state in gone:
        return before, before
    if before.state is ListState.TAKEN:
        raise _taken(wanted)
    if not ours:
        _check_ours(before, wanted, ours=False)
    journal.intent(slug, STEP, closing=wanted.address)
    fault: ListUndecided | Unreachable | None = None
    try:
        if purge and isinstance(port, ServerPort):
            port.purge(wanted)
        else:
            port.close(wanted)
    except (ListUndecided, Unreachable) as error:
        fault = error
    after = port.state(wanted)
    journal.outcome(slug, STEP, closing=wanted.address, state=after.state.value)
    if after.state not in (*gone, ListState.TAKEN):
        raise fault or WriteRefused(
            _("The list server did not close the list {name}.").format(name=wanted.address),
            hint=_("Its owner can close it on its page, or its listmaster."),
        )
    return before, after


@dataclass(frozen=True)
class MembersDone:
    """What came of a synchronisation, as counts but for the addresses that the host refused."""

    added: int = 0
    removed: int = 0
    refused: frozenset[str] = frozenset()


def check_removals(remove: Sequence[str], members: frozenset[str], most: int | None) -> None:
    """Raises TooManyRemovals when more than half would go, unless `most` allows as many."""
    limit = max(FEW, len(members) // 2) if most is None else most
    if len(remove) > limit:
        raise TooManyRemovals(
            ngettext(
                "{count} person of {total} would be removed from the list: nothing was changed.",
                "{count} people of {total} would be removed from the list: nothing was changed.",
                len(remove),
            ).format(count=len(remove), total=len(members)),
            hint=_(
                "Look at the base of participants first: is it whole? Then allow it with "
                "--max-removals {count}."
            ).format(count=len(remove)),
        )


def ensure_members(
    port: ListPort,
    wanted: WantedList,
    *,
    add: Sequence[str],
    remove: Sequence[str],
    added: Callable[[str], None],
    removed: Callable[[str], None],
) -> MembersDone:
    """Subscribes and removes what `add` and `remove` say, in lower case; reads back.

    `added` and `removed` are called for each address as soon as the host has done it, from any
    thread, one at a time. Raises WriteRefused for addresses that the host says it took and does
    not show.
    """
    put, unfit = _settled(port, wanted, add, port.add, added, inside=True)
    taken, unknown = _settled(port, wanted, remove, port.remove, removed, inside=False)
    return MembersDone(put, taken, unfit | unknown)


def _settled(
    port: ListPort,
    wanted: WantedList,
    addresses: Sequence[str],
    write: Callable[[WantedList, Sequence[str], Callable[[str], None]], frozenset[str]],
    told: Callable[[str], None],
    *,
    inside: bool,
) -> tuple[int, frozenset[str]]:
    """How many addresses the list shows to be `inside` or not, as asked, and those refused."""
    refused: frozenset[str] = frozenset()
    left = list(addresses)
    for _pass in range(PASSES):
        if not left:
            break
        refused |= write(wanted, left, told)
        now = port.members(wanted)
        left = [
            address for address in left if (address in now) is not inside and address not in refused
        ]
    if left:
        raise WriteRefused(
            ngettext(
                "The list server did not do what it said for {count} address.",
                "The list server did not do what it said for {count} addresses.",
                len(left),
            ).format(count=len(left)),
            hint=_("Run the same command again; if it comes back, ask its listmaster."),
        )
    return len([address for address in addresses if address not in refused]), refused

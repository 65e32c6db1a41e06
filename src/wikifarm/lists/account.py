"""A Sympa driven through its web pages, with the account of a person who asked for that by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wikifarm.errors import ListNotAllowed
from wikifarm.i18n import _
from wikifarm.lists import sympa_habits
from wikifarm.lists.web import SympaAccount
from wikifarm.model import FoundList, ListState, WantedList
from wikifarm.transport import Network


class AccountHost:
    """Fulfils `engine.ports.ListPort` with an account that is logged in. Removes nobody."""

    def __init__(self, network: Network, web: str, *, quiet: bool = False) -> None:
        self._account = SympaAccount(network, web)
        self._quiet = quiet

    def login(self, email: str, password: str) -> None:
        """Opens the session; see SympaAccount.login for what may go wrong."""
        self._account.login(email, password)

    def state(self, wanted: WantedList) -> FoundList:
        """Where the list stands; one that this account does not administer is somebody else's."""
        state = self._account.administered(wanted.name)
        if state is None:
            shown = self._account.state(wanted.name)
            free = shown in (ListState.ABSENT, ListState.UNKNOWN)
            state = ListState.ABSENT if free else ListState.TAKEN
        home = "" if state is ListState.ABSENT else self._account.home(wanted.name)
        return FoundList(state, wanted.address if wanted.domain else "", home)

    def create(self, wanted: WantedList) -> tuple[str, ...]:
        """Fills the host's form; the list then waits for a listmaster."""
        self._account.request_list(wanted)
        return ()

    def why_not_made(self, wanted: WantedList) -> str:
        return sympa_habits.why_not_made(wanted)

    def close(self, wanted: WantedList) -> None:
        raise _by_hand(self._account.home(wanted.name))

    def members(self, wanted: WantedList) -> frozenset[str]:
        return self._account.members(wanted.name)

    def add(
        self, wanted: WantedList, addresses: Sequence[str], kept: Callable[[str], None]
    ) -> frozenset[str]:
        out = self._account.import_members(wanted.name, addresses, quiet=self._quiet)
        for address in addresses:
            if address not in out:
                kept(address)
        return out

    def remove(
        self,
        wanted: WantedList,
        addresses: Sequence[str],
        kept: Callable[[str], None],  # noqa: ARG002 - the port names it; nobody is removed here
    ) -> frozenset[str]:
        if addresses:
            raise _by_hand(self._account.review(wanted.name))
        return frozenset()


def _by_hand(page: str) -> ListNotAllowed:
    return ListNotAllowed(
        _("wikifarm neither closes lists nor removes people with somebody's own account."),
        hint=_("An owner does it on the page of the list: {page}").format(page=page),
        where=page,
    )

"""A Sympa driven over SOAP, on behalf of the person who founds the list.

The trusted application comes first, a login where there is none or where it is refused. USER_EMAIL
is the founder's own address, never a listmaster's: to a listmaster every list looks like theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from threading import Event, Lock
from urllib.parse import urlsplit

from wikifarm.errors import (
    AddressRefused,
    BadCredentials,
    InvalidInput,
    ListNotAllowed,
    ListUndecided,
    ListUnknown,
    Problem,
    SessionLost,
    Unreachable,
    WikifarmError,
    WriteRefused,
)
from wikifarm.i18n import _
from wikifarm.lists import names, sympa_habits
from wikifarm.lists.host_access import SympaAccess
from wikifarm.lists.soap import Soap, Value
from wikifarm.lists.web import SympaWeb
from wikifarm.model import FoundList, ListState, WantedList
from wikifarm.transport import Network

ATTEMPTS = 3  # for each address, reading in between


class Sympa:
    """Lists of one Sympa. `connections` requests at most are under way at once."""

    def __init__(
        self,
        network: Network,
        access: SympaAccess,
        *,
        connections: int = 2,
        quiet: bool = False,
    ) -> None:
        self._access = access
        self._soap = Soap(network, access.url)
        self._web = SympaWeb(network, access.pages)
        self._connections = connections
        self._quiet = "1" if quiet else "0"  # Perl truth: "false" would be quiet
        self._session = ""
        self._by_login = not access.app
        # An account without a password names the one address that a shared host lets the
        # application act for (`set_variables USER_EMAIL=` in trusted_applications.conf).
        self._pinned = bool(access.app and access.user and not access.password)
        self._acting: dict[str, str] = {}  # who is asked for, where it is not the founder
        self._turn = Lock()

    # -- the list ---------------------------------------------------------------------------

    def state(self, wanted: WantedList) -> FoundList:
        """Where the list stands, as its founder sees it: one request for a list that is open.

        `createList` answers the same for an open list and for one that waits (6.2.70, 6.2.76), so
        the state comes from what its owner is shown. A list that the founder has handed over is
        looked at as the one of `wanted.owners` who owns it now.
        """
        current_list = self._seen_by_owner(wanted)
        alone = self._by_login or self._pinned
        if current_list.state in (ListState.TAKEN, ListState.CLOSED) and not alone:
            for owner in wanted.owners[1:]:
                if self._read(wanted, "amI", wanted.name, "owner", owner.email) is True:
                    self._acting[wanted.name] = owner.email
                    return self._seen_by_owner(wanted)
        return current_list

    def _seen_by_owner(self, wanted: WantedList) -> FoundList:
        owned = self._row(self._read(wanted, "complexWhich"), wanted)
        if owned is not None and owned.get("isOwner") is True:
            return _found(ListState.OPEN, owned)
        try:
            row = self._row(self._read(wanted, "info", wanted.name), wanted)
        except ListUnknown:
            return FoundList(ListState.ABSENT)
        except ListNotAllowed:
            return FoundList(ListState.TAKEN)
        if row is None:
            return FoundList(ListState.UNKNOWN)
        if self._read(wanted, "amI", wanted.name, "owner", self._who(wanted)) is True:
            return _found(ListState.REQUESTED, row)
        # Closing a list takes its owners away: only the web page tells it from somebody else's.
        closed = self._page_state(wanted) is ListState.CLOSED
        return _found(ListState.CLOSED if closed else ListState.TAKEN, row)

    def create(self, wanted: WantedList) -> tuple[str, ...]:
        """Asks for the list; raises WriteRefused when the founder does not come out its owner."""
        names.check(wanted)
        self._write(
            wanted,
            "createList",
            wanted.name,
            wanted.subject,
            wanted.template,
            wanted.description,
            wanted.topics,
        )
        self._check_owner(wanted)
        return self._dropped_topics(wanted)

    def why_not_made(self, wanted: WantedList) -> str:
        return sympa_habits.why_not_made(wanted)

    def close(self, wanted: WantedList) -> None:
        """Closes an open list; a list that waits is removed, and its name is free again."""
        sympa_habits.settle()
        self._write(wanted, "closeList", wanted.name)

    # -- its subscribers --------------------------------------------------------------------

    def members(self, wanted: WantedList) -> frozenset[str]:
        answer = self._read(wanted, "review", wanted.name)
        # An empty list answers the single word "no_subscribers".
        return frozenset(
            item.lower() for item in _items(answer) if isinstance(item, str) and "@" in item
        )

    def add(
        self, wanted: WantedList, addresses: Sequence[str], kept: Callable[[str], None]
    ) -> frozenset[str]:
        """Subscribes them, each told by the server's own welcome message."""
        return self._each(addresses, kept, lambda address: self._subscribed(wanted, address))

    def remove(
        self, wanted: WantedList, addresses: Sequence[str], kept: Callable[[str], None]
    ) -> frozenset[str]:
        return self._each(addresses, kept, lambda address: self._unsubscribed(wanted, address))

    def _subscribed(self, wanted: WantedList, address: str) -> bool:
        return self._settled(
            lambda: self._write(wanted, "add", wanted.name, address, "", self._quiet),
            lambda: self._is_member(wanted, address),
        )

    def _unsubscribed(self, wanted: WantedList, address: str) -> bool:
        return self._settled(
            lambda: self._write(wanted, "del", wanted.name, address, self._quiet),
            lambda: not self._is_member(wanted, address),
        )

    def _settled(self, write: Callable[[], Value], done: Callable[[], bool]) -> bool:
        """True once it is so; False when the server says no to this one.

        A call that timed out may have been done, and so may one that failed: the server is asked
        what came of it before anything is sent again.
        """
        last: WikifarmError | None = None
        for _attempt in range(ATTEMPTS):
            try:
                return write() is True
            except AddressRefused:
                return False
            except (ListUndecided, Unreachable) as fault:
                if done():
                    return True
                last = fault
        if isinstance(last, ListUndecided):
            return False
        assert last is not None  # noqa: S101
        raise last

    def _is_member(self, wanted: WantedList, address: str) -> bool:
        return self._read(wanted, "amI", wanted.name, "subscriber", address) is True

    def _each(
        self, addresses: Sequence[str], kept: Callable[[str], None], settle: Callable[[str], bool]
    ) -> frozenset[str]:
        """Settles every address over a few connections; those refused. Stops at the first error."""
        refused: set[str] = set()
        stopped = Event()

        def settle_unless_stopped(address: str) -> None:
            if stopped.is_set():
                return
            settled = settle(address)
            with self._turn:
                if settled:
                    kept(address)
                else:
                    refused.add(address)

        pool = ThreadPoolExecutor(self._connections)
        try:
            under_way: list[Future[None]] = [
                pool.submit(settle_unless_stopped, address) for address in addresses
            ]
            wait(under_way, return_when=FIRST_EXCEPTION)
            stopped.set()
            for future in under_way:
                if future.done():
                    future.result()
        finally:
            stopped.set()
            pool.shutdown(cancel_futures=True)
        return frozenset(refused)

    # -- looking more closely ---------------------------------------------------------------

    def _check_owner(self, wanted: WantedList) -> None:
        who = self._who(wanted).lower()
        rows = _items(self._read(wanted, "fullReview", wanted.name))
        owners = [
            str(row.get("email", "")).lower()
            for row in rows
            if isinstance(row, dict) and row.get("isOwner") is True
        ]
        if who not in owners:
            raise WriteRefused(
                _("The list server made the list {name} without its owner.").format(
                    name=wanted.name
                ),
                hint=_("Ask its listmaster to remove that list, then run the command again."),
                where=self._soap.url,
            )

    def _dropped_topics(self, wanted: WantedList) -> tuple[str, ...]:
        """Sympa drops a topic it does not know, and answers `true` all the same."""
        missing = []
        for topic in wanted.topics.split(","):
            if topic in ("", "other"):
                continue
            try:
                answer = self._read(wanted, "complexLists", *topic.split("/"))
            except WikifarmError:
                return ()
            if self._row(answer, wanted) is None:
                missing.append(topic)
        if not missing or self._row(self._read(wanted, "complexWhich"), wanted) is None:
            return ()  # a list that waits stands under no topic
        return names.left_out(missing)

    def _page_state(self, wanted: WantedList) -> ListState | None:
        try:
            return self._web.state(wanted.name)
        except WikifarmError:
            return None

    def _row(self, value: Value, wanted: WantedList) -> dict[str, Value] | None:
        """The row of `value` that speaks of this list."""
        for row in _items(value):
            if not isinstance(row, dict):
                continue
            name, _at, domain = str(row.get("listAddress") or "").lower().partition("@")
            if name == wanted.name and wanted.domain in ("", domain):
                return row
        return None

    # -- asking -----------------------------------------------------------------------------

    def _who(self, wanted: WantedList) -> str:
        if self._by_login or self._pinned:
            return self._access.user
        return self._acting.get(wanted.name, wanted.founder)

    def _read(self, wanted: WantedList, service: str, *arguments: str) -> Value:
        return self._run(self._soap.read, wanted, service, arguments)

    def _write(self, wanted: WantedList, service: str, *arguments: str) -> Value:
        return self._run(self._soap.write, wanted, service, arguments)

    def _run(
        self,
        ask: Callable[[str, Sequence[str | Sequence[str]]], Value],
        wanted: WantedList,
        service: str,
        arguments: Sequence[str],
    ) -> Value:
        if not self._by_login:
            owner = f"USER_EMAIL={self._who(wanted)}"
            access = self._access
            try:
                return ask(
                    "authenticateRemoteAppAndRun",
                    [access.app, access.secret, owner, service, arguments],
                )
            except BadCredentials:
                if not access.password:
                    raise
                self._by_login = True
        try:
            return self._run_logged_in(ask, service, arguments)
        except SessionLost:
            # Refused before anything was done: the same may be asked again.
            self._session = ""
            return self._run_logged_in(ask, service, arguments)

    def _run_logged_in(
        self,
        ask: Callable[[str, Sequence[str | Sequence[str]]], Value],
        service: str,
        arguments: Sequence[str],
    ) -> Value:
        user, password = self._access.user, self._access.password
        if not user or not password:
            raise InvalidInput(
                [
                    Problem(
                        _("Neither an application nor an account is given for the list server."),
                        _("Put WIKIFARM_SYMPA_APP and WIKIFARM_SYMPA_SECRET in .env."),
                        code="no-list-credentials",
                    )
                ]
            )
        with self._turn:
            if not self._session:
                self._session = str(self._soap.read("login", [user, password]))
            session = self._session
        return ask("authenticateAndRun", [user, session, service, arguments])


def _items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _found(state: ListState, row: dict[str, Value]) -> FoundList:
    home = str(row.get("homepage") or "")
    return FoundList(
        state,
        address=str(row.get("listAddress") or ""),
        home=home if urlsplit(home).scheme in ("http", "https") else "",
        subject=str(row.get("subject") or ""),
    )

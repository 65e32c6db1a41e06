"""A Sympa in memory, as its SOAP service answers (measured; `tests/lists/test_real.py` holds the
same promises to a real one), with the failures that a network and a busy server add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from wikifarm.errors import ListUndecided, ListUnknown, Unreachable, WikifarmError
from wikifarm.lists.host_access import SympaAccess
from wikifarm.lists.soap_faults import error_of
from wikifarm.lists.sympa import Sympa
from wikifarm.model import ListState
from wikifarm.transport import Network

DOMAIN = "listes.example.org"
ACCESS = SympaAccess("http://127.0.0.1:1/sympasoap", app="wikifarm", secret="app-secret")

# What may become of a write.
DONE, LOST, NOT_DONE, UNDEF = "done", "done, no answer", "not done, no answer", "not done, Undef"


@dataclass
class OneList:
    owner: str
    subject: str
    state: ListState = ListState.OPEN
    members: set[str] = field(default_factory=set)


@dataclass
class FakeSoap:
    """Stands for `lists.soap.Soap`. `fates` says what becomes of each write, in order."""

    fates: Iterable[str] = ()
    opens: bool = True  # lists are open at once; else they wait for a listmaster
    url: str = ACCESS.url
    lists: dict[str, OneList] = field(default_factory=dict)
    welcomed: Counter[str] = field(default_factory=Counter)
    services: Counter[str] = field(default_factory=Counter)
    sessions: set[str] = field(default_factory=set)
    refuses_application: bool = False
    before: Callable[[str, Sequence[str]], None] | None = None

    def __post_init__(self) -> None:
        self._fates = iter(self.fates)

    def read(self, operation: str, arguments: Sequence[Any]) -> Any:
        return self._run(operation, arguments)

    def write(self, operation: str, arguments: Sequence[Any]) -> Any:
        fate = next(self._fates, DONE)
        if fate == UNDEF:
            raise ListUndecided("Undef")
        if fate == NOT_DONE:
            raise Unreachable("no answer")
        found = self._run(operation, arguments)
        if fate == LOST:
            raise Unreachable("no answer")
        return found

    def _run(self, operation: str, arguments: Sequence[Any]) -> Any:
        if operation == "login":
            session = str(len(self.sessions) + 1000)
            self.sessions.add(session)
            return session
        if operation == "authenticateAndRun":
            user, session, service, given = arguments
            if session not in self.sessions:
                raise error_of("soap:Client", "Could not get email from cookie", self.url)
        else:
            _app, secret, variable, service, given = arguments
            if secret != ACCESS.secret or self.refuses_application:
                raise error_of("soap:Server", "Authentication failed", self.url)
            user = variable.removeprefix("USER_EMAIL=")
        self.services[service] += 1
        if self.before is not None:
            self.before(service, given)
        return getattr(self, f"_{service}")(user, *given)

    def _fault(self, string: str) -> WikifarmError:
        return error_of("soap:Server", string, self.url)

    def _row(self, user: str, name: str) -> dict[str, Any]:
        one = self.lists[name]
        row: dict[str, Any] = {
            "listAddress": f"{name}@{DOMAIN}",
            "homepage": f"http://127.0.0.1:1/sympa/info/{name}",
            "subject": one.subject,
        }
        return row | ({"isOwner": True} if one.owner == user else {})

    def _one(self, name: str) -> OneList:
        if name not in self.lists:
            raise ListUnknown("unknown")
        return self.lists[name]

    def _owned(self, user: str, name: str) -> OneList:
        one = self._one(name)
        if one.owner != user:
            raise self._fault("Not allowed.")
        return one

    def _complexWhich(self, user: str) -> Any:
        return [
            self._row(user, name)
            for name, one in self.lists.items()
            if one.state is ListState.OPEN and user in {one.owner, *one.members}
        ]

    def _complexLists(self, user: str, *_topics: str) -> Any:
        return []

    def _info(self, user: str, name: str) -> Any:
        self._one(name)
        return [self._row(user, name)]

    def _amI(self, user: str, name: str, function: str, email: str) -> Any:
        one = self._one(name)
        return email in one.members if function == "subscriber" else email == one.owner

    def _createList(
        self, user: str, name: str, subject: str, template: str, _description: str, _topics: str
    ) -> Any:
        if name in self.lists or template == "missing":
            raise self._fault("Undef")
        state = ListState.OPEN if self.opens else ListState.REQUESTED
        self.lists[name] = OneList(user, subject, state)
        return True

    def _fullReview(self, user: str, name: str) -> Any:
        return [{"email": self._owned(user, name).owner, "isOwner": True}]

    def _closeList(self, user: str, name: str) -> Any:
        one = self._owned(user, name)
        if one.state is ListState.REQUESTED:
            del self.lists[name]
        else:
            self.lists[name] = OneList("", one.subject, ListState.CLOSED)
        return True

    def _review(self, user: str, name: str) -> Any:
        return sorted(self._owned(user, name).members) or ["no_subscribers"]

    def _add(self, user: str, name: str, email: str, _name: str, quiet: str) -> Any:
        one = self._owned(user, name)
        if "@" not in email:
            raise self._fault("Unable to add user")
        if email in one.members:
            raise self._fault("Undef")
        one.members.add(email)
        self.welcomed[email] += quiet == "0"
        return True

    def _del(self, user: str, name: str, email: str, _quiet: str) -> Any:
        one = self._owned(user, name)
        if email not in one.members:
            raise self._fault("Undef")
        one.members.discard(email)
        return True


class FakeWeb:
    """Stands for the web pages, which alone tell a closed list from somebody else's."""

    def __init__(self, soap: FakeSoap) -> None:
        self._soap = soap

    def state(self, name: str) -> ListState:
        one = self._soap.lists.get(name)
        return one.state if one else ListState.ABSENT


def driver(soap: FakeSoap, access: SympaAccess = ACCESS, connections: int = 1) -> Sympa:
    """The real driver over the Sympa in memory."""
    made = Sympa(Network(), access, connections=connections)
    made._soap = soap  # type: ignore[assignment]
    made._web = FakeWeb(soap)  # type: ignore[assignment]
    return made

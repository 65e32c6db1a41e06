"""A transport that remembers what went through it, and from whom, for a replay."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

import httpx


@dataclass(frozen=True)
class Sent:
    """One request; `who` numbers the person: one jar of cookies."""

    who: int
    verb: str
    url: str
    body: bytes


@dataclass
class Recorder(httpx.BaseTransport):
    """Real connections, and the log of what they carried.

    People share the connections: what tells one from another is the session that YesWiki opens for
    each at its first answer.
    """

    log: list[Sent] = field(default_factory=list)
    _connections: httpx.HTTPTransport = field(default_factory=httpx.HTTPTransport)
    _people: dict[str, int] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        response = self._connections.handle_request(request)
        before = _session(request.headers.get_list("cookie"))
        after = _session(response.headers.get_list("set-cookie"))
        who = self._people.get(before) if before else None
        if who is None:
            who = next(self._numbers)
        self._people |= {session: who for session in (before, after) if session}
        self.log.append(Sent(who, request.method, str(request.url), body))
        return response

    def close(self) -> None:
        self._connections.close()


def _session(headers: list[str]) -> str:
    """The session that the headers name, or nothing."""
    for header in headers:
        for name, cookie in SimpleCookie(header).items():
            if name.startswith("YesWiki-"):
                return cookie.value
    return ""

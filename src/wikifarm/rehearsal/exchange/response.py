"""How a request is answered, or stopped."""

from __future__ import annotations

from dataclasses import dataclass, field

HTML = "text/html; charset=UTF-8"
JSON = "application/json"


@dataclass
class Response:
    """What goes back: status, body, type, and more headers."""

    status: int = 200
    body: str = ""
    media: str = HTML
    headers: list[tuple[str, str]] = field(default_factory=list)
    plain: bool = False
    """True for the web server's own answers: no cookie is set."""
    file: bytes | None = None
    """What goes back in the place of the body."""


class Stop(Exception):
    """Ends the work at once with this response (PHP: exit)."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class ServerFault(Exception):
    """An uncaught PHP exception, with the server path that YesWiki lets out."""

    def __init__(self, message: str, where: str, kind: str = "Exception") -> None:
        super().__init__(message)
        self.message, self.where, self.kind = message, where, kind


def redirect(url: str) -> Stop:
    """A 302 to an absolute address."""
    return Stop(Response(302, "", headers=[("location", url)]))

"""A proxy on a real socket that hands every request on, but spoils what it is told to.

    with FaultProxy(k=12, fault="reset after") as proxy:
        httpx.Client(proxy=proxy.url)

Each connection bears one request. `faults` says what may happen to the `k`-th one; from then on,
after "login lost", the server is not shown the cookies of before.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: the other side sees a reset, not an end
SILENCE = 5.0  # seconds: longer than the client waits


def _page(status: str, body: str, *more: str) -> bytes:
    head = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8",
            f"Content-Length: {len(body.encode())}", "Connection: close", *more]  # fmt: skip
    return "\r\n".join([*head, "", body]).encode()


PAGES = {
    "502": _page("502 Bad Gateway", "<h1>502 Bad Gateway</h1>"),
    "429": _page("429 Too Many Requests", "<h1>Too many</h1>", "Retry-After: 1"),
    "another page": _page("200 OK", "<html><body>Bienvenue sur le wifi.</body></html>"),
}


def _half_body(answer: bytes) -> bytes:
    """All of the head, which promises more than comes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + body[: len(body) // 2]


def _half_head(answer: bytes) -> bytes:
    return answer[: answer.index(b"\r\n") + 12]


SPOILT = {"half a body": _half_body, "half a head": _half_head}
FAULTS = (
    "reset before", "reset after", "silence after", *SPOILT,
    *(f"{page} {when}" for page in PAGES for when in ("before", "after")), "login lost",
)  # fmt: skip


class FaultProxy:
    """The proxy, in threads. `asked` holds the method and address of each request so far."""

    def __init__(self, k: int = -1, fault: str = "") -> None:
        assert fault in ("", *FAULTS)
        self.k, self.fault = k, fault
        self.asked: list[tuple[str, str]] = []
        self.lost: set[str] = set()  # cookies that the server is not shown any more
        self._turn = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.close_connection = True
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                proxy._serve(self, body)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """What a client names as its proxy."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, asked: BaseHTTPRequestHandler, body: bytes) -> None:
        cookies = _cookies(asked.headers.get("Cookie", ""))
        with self._turn:
            hit = len(self.asked) == self.k
            self.asked.append((asked.command, asked.path))
            if hit and self.fault == "login lost":
                self.lost |= cookies
            if self.lost & cookies:
                del asked.headers["Cookie"]
        _answer(asked.connection, self.fault if hit else "", lambda: _forwarded(asked, body))


def _cookies(sent: str) -> set[str]:
    """The cookies that say who asks."""
    return {each.strip() for each in sent.split(";") if re.match(r"\s*(YesWiki-|token=)", each)}


def _forwarded(asked: BaseHTTPRequestHandler, body: bytes) -> bytes:
    """The whole answer of the server, as it came."""
    parts = urlsplit(asked.path)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    for name in ("Connection", "Accept-Encoding"):
        del asked.headers[name]
    lines = [f"{asked.command} {path} HTTP/1.1", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in asked.headers.items()]
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as server:
        server.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        return b"".join(iter(lambda: server.recv(65536), b""))


def _answer(client: socket.socket, fault: str, forward: Callable[[], bytes]) -> None:
    page, _, when = fault.rpartition(" ")
    answer = b"" if when == "before" else forward()
    if fault == "silence after":
        client.settimeout(SILENCE)
        with suppress(OSError):
            client.recv(1)  # until the client has had enough
    elif fault.startswith("reset"):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    else:
        client.sendall(PAGES[page] if page in PAGES else SPOILT.get(fault, bytes)(answer))

"""What the tests of the driver share."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from wikifarm import transport


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read is tried again as often as in earnest, without the pauses between two attempts."""
    monkeypatch.setattr(transport._again, "sleep", lambda _seconds: None)


@pytest.fixture
def plain_server() -> Iterator[str]:
    """The address of a server that speaks http only."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()

"""What the one seam to the network makes of servers that misbehave, over real connections.

What is only a matter of answers goes through a transport of the test's own.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import trustme

from wikifarm.errors import TlsFailed, Unreachable
from wikifarm.transport import Network

URL = "https://ferme.example.org/"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@contextmanager
def _server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that gives each connection to `answer`; its port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    answer(connection)
                except (OSError, ssl.SSLError):
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()


def _say(text: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(text)

    return answer


def test_a_certificate_that_proves_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            _say(OK)(secure)

    with _server(answer) as port:
        url = f"https://127.0.0.1:{port}/"
        with pytest.raises(TlsFailed) as refused:
            Network().client().get(url)
        assert refused.value.exit == 8
        assert Network(verify=False).client().get(url).text == "{}"
        bundle = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(str(bundle))
        monkeypatch.setenv("WIKIFARM_CA_BUNDLE", str(bundle))
        assert Network().client().get(url).text == "{}"


@pytest.mark.parametrize(
    "text",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", b"garbage\r\n\r\n"],
    ids=["closed at once", "truncated", "not HTTP"],
)
def test_a_broken_answer_is_no_answer(text: bytes) -> None:
    with _server(_say(text)) as port, pytest.raises(Unreachable):
        Network().client().get(f"http://127.0.0.1:{port}/")


def test_a_silent_server_is_left_after_the_time_given() -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        threading.Event().wait(3)

    with _server(answer) as port, pytest.raises(Unreachable):
        Network(timeout=0.2).client().post(f"http://127.0.0.1:{port}/", [("a", "b")])


def test_a_reset_after_a_write_is_said_and_nothing_is_sent_twice() -> None:
    count = 0

    def answer(connection: socket.socket) -> None:
        nonlocal count
        count += 1
        connection.recv(65536)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with _server(answer) as port, pytest.raises(Unreachable):
        Network().client().post(f"http://127.0.0.1:{port}/", [("a", "b")])
    assert count == 1


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_read_is_tried_again_without_a_word_and_a_write_never(
    verb: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    statuses = iter([503, 502, 200])
    network = Network(transport=httpx.MockTransport(lambda _: httpx.Response(next(statuses))))
    client = network.client()
    answer = client.get(URL) if verb == "get" else client.post(URL, [])
    assert answer.status == (200 if verb == "get" else 503)
    assert (network.traffic.get, network.traffic.post) == ((3, 0) if verb == "get" else (0, 1))
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_a_server_that_stays_away_is_asked_three_times() -> None:
    network = Network(transport=httpx.MockTransport(lambda _: httpx.Response(503)))
    with pytest.raises(Unreachable, match="503"):
        network.client().get(URL)
    assert network.traffic.get == 3


def test_a_transport_of_another_takes_the_requests_of_every_client() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie", ""))
        return httpx.Response(200, headers={"set-cookie": "who=me"})

    network = Network(transport=httpx.MockTransport(answer))
    first, second = network.client(), network.client()
    first.get(URL)
    first.get(URL)
    second.get(URL)
    assert seen == ["", "who=me", ""]


def test_a_fault_that_comes_while_another_is_on_its_way_is_told() -> None:
    """An audit reads again to remove what it planted when its farm goes away."""

    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("gone", request=request)

    client = Network(transport=httpx.MockTransport(gone)).client()
    with pytest.raises(Unreachable, match="Nothing answers"):
        try:
            client.get(URL)
        finally:
            client.get(URL)

"""The one seam to the network: what goes out is counted, bounded and never redirected elsewhere.

Reads are tried again after a broken connection or a passing 429/502/503/504; a write never is,
because a server may have done the work before the line broke: the caller reads back and decides.
"""

from __future__ import annotations

import math
import os
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import IPv6Address, ip_address
from threading import Condition, Lock
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

import httpx
import tenacity

from wikifarm import __version__
from wikifarm.errors import (
    PrivateAddress,
    TlsFailed,
    UnexpectedAnswer,
    Unreachable,
    WikifarmError,
)
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.model import Cookie

MAX_BYTES = 32 * 1024 * 1024
USER_AGENT = f"wikifarm/{__version__}"
TOO_MANY = 429
PASSING = frozenset({TOO_MANY, 502, 503, 504})
LONGEST_FILE = 1800.0  # seconds for one file
LONGEST_WAIT = 20.0  # seconds that a server may ask to wait: more, and it is not asked again

Fields = Sequence[tuple[str, str]]
Transport = httpx.BaseTransport
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What a server answered; the body as text."""

    status: int
    url: str
    headers: Mapping[str, str]
    text: str
    cookies: frozenset[str] = frozenset()  # names that this answer set

    @property
    def location(self) -> str:
        """Where a redirection points, or nothing."""
        return self.headers.get("location", "")

    def json(self) -> Any:
        """The body as JSON. Raises UnexpectedAnswer where it is not."""
        try:
            return from_json(self.text)
        except ValueError:
            raise UnexpectedAnswer(
                _("The server answered something else than the data expected."),
                hint=_("Open the address in a browser to see what is there."),
                where=self.url,
            ) from None


@dataclass
class Traffic:
    """How many requests went out: `get` and `post` as the envelope reports them (counts)."""

    get: int = 0
    post: int = 0
    _turn: Lock = field(default_factory=Lock, repr=False)

    def count(self, verb: str) -> None:
        """One more request; threads may call."""
        with self._turn:
            if verb == "GET":
                self.get += 1
            else:
                self.post += 1

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Counts here too what this thread asks meanwhile, and those to which its context goes."""
        former = _counted.set((*_counted.get(), self))
        try:
            yield
        finally:
            _counted.reset(former)


_counted: ContextVar[tuple[Traffic, ...]] = ContextVar("counted", default=())


SLOW = 5.0  # seconds: a server that takes so long has enough to do


@dataclass
class Pace:
    """How many requests are under way at once: fewer when the server says that it has too many, or
    slows down; one more after a while without. Additive increase, multiplicative decrease."""

    most: int = 8
    _at_once: float = 4.0
    _under_way: int = 0
    _turn: Condition = field(default_factory=Condition, repr=False)

    @property
    def at_once(self) -> int:
        """Requests that may be under way now: at least 1."""
        return max(1, int(self._at_once))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The time of one request: waits until there is room for it."""
        with self._turn:
            self._turn.wait_for(lambda: self._under_way < self.at_once)
            self._under_way += 1
        try:
            yield
        finally:
            with self._turn:
                self._under_way -= 1
                self._turn.notify_all()

    def learn(self, *, busy: bool, seconds: float) -> None:
        """What a request came to: `busy` where the server had too many of them."""
        with self._turn:
            if busy or seconds > SLOW:
                self._at_once = max(1.0, self._at_once / 2)
            else:
                self._at_once = min(float(self.most), self._at_once + 0.1 / self._at_once)
            self._turn.notify_all()


class Passing(Exception):
    """A fault that may be gone at the next try; raised from the error to tell if it is not.

    `wait`: seconds that the server asks for before.
    """

    def __init__(self, wait: float = 0.0) -> None:
        super().__init__()
        self.wait = wait


_growing = tenacity.wait_exponential(multiplier=0.2) + tenacity.wait_random(0, 1)


def _pause(state: tenacity.RetryCallState) -> float:
    fault = state.outcome.exception() if state.outcome is not None else None
    asked = fault.wait if isinstance(fault, Passing) else 0.0
    return max(asked, _growing(state))


# Without hooks nor log: trying again is no news, on a terminal or beside the JSON of --json.
_again = tenacity.Retrying(
    retry=tenacity.retry_if_exception_type(Passing),
    stop=tenacity.stop_after_attempt(3) | tenacity.stop_after_delay(30),
    wait=_pause,
    reraise=True,
)


def trying_again(read: Callable[[], T]) -> T:
    """What `read` answers, asked three times at most while it raises Passing. Never for a write."""
    try:
        return _again(read)
    except Passing as fault:
        raise fault.__cause__ or fault from None


def _is_refused(answer: Answer) -> bool:
    """True where the server did nothing of what was sent, and may at the next try (RFC 6585)."""
    return answer.status == TOO_MANY and _wait_asked_by(answer) <= LONGEST_WAIT


def _refused_pause(state: tenacity.RetryCallState) -> float:
    answer = state.outcome.result() if state.outcome is not None else None
    asked = _wait_asked_by(answer) if answer is not None else 0.0
    return max(asked, _growing(state))


_after_refusal = tenacity.Retrying(
    retry=tenacity.retry_if_result(_is_refused),
    stop=tenacity.stop_after_attempt(3) | tenacity.stop_after_delay(30),
    wait=_refused_pause,
    retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
)


def asked_wait(header: str) -> float:
    """The seconds that a `Retry-After` asks to wait: a number of them, or a date (RFC 9110)."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    with suppress(ValueError, TypeError, OverflowError):
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    return 0.0


def _wait_asked_by(answer: Answer) -> float:
    return asked_wait(answer.headers.get("retry-after", ""))


def passing(answer: Answer) -> Unreachable:
    """The error of a server that is there but does not answer now: what was sent to it may have
    been done. It says how long the server asks to wait, where that is too long."""
    hint = _("Run the same command again in a few minutes: it first looks at what was done.")
    wait = _wait_asked_by(answer)
    if wait > LONGEST_WAIT:
        hint = _(
            "It asks to wait {minutes} min: then run the same command again, which first looks at "
            "what was done."
        ).format(minutes=math.ceil(min(wait, 1e6) / 60))
    return Unreachable(
        _("The server is there but does not answer now ({status}).").format(status=answer.status),
        hint=hint,
        where=_host(answer.url),
    )


@dataclass
class Network:
    """Shared connections. `verify` False only when the user asked for it by name.

    `transport` takes the requests in the place of real connections; `verify` is then its affair.
    `public_but`: where it is given, nothing is asked of a private address, unless of these hosts.
    """

    verify: bool = True
    timeout: float = 60.0  # seconds for an answer; 10 to connect
    traffic: Traffic = field(default_factory=Traffic)
    transport: Transport | None = None
    pace: Pace = field(default_factory=Pace)
    public_but: Collection[str] | None = None
    _connections: Transport | None = None

    def client(self) -> Client:
        """A client with its own cookies over the shared connections."""
        if self._connections is None:
            self._connections = self.transport or httpx.HTTPTransport(
                verify=_trust(self.verify),
                limits=httpx.Limits(max_keepalive_connections=self.pace.most),
            )
            if self.public_but is not None:
                self._connections = _PublicOnly(self._connections, self.public_but)
        return Client(self, self._connections)

    def close(self) -> None:
        """Closes every connection."""
        if self._connections is not None:
            self._connections.close()
            self._connections = None


def _trust(verify: bool) -> ssl.SSLContext | bool:
    bundle = os.environ.get("WIKIFARM_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    return _trusting(bundle or "") if verify else False


@cache  # reading the certificates of a system takes as long as a request
def _trusting(bundle: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=bundle or None)


class _Shared(Transport):
    """Lends the shared transport to a client without letting that client close it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._transport.handle_request(request)


class _PublicOnly(Transport):
    """Asks nothing of a private address: the one that was looked at is the one that is asked, so
    that a name cannot be another computer's by then."""

    def __init__(self, transport: Transport, but: Collection[str]) -> None:
        self._transport = transport
        self._but = frozenset(but)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if host in self._but:
            return self._transport.handle_request(request)
        looked_at = httpx.Request(
            request.method,
            request.url.copy_with(host=_public_address(host)),
            headers=request.headers,  # `Host` among them
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return self._transport.handle_request(looked_at)

    def close(self) -> None:
        self._transport.close()


def _public_address(host: str) -> str:
    """An address of that name. Raises PrivateAddress where one of them is of this computer or of
    its network, httpx.ConnectError where the name has none."""
    try:
        known = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise httpx.ConnectError(str(fault)) from None
    addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in known]
    for address in addresses:
        within = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        if not (within or address).is_global or address.is_multicast:
            raise PrivateAddress(
                _("{host} is an address of this computer, or of its own network.").format(
                    host=host
                ),
                hint=_("If that is meant, allow it by name: {option}").format(
                    option=f"--allow-private {host}"
                ),
                where=host,
            )
    return str(addresses[0])


class Client:
    """One person's cookies. Follows no redirection."""

    def __init__(self, network: Network, transport: Transport) -> None:
        self._network = network
        self._http = httpx.Client(
            transport=_Shared(transport),
            timeout=httpx.Timeout(network.timeout, connect=10.0),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
            follow_redirects=False,
            trust_env=False,
        )

    @property
    def cookies(self) -> frozenset[str]:
        """Names of the cookies held."""
        return frozenset(cookie.name for cookie in self._http.cookies.jar)

    def withheld(self, url: str) -> frozenset[str]:
        """Names of the cookies held that do not go back to `url`: they are for https alone."""
        clear = urlsplit(url).scheme == "http"
        return frozenset(each.name for each in self._http.cookies.jar if clear and each.secure)

    def kept(self, names: Sequence[str]) -> tuple[Cookie, ...]:
        """The cookies of those names, to be given back to `put`."""
        return tuple(
            Cookie(each.name, each.value or "", each.domain, each.path)
            for each in self._http.cookies.jar
            if each.name in names
        )

    def put(self, cookies: Sequence[Cookie]) -> None:
        """Takes cookies of before, in the place of all others."""
        self.forget()
        for each in cookies:
            self._http.cookies.set(each.name, each.value, each.domain, each.path)

    def forget(self) -> None:
        """Drops every cookie: a visitor again."""
        self._http.cookies.clear()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Reads `url`, trying again after a passing fault."""
        return trying_again(lambda: self._read_once(url, headers))

    def download(self, url: str, into: IO[bytes], most: int) -> Answer:
        """Writes what `url` gives into `into`, from where it stands, in pieces; what is not a 200
        is in the answer's text instead. Raises UnexpectedAnswer for more than `most` bytes."""
        start = into.tell()

        def once() -> Answer:
            into.seek(start)
            into.truncate()
            return self._read_once(url, None, _Vessel(into.writelines, most))

        return trying_again(once)

    def pour(self, url: str, take: Callable[[Iterator[bytes]], None], most: int) -> Answer:
        """Gives the pieces of `url` to `take`, which is called anew after a passing fault; for the
        rest, as `download`."""
        return trying_again(lambda: self._read_once(url, None, _Vessel(take, most)))

    def _read_once(
        self, url: str, headers: Mapping[str, str] | None, vessel: _Vessel | None = None
    ) -> Answer:
        try:
            answer = self._send("GET", url, None, headers, vessel)
        except Unreachable as fault:
            raise Passing from fault
        if answer.status in PASSING:
            wait = _wait_asked_by(answer)
            if wait > LONGEST_WAIT:
                raise passing(answer)
            raise Passing(wait) from passing(answer)
        return answer

    def post(self, url: str, fields: Fields, headers: Mapping[str, str] | None = None) -> Answer:
        """Sends a form once; again where the server says that it took nothing of it (429)."""
        body = str(httpx.QueryParams(list(fields))).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.post_body(url, body, {**(headers or {}), **kind})

    def post_file(self, url: str, fields: Fields, field: str, name: str, file: IO[bytes]) -> Answer:
        """Sends a form with a file in one of its fields, read in pieces, as `post` does."""
        start = file.tell()

        def once() -> Answer:
            file.seek(start)
            form = httpx.Request("POST", url, data=dict(fields), files={field: (name, file)})
            headers = {key: form.headers[key] for key in ("Content-Type", "Content-Length")}
            stream = form.stream
            assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101 - of a form with a file
            return self._send("POST", url, iter(stream), headers)

        return _after_refusal(once)

    def post_body(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Sends a body of any kind as `post` does; `headers` say which."""
        return _after_refusal(self._send, "POST", url, body, headers)

    def method(self, verb: str, url: str) -> Answer:
        """Any other verb, once."""
        return self._send(verb, url, None, None)

    def _send(
        self,
        verb: str,
        url: str,
        body: bytes | Iterator[bytes] | None,
        headers: Mapping[str, str] | None,
        vessel: _Vessel | None = None,
    ) -> Answer:
        for traffic in (self._network.traffic, *_counted.get()):
            traffic.count(verb)
        with self._network.pace.turn():
            started = time.monotonic()
            busy = True  # unless an answer says otherwise
            try:
                answer = self._answer(verb, url, body, headers, vessel)
                busy = answer.status in PASSING
                return answer
            finally:
                self._network.pace.learn(busy=busy, seconds=time.monotonic() - started)

    def _answer(
        self,
        verb: str,
        url: str,
        body: bytes | Iterator[bytes] | None,
        headers: Mapping[str, str] | None,
        vessel: _Vessel | None,
    ) -> Answer:
        with (
            _network_errors(url),
            self._http.stream(verb, url, content=body, headers=dict(headers or {})) as response,
        ):
            if vessel is not None and response.status_code == 200:
                vessel.take(_pieces(response, vessel.most, LONGEST_FILE))
                text = ""
            else:
                text = _bounded(response, 2 * self._network.timeout)
            return Answer(
                response.status_code,
                url,
                {key.lower(): value for key, value in response.headers.items()},
                text,
                frozenset(response.cookies.keys()),
            )


@dataclass
class _Vessel:
    """What takes the pieces of an answer, of so many bytes at most."""

    take: Callable[[Iterator[bytes]], None]
    most: int


def _bounded(response: httpx.Response, longest: float) -> str:
    """The body as text; bounded in size once it is unpacked, and in time (seconds)."""
    body = b"".join(_pieces(response, MAX_BYTES, longest))
    return _text(body, response.charset_encoding or "utf-8")


def _pieces(response: httpx.Response, most: int, longest: float) -> Iterator[bytes]:
    """The body in pieces, unpacked: less than `most` bytes, within `longest` seconds."""
    where = _host(str(response.url))
    if response.is_stream_consumed:  # a transport that gives its answers whole, and unpacked
        yield response.content
        return
    unpack = _unpacking(response, where)
    size = 0
    end = time.monotonic() + longest
    for raw in response.iter_raw():
        piece = unpack(raw, most - size)
        size += len(piece)
        if size >= most:
            raise UnexpectedAnswer(
                _("The server sent more than {megabytes} MB: reading stopped.").format(
                    megabytes=max(1, most // 1024 // 1024)
                ),
                where=where,
            )
        if time.monotonic() > end:
            raise httpx.ReadTimeout("the whole answer takes too long")
        yield piece


def _unpacking(response: httpx.Response, where: str) -> Callable[[bytes, int], bytes]:
    """What unpacks a part of the body into so many bytes at most; gzip alone was offered."""
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed in ("", "identity"):
        return lambda raw, _most: raw
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def unpack(raw: bytes, most: int) -> bytes:
        try:
            if packed not in ("gzip", "x-gzip"):
                raise zlib.error
            return decoder.decompress(raw, most)
        except zlib.error:
            raise UnexpectedAnswer(
                _("The answer of {host} says that it is compressed, and it is not.").format(
                    host=where
                ),
                hint=_("Ask who runs the server, or what stands before it."),
                where=where,
            ) from None

    return unpack


def _text(body: bytes, charset: str) -> str:
    """The body as text; of a charset that is none, as UTF-8. Some servers begin with a mark."""
    try:
        text = body.decode(charset, "replace")
    except (LookupError, ValueError):
        text = body.decode("utf-8", "replace")
    return text.removeprefix("\ufeff")


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def _network_errors(url: str) -> Iterator[None]:
    where = _host(url)
    try:
        yield
    except httpx.ConnectError as fault:
        if "WRONG_VERSION_NUMBER" in str(fault) or "record layer failure" in str(fault):
            raise TlsFailed(
                _("{host} does not speak https at this port.").format(host=where),
                hint=_("Check the port, or give the address that begins with http://."),
                where=where,
            ) from None
        if _is_tls(fault):
            raise TlsFailed(
                _("The certificate of this server does not prove that it is {host}.").format(
                    host=where
                ),
                hint=_("Ask who runs the server; nothing was sent to it."),
                where=where,
            ) from None
        raise Unreachable(
            _("Nothing answers at {host}.").format(host=where),
            hint=_("Check the address and the network, then run the same command again."),
            where=where,
        ) from None
    except httpx.TimeoutException:
        raise Unreachable(
            _("{host} did not answer in time.").format(host=where),
            hint=_("Run the same command again: it first looks at what was done."),
            where=where,
        ) from None
    except httpx.TransportError:
        raise Unreachable(
            _("The connection to {host} broke.").format(host=where),
            hint=_("Run the same command again: it first looks at what was done."),
            where=where,
        ) from None
    except httpx.InvalidURL:
        raise Unreachable(
            _("{host} is not an address that can be reached.").format(host=where), where=where
        ) from None


def _is_tls(fault: BaseException) -> bool:
    seen: BaseException | None = fault
    # One that was told before is another fault; asked again, it is its own cause's cause.
    while seen is not None and not isinstance(seen, WikifarmError):
        if isinstance(seen, ssl.SSLError):
            return True
        seen = seen.__cause__ or seen.__context__
    return "certificate" in str(fault).lower()

"""Asks the farm's own web server, on this machine, what anyone would ask it from outside."""

from __future__ import annotations

import http.client
import http.cookies
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urljoin, urlsplit

from ..errors import Stop
from ..farm import Farm

TIMEOUT = 120  # seconds: making a wiki copies thousands of files
MOST = 32 << 20  # bytes read of an answer
REDIRECTS = 5
AGAIN = (0.3, 1.0, 2.0)  # seconds before a GET is asked again: PHP has just been reloaded


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    text: str
    headers: Mapping[str, str]


def trust(farm: Farm) -> ssl.SSLContext:
    """The authorities of the system, and the farm's own certificate where it has one."""
    context = ssl.create_default_context()
    if farm.certificate:
        context.load_verify_locations(farm.certificate)
    return context


class Client:
    """A visitor with one jar of cookies. Goes to `farm.address`, whatever the DNS says."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm
        self._url = urlsplit(farm.url)
        self._cookies: dict[tuple[str, str], str] = {}  # (path, name): value
        self._plain = False

    def get(self, path_or_query: str = "", wiki: str = "") -> Answer:
        """Follows redirections of the farm to itself; one to another place is the answer.

        Raises Stop: `web-unreachable`, `web-certificate`.
        """
        url = self._absolute(path_or_query, wiki)
        for _turn in range(REDIRECTS):
            answer = self._patiently(url)
            location = answer.headers.get("location", "")
            target = urlsplit(urljoin(url, location))
            if answer.status not in {301, 302, 303, 307, 308} or not location:
                break
            if (target.scheme, target.netloc) != (self._url.scheme, self._url.netloc):
                break
            url = target.geturl()
        return answer

    def post(self, query: str, fields: Mapping[str, str], wiki: str = "") -> Answer:
        """The answer as it is, redirections included. Never sent twice."""
        body = urlencode(fields).encode()
        return self._ask("POST", self._absolute(query, wiki), body)

    def login(self, wiki: str = "", password: str = "") -> bool:
        """Whether the farm's administrator is known now; of another wiki, give its password."""
        fields = {
            "action": "login",
            "name": self._farm.admin_name,
            "password": password or self._farm.secret("admin-password"),
            "remember": "1",
        }
        self.post("?ParametresUtilisateur", fields, wiki)
        # A refusal is a redirection too: only the cookie tells.
        return any(name == "token" and value for (_path, name), value in self._cookies.items())

    def _absolute(self, path_or_query: str, wiki: str) -> str:
        return self._url.geturl() + (f"{wiki}/" if wiki else "") + path_or_query

    def _patiently(self, url: str) -> Answer:
        for pause in AGAIN:
            try:
                answer = self._ask("GET", url)
            except Stop as stop:
                if stop.code != "web-unreachable":
                    raise
            else:
                if answer.status not in {502, 504}:
                    return answer
            time.sleep(pause)
        return self._ask("GET", url)

    def _ask(self, method: str, url: str, body: bytes | None = None) -> Answer:
        parts = urlsplit(url)
        headers = {"Host": parts.netloc, "Connection": "close"}
        if self._plain:
            headers["X-Forwarded-Proto"] = "https"
        if cookies := self._sent(parts.path):
            headers["Cookie"] = cookies
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = self._connection()
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            text = response.read(MOST).decode("utf-8", "replace")
        except ssl.SSLCertVerificationError as fault:
            raise _bad_certificate(self._farm, fault) from fault
        except ssl.SSLError as fault:
            if self._plain or not self._may_be_plain(fault):
                raise _unreachable(self._farm, fault) from fault
            self._plain = True
            return self._ask(method, url, body)
        except (OSError, http.client.HTTPException) as fault:
            raise _unreachable(self._farm, fault) from fault
        finally:
            connection.close()
        self._keep(response.headers.get_all("Set-Cookie") or [], parts.path or "/")
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, text, headers)

    def _may_be_plain(self, fault: ssl.SSLError) -> bool:
        """Whether this server speaks HTTP, a proxy in front of it having the certificate.

        Nothing was sent yet, and nothing will leave this machine.
        """
        local = ipaddress.ip_address(self._farm.address[0]).is_loopback
        return local and fault.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST"}

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._farm.address
        if self._url.scheme != "https" or self._plain:
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        return _LocalTLS(host, port, self._url.hostname or host, trust(self._farm))

    def _sent(self, path: str) -> str:
        """The header Cookie for that path, the nearest cookie first as browsers do."""
        near = sorted(
            (key for key in self._cookies if path.startswith(key[0])), key=lambda key: -len(key[0])
        )
        return "; ".join(f"{name}={self._cookies[where, name]}" for where, name in near)

    def _keep(self, lines: list[str], path: str) -> None:
        for line in lines:
            for name, cookie in http.cookies.SimpleCookie(line).items():
                key = (cookie["path"] or path.rpartition("/")[0] + "/", name)
                if _over(cookie):
                    self._cookies.pop(key, None)
                else:
                    self._cookies[key] = cookie.coded_value


class _LocalTLS(http.client.HTTPSConnection):
    """Connects to an address of this machine and asks for the certificate of the public name."""

    def __init__(self, host: str, port: int, name: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=TIMEOUT, context=context)
        self._name = name
        self._trusted = context

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), self.timeout)
        try:
            self.sock = self._trusted.wrap_socket(plain, server_hostname=self._name)
        except BaseException:
            plain.close()
            raise


def _over(cookie: http.cookies.Morsel[str]) -> bool:
    """Whether the server takes the cookie back."""
    if cookie["max-age"]:
        return not str(cookie["max-age"]).isdigit() or int(cookie["max-age"]) == 0
    if cookie["expires"]:
        try:
            return parsedate_to_datetime(cookie["expires"]).timestamp() <= time.time()
        except ValueError:
            return False
    return False


def _unreachable(farm: Farm, fault: Exception) -> Stop:
    where = "{}:{}".format(*farm.address)
    reason = str(fault) or type(fault).__name__
    programs = f"{farm.services['web']}, {farm.services['php']}"
    return Stop(
        "web-unreachable",
        fr=(
            f"Le serveur web de {farm.url} ne répond pas sur {where} : {reason}.",
            f"Regardez si {programs} tournent, et leurs journaux.",
        ),
        en=(
            f"The web server of {farm.url} does not answer on {where}: {reason}.",
            f"See whether {programs} run, and their logs.",
        ),
    )


def _bad_certificate(farm: Farm, fault: ssl.SSLCertVerificationError) -> Stop:
    return Stop(
        "web-certificate",
        fr=(
            f"Le certificat de {farm.url} n’est pas bon : {fault.verify_message}.",
            "Renouvelez-le, ou donnez dans wikifarm_tls_certificate celui qui couvre ce nom.",
        ),
        en=(
            f"The certificate of {farm.url} is not good: {fault.verify_message}.",
            "Renew it, or give in wikifarm_tls_certificate one that covers this name.",
        ),
    )

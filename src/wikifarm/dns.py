"""The one seam to the DNS.

Whoever holds a name writes what they like under it: an answer is bounded, on one line and without
control characters before anything reads it.
dnspython is imported by the first question, idna by the first name that is not in ASCII: other
commands start without them.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wikifarm.errors import DnsSilent, InvalidInput, Problem
from wikifarm.i18n import _

if TYPE_CHECKING:
    import dns.rdata
    import dns.resolver

SERVER_VARIABLE = "WIKIFARM_DNS_SERVER"
PORT = "53"
LIFETIME = 5.0  # seconds for one question, every try of it included
ONE_TRY = 2.0  # seconds before a question is sent again
SILENCES = 2  # questions without an answer before a server that never gave one is given up
MOST_RECORDS = 64
MOST_BYTES = 4096  # of one TXT; an RSA key of 4096 bits takes 800
MOST_OF_NAME = 253
MOST_SHOWN = 120
# What crosses the Internet in one piece (DNS flag day 2020): fewer answers need TCP.
UDP_BYTES = 1232

NO_MAIL = "."  # the "null MX" of a name that takes no mail (RFC 7505)

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")


class Resolver:
    """Questions to the DNS of this computer, or to `server` ("host" or "host:port").

    An answer is kept for the life of the object. No such name, or no record of that kind: an empty
    list. No answer: DnsSilent.
    """

    def __init__(self, server: str | None = None, lifetime: float | None = None) -> None:
        given = os.environ.get(SERVER_VARIABLE, "") if server is None else server
        self._server = _address(given.strip()) if given.strip() else None
        self._lifetime = LIFETIME if lifetime is None else lifetime
        self._asker: dns.resolver.Resolver | None = None
        self._seen: dict[tuple[str, str], list[str] | None] = {}
        self._answered = False
        self._silences = 0

    def txt(self, name: str) -> list[str]:
        """The TXT records, each one text: its strings joined, as SPF and DKIM want them."""
        return self._records(name, "TXT")

    def mx(self, name: str) -> list[str]:
        """The servers that take the mail of `name`, the preferred first; NO_MAIL where none may."""
        return self._records(name, "MX")

    def addresses(self, name: str) -> list[str]:
        """The IPv4 and IPv6 addresses."""
        addresses = self._records(name, "A")
        try:
            return addresses + self._records(name, "AAAA")
        except DnsSilent:
            # Some old servers never answer this question: what is known is enough.
            if addresses:
                return addresses
            raise

    def _records(self, name: str, kind: str) -> list[str]:
        asked = (name.lower().rstrip("."), kind)
        if asked not in self._seen:
            self._seen[asked] = self._ask(*asked)
        records = self._seen[asked]
        if records is None:
            raise DnsSilent(
                _("The DNS does not answer about {name}.").format(name=printable(asked[0])),
                hint=_(
                    "Try again in a few minutes; {variable}=ADDRESS asks another DNS server."
                ).format(variable=SERVER_VARIABLE),
            )
        return records

    def _ask(self, name: str, kind: str) -> list[str] | None:
        """The records as text; None where the DNS stays silent or fails."""
        import dns.exception
        import dns.name
        import dns.resolver

        try:
            full = dns.name.from_text(name, dns.name.root)
        except dns.exception.DNSException:
            return []  # such a name cannot exist
        if not self._answered and self._silences >= SILENCES:
            return None
        try:
            answer = self._ready().resolve(full, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            self._answered = True
            return []
        except (dns.exception.Timeout, OSError):
            self._silences += 1
            return None
        except dns.exception.DNSException:
            return None  # SERVFAIL, REFUSED, a broken answer, no DNS set on this computer
        self._answered = True
        return _texts(answer, kind)

    def _ready(self) -> dns.resolver.Resolver:
        import dns.resolver

        if self._asker is None:
            self._asker = dns.resolver.Resolver(configure=self._server is None)
            if self._server is not None:
                self._asker.port = self._server[1]
                self._asker.nameservers = [self._server[0]]
            self._asker.timeout = min(ONE_TRY, self._lifetime)
            self._asker.lifetime = self._lifetime
            self._asker.use_edns(0, 0, UDP_BYTES)
        return self._asker


def _texts(answer: Iterable[dns.rdata.Rdata], kind: str) -> list[str]:
    import dns.rdtypes.ANY.MX
    import dns.rdtypes.ANY.TXT

    texts: list[str] = []
    servers: list[tuple[int, str]] = []
    for record in answer:
        if isinstance(record, dns.rdtypes.ANY.TXT.TXT):
            joined = b"".join(record.strings)[:MOST_BYTES]
            texts.append(printable(joined.decode("utf-8", "replace")))
        elif isinstance(record, dns.rdtypes.ANY.MX.MX):
            servers.append((record.preference, record.exchange.to_text(omit_final_dot=True)))
        else:
            texts.append(record.to_text())
    # Servers turn the order of records at each answer: what is said of them must not turn too.
    ordered = [name for _preference, name in sorted(servers)] if kind == "MX" else sorted(texts)
    return ordered[:MOST_RECORDS]


def printable(text: str) -> str:
    """The text without what could act on a terminal: controls, directions, unseen signs."""
    spaced = re.sub(r"[\t\r\n]+", " ", text)
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in spaced)


def shown(text: str, most: int = MOST_SHOWN) -> str:
    """What somebody else wrote, on one short line."""
    line = printable(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _address(given: str) -> tuple[str, int]:
    """Address and port of a DNS server. Raises InvalidInput."""
    host, port = _host_and_port(given)
    try:
        if not host or not 0 < int(port) < 65536:
            raise ValueError(given)
        addresses = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
        return str(addresses[0][4][0]), int(port)
    except (OSError, ValueError):
        raise InvalidInput(
            [
                Problem(
                    _("{variable} is “{given}”: no DNS server has such an address.").format(
                        variable=SERVER_VARIABLE, given=shown(given)
                    ),
                    _("Write an address, as 9.9.9.9, or an address and a port, as 127.0.0.1:5353."),
                    code="bad-dns-server",
                )
            ]
        ) from None


def _host_and_port(given: str) -> tuple[str, str]:
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::(.*))?", given)
    if bracketed:
        return bracketed[1], bracketed[2] or PORT
    if given.count(":") > 1:
        return given, PORT  # IPv6 without brackets
    host, _colon, port = given.partition(":")
    return host, port or PORT


def domain_name(text: str) -> str:
    """The domain as the DNS writes it: ASCII, small letters, no final dot. Empty for none.

    A name of one label (`localhost`, a country) and an IPv4 or IPv6 address are no domains.
    """
    bare = text.strip().rstrip(".").lower()
    ascii_name = bare if bare.isascii() else _idna(bare)
    labels = ascii_name.split(".")
    fits = len(labels) > 1 and len(ascii_name) <= MOST_OF_NAME and not labels[-1].isdigit()
    return ascii_name if fits and all(map(_LABEL.match, labels)) else ""


def _idna(name: str) -> str:
    """The name in ASCII, as browsers do (UTS 46, over IDNA 2008); empty where it has none."""
    import idna

    try:
        return idna.encode(name, uts46=True).decode() if len(name) <= MOST_OF_NAME else ""
    except idna.IDNAError:
        return ""

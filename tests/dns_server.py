"""A DNS server on the loopback, over UDP and TCP, that serves a dict and can misbehave.

    records = {"example.org": {"TXT": ["v=spf1 -all"], "MX": ["10 mx.example.org"]}}
    with DnsServer(records, silent={"slow.org"}) as server:
        Resolver(server.address)

A name that is not in the dict does not exist (NXDOMAIN), unless a longer one is. "*" in `silent`,
`failing`, `truncated` or `garbage` stands for every name.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Mapping, Sequence, Set
from types import TracebackType
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

Records = Mapping[str, Mapping[str, Sequence[str | bytes]]]


class DnsServer:
    """Answers from `start` (or `with`) to `stop`; `asked` holds every question, in order."""

    def __init__(
        self,
        records: Records,
        *,
        silent: Set[str] = frozenset(),
        failing: Set[str] = frozenset(),
        truncated: Set[str] = frozenset(),
        garbage: Set[str] = frozenset(),
        tcp: bool = True,
    ) -> None:
        self.records = records
        self.silent, self.failing, self.truncated, self.garbage = (
            silent,
            failing,
            truncated,
            garbage,
        )
        self.asked: list[tuple[str, str, str]] = []  # how (udp, tcp), name, kind
        self._servers = _bound(self, tcp)
        self.address = f"127.0.0.1:{self._servers[0].server_address[1]}"

    def __enter__(self) -> DnsServer:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def names(self, kind: str) -> list[str]:
        """The names asked for that kind."""
        return [name for _how, name, one in self.asked if one == kind]

    def answer(self, how: str, wire: bytes) -> bytes | None:
        """The answer to one question; None to say nothing."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((how, name, kind))
        if {name, "*"} & self.silent:
            return None
        if {name, "*"} & self.garbage:
            return wire[:2] + b"\xff" * 40
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if {name, "*"} & self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif how == "udp" and {name, "*"} & self.truncated:
            answer.flags |= dns.flags.TC
        else:
            self._fill(answer, name, kind)
        return answer.to_wire(max_size=65535)

    def _fill(self, answer: dns.message.Message, name: str, kind: str) -> None:
        here = self.records.get(name)
        if here is None:
            if not any(one.endswith(f".{name}") for one in self.records):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            return
        if "CNAME" in here and kind != "CNAME":
            target = str(here["CNAME"][0])
            answer.answer.append(_rrset(name, "CNAME", [f"{target}."]))
            self._fill(answer, target, kind)
        elif here.get(kind):
            answer.answer.append(_rrset(name, kind, here[kind]))


def _rrset(name: str, kind: str, values: Sequence[str | bytes]) -> dns.rrset.RRset:
    records = [_txt(one) if kind == "TXT" else _other(kind, str(one)) for one in values]
    return dns.rrset.from_rdata_list(dns.name.from_text(name), 300, records)


def _txt(value: str | bytes) -> dns.rdata.Rdata:
    raw = value if isinstance(value, bytes) else value.encode()
    strings = [raw[start : start + 255] for start in range(0, len(raw), 255)] or [b""]
    return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings)


def _other(kind: str, text: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text("IN", kind, text, origin=dns.name.root, relativize=False)


def _bound(server: DnsServer, tcp: bool) -> list[Any]:
    """UDP and TCP on one free port; another program may hold the second: then another port."""
    for _attempt in range(20):
        udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), _over_udp(server))
        if not tcp:
            return [udp]
        try:
            return [udp, _Tcp(("127.0.0.1", udp.server_address[1]), _over_tcp(server))]
        except OSError:
            udp.server_close()
    raise OSError("no free port")


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def _over_udp(server: DnsServer) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, link = self.request
            answer = server.answer("udp", wire)
            if answer is not None:
                link.sendto(answer, self.client_address)

    return Handler


def _over_tcp(server: DnsServer) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            link: socket.socket = self.request
            size = link.recv(2, socket.MSG_WAITALL)
            wire = link.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL)
            answer = server.answer("tcp", wire) if wire else None
            if answer is not None:
                link.sendall(len(answer).to_bytes(2, "big") + answer)

    return Handler

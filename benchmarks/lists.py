"""Subscribing a thousand people on a real Sympa, beside a bare loop of the same calls.

Needs a Sympa that has no list to lose: `tests/lists/sympa-server install start` (as root), then
WIKIFARM_E2E_SYMPA=http://127.0.0.1:8390/sympasoap. Each way starts from a new, empty list.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from wikifarm.engine.mailing_list import ensure_members
from wikifarm.engine.ports import ListPort
from wikifarm.lists import soap
from wikifarm.lists.account import AccountHost
from wikifarm.lists.host_access import SympaAccess
from wikifarm.lists.sympa import Sympa
from wikifarm.lists.web import batches
from wikifarm.model import ListOwner, WantedList
from wikifarm.transport import USER_AGENT, Network

DOMAIN = os.environ.get("SYMPA_DOMAIN", "listes.example.org")
OWNER, PASSWORD = "animatrice@example.org", "motdepasse-animatrice"


def measured(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


class Bench:
    """One Sympa, and a new list for each measure."""

    def __init__(self, url: str, many: int) -> None:
        self.access = SympaAccess(url, domain=DOMAIN, app="wikifarm", secret="app-secret")
        self.addresses = [f"p{number:05}@example.org" for number in range(many)]
        self.number = 0

    def new_list(self) -> WantedList:
        self.number += 1
        name = f"mesure-{os.getpid()}-{self.number}"
        wanted = WantedList(name, "Mesure", "Mesure", (ListOwner(OWNER),), domain=DOMAIN)
        Sympa(Network(), self.access).create(wanted)
        return wanted

    def soap(self, connections: int) -> tuple[float, int]:
        """Seconds and requests of a synchronisation over SOAP."""
        network = Network()
        port = Sympa(network, self.access, connections=connections, quiet=True)
        wanted = self.new_list()
        return measured(lambda: self.settle(port, wanted)), network.traffic.post

    def bare_soap(self, connections: int) -> float:
        """The same `add` calls, in a loop that checks nothing."""
        wanted = self.new_list()
        access = self.access
        bodies = [
            soap.envelope(
                "authenticateRemoteAppAndRun",
                [access.app, access.secret, f"USER_EMAIL={OWNER}", "add",
                 [wanted.name, one, "", "1"]],
            )
            for one in self.addresses
        ]  # fmt: skip
        headers = {"Content-Type": "text/xml; charset=utf-8", "User-Agent": USER_AGENT}
        with httpx.Client(headers=headers) as client, ThreadPoolExecutor(connections) as pool:
            return measured(
                lambda: list(pool.map(lambda one: client.post(access.url, content=one), bodies))
            )

    def imported(self) -> tuple[float, int]:
        """Seconds and requests of the owner's bulk import, by batches."""
        network = Network()
        host = AccountHost(network, self.access.pages, quiet=True)
        host.login(OWNER, PASSWORD)
        wanted = self.new_list()
        before = network.traffic.get + network.traffic.post
        seconds = measured(lambda: self.settle(host, wanted))
        return seconds, network.traffic.get + network.traffic.post - before

    def bare_import(self) -> float:
        """The same posts, in a loop that checks nothing."""
        wanted = self.new_list()
        with httpx.Client(headers={"User-Agent": USER_AGENT}, timeout=120) as client:
            web = self.access.pages
            client.get(web)
            login = {"action": "login", "email": OWNER, "passwd": PASSWORD, "action_login": "x"}
            client.post(web, data={**login, "submit": "submit", "previous_action": "home"})

            def post(batch: Sequence[str]) -> httpx.Response:
                form = {"action_import": "x", "list": wanted.name, "quiet": "quiet"}
                return client.post(web, data={**form, "dump": "\r\n".join(batch)})

            return measured(lambda: list(map(post, batches(self.addresses))))

    def settle(self, port: ListPort, wanted: WantedList) -> None:
        done = ensure_members(
            port, wanted, add=self.addresses, remove=[], added=lambda _: None,
            removed=lambda _: None,
        )  # fmt: skip
        assert done.added == len(self.addresses), done


def main() -> None:
    """Prints seconds, requests and ratios of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=1000, help="how many people")
    many = parser.parse_args().many
    url = os.environ.get("WIKIFARM_E2E_SYMPA", "")
    if not url:
        raise SystemExit("WIKIFARM_E2E_SYMPA names no Sympa: see tests/lists/sympa-server")
    bench = Bench(url, many)
    print(f"{many} people            wikifarm  requests   bare   ratio (aim: at most 1.2)")
    for connections in (1, 2):
        bare = bench.bare_soap(connections)
        seconds, requests = bench.soap(connections)
        name = f"SOAP, {connections} connection(s)"
        print(f"{name:22} {seconds:7.1f} s  {requests:7}  {bare:5.1f} s  {seconds / bare:.2f}")
    bare = bench.bare_import()
    seconds, requests = bench.imported()
    print(f"{'bulk import (web)':22} {seconds:7.1f} s  {requests:7}  {bare:5.1f} s  "
          f"{seconds / bare:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()

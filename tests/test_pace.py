"""How many requests are under way at once: bounded, fewer for a server that has too many."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from wikifarm.errors import Unreachable
from wikifarm.transport import SLOW, Network, Pace, Traffic


def test_it_grows_slowly_and_is_halved_at_once() -> None:
    pace = Pace(most=6)
    start = pace.at_once
    for _answer in range(2000):
        pace.learn(busy=False, seconds=0.1)
    assert pace.at_once == 6
    pace.learn(busy=True, seconds=0.1)
    assert pace.at_once == 3
    pace.learn(busy=False, seconds=SLOW + 1)
    assert pace.at_once == 1
    for _answer in range(10):
        pace.learn(busy=True, seconds=0.1)
    assert pace.at_once == 1, "one always goes on"
    assert start > 1


class Busy:
    """A server that counts how many it has at once."""

    def __init__(self, status: int = 200) -> None:
        self.status, self.most, self._now, self._turn = status, 0, 0, threading.Lock()

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        with self._turn:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.01)
        with self._turn:
            self._now -= 1
        return httpx.Response(self.status, text="{}")


def asked(server: Busy, count: int, pace: Pace) -> list[bool]:
    network = Network(transport=httpx.MockTransport(server), pace=pace)

    def ask(_number: int) -> bool:
        try:
            network.client().post("http://ferme.example.org/", [])
        except Unreachable:
            return False
        return True

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(ask, range(count)))


def test_requests_wait_for_their_turn_and_none_is_lost() -> None:
    server, pace = Busy(), Pace(most=3)
    assert all(asked(server, 40, pace))
    assert server.most <= 4  # that many before anything is learnt
    server, pace = Busy(429), Pace()
    asked(server, 40, pace)
    assert pace.at_once == 1


def test_a_server_that_fails_gives_its_place_back() -> None:
    def breaks(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("broken")

    pace = Pace()
    network = Network(transport=httpx.MockTransport(breaks), pace=pace)
    for _time in range(20):
        with pytest.raises(Unreachable):
            network.client().post("http://ferme.example.org/", [])
    assert pace.at_once == 1
    assert pace._under_way == 0


def test_what_one_thread_asks_is_counted_apart() -> None:
    network = Network(transport=httpx.MockTransport(Busy()))
    counts: dict[int, Traffic] = {}

    def ask(number: int) -> None:
        counts[number] = Traffic()
        with counts[number].counting():
            for _time in range(number):
                network.client().post("http://ferme.example.org/", [])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, range(4)))
    assert [counts[number].post for number in range(4)] == [0, 1, 2, 3]
    assert network.traffic.post == 6

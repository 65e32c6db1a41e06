"""A passer-by who asks all the while a community is made sees nothing that it will not show."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.operations.conftest import a_community, context_for
from wikifarm.operations.apply import apply
from wikifarm.rehearsal import RunningFarm

PAUSE = 0.010  # seconds between two questions
Sight = tuple[str, str]  # what was asked, and what of it was shown


class PasserBy:
    """Asks pages, and what lists them, without an account; `sights` are what was shown when."""

    def __init__(self, wiki: str, tags: Sequence[str]) -> None:
        self._wiki, self._tags = wiki, tags
        self._http = httpx.Client(trust_env=False, timeout=10)
        self.asked = 0
        self.sights: set[Sight] = set()

    def look(self, tag: str) -> set[Sight]:
        """What one question shows: the page itself, and all that the wiki lists."""
        self.asked += 1
        page = self._http.get(f"{self._wiki}?{tag}")
        sights = {("page", tag)} if page.status_code == 200 else set()
        return sights | {("person", each) for each in PEOPLE if each in page.text}

    def look_at_lists(self) -> set[Sight]:
        """What the routes that list things show."""
        self.asked += 1
        pages = self._http.get(f"{self._wiki}?api/pages")
        shown = pages.json() if pages.status_code == 200 else {}
        return {("page", tag) for tag in shown}

    def look_round(self) -> set[Sight]:
        """Everything, once."""
        return set().union(self.look_at_lists(), *map(self.look, self._tags))

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Asks all the while."""
        done = threading.Event()
        with ThreadPoolExecutor(1) as threads:
            looked = threads.submit(self._until, done)
            try:
                yield
            finally:
                done.set()
        looked.result()  # raises what stopped it: who saw nothing more proves nothing

    def _until(self, done: threading.Event) -> None:
        for tag in itertools.cycle(("", *self._tags)):
            if done.is_set():
                return
            with suppress(httpx.HTTPError):  # no wiki yet
                self.sights |= self.look(tag) if tag else self.look_at_lists()
            time.sleep(PAUSE)


PEOPLE = ("Camille Le Goff", "CamilleLeGoff", "camille@example.org", "dominique@example.org")


@pytest.mark.parametrize("others", [(), ("brest", "vannes")], ids=["page by page", "from a model"])
def test_nothing_is_shown_on_the_way(
    running: RunningFarm, tmp_path: Path, others: tuple[str, ...]
) -> None:
    context = context_for(running.url, tmp_path)
    for slug in others:
        assert apply(context, [a_community(slug)], audit=False)[0].error is None
    made = apply(context, [a_community("lorient")], audit=False)[0]
    assert made.error is None
    before = PasserBy(f"{running.url}lorient/", made.pages)
    shown = before.look_round()
    assert {tag for kind, tag in shown if kind == "page"} >= {"PagePrincipale", "Charte"}

    passer_by = PasserBy(f"{running.url}rennes/", made.pages)
    with passer_by.looking():
        assert apply(context, [a_community()], audit=False)[0].error is None
    assert passer_by.asked > 20, passer_by.asked
    assert ("page", "Charte") in passer_by.sights
    came_with_it = {("page", tag) for tag in context.blueprint(a_community()).removed_pages}
    assert passer_by.sights - passer_by.look_round() - came_with_it == set()

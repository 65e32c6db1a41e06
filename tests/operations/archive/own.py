"""A wiki that makes archives of itself, and how it fails at it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from wikifarm.rehearsal.api.archive_routes import FOLDER
from wikifarm.rehearsal.store.database import Store
from wikifarm.rehearsal.store.stored_wiki import StoredWiki
from wikifarm.transport import Transport

Changing = Callable[[httpx.Request], httpx.Response | None]


def in_store(data: Path, change: Callable[[StoredWiki], object], slug: str = "rennes") -> None:
    """Changes what the server of a wiki holds, as whoever runs it would."""
    store = Store(data)
    try:
        with store.transaction():
            wiki = store.wiki(slug)
            assert wiki is not None
            change(wiki)
    finally:
        store.close()


def writable(data: Path, slug: str = "rennes") -> None:
    """The folder without which YesWiki makes no archive."""
    in_store(data, lambda wiki: wiki.add_file(FOLDER), slug)


def archives(data: Path, slug: str = "rennes") -> list[str]:
    """Those that stand on the server."""
    names: list[str] = []
    in_store(data, lambda wiki: names.extend(name for name, _size in wiki.archives()), slug)
    return names


def old_archives(data: Path, count: int) -> list[str]:
    """Archives of others, one a day, the oldest last."""
    days = [datetime(2026, 10, 20) - timedelta(days=day) for day in range(count)]
    names = [f"{day:%Y-%m-%dT%H-%M-%S}_archive.zip" for day in days]

    def put(wiki: StoredWiki) -> None:
        for name in names:
            wiki.add_archive(name, b"PK of others", 0.0)

    in_store(data, put)
    return names


class Changed(Transport):
    """Real connections, but for what `change` answers in the place of the server."""

    def __init__(self, change: Changing) -> None:
        self._change = change
        self._connections = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._change(request)
        return self._connections.handle_request(request) if answer is None else answer

    def close(self) -> None:
        self._connections.close()

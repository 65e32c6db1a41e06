"""A backup beside a bare loop of the same GETs, on a rehearsal farm of another process.

500 pages, 2,000 cards and 200 MB of files, unless smaller numbers are given: pages cards megabytes.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Run as a file: what the tests share stands beside this folder.
sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx
from tests.operations.conftest import PASSWORD, a_community, context_for
from tests.operations.people import numbered, seat

from wikifarm.operations.apply import apply
from wikifarm.operations.archive.take_backup import backup
from wikifarm.operations.community.site import open_wiki
from wikifarm.rehearsal.store.database import Store
from wikifarm.transport import Client

MIB = 2**20


def fill(data: Path, pages: int, cards: int, megabytes: int) -> None:
    """Pages, cards and files put straight into the farm's file."""
    store = Store(data)
    try:
        with store.transaction():
            wiki = store.wiki("rennes")
            assert wiki is not None
            for number in range(pages):
                text = f"======Page {number}======\n" + "Une phrase de plus, pour lire. " * 200
                wiki.add_revision(f"Recit{number}", text, "WikiAdmin", "WikiAdmin")
            for number in range(megabytes // 4):
                stored = f"Recit{number}_video_20260101000000_20260102000000.mp4"
                wiki.attach(stored, os.urandom(4 * MIB))
    finally:
        store.close()
    seat(data, "rennes", numbered(cards))


@contextmanager
def farm(folder: Path) -> Iterator[str]:
    """A rehearsal farm in its own process, whose data is `data/` there; gives its address."""
    data = folder / "data"
    data.mkdir()
    kept = {"password": PASSWORD, "token": "t", "port": 0}
    (data / "farm.json").write_text(json.dumps(kept), "utf-8")
    command = [sys.executable, "-m", "wikifarm", "rehearsal", "--data", str(data), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            yield json.loads(served.stdout.readline())["url"]
        finally:
            served.terminate()


def main() -> None:
    """Prints requests, seconds of both, their ratio, and MiB at the highest."""
    pages, cards, megabytes = map(int, sys.argv[1:4] or (500, 2000, 200))
    with tempfile.TemporaryDirectory() as name, farm(Path(name)) as url:
        measure(url, Path(name), (pages, cards, megabytes))


def measure(url: str, folder: Path, size: tuple[int, int, int]) -> None:
    """Makes, fills, backs up, then asks the same again."""
    (outcome,) = apply(context_for(url, folder), [a_community()], audit=False)
    assert outcome.error is None
    fill(folder / "data" / "farm", *size)
    asked: list[str] = []
    once = Client._read_once

    def noted(client: Client, address: str, *more: object) -> object:
        asked.append(address)
        return once(client, address, *more)  # type: ignore[arg-type]

    Client._read_once = noted  # type: ignore[method-assign,assignment]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    made = backup(context_for(url, folder), "rennes", folder / "rennes.zip", in_clear=True)
    seconds = time.perf_counter() - started
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    Client._read_once = once  # type: ignore[method-assign]

    wiki = open_wiki(context_for(url, folder), "rennes")
    jar = {each.name: each.value for each in wiki.session.login_cookies}
    started = time.perf_counter()
    with httpx.Client(cookies=jar, timeout=60) as bare:
        for address in asked:
            with bare.stream("GET", address) as response:
                for _chunk in response.iter_bytes():
                    pass
    loop = time.perf_counter() - started
    counts = made.data["manifest"]["counts"]
    print(f"{counts} in {made.data['bytes'] / MIB:.0f} MiB, {len(asked)} GETs")
    print(f"backup {seconds:.1f} s, bare loop {loop:.1f} s: {loop / seconds:.2f} of its speed")
    print(f"memory: {highest / 1024:.0f} MiB at the highest, {before / 1024:.0f} before")


if __name__ == "__main__":
    main()

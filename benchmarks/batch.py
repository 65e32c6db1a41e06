"""Many communities at once, beside one by one, the bare creation of as many wikis, and the bare
replay of the same requests.

python benchmarks/batch.py [--farm URL [--fresh PROGRAM]] [N ...]     by default 1 and 10, on
rehearsal farms

A farm given by its address keeps the wikis made there. Its administrator's password is read
from WIKIFARM_FARM_PASSWORD. Nothing is audited unless --audit is given. A replay makes the same
wikis on another new farm: for one given by its address, --fresh names what makes it new again,
before each figure.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from creation import Replay, farm
from recorder import Recorder, Sent

from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.operations.apply import apply
from wikifarm.operations.workplace.context import Context, FarmSettings
from wikifarm.operations.workplace.places import Places
from wikifarm.yeswiki.farm import NewWiki

EXAMPLE = Path(__file__).parent.parent / "examples" / "bretagne.csv"
JOBS = 4


@contextmanager
def a_farm(url: str, fresh: str = "") -> Iterator[tuple[str, str]]:
    """The farm of that address, or a new rehearsal farm; its address and its password. `fresh` is
    the program that makes that farm new again."""
    if url:
        if fresh:
            subprocess.run(shlex.split(fresh), check=True, stdout=subprocess.DEVNULL)
        yield url, os.environ["WIKIFARM_FARM_PASSWORD"]
        return
    with farm() as rehearsal:
        address, password = rehearsal.split()
        yield address, password


def places_of(count: int) -> list[Community]:
    """As many communities of the example, at addresses that nobody has."""
    mark = secrets.token_hex(2)
    some = load_manifests([EXAMPLE])[:count]
    return [replace(each, slug=f"m{mark}-{number}") for number, each in enumerate(some)]


def batch(
    url: str,
    password: str,
    communities: Sequence[Community],
    jobs: int,
    recorder: Recorder | None = None,
    *,
    audit: bool = False,
) -> list[float]:
    """Seconds and requests of making them, then of applying the same file again; the recorder
    keeps the requests of the first.

    One by one, each is made from a computer that knows nothing of the farm: page by page.
    """
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        shares = [communities] if jobs > 1 else [[each] for each in communities]
        for run in ("made", "again"):
            seconds, requests = 0.0, 0
            for number, share in enumerate(shares):
                places = Places(Path(folder) / f"state{number}", Path(folder) / "out")
                settings = FarmSettings(url, "WikiAdmin", password)
                carried = recorder if run == "made" else None
                context = Context(settings, places, jobs=jobs, transport=carried)
                seconds += timed(context, share, audit=audit)
                requests += context.network.traffic.get + context.network.traffic.post
                context.close()
            figures += [seconds, requests]
    return figures


def timed(context: Context, communities: Sequence[Community], *, audit: bool) -> float:
    """The seconds that applying them takes. Raises what failed."""
    started = time.perf_counter()
    for outcome in apply(context, communities, audit=audit):
        if outcome.error is not None:
            raise outcome.error
    return time.perf_counter() - started


def bare(url: str, password: str, communities: Sequence[Community]) -> float:
    """Seconds of asking the farm for as many wikis, at the same concurrency, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder) / "state", Path(folder) / "out")
        context = Context(FarmSettings(url, "WikiAdmin", password), places)
        offer = context.farm.offer()

        def create(community: Community) -> None:
            context.farm.create(
                NewWiki(
                    title=community.name,
                    description=community.name,
                    folder=community.slug,
                    referent="Mesure",
                    email="mesure@example.org",
                    admin="WikiAdmin",
                    password=secrets.token_hex(10),
                    mark=secrets.token_hex(8),
                ),
                offer,
            )

        started = time.perf_counter()
        with ThreadPoolExecutor(JOBS) as threads:
            list(threads.map(create, communities))
        seconds = time.perf_counter() - started
        context.close()
        return seconds


def replayed(log: Sequence[Sent], replay: Replay, communities: Sequence[Community]) -> float:
    """Seconds of the recorded requests: the farm's own, then those of each wiki in their order,
    as many wikis at once as the batch had."""
    of_wiki: dict[str, list[Sent]] = {each.slug: [] for each in communities}
    of_farm: list[Sent] = []
    for sent in log:
        text = f"{sent.url}\n{sent.body.decode()}"
        owner = next((slug for slug in of_wiki if re.search(rf"\b{slug}\b", text)), "")
        of_wiki.get(owner, of_farm).append(sent)
    started = time.perf_counter()
    replay.seconds(of_farm)
    with ThreadPoolExecutor(JOBS) as threads:
        list(threads.map(replay.seconds, of_wiki.values()))
    seconds = time.perf_counter() - started
    replay.close()
    return seconds


def main() -> None:
    """Prints seconds, requests and ratios, for each N, taken in one run."""
    parser = argparse.ArgumentParser(description="Many communities at once.")
    parser.add_argument("--farm", default="", metavar="URL")
    parser.add_argument("--fresh", default="", metavar="PROGRAM", help="makes that farm new again")
    parser.add_argument("--audit", action="store_true", help="with full audits")
    parser.add_argument("counts", nargs="*", type=int, default=[1, 10], metavar="N")
    asked = parser.parse_args()
    farm_asked, replays = (asked.farm, asked.fresh), bool(asked.fresh or not asked.farm)
    for count in asked.counts:
        recorder, places = Recorder(), places_of(count)
        with a_farm(*farm_asked) as (url, password):
            made, requests, again, few = batch(
                url, password, places, JOBS, recorder, audit=asked.audit
            )
            before, known = url, password
        if replays:
            with a_farm(*farm_asked) as (url, password):
                replay = Replay(before, known, url, password)
                same = replayed(recorder.log, replay, places)
        with a_farm(*farm_asked) as (url, password):
            slow, many, slow_again, _few = batch(
                url, password, places_of(count), 1, audit=asked.audit
            )
        with a_farm(*farm_asked) as (url, password):
            floor = bare(url, password, places_of(count))
        print(f"N = {count}")
        print(f"  at once, from models      {made:7.2f} s  {requests / count:6.1f} requests each")
        if replays:
            print(f"  the same requests, bare   {same:7.2f} s  {made / same:6.2f} times (aim: 1.2)")
        print(f"  one by one, page by page  {slow:7.2f} s  {many / count:6.1f} requests each")
        print(f"  the bare creations        {floor:7.2f} s")
        print(f"  again, at once            {again:7.2f} s  {few / count:6.1f} requests each")
        print(f"  again, one by one         {slow_again:7.2f} s")
        print(
            f"  ratios: {slow / made:.2f} times faster; {made / floor:.1f} times the bare creations"
        )


if __name__ == "__main__":
    main()

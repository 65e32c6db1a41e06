"""A clone beside the creation of the same community from its blueprint, files and all, then a
backup beside a bare loop (`backup.py`), in one run, on a rehearsal farm of another process.
Requests are counted, those of the audit apart.

Ten files, and a backup of 500 pages, 2,000 cards and 200 MB, unless smaller numbers are given:
files pages cards megabytes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import backup
from tests.operations.conftest import a_community, context_for

from wikifarm.blueprint.capture.capture_wiki import CaptureWishes
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.copying.clone import PREFIX, clone
from wikifarm.operations.copying.source_wiki import Source
from wikifarm.operations.describe import Wishes
from wikifarm.operations.new_community import new_community
from wikifarm.operations.workplace.context import Context
from wikifarm.whole_wiki import Attachment

SOURCE, COPY = "source", "copie"
PERSON = ("Inès Vasseur <ines@example.org>",)


def made(context: Context, make: Callable[[Context], CommunityOutcome | None]) -> tuple[int, float]:
    """Requests and seconds of what makes a community."""
    started = time.perf_counter()
    outcome = make(context)
    seconds = time.perf_counter() - started
    assert outcome is not None
    assert outcome.error is None, outcome.error
    traffic = context.network.traffic
    return traffic.get + traffic.post, seconds


def compare(url: str, folder: Path, files: int) -> None:
    """Makes a community with files, a clone of it, and another from the blueprint of that clone;
    prints how the last two compare."""

    def creation(context: Context) -> CommunityOutcome:
        blueprint = context.places.blueprints / f"{PREFIX}{COPY}"
        like_it = replace(a_community("simple"), blueprint=str(blueprint.resolve()))
        return new_community(context, like_it, audit=False)

    def copy(context: Context) -> CommunityOutcome | None:
        wishes = Wishes("Une copie", COPY, PERSON)
        return clone(context, Source(SOURCE), wishes, CaptureWishes(""),
                     agreed=lambda _captured: True, audit=False).community  # fmt: skip

    assert new_community(context_for(url, folder), a_community(SOURCE), audit=False).error is None
    wiki = open_wiki(context_for(url, folder), SOURCE)
    shown = " ".join(f'{{{{attach file="plan{number}.pdf"}}}}' for number in range(files))
    wiki.pages.save("Plans", f"Tous nos plans. {shown}", "")
    for number in range(files):
        wiki.attachments.put(Attachment("Plans", f"plan{number}.pdf"), BytesIO(b"x" * 10_000))
    copying, longer = made(context_for(url, folder), copy)
    requests, seconds = made(context_for(url, folder), creation)
    ratio = (copying - files) / requests
    print(f"creation      {requests} requests, {seconds:.2f} s")
    print(f"clone         {copying} requests, {longer:.2f} s, with {files} files")
    print(f"ratio         {ratio:.2f}   (one a file apart; aim: at most 1.3)")


def main() -> None:
    """Prints requests of both, then what `backup.py` prints."""
    files, *size = map(int, sys.argv[1:5] or (10, 500, 2000, 200))
    with tempfile.TemporaryDirectory() as name, backup.farm(Path(name)) as url:
        compare(url, Path(name), files)
        backup.measure(url, Path(name), (size[0], size[1], size[2]))


if __name__ == "__main__":
    main()

"""Numbers of releases: compared as numbers, never as text; what is not one is not guessed at."""

from __future__ import annotations

import re

_RELEASE = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){2}")

ReleaseNumber = tuple[int, ...]


def release_number(text: str) -> ReleaseNumber | None:
    """`(4, 5, 0)` for "4.5.0"; None for what no range speaks of: a date, a branch, a pre-release.

    "0", where a range begins with the first release, is (0, 0, 0).
    """
    if text == "0":
        return (0, 0, 0)
    return tuple(map(int, text.split("."))) if _RELEASE.fullmatch(text) else None

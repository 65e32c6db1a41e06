"""Times of the journal as people here read them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from wikifarm.moments import local


@pytest.fixture
def paris() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Europe/Paris")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("paris")
@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("2026-11-27T07:03:59.120+00:00", "2026-11-27 08:03"),
        ("2026-07-01T23:30:00+00:00", "2026-07-02 01:30"),
        ("?", "?"),
        ("", ""),
    ],
)
def test_a_time_is_told_by_the_clock_of_this_computer(text: str, here: str) -> None:
    assert local(text) == here

"""What the tests of the driver share."""

from __future__ import annotations

import pytest

from wikifarm import transport


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read is tried again as often as in earnest, without the pauses between two attempts."""
    monkeypatch.setattr(transport._again, "sleep", lambda _seconds: None)

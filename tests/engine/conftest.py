"""What the tests of the engine share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.engine.workshop import Workshop

settings.register_profile("engine", deadline=None)  # a busy machine is not a failure
settings.load_profile("engine")


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A new wiki and an empty computer."""
    return Workshop(tmp_path)

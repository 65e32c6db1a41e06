"""Every test speaks English unless it asks for French, with or without a compiled translation."""

from __future__ import annotations

import os
import random
import signal

import pytest
from hypothesis import settings

from wikifarm.i18n import speak

# For what stands outside one test: fixtures of a module, processes that they start.
os.environ["WIKIFARM_LANG"] = "en"
speak("en")

# A busy machine is not a failure.
settings.register_profile("wikifarm", deadline=None)
settings.load_profile("wikifarm")

# Workers (`-n`) are started with this environment: all of them draw from the same seed.
SEED = int(os.environ.setdefault("WIKIFARM_SEED", str(random.randrange(1_000_000))))

# A shell that runs the tests in the background has Ctrl-C ignored, and children would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """English, and lines as wide as the longest allowed, whatever the terminal of the developer."""
    monkeypatch.setenv("WIKIFARM_LANG", "en")
    monkeypatch.delenv("COLUMNS", raising=False)
    speak("en")

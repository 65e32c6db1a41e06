"""The recorded exchanges with real Sympas, where they are at hand beside the checkout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "sympa" / "transcripts"
needed = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not at hand")


def recorded(name: str) -> dict[str, Any]:
    """One exchange: `request`, `response`, `note`."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def names() -> list[str]:
    """Every exchange, those of the newer version as "6.2.76/name"."""
    return sorted(str(one.relative_to(FOLDER).with_suffix("")) for one in FOLDER.rglob("*.json"))


def soap() -> Iterator[tuple[str, dict[str, Any]]]:
    """The exchanges that went to the SOAP address and came back as XML."""
    for name in names():
        found = recorded(name)
        url, text = str(found["request"].get("url", "")), found["response"].get("body")
        if not url.endswith("/sympasoap") or not isinstance(text, str):
            continue
        if "Envelope" in text and not text.endswith("…"):  # a long one was cut when recorded
            yield name, found

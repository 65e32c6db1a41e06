"""What this computer keeps of the wikis that it entered, so as not to log in nor to ask again.

A login lets in whoever has it, as the password beside it does: a file of mode 0600 in the state
folder, and none where passwords are in the keyring. One that is lost or spoilt costs a login.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.json_text import from_json
from wikifarm.model import Acquaintance, Capabilities, Cookie, FarmWiki


class Acquaintances:
    """Those of one farm. `keeps` False where nothing may be written of them."""

    def __init__(self, folder: Path, *, keeps: bool = True) -> None:
        self._folder = folder / "entered"
        self._keeps = keeps

    def of(self, slug: str) -> Acquaintance | None:
        """What is kept of a wiki, if it can be read."""
        if not self._keeps:
            return None
        try:
            return _read(from_json(self._path(slug).read_text("utf-8")))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def keep(self, slug: str, known: Acquaintance) -> None:
        """Keeps that of a wiki, where this computer can."""
        if not self._keeps or not known.cookies or known == self.of(slug):
            return
        with suppress(OSError):
            make_private(self._folder)
            write_whole(self._path(slug), json.dumps(asdict(known)), PRIVATE)

    def _path(self, slug: str) -> Path:
        return self._folder / f"{slug}.json"


def _read(kept: dict[str, Any]) -> Acquaintance:
    able, entry = kept["capabilities"], kept["entry"]
    return Acquaintance(
        str(kept["name"]),
        tuple(Cookie(**{key: str(text) for key, text in row.items()}) for row in kept["cookies"]),
        str(kept["release"]),
        Capabilities.kept(able) if able else None,
        FarmWiki(**{key: str(text) for key, text in entry.items()}) if entry else None,
    )

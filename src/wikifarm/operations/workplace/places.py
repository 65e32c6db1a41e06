"""Where wikifarm keeps things on this computer: state of each farm, and files for people."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs


def state_folder() -> Path:
    """The folder of journals, locks, passwords and copies; WIKIFARM_STATE_DIR moves it."""
    chosen = os.environ.get("WIKIFARM_STATE_DIR")
    return Path(chosen) if chosen else Path(platformdirs.user_state_dir("wikifarm"))


def config_folder() -> Path:
    """The folder of the user's own wikifarm.toml."""
    return Path(platformdirs.user_config_dir("wikifarm"))


@dataclass(frozen=True)
class Places:
    """The folders of one run. `output` is where manifests, checklists and messages go."""

    state: Path
    output: Path

    def farm(self, base: str) -> Path:
        """The state of one farm, in a folder named after its address."""
        parts = urlsplit(base)
        host = "".join(
            character if character.isalnum() or character in ".-" else "_"
            for character in parts.netloc
        )
        digest = hashlib.sha256(base.encode()).hexdigest()[:8]
        return self.state / "farms" / f"{host}-{digest}"

    def parts(self, slug: str, file: Path) -> Path:
        """The folder of what was taken so far of a backup that is to be encrypted in that file."""
        digest = hashlib.sha256(os.fsencode(file.absolute())).hexdigest()[:16]
        return self.state / "parts" / f"{slug}-{digest}"

    @property
    def communities(self) -> Path:
        return self.output / "communities"

    @property
    def blueprints(self) -> Path:
        """Those captured here; a manifest names one by its path."""
        return self.output / "blueprints"

    @property
    def checklists(self) -> Path:
        return self.output / "checklist"

    @property
    def welcomes(self) -> Path:
        return self.output / "welcome"

    @property
    def lists(self) -> Path:
        return self.output / "mailing-list"

    @property
    def people(self) -> Path:
        return self.output / "participants"

"""Finds the folder of a blueprint: by its name among those shipped, or by a path given in full."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from wikifarm.blueprint.shipped import data_folder
from wikifarm.blueprint.sources import did_you_mean
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _

FILE = "blueprint.yml"
NAME = re.compile(r"[a-z0-9][a-z0-9-]*\Z")  # of a shipped blueprint; anything else is a path


def known_blueprints() -> list[str]:
    """The names of the blueprints shipped with wikifarm."""
    return sorted(file.parent.name for file in data_folder("templates").glob(f"*/{FILE}"))


def find_blueprint(name: str, near: Path | None = None) -> Path:
    """The folder of the blueprint `name`.

    A bare name is one of those shipped and never leaves their folder; anything with a `/`, or
    that begins with `.`, is a path, taken from the folder `near` (default: the current one).
    Raises InvalidInput when no blueprint is there.
    """
    if NAME.match(name):
        folder = data_folder("templates") / name
    elif "/" in name or "\\" in name or name.startswith("."):
        folder = (near or Path()) / name
    else:
        folder = Path()
    with suppress(OSError):  # a name longer than any that a disk takes
        if folder != Path() and (folder / FILE).is_file():
            return folder
    message = _("no blueprint is called “{name}”").format(name=name)
    raise InvalidInput(
        [Problem(message, did_you_mean(name, known_blueprints()), code="unknown-blueprint")]
    )

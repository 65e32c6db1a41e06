"""What the extras of the package bring, and how to install it."""

from __future__ import annotations

import importlib.metadata
import re
import shlex
import sys


def to_install(extra: str) -> str:
    """The command that installs what `extra` brings: wikifarm itself is on no registry."""
    wanted = [text.partition(";") for text in importlib.metadata.requires("wikifarm") or ()]
    brought = [
        name.strip() for name, _mark, condition in wanted if extra in re.split("[\"']", condition)
    ]
    return shlex.join([sys.executable, "-m", "pip", "install", *brought])

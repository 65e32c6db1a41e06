"""Keeps what the caller gave as a secret out of everything that Ansible repeats.

Ansible hides what its playbooks mark `no_log`; an error may still quote a value of the environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

STARS = "********"
LEAST = 6  # a shorter text is too common to be hidden wherever it appears

_NAMES = re.compile(r"PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|ACCESS_KEY|API_KEY")
_OPEN = ("_DIR", "_FILE", "_KEY_ID", "_PATH")  # they say where a secret is


def secrets_of(environ: Mapping[str, str]) -> list[str]:
    """The values of variables whose name says that they are secret; not the paths of files."""
    return [
        value
        for name, value in environ.items()
        if _NAMES.search(name.upper()) and not name.upper().endswith(_OPEN)
    ]


class Veil:
    """Called on a text, or on lists and objects of texts: the same, with stars for the secrets."""

    def __init__(self, secrets: Iterable[str]) -> None:
        words = {line.strip() for secret in secrets for line in secret.splitlines()}
        known = sorted((word for word in words if len(word) >= LEAST), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, value: Any) -> Any:
        if self._known is None:
            return value
        if isinstance(value, str):
            return self._known.sub(STARS, value)
        if isinstance(value, Mapping):
            return {key: self(below) for key, below in value.items()}
        if isinstance(value, list | tuple):
            return [self(item) for item in value]
        return value

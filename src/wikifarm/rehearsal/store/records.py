"""The pages and accounts that a wiki holds."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ENTRY = "fiche_bazar"
LIST = "liste"
COMMENT = "comment"

Entry = dict[str, Any]


@dataclass(frozen=True)
class StoredPage:
    """One revision of a page, an entry or a list."""

    id: int
    tag: str
    time: str
    body: str
    owner: str
    user: str
    latest: bool
    kind: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """The values written in an entry."""
        try:
            written = json.loads(self.body)
        except ValueError:
            return {}
        return written if isinstance(written, dict) else {}

    @property
    def entry_title(self) -> str:
        """The title written in an entry."""
        title = re.search(r'"bf_titre":("(?:[^"\\]|\\.)*")', self.body)
        return str(json.loads(title.group(1))) if title else self.tag


@dataclass(frozen=True)
class User:
    """One account of one wiki."""

    name: str
    email: str
    password: str
    signuptime: str


@dataclass(frozen=True)
class Triple:
    """What is said of a resource: under a property, a value, which is often JSON."""

    id: int
    resource: str
    property: str
    value: str


def today() -> str:
    """The day, as it stands in the tag of the log page."""
    return datetime.now().strftime("%Y%m%d")


def now() -> str:
    """The time as YesWiki writes it."""
    return datetime.now().strftime("%Y-%m-%d %H:%M:%S")

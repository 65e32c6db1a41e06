"""What a rehearsal farm is asked to be: its settings and the names of its traps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .dialects import DEFAULT_DIALECT, DIALECTS, Features

FARM_FORM = "1100"
"""The Bazar form whose entries are the wikis of the farm (docs/yeswiki.md, "The farm")."""

TRAPS: dict[str, str] = {
    "drop_authorization": "The host throws the Authorization header away: every key is refused.",
    "rewrite_mode": "Addresses are written without the question mark: Tag, Tag/handler, api/...",
    "asleep": "The wikis of the farm hibernate: reading goes on, every write is refused.",
    "busy": "Another operation holds the lock: creating or deleting a wiki is refused.",
    "mail_noise": "The mail server complains: JSON answers carry a rawOutput key.",
    "half_made": "Creating a wiki fails after its folder is made, and blocks the name.",
    "lost_answer": "Once, a wiki is created but the answer is lost: a 504 from the proxy.",
    "refuse_save_once": "Once, a page save is answered by the edit form again and saves nothing.",
    "slow": "Every answer takes SLOW_SECONDS more.",
    "captive": "A hotspot answers every request with its own login page, status 200.",
    "no_ferme": "The ferme extension is missing: no form 1100, no page to create a wiki.",
    "open_archives": "Visitors see, start and remove archives, as in the text of February 2025.",
    "no_console": "The host lets PHP start no program: archives are made within a request.",
    "archive_hangs": "An archive that is begun never ends: its wiki stays read-only.",
    "acls_ignored": "Setting the rights of many pages says success and writes nothing.",
    "drop_users_api": "The routes api/users are closed by the host: 404.",
    "allow_delete": "The web server lets DELETE requests through (by default: 405).",
}
"""Name of each trap and what it does, in one sentence."""

SLOW_SECONDS = 0.4


@dataclass(frozen=True)
class RehearsalSettings:
    """The farm to serve. `data` holds `farm.sqlite`; `token` empty means no API key.

    `release` is what its wikis show in the place of the dialect's own: "2020-01-22-1" where they
    run from git.
    """

    data: Path
    dialect: str = DEFAULT_DIALECT
    admin: str = "WikiAdmin"
    password: str = ""
    token: str = ""
    base_url: str = "http://127.0.0.1:8000/"
    traps: frozenset[str] = frozenset()
    release: str = ""

    def __post_init__(self) -> None:
        """Refuse at once what could only fail later. Raises ValueError."""
        if self.dialect not in DIALECTS:
            raise ValueError(f"dialect {self.dialect!r}: expected one of {', '.join(DIALECTS)}")
        if not self.password:
            raise ValueError("the password of the farm's administrator is required")
        unknown = sorted(set(self.traps) - set(TRAPS))
        if unknown:
            raise ValueError(f"unknown traps: {', '.join(unknown)}")

    @property
    def features(self) -> Features:
        """What this dialect does its own way."""
        return DIALECTS[self.dialect]

"""What every request of the farm shares: data, settings, traps, sessions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..rehearsal_settings import RehearsalSettings
from ..store.database import Store

REQUESTS_KEPT = 100_000


@dataclass
class MakingRun:
    """A wiki at work on an archive of itself: `apart`, in a process of its own; `began` and `ready`
    in seconds of the clock; `works` is False where the wiki slept."""

    folder: str
    apart: bool
    began: float
    ready: float
    works: bool
    name: str = ""
    stopped: bool = False


class RehearsalFarm:
    """The farm; `store` holds its wikis already."""

    def __init__(self, settings: RehearsalSettings, store: Store) -> None:
        """Start with nobody logged in."""
        self.settings = settings
        self.store = store
        self.secret = store.secret("cookies", secrets.token_hex(32))
        self.traps: set[str] = set(settings.traps)
        self.requests: list[tuple[str, str, str]] = []
        self.sessions: dict[tuple[str, str], str] = {}
        self.flashes: dict[str, list[str]] = {}
        self.half_made: list[tuple[str, str]] = []
        self.archive_runs: dict[str, MakingRun] = {}

    @property
    def release(self) -> str:
        """What its wikis show as theirs (docs/yeswiki.md, Which release)."""
        return self.settings.release or self.settings.features.release

    @property
    def base_url(self) -> str:
        """The farm's address, with its final slash."""
        return self.settings.base_url.rstrip("/") + "/"

    @property
    def base_path(self) -> str:
        """The path part of the farm's address."""
        return urlsplit(self.base_url).path

    @property
    def mail_noise(self) -> str:
        """What PHP prints when the mail library complains (22)."""
        host = urlsplit(self.base_url).hostname
        return f"<strong>Invalid address:  (Reply-To): noreply@{host}</strong><br />\n"

    def remove_wiki(self, folder: str) -> None:
        """Remove a wiki and forget who was logged in there."""
        self.store.delete_wiki(folder)
        self.sessions = {key: user for key, user in self.sessions.items() if key[0] != folder}

    def leave_half_made(self, folder: str, name: str = "") -> None:
        """Remember a folder that stays although the request fails."""
        self.half_made.append((folder, name))

    def keep_half_made(self) -> None:
        """Record the folders that stay."""
        made, self.half_made = self.half_made, []
        for folder, name in made:
            with self.store.transaction():
                if self.store.wiki(folder) is None:
                    self.store.add_wiki(folder, name, "half", {})

    def note(self, method: str, address: str, role: str) -> None:
        """Keep a request for whoever asks what was asked."""
        if len(self.requests) >= REQUESTS_KEPT:
            del self.requests[: REQUESTS_KEPT // 2]
        self.requests.append((method, address, role))

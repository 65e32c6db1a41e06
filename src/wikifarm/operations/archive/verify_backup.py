"""Verify a backup: its sums, then the wiki that it makes on a farm of this computer."""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wikifarm.blueprint.manifest.slugs import propose_slug
from wikifarm.errors import WikifarmError, WriteRefused
from wikifarm.i18n import _
from wikifarm.operations.archive.backup_format import Manifest, opened
from wikifarm.operations.archive.restore import Restored, restore
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context, FarmSettings, Telling
from wikifarm.operations.workplace.places import Places
from wikifarm.rehearsal import RehearsalSettings, RunningFarm
from wikifarm.result import Envelope, Outcome, failures, few


@dataclass(frozen=True)
class BackupVerified(Outcome):
    """A backup whose sums hold, and what the wiki made of it shows otherwise than it tells."""

    file: str
    manifest: Manifest
    differs: tuple[str, ...]
    lost: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file, "manifest": self.manifest.model_dump(exclude={"members"}),
            "differs": list(self.differs), "lost": list(self.lost),
        }  # fmt: skip


def verify_backup(file: Path, identity: Path | None, progress: Telling) -> Envelope:
    """Checks every sum, then restores it on the rehearsal farm and compares. No server is asked."""
    with opened(file, identity) as backup:
        manifest = backup.manifest
    with tempfile.TemporaryDirectory(prefix="wikifarm-backup-") as name:
        folder = Path(name)
        password = secrets.token_urlsafe(12)
        settings = RehearsalSettings(
            data=folder / "farm", dialect=manifest.dialect, admin=WIKI_ADMIN, password=password
        )
        with RunningFarm(settings) as farm:
            context = Context(
                FarmSettings(url=farm.url, admin=WIKI_ADMIN, password=password),
                Places(folder / "state", folder),
                progress=progress,
            )
            try:
                told = restore(context, file, propose_slug(manifest.slug), identity=identity)
            finally:
                context.close()
    restored = told.outcome
    assert isinstance(restored, Restored)  # noqa: S101 - what restore answers
    outcome = BackupVerified(str(file), manifest, restored.differs, restored.lost)
    errors = failures(_differing(outcome)) if restored.differs else told.errors
    return replace(told, command="backup", outcome=outcome, errors=errors)


def _differing(outcome: BackupVerified) -> WikifarmError:
    return WriteRefused(
        _("The wiki made of this backup on this computer differs from it: {names}.").format(
            names=few(outcome.differs)
        ),
        hint=_(
            "Keep this file: its sums hold, but a restoration would lack what is named. Back the "
            "wiki up again into another file; if that differs too, look at what is named there."
        ),
        where=outcome.file,
    )

"""A folder prepared for a person: what is missing is written, and never over anything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wikifarm.errors import LocalStorage
from wikifarm.files import write_whole
from wikifarm.i18n import _
from wikifarm.reasons import of_system
from wikifarm.result import Outcome


@dataclass(frozen=True)
class Written:
    """A file of the folder; `made` is false when it was there already."""

    path: Path
    made: bool


@dataclass(frozen=True)
class PreparedFolder(Outcome):
    """Where the files are and which were made; `next` says what a person does then, `settings` what
    is set there by now, without secrets."""

    folder: Path
    files: tuple[Written, ...]
    next: tuple[str, ...] = ()
    settings: Mapping[str, str | bool] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            **({"settings": dict(self.settings)} if self.settings else {}),
            "files": [{"path": str(file.path), "made": file.made} for file in self.files],
            "next": list(self.next),
        }


def write_missing(path: Path, text: str, mode: int) -> Written:
    """Writes the file whole, unless something has its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(path):
        return Written(path, made=False)
    write_whole(path, text, mode)
    return Written(path, made=True)


def prepared(
    folder: Path, write: Callable[[], Iterable[Written]], *, hint: str = ""
) -> PreparedFolder:
    """Writes the files. Raises LocalStorage when the folder cannot be written."""
    try:
        files = tuple(write())
    except OSError as fault:
        raise LocalStorage(
            _("{path} cannot be written ({reason}).").format(
                path=fault.filename or folder, reason=of_system(fault)
            ),
            hint=hint or _("Choose another folder."),
            where=str(folder),
        ) from None
    return PreparedFolder(folder, files)

"""Copies of what wikifarm removes, written and read back before anything is removed."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

from wikifarm.errors import LocalStorage
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _
from wikifarm.reasons import of_system


class Backups:
    """The folder of the copies, on this computer; files are for their owner only (0600)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, content: dict[str, Any]) -> Path:
        """Writes `content` to a file of its own and reads it back.

        Never over an earlier copy: a run that was cut has one of what it had already removed.
        Raises LocalStorage if the writing or the reading fails.
        """
        path = self._free(name)
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        try:
            make_private(self._folder)
            write_whole(path, text, PRIVATE)
            kept = path.read_text("utf-8")
        except OSError as fault:
            kept = ""
            reason = of_system(fault)
        else:
            reason = ""
        if kept != text:
            raise LocalStorage(
                _("The copy of what was to be removed cannot be kept ({reason}).").format(
                    reason=reason
                ),
                hint=_("Nothing was removed. Free some space, then run the same command again."),
            )
        return path

    def _free(self, name: str) -> Path:
        path = self._folder / f"{name}.json"
        for number in count(2):
            if not path.exists():
                break
            path = self._folder / f"{name}-{number}.json"
        return path

"""The files that people attached, in a backup and back in a wiki.

YesWiki stores a file under a name that bears two dates (attach.lib.php, 4.4.4 and 4.5.0): attached
again, it has another one, and the texts that show it by that name follow.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wikifarm.errors import WriteRefused
from wikifarm.operations.archive.backup_format import FILES, MIB, Backup, Parts, member
from wikifarm.operations.workplace.private_files import storing
from wikifarm.whole_wiki import Attachment
from wikifarm.yeswiki.attachments import Attachments

INDEX = "files.json"
LARGEST = 1024 * MIB
CLEANED = (".svg",)  # YesWiki writes these otherwise than it was given them
_STORED = re.compile(r"[^\s\"'<>()\[\]{}|?#&/\\=,]+_\d{14}_\d{14}\.\w+")


def may_have_files(values: Any) -> bool:
    """True for the values of an entry of which one may be a file, or a text that shows some."""
    if isinstance(values, Mapping):
        return any(map(may_have_files, values.values()))
    return isinstance(values, str) and ("{{" in values or bool(_STORED.search(values)))


def take(
    attachments: Attachments, tags: Iterable[str], parts: Parts
) -> tuple[list[dict[str, str]], int]:
    """Takes the last version of every file of these pages, but for those that are there already;
    answers the rows of the index, and how many files the wiki names and does not give."""
    index: list[dict[str, str]] = []
    lost = 0
    for tag in tags:
        for attachment, stored in sorted(attachments.of(tag).items()):
            name = member(FILES, stored, "")
            if not parts.path(name).is_file():
                with parts.receiving(name) as file:
                    is_there = attachments.fetch(attachment, file, LARGEST)
                if not is_there:
                    parts.path(name).unlink()
                    lost += 1
                    continue
            index.append({"page": attachment.page, "name": attachment.name, "stored": stored,
                          "member": name})  # fmt: skip
    return index, lost


@dataclass(frozen=True)
class KeptFile:
    """A file of a backup; `stored`: the name that it was stored under."""

    attachment: Attachment
    stored: str
    member: str


class FilesBack:
    """The files of a backup on their way into a wiki, but for those of the pages `without`.

    `refused` holds what the wiki said of those that it did not take.
    """

    def __init__(
        self, attachments: Attachments, backup: Backup, without: Collection[str] = ()
    ) -> None:
        self._attachments, self._backup = attachments, backup
        self.refused: list[str] = []
        self._files: dict[str, list[KeptFile]] = defaultdict(list)
        rows = backup.value(INDEX) if INDEX in backup.manifest.members else []
        for row in (row for row in rows if row["page"] not in without):
            file = KeptFile(Attachment(row["page"], row["name"]), row["stored"], row["member"])
            self._files[row["page"]].append(file)
        self._now: dict[str, str] = {}  # stored then -> stored now
        self._asked: set[str] = set()

    def put(self, tags: Iterable[str]) -> None:
        """Attaches what these pages lack."""
        for tag in sorted(set(tags) & set(self._files)):
            there = self._attachments.of(tag)
            for file in self._files[tag]:
                if file.attachment not in there:
                    self._put(file)
            self._look(tag)

    def _put(self, file: KeptFile) -> None:
        with tempfile.TemporaryFile() as content:
            with self._backup.stream(file.member) as packed, storing(Path(tempfile.gettempdir())):
                shutil.copyfileobj(packed, content, MIB)
            content.seek(0)
            try:
                self._attachments.put(file.attachment, content)
            except WriteRefused as refused:
                self.refused.append(refused.message)

    def moved(self, text: str) -> str:
        """A text that shows files under the names that they have now."""
        return _STORED.sub(lambda name: self._now.get(name[0], name[0]), text)

    def look(self) -> None:
        """Under which names the files stand now, of pages that were not asked yet."""
        for tag in self._files.keys() - self._asked:
            self._look(tag)

    def _look(self, tag: str) -> None:
        self._asked.add(tag)
        there = self._attachments.of(tag)
        for file in self._files[tag]:
            if now := there.get(file.attachment):
                self._now[file.stored] = now

    def differences(self) -> Iterator[str]:
        """The files that the wiki does not give as the backup has them."""
        for file in (file for files in self._files.values() for file in files):
            with tempfile.TemporaryFile() as content:
                is_there = self._attachments.fetch(file.attachment, content, LARGEST)
                content.seek(0)
                now = hashlib.file_digest(content, "sha256").hexdigest()
            is_same = now == self._backup.manifest.members[file.member].sha256
            if not is_there or not (is_same or file.attachment.name.lower().endswith(CLEANED)):
                yield f"files/{file.attachment.page}/{file.attachment.name}"

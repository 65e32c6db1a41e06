"""Files attached to pages. One that people replaced is kept."""

from __future__ import annotations

from collections.abc import Sequence

from wikifarm.blueprint.design import DesignedFile
from wikifarm.engine.changes import Action, Change
from wikifarm.engine.step import Step, Work, look_again, refuse_lost
from wikifarm.i18n import _

CLEANED = (".svg", ".xml", ".htm", ".html")  # HtmlPurifierService::cleanFile: kept otherwise


class FileChange(Change[str, DesignedFile]):
    """A file of a page. What is there is the name of its last version on the server."""

    step = "files"

    def text(self, value: str | DesignedFile) -> str:
        return value if isinstance(value, str) else value.digest


class FilesStep(Step[FileChange]):
    """The files of the blueprint's pages."""

    name = FileChange.step

    def plan(self, work: Work) -> list[FileChange]:
        changes = (_compare(file, work) for file in work.design.files)
        return [change for change in changes if change is not None]

    def apply(self, work: Work, changes: Sequence[FileChange]) -> None:
        look_again(self, work, changes, ("attached",))
        files = [change.wanted for change in changes if change.wanted is not None]
        for file in files:
            with file.path.open("rb") as content:
                work.seen.wiki.attachments.put(file.attachment, content)
        work.seen.forget("attached")
        refuse_lost(self, [file.key for file in files if not _keeps(file, work)])
        for file in files:
            work.sent[file.key] = _stored(file, work)


def _compare(file: DesignedFile, work: Work) -> FileChange | None:
    stored = _stored(file, work)
    if not stored:
        return FileChange(file.key, Action.CREATE, wanted=file)
    if _as_applied(file, work):
        return None
    _digest, _space, ours = work.receipt.files.get(file.key, "").partition(" ")
    now = work.seen.digest(file.attachment) if stored != ours else ""
    if now == file.digest:
        return None
    if stored == ours or now in work.receipt.begun(FileChange.step, file.key):
        return FileChange(file.key, Action.UPDATE, stored, file)
    return FileChange(file.key, Action.KEEP, stored, file, _("edited here by hand: kept"))


def _stored(file: DesignedFile, work: Work) -> str:
    return work.seen.attached(file.attachment.page).get(file.attachment, "")


def _as_applied(file: DesignedFile, work: Work) -> bool:
    """True where the receipt, or this run, has it that the version there came of this file."""
    stored = _stored(file, work)
    sent = work.sent.get(file.key) == stored
    return sent or work.receipt.files.get(file.key) == f"{file.digest} {stored}"


def _keeps(file: DesignedFile, work: Work) -> bool:
    """True where the wiki gives the file back; of what it cleans, something is enough."""
    now = work.seen.digest(file.attachment)
    return now == file.digest or bool(now and file.path.suffix.lower() in CLEANED)


def files_applied(work: Work) -> dict[str, str]:
    """For the receipt: the hash of each file as applied, and the name of its version there. One
    that people replaced keeps what was applied before."""
    applied = {}
    for file in work.design.files:
        stored = _stored(file, work)
        if _as_applied(file, work) or (stored and work.seen.digest(file.attachment) == file.digest):
            applied[file.key] = f"{file.digest} {stored}"
        elif file.key in work.receipt.files:
            applied[file.key] = work.receipt.files[file.key]
    return applied

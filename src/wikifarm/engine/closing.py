"""Whether a community closes, or is closed: what `retire` did of it, and when.

The receipt tells it to every computer. A wiki without a receipt, or that is gone, leaves what the
journal of this computer has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from wikifarm.engine.journal import RETIRE, Journal
from wikifarm.engine.receipt import Receipt
from wikifarm.i18n import _

STEP = RETIRE  # in the journal
REOPENED = "reopened"  # in a receipt: when, ISO 8601; what was done before does not count


class Leave(StrEnum):
    """The steps of a leave, in their order; the last two are one or the other."""

    ANNOUNCE = "announce"
    READ_ONLY = "read-only"
    BACKUP = "backup"
    EXPORT = "export"
    ERASE = "erase"
    DELETE = "delete"
    ARCHIVE = "archive"


ENDS = (Leave.DELETE, Leave.ARCHIVE)
REOPEN = "reopen"  # in the place of a step: the way back


@dataclass(frozen=True)
class Closing:
    """What was done of a leave: step -> its day, in their order. `here` has what this computer
    noted of each."""

    days: Mapping[Leave, str] = field(default_factory=dict)
    here: Mapping[Leave, Mapping[str, Any]] = field(default_factory=dict)
    cut: bool = False  # this computer began to shut the wiki, and did not end

    @property
    def closed(self) -> bool:
        """True once more was done than to announce it: nothing may be written there any more."""
        return any(step is not Leave.ANNOUNCE for step in self.days)

    @property
    def ended(self) -> bool:
        return any(end in self.days for end in ENDS)

    @property
    def last(self) -> Leave | None:
        """How far it is."""
        return list(self.days)[-1] if self.days else None

    @property
    def told(self) -> str:
        """How far it is, and since when, for people; empty where nothing was done."""
        words = {
            Leave.ARCHIVE: _("kept for reading since {day}"),
            Leave.DELETE: _("its wiki was removed on {day}"),
            Leave.ERASE: _("people were erased on {day}"),
            Leave.READ_ONLY: _("nobody writes there since {day}"),
            Leave.ANNOUNCE: _("announced on {day}, then shut in part by a run that was cut")
            if self.cut
            else _("announced on {day}"),
        }
        return next(
            (text.format(day=self.days[step]) for step, text in words.items() if step in self.days),
            "",
        )


def closing(journal: Journal, slug: str, receipt: Receipt | None, wiki: str = "") -> Closing:
    """How far the leave of that community is. `wiki`: the farm's entry of its wiki, where there is
    one; a wiki that stood at its address before has a leave of its own."""
    told = dict(receipt.closing) if receipt is not None else {}
    lines = {
        step: line
        for step, line in closings(journal).get(slug, {}).items()
        if wiki in ("", line.get("wiki")) and str(line.get("at")) > told.get(REOPENED, "")
    }
    days = {step: told.get(step) or str(lines[step]["day"])
            for step in Leave if step in told or step in lines}  # fmt: skip
    since = told.get(REOPENED, "")
    return Closing(days, lines, Leave.READ_ONLY not in days and _cut(journal, slug, wiki, since))


def _cut(journal: Journal, slug: str, wiki: str, since: str) -> bool:
    """True where what was open in that wiki was kept, and nothing tells that shutting it ended."""
    cut = False
    for line in journal.entries():
        if line.get("slug") == slug and str(line.get("at")) > since:
            what, did = (line.get("event"), line.get("step")), line.get("did")
            if what == ("intent", "wiki") or did == REOPEN:
                cut = False
            elif line.get("step") == STEP and did == Leave.READ_ONLY:
                kept = bool(line.get("kept")) and wiki in ("", line.get("wiki"))
                cut = what[0] == "intent" and (cut or kept)
    return cut


def closings(journal: Journal) -> dict[str, dict[Leave, dict[str, Any]]]:
    """What this computer noted of each leave, by slug, since its wiki was made or opened again."""
    noted: dict[str, dict[Leave, dict[str, Any]]] = {}
    for line in journal.entries():
        slug, what = str(line.get("slug")), (line.get("event"), line.get("step"))
        did = line.get("did") if what == ("outcome", STEP) else None
        if what == ("intent", "wiki") or did == REOPEN:
            noted.pop(slug, None)
        elif did in set(Leave):
            noted.setdefault(slug, {})[Leave(did)] = line
    return noted

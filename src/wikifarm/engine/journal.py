"""The journal: one JSON line for each intent before its call and each outcome after.

It holds no secret and no address: names of steps, pages, forms and marks only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from wikifarm.errors import LocalStorage
from wikifarm.files import append_line, make_private
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.reasons import of_system

RECORD = "record"  # who works on a wiki
SENTINEL = "sentinel"  # who asks for the audit
AUDIT = "audit"  # what an audit came to
MODEL = "model"  # what the model of the farm that a wiki is made from came to
OWN_ARCHIVE = "own-archive"  # an archive that a wiki makes of itself, for a backup
RESTORE = "restore"  # a wiki that is made of a backup
RETIRE = "retire"  # a step of a leave, which takes back all that it did where it is reopened
# Steps that leave a wiki as they found it, or are no part of its making.
PASSING = frozenset({RECORD, SENTINEL, AUDIT, MODEL, OWN_ARCHIVE, RETIRE})


class Cut(StrEnum):
    """What did not end of the making of a wiki."""

    MAKING = "making"
    HALF = "half"  # the farm said last that it failed while making it
    RESTORING = "restoring"


class Journal:
    """The journal of one farm on this computer, shared by every run."""

    def __init__(self, path: Path, run: str) -> None:
        self._path = path
        self.run = run
        self._turn = Lock()  # several communities may be at work at once
        self._read: list[dict[str, Any]] = []  # whole lines, up to the byte `_end`
        self._end = 0

    def intent(self, slug: str, step: str, **detail: Any) -> None:
        """Says what is about to be asked of a server. Durable before it returns."""
        self._write("intent", slug, step, detail)

    def outcome(self, slug: str, step: str, **detail: Any) -> None:
        """Says what came of it."""
        self._write("outcome", slug, step, detail)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every whole line; one cut by a crash is passed over. Raises LocalStorage."""
        with self._turn:
            self._read_on()
            known = len(self._read)
        yield from islice(self._read, known)

    def _read_on(self) -> None:
        """Reads what was added since the last time: a journal of many runs is long."""
        try:
            with self._path.open("rb") as file:
                if file.seek(0, os.SEEK_END) < self._end:  # another file in its place
                    self._read, self._end = [], 0
                file.seek(self._end)
                added = file.read()
        except FileNotFoundError:
            self._read, self._end = [], 0
            return
        except OSError as fault:
            raise LocalStorage(
                _("The journal cannot be read ({reason}). Nothing was done.").format(
                    reason=of_system(fault)
                ),
                hint=_("Check its rights, or set WIKIFARM_STATE_DIR to a folder of yours."),
            ) from None
        whole = added[: added.rfind(b"\n") + 1]
        self._end += len(whole)
        for line in whole.decode("utf-8", errors="replace").split("\n"):
            try:
                entry = from_json(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                self._read.append(entry)

    def mark_of(self, slug: str) -> str:
        """The mark under which this computer asked for the wiki of `slug`, or nothing."""
        mark = ""
        for entry in self._of(slug):
            if entry.get("step") == "wiki":
                mark = str(entry.get("mark") or mark)
        return mark

    def made_by_hand(self, slug: str) -> bool:
        """True for a wiki that this computer took over without a receipt: nothing that stood in it
        then is wikifarm's."""
        by_hand = False
        for entry in self._of(slug):
            if entry.get("step") == "wiki" and entry.get("event") == "outcome":
                by_hand = entry.get("by_hand") is True
        return by_hand

    def asked_from(self, manifest: str) -> dict[str, str]:
        """Slug -> mark of the wikis that this computer asked for from the manifest of that path."""
        return self.asked().get(named(manifest), {})

    def asked(self) -> dict[str, dict[str, str]]:
        """The same for each path, as `named` gives it."""
        by_path: dict[str, dict[str, str]] = {}
        for entry in self.entries():
            if entry.get("step") == "wiki" and entry.get("manifest"):
                wikis = by_path.setdefault(str(entry["manifest"]), {})
                wikis[str(entry["slug"])] = str(entry.get("mark") or "")
        return by_path

    def only_asked_for(self, slug: str) -> bool:
        """True while this computer asked for the wiki of `slug` and wrote nothing in it yet."""
        asked = began = False
        for entry in self._of(slug):
            if entry.get("step") in PASSING:
                continue
            if entry.get("step") != "wiki":
                began = True
                continue
            asked = True
            # An earlier wiki of that address may have been removed.
            began = began and not (entry.get("event") == "outcome" and entry.get("new") is True)
        return asked and not began

    def left_open(self, slug: str, step: str) -> bool:
        """True where a run of this computer began that step, under a key, and never ended it."""
        return slug in self.open_keys(step)

    def open_keys(self, step: str) -> dict[str, frozenset[str]]:
        """The keys under which runs of this computer began that step and never ended it, by slug.
        Those of a run that is still at work are among them."""
        keys: dict[str, dict[str, set[str]]] = {"intent": {}, "outcome": {}}
        for entry in self.entries():
            if entry.get("step") == step and entry.get("event") in keys:
                of_event = keys[entry["event"]]
                of_event.setdefault(str(entry.get("slug")), set()).add(str(entry.get("key")))
        left = {
            slug: frozenset(begun - keys["outcome"].get(slug, set()))
            for slug, begun in keys["intent"].items()
        }
        return {slug: open_ for slug, open_ in left.items() if open_}

    def begun(self, slug: str, step: str) -> list[dict[str, Any]]:
        """What runs of this computer said of that step and never ended, one dict a key."""
        told: dict[str, dict[str, Any]] = {}
        for entry in self._of(slug):
            if entry.get("step") == step:
                key = str(entry.get("key"))
                told[key] = {**told.get(key, {}), **entry}
        return [each for each in told.values() if each.get("event") != "outcome"]

    def last(self, slug: str, step: str) -> dict[str, Any]:
        """The last line of this computer about that step; empty where there is none."""
        last: dict[str, Any] = {}
        for entry in self._of(slug):
            if entry.get("step") == step:
                last = entry
        return last

    def half_made(self, slug: str) -> bool:
        """True where the last that the farm said of this wiki is that it failed while making it."""
        half = False
        for entry in self._of(slug):
            if entry.get("step") == "wiki" and entry.get("event") == "outcome":
                half = entry.get("half") is True
        return half

    def unfinished(self) -> dict[str, Cut]:
        """The wikis whose making this computer began and did not end, as far as it knows, and what
        did not end."""
        begun: dict[str, Cut] = {}
        restoring: set[str] = set()
        for entry in self.entries():
            slug, step = str(entry.get("slug")), entry.get("step")
            ended = step == "wiki" and entry.get("adopted") is True
            ended |= step == "receipt" and entry.get("complete", True)
            ended |= step == RESTORE and entry.get("event") == "outcome"
            if ended:
                begun.pop(slug, None)
                restoring.discard(slug)
            elif step == RESTORE:
                restoring.add(slug)
            elif step == "wiki":
                begun[slug] = Cut.HALF if entry.get("half") is True else Cut.MAKING
        again = {slug: Cut.RESTORING for slug in restoring if begun.get(slug) is not Cut.HALF}
        return begun | again

    def stood(self, slug: str) -> str:
        """When this computer last left the wiki of `slug` whole, ISO 8601; empty where it never
        did."""
        at = ""
        for entry in self._of(slug):
            if entry.get("step") == "receipt" and entry.get("complete", True):
                at = str(entry.get("at", ""))
        return at

    def receipt_number(self, slug: str, community: str) -> int:
        """The number of the last receipt that this computer wrote for `community`; 0: none."""
        numbers = (
            entry.get("number")
            for entry in self._of(slug)
            if entry.get("step") == "receipt" and entry.get("community") == community
        )
        return max((number for number in numbers if isinstance(number, int)), default=0)

    def _of(self, slug: str) -> Iterator[dict[str, Any]]:
        return (entry for entry in self.entries() if entry.get("slug") == slug)

    def _write(self, event: str, slug: str, step: str, detail: dict[str, Any]) -> None:
        entry = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "run": self.run,
            "event": event,
            "slug": slug,
            "step": step,
            **detail,
        }
        # ASCII: a letter cut in two by a crash would make the whole file unreadable, and some
        # signs would end the line.
        line = json.dumps(entry) + "\n"
        try:
            with self._turn:
                make_private(self._path.parent)
                # A line cut by a crash must not swallow the next one.
                if not self._ends_whole():
                    line = "\n" + line
                append_line(self._path, line)
        except OSError as fault:
            raise LocalStorage(
                _("The journal cannot be written ({reason}). Nothing more was done.").format(
                    reason=of_system(fault)
                ),
                hint=_("Free some space or set WIKIFARM_STATE_DIR, then run the command again."),
            ) from None

    def _ends_whole(self) -> bool:
        try:
            with self._path.open("rb") as file:
                file.seek(-1, os.SEEK_END)
                return file.read(1) == b"\n"
        except (FileNotFoundError, OSError):
            return True


def named(manifest: str) -> str:
    """The path of a manifest as the journal keeps it; empty for a community that has none."""
    return str(Path(manifest).absolute()) if manifest else ""

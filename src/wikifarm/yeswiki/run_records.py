"""Who works on a wiki: each run leaves a record there, which its administrators alone can read.

A record is a triple: no page, no revision, no news for anybody. The server itself writes who left
it and when, so no other account can leave one in the administrator's name (4.4.4, 4.5.0:
ApiController::setTriple; docs/yeswiki.md, Who works here).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from wikifarm.errors import UnexpectedAnswer
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.model import RunRecord
from wikifarm.yeswiki.session import Session, unexpected

PROPERTY = "http://www.wikini.net/_vocabulary/wikifarm-run"
RESOURCE = "wikifarm-run-"
CLOCK = "%Y-%m-%d %H:%M:%S"
_RUN = re.compile(r"[0-9a-f]{8,32}")


class RunRecords:
    """The records of one wiki, as its administrator."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[RunRecord]:
        """The records that this account left, from any computer, oldest first."""
        return sorted(self._readable(self._session.api_json("triples", {"property": PROPERTY})),
                      key=lambda record: record.id)  # fmt: skip

    def add(self, run: str, doing: str, beat: int, since: str) -> None:
        """Leaves a record, `since` empty in the first of a run; the caller reads it back."""
        values = {"run": run, "doing": doing, "beat": str(beat), "since": since}
        answer = self._session.api_post(
            f"triples/{RESOURCE}{run}",
            [("property", PROPERTY), *((f"value[{key}]", text) for key, text in values.items())],
        )
        if answer.status != 200:
            raise unexpected(answer)

    def remove(self, run: str, beat: int | None = None) -> list[RunRecord]:
        """Removes the records of a run, or the one of a beat; answers those that were there.

        Beats count from 1: YesWiki takes a filter of 0 for none, and would remove them all.
        """
        only = ("filters[run]", run) if beat is None else ("filters[beat]", str(beat))
        answer = self._session.api_post(
            f"triples/{RESOURCE}{run}/delete", [("property", PROPERTY), only]
        )
        if answer.status != 200:
            raise unexpected(answer)
        return list(self._readable(answer.json()))

    def _readable(self, rows: object) -> Iterator[RunRecord]:
        """Those whose form and author are right; anything else under that name is not ours."""
        if not isinstance(rows, list):
            raise UnexpectedAnswer(
                _("The wiki does not tell who works on it."),
                hint=_("Check that the account is in the group of administrators of the wiki."),
                where=self._session.addresses.base,
            )
        for row in rows:
            record = _record(row, self._session.user)
            if record is not None:
                yield record


def _record(row: object, author: str) -> RunRecord | None:
    try:
        if not isinstance(row, dict):
            return None
        value = from_json(row["value"])
        run = str(row["resource"]).removeprefix(RESOURCE)
        if value["user"] != author or value["run"] != run or not _RUN.fullmatch(run):
            return None
        at = datetime.strptime(value["date"], CLOCK)
        since = str(value["since"]) or value["date"]
        return RunRecord(int(row["id"]), run, str(value["doing"]), at, since, int(value["beat"]))
    except (KeyError, TypeError, ValueError):
        return None

"""Earlier texts of pages and entries, as the history of each shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wikifarm.json_text import from_json
from wikifarm.yeswiki import html
from wikifarm.yeswiki.session import Session, unexpected
from wikifarm.yeswiki.shapes import maybe, odd, series, text


@dataclass(frozen=True)
class Revision:
    """One text of a page: `time` by the clock of the server, `author` the account that wrote it."""

    id: str
    time: str
    author: str


@dataclass(frozen=True)
class History:
    """What the history of a page shows, the newest first; `count` is how many there are."""

    shown: Sequence[Revision]
    count: int


class Revisions:
    """The histories of one wiki's pages, as the account of `session`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, tag: str) -> History:
        """The history of a page: YesWiki shows the last ones only (`revisionscount`, 30 unless
        changed; RevisionsHandler, 4.4.4 and 4.5.0). Raises UnexpectedAnswer where none is shown."""
        answer = self._session.page(tag, "revisions")
        if answer.status != 200:
            raise unexpected(answer)
        box = html.parse(answer.text).css_first(".revisions-container")
        if box is None:
            raise odd(answer.url)
        try:
            told = from_json(box.attributes.get("data-revisions") or "")
            count = int(box.attributes.get("data-revisions-count") or "")
        except ValueError:
            raise odd(answer.url) from None
        rows = series(list(told.values()) if isinstance(told, dict) else told, answer.url)
        shown = [
            Revision(text(row, "id", answer.url), text(row, "time", answer.url),
                     maybe(row, "user", answer.url))
            for row in rows
        ]  # fmt: skip
        return History(shown, count)

    def body(self, tag: str, revision: Revision) -> str:
        """The text that a page had; of two that were written in one second, YesWiki shows one.

        Raises UnexpectedAnswer where something else answers.
        """
        answer = self._session.page(tag, "raw", {"time": revision.time})
        if answer.status != 200 or not (answer.text or self._session.spoke_to(answer)):
            raise odd(answer.url)
        return answer.text

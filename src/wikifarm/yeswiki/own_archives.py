"""The archives that a wiki makes of itself (ArchiveService; measured on 4.4.4 and 4.5.0): starting
one, looking for it, fetching it, removing it. Its administrators alone may.

How a run goes on is asked with care: YesWiki forgets a run about which it is asked before it wrote
its first line, or after its last. The list of archives shows one only once it is whole, under its
server's own clock; nothing but the run says which one is whose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from wikifarm.errors import UnexpectedAnswer, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import OwnArchive
from wikifarm.yeswiki.session import Session, exception_message, unexpected, without_paths
from wikifarm.yeswiki.shapes import odd

ROUTE = "archives"
STATUS = "archives/archivingStatus/"


@dataclass(frozen=True)
class Archiving:
    """What a wiki says of its archives: whether one is being made, whether it sleeps, and what its
    server allows."""

    under_way: bool
    asleep: bool
    writable: bool
    hidden: bool  # from visitors
    roomy: bool
    by_itself: bool  # it can start a process


@dataclass(frozen=True)
class ArchiveRun:
    """How far the making of one is; all False where the wiki knows nothing of it any more."""

    running: bool
    made: bool


class OwnArchives:
    """The archives of one wiki, as its administrator."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def state(self) -> Archiving | None:
        """What the wiki can do now; None where it has no such thing. Raises BadCredentials."""
        if self._session.api(STATUS).status in (404, 405):
            return None
        told = self._session.api_json(STATUS)
        return Archiving(
            self._yes(told, "archiving"), self._yes(told, "hibernated"),
            self._yes(told, "privatePathWritable"), self._yes(told, "notAvailableOnTheInternet"),
            self._yes(told, "enoughSpace"), self._yes(told, "canExec"),
        )  # fmt: skip

    def all(self) -> dict[str, OwnArchive]:
        """The archives that are there, by their names."""
        rows = self._session.api_json(ROUTE)
        where = self._session.addresses.api(ROUTE)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise odd(where)
        known: dict[str, OwnArchive] = {}
        for row in rows:
            name, size, link = (row.get(key) for key in ("filename", "size", "link"))
            if not (isinstance(name, str) and isinstance(size, int) and isinstance(link, str)):
                raise odd(where)
            known[name] = OwnArchive(name, size, link)
        return known

    def pushed_out(self) -> list[str]:
        """The archives that YesWiki would remove for a new one."""
        answer = self._ask(("action", "futureDeletedArchives"))
        names = answer.get("files")
        if not isinstance(names, list):
            raise odd(self._session.addresses.api(ROUTE))
        return [name for name in names if isinstance(name, str)]  # and null (PHP's range)

    def start(self, *, apart: bool) -> str:
        """Starts one of everything: in a process of its own, or within this request, which then
        lasts as long; answers what the wiki calls the run. Raises WriteRefused in its words."""
        told = self._ask(
            ("action", "startArchive"),
            ("params[savefiles]", "1"),
            ("params[savedatabase]", "1"),
            ("callAsync", "1" if apart else "0"),
        )
        uid = told.get("uid")
        if not isinstance(uid, str) or not uid.isalnum():
            raise odd(self._session.addresses.api(ROUTE))
        return uid

    def run(self, uid: str) -> ArchiveRun:
        """How far a run is. Asked once it is over, it is forgotten there, with its two logs."""
        told = self._session.api_json(f"archives/uidstatus/{uid}", {"forceStarted": "1"})
        running, finished = self._yes(told, "running"), self._yes(told, "finished")
        stopped = bool(told.get("stopped"))  # 0 or 1, of preg_match
        return ArchiveRun(running, finished and not stopped)

    def stop(self, uid: str) -> None:
        """Asks a run to leave off; the caller looks whether it did."""
        self._session.api_post(ROUTE, [("action", "stopArchive"), ("uid", uid)])

    def fetch(self, name: str, take: Callable[[Iterator[bytes]], None], most: int) -> None:
        """Gives the pieces of one to `take`, from the first again after a passing fault. Raises
        UnexpectedAnswer where the wiki gives no file."""
        answer = self._session.pour(f"{ROUTE}/{name}", take, most)
        if answer.status != 200:
            raise unexpected(answer)

    def remove(self, name: str) -> bool:
        """Removes one; False where it is still there."""
        self._session.api_post(ROUTE, [("action", "delete"), ("filesnames[]", name)])
        return name not in self.all()

    def _ask(self, *fields: tuple[str, str]) -> dict[str, Any]:
        answer = self._session.api_post(ROUTE, fields)
        if answer.status != 200:
            words = exception_message(answer) or _error(answer.text, answer.json)
            if not words:
                raise unexpected(answer)
            raise WriteRefused(
                _("The wiki makes no archive of itself: {words}").format(words=words)
            )
        told = answer.json()
        if not isinstance(told, dict):
            raise odd(self._session.addresses.api(ROUTE))
        return told

    def _yes(self, told: Any, key: str) -> bool:
        value = told.get(key) if isinstance(told, dict) else None
        if not isinstance(value, bool):
            raise odd(self._session.addresses.api(STATUS))
        return value


def _error(text: str, read: Callable[[], Any]) -> str:
    """The words of a refusal that is no exception."""
    try:
        said = read() if text else None
    except UnexpectedAnswer:
        return ""
    return without_paths(str(said.get("error") or "")) if isinstance(said, dict) else ""

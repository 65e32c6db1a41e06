"""A process that dies where it is told to, and what a farm is worth afterwards.

It can die before a request goes out, once the server has done what a write asked but before its
answer is read, before a line of the journal is written and in the middle of it.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from wikifarm.engine import journal
from wikifarm.files import append_line
from wikifarm.rehearsal import snapshot
from wikifarm.transport import Transport

State = dict[str, Any]
DEFAULTS = {"read": "*", "write": "*", "comment": "comments-closed"}  # of YesWiki
NEVER = -1


class Watched(Transport):
    """Real connections; `before` is called with each request just before it goes out."""

    def __init__(self, before: Callable[[httpx.Request], None]) -> None:
        self._before = before
        self._connections = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._before(request)
        return self._connections.handle_request(request)

    def close(self) -> None:
        self._connections.close()


class Mortal(Transport):
    """Real connections of a process that dies at its `k`-th point, if it comes there; `points` says
    what each one was. Without `reads`, only what a write is counts."""

    def __init__(self, k: int = NEVER, *, reads: bool = True) -> None:
        self._k, self._reads = k, reads
        self._connections = httpx.HTTPTransport()
        self._turn = threading.Lock()
        self.points: list[str] = []
        self.bodies: list[bytes] = []  # of the writes

    def point(self, what: str) -> None:
        """One more point; threads may call."""
        with self._turn:
            if len(self.points) == self._k:
                os.kill(os.getpid(), signal.SIGKILL)
            self.points.append(what)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        writes = request.method != "GET"
        what = f"{request.method} {request.url}"
        if not writes and not self._reads:
            return self._connections.handle_request(request)
        self.point(what)
        if not writes:
            return self._connections.handle_request(request)
        self.bodies.append(request.read())
        answer = self._connections.handle_request(request)
        answer.read()
        self.point(f"done: {what}")
        return answer

    def line(self, path: Path, line: str) -> None:
        """In the place of `append_line`: the disk may have half of what was written."""
        self.point(f"before the line {line.strip()}")
        half = len(line) // 2
        if len(self.points) == self._k:
            append_line(path, line[:half])
        self.point(f"in the line {line.strip()}")
        append_line(path, line)

    def close(self) -> None:
        self._connections.close()


class Dying(Mortal):
    """Dies once the server has done a write whose address holds this."""

    def __init__(self, address: str) -> None:
        super().__init__(reads=False)
        self._address = address

    def point(self, what: str) -> None:
        """One more point."""
        if what.startswith("done: POST") and self._address in what:
            self._k = len(self.points)
        super().point(what)


def watched(mortal: Mortal, work: Callable[[], None]) -> None:
    """Does the work, the journal under watch too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "append_line", mortal.line)
        work()


def born(mortal: Mortal, work: Callable[[], bool]) -> int:
    """A child of this process that does the work, dies where it must, and otherwise ends with 0
    where the work went well."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setsid()
            setattr(journal, "append_line", mortal.line)  # noqa: B010 - another's, to be watched
            status = 0 if work() else 1
        finally:
            os._exit(status)  # never as a second pytest
    return child


def died(child: int) -> bool:
    """True where the child was killed, False where its work went well before."""
    return was_killed(os.waitpid(child, 0)[1])


def was_killed(status: int) -> bool:
    """The same, of a child that ended with this status."""
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def state(data: Path) -> State:
    """The farm without what may differ: revisions, the receipt's run, the farm's models, and
    whether a page has a right of its own or the same by the wiki's settings.

    No sentinel is left in it.
    """
    whole = snapshot(data)
    assert "WikifarmTemoin" not in re.sub(r"LogDesActions.*", "", repr(whole))
    del whole["models"]  # there or not, as the first wikis were made one after the other or at once
    for wiki in whole["wikis"].values():
        wiki["rights"] = _rights(wiki)
    stable: State = _without_revisions(whole)
    return stable


def _rights(wiki: State) -> State:
    """The rights as the wiki applies them."""
    default = {
        kind: wiki["settings"].get(f"default_{kind}_acl", right) for kind, right in DEFAULTS.items()
    }
    tags = (*wiki["pages"], *wiki["lists"], *wiki["entries"], *wiki["rights"])
    return {tag: {**default, **wiki["rights"].get(tag, {})} for tag in tags}


def _without_revisions(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_revisions(item)
            for key, item in value.items()
            if key not in {"revisions", "WikifarmRecu"} and not str(key).startswith("wikifarm_")
        }
    if isinstance(value, list | tuple):
        return [_without_revisions(item) for item in value]
    if isinstance(value, str):
        # Each farm of the test has its own port, and each community its own mark.
        return re.sub(r"\b[0-9a-f]{16}\b", "MARK", re.sub(r"127\.0\.0\.1:\d+", "FARM", value))
    return value

"""The archive that a wiki makes of itself, taken beside a backup: what wikifarm leaves out on
purpose is in it, so that it is never in clear on this computer, and does not stay on the server.

On the server, only the archive that this computer started is fetched and removed. What proves it:
the run that the wiki named when it was started says that it made one, and one alone is new since.
The journal says what was there before anything is asked, then the run, then the name: a run that
was cut is taken up by the next one.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from wikifarm.engine.journal import OWN_ARCHIVE
from wikifarm.engine.lock import file_lock
from wikifarm.errors import BadCredentials, Interrupted, LocalStorage, WikifarmError
from wikifarm.files import PRIVATE, make_private
from wikifarm.i18n import _
from wikifarm.model import OwnArchive
from wikifarm.operations.archive.backup_format import Parts
from wikifarm.operations.workplace import age_file
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.private_files import storing
from wikifarm.yeswiki.own_archives import Archiving
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.zip_stream import BadZip, ZipStream

LARGEST = 64 * 2**30  # bytes
LONGEST = 1800.0  # seconds for the wiki to make one
SETTLING = 30.0  # seconds after which what the server says of a run is not of before it
PAUSE = 1.0  # seconds between two looks
SETTINGS, DATABASE = b"wakka.config.php", b"private/backups/content.sql"
_BASE = re.compile(rb"'base_url' => '([^'\\]+)'")
Agreed = Callable[[Sequence[str]], bool]


class NotTaken(StrEnum):
    """Why there is no such archive beside a backup."""

    NO_ROUTE = "no-route"
    REFUSED = "refused"
    NOT_WRITABLE = "not-writable"
    OPEN_TO_ALL = "open-to-all"
    NO_ROOM = "no-room"
    UNDER_WAY = "under-way"
    ASLEEP = "asleep"
    PUSHES_OUT = "pushes-out"
    NOT_MADE = "not-made"
    ENDLESS = "endless"
    UNPROVEN = "unproven"
    DAMAGED = "damaged"
    FAULT = "fault"


@dataclass(frozen=True)
class OwnTaken:
    """What came of it: the file, or why there is none; what may still stand on the server."""

    file: str = ""
    size: int = 0  # bytes
    why: str = ""
    left: tuple[str, ...] = ()  # archives on the server, of which some may be of this computer
    told: tuple[str, ...] = ()  # in words

    def as_json(self) -> dict[str, Any]:
        """As programs read it."""
        return {"file": self.file, "bytes": self.size, "why": self.why, "left": list(self.left)}


def beside(file: Path) -> Path:
    """Where the archive goes beside a backup: rennes.yeswiki.zip.age for rennes.zip.age."""
    return file.with_name(file.name.removesuffix(".age").removesuffix(".zip") + ".yeswiki.zip.age")


class _NoArchive(Exception):
    """It cannot be taken."""

    def __init__(self, why: NotTaken, words: str = "") -> None:
        super().__init__(why)
        self.why, self.words = why, words


@dataclass
class OwnArchiveTaking:
    """The archive of one wiki on its way to `parts`, encrypted for `keys`. Without keys, none is
    taken, and what earlier runs left is removed."""

    context: Context
    slug: str
    wiki: Wiki
    parts: Parts
    keys: Sequence[str] = ()
    agreed: Agreed = lambda _names: False
    _told: list[str] = field(default_factory=list)
    _left: list[str] = field(default_factory=list)

    @property
    def _sealed(self) -> Path:
        """Where it stands once it is whole: for these keys, no others."""
        keys = hashlib.sha256("\n".join(self.keys).encode()).hexdigest()[:16]
        return self.parts.folder / f"own-{keys}"

    @property
    def _placing(self) -> Path:
        """Says that it was about to be put in its place."""
        return self._sealed.with_suffix(".placed")

    def is_placed(self, file: Path) -> bool:
        """Whether a run that was cut put it there."""
        return self._placing.is_file() and not self._sealed.is_file() and file.is_file()

    def tidy(self) -> OwnTaken | None:
        """Removes what earlier runs left on the server; None where none left anything. Asks the
        server nothing then, nor where another run of this computer is at work there."""
        if not self._begun():
            return None
        self.context.progress(self.slug, "own-archive")
        with suppress(TimeoutError), self._alone():
            for entry in self._begun():
                self._tidy(entry)
        return OwnTaken(left=tuple(self._left), told=tuple(self._told))

    def _tidy(self, entry: dict[str, Any]) -> None:
        try:
            if (ours := self._ours(entry)) is not None:
                self._remove(entry, ours)
        except _NoArchive as stopped:
            self._tell_of(entry, stopped.why)
        except WikifarmError:
            self._tell_of(entry)

    def take(self) -> OwnTaken:
        """Takes one, unless an earlier run that was cut has it already. Raises LocalStorage, and
        Interrupted, which says what may come to stand on the server."""
        why = ""
        try:
            with self._alone():
                self._take()
        except TimeoutError:
            why = NotTaken.UNDER_WAY
            self._told.append(not_taken(self.slug, why))
        except _NoArchive as stopped:
            why = stopped.why
            self._told.insert(0, not_taken(self.slug, why, stopped.words))
            for entry in self._begun():
                self._tell_of(entry, why)
        except KeyboardInterrupt:
            if not self._begun():
                raise
            raise Interrupted(
                _("Interrupted.") + " " + _still_there(self.slug, ()),
                hint=_("Run the same command again: it goes on from where it stopped."),
            ) from None
        return OwnTaken(why=why, left=tuple(self._left), told=tuple(self._told))

    def _take(self) -> None:
        if self._sealed.is_file() or self._placing.is_file():
            for entry in self._begun():
                self._tidy(entry)
            return
        try:
            entry, archive = self._one_to_fetch()
            try:
                self._fetch(archive)
            except Exception:
                self._remove(entry, archive)
                raise
            self._remove(entry, archive)
        except LocalStorage:
            raise
        except WikifarmError as fault:
            raise _NoArchive(NotTaken.FAULT, fault.message) from None

    def _alone(self) -> _Alone:
        return _Alone(self.context.folder / f"own-archive-{self.slug}.lock")

    def put(self, file: Path, taken: OwnTaken) -> OwnTaken:
        """Puts what was taken in its place, unless a run that was cut did."""
        with storing(file):
            if not self.is_placed(file):
                self._placing.touch(PRIVATE)
                there = file.with_name(f".{file.name}.sealed")  # on the disk of its file
                with self._sealed.open("rb") as sealed, age_file.private(there) as copy:
                    shutil.copyfileobj(sealed, copy)
                self._sealed.unlink()
                there.replace(file)
            return replace(taken, file=str(file), size=file.stat().st_size)

    # -- on the server ----------------------------------------------------------------------

    def _begun(self) -> list[dict[str, Any]]:
        return self.context.journal.begun(self.slug, OWN_ARCHIVE)

    def _note(self, entry: dict[str, Any], **detail: Any) -> None:
        entry |= detail
        self.context.journal.intent(self.slug, OWN_ARCHIVE, key=entry["key"], **detail)

    def _over(self, entry: dict[str, Any]) -> None:
        self.context.journal.outcome(self.slug, OWN_ARCHIVE, key=entry["key"])

    def _one_to_fetch(self) -> tuple[dict[str, Any], OwnArchive]:
        """The archive to fetch: that of a run that was cut, or a new one. Raises _NoArchive."""
        self.context.progress(self.slug, "own-archive")
        for entry in self._begun():
            if (ours := self._ours(entry)) is not None:
                return entry, ours
        state = self._state()
        for is_so, why in (
            (not state.writable, NotTaken.NOT_WRITABLE),
            (state.under_way, NotTaken.UNDER_WAY),
            (state.asleep, NotTaken.ASLEEP),
            (not state.hidden, NotTaken.OPEN_TO_ALL),
            (not state.roomy, NotTaken.NO_ROOM),
        ):
            if is_so:
                raise _NoArchive(why)
        before = self.wiki.archives.all()
        pushed_out = self.wiki.archives.pushed_out()
        if pushed_out and not self.agreed(pushed_out):
            raise _NoArchive(NotTaken.PUSHES_OUT, ", ".join(pushed_out))
        return self._made(sorted(before), apart=state.by_itself)

    def _made(self, before: list[str], *, apart: bool) -> tuple[dict[str, Any], OwnArchive]:
        entry: dict[str, Any] = {"key": secrets.token_hex(8)}
        self._note(entry, before=before, since=datetime.now(UTC).isoformat())
        words = ""
        try:
            self._note(entry, uid=self.wiki.archives.start(apart=apart))
        except LocalStorage:
            raise
        except WikifarmError as fault:  # it may have begun all the same
            words = fault.message
        ours = self._ours(entry)
        if ours is None:
            raise _NoArchive(NotTaken.NOT_MADE, words)
        return entry, ours

    def _state(self) -> Archiving:
        try:
            state = self.wiki.archives.state()
        except BadCredentials as fault:
            raise _NoArchive(NotTaken.REFUSED, fault.message) from None
        if state is None:
            raise _NoArchive(NotTaken.NO_ROUTE)
        return state

    def _ours(self, entry: dict[str, Any]) -> OwnArchive | None:
        """The archive that a run of this computer made, once it is whole and the wiki at rest; None
        where it made none, or it is gone. Raises _NoArchive where nothing proves which it is."""
        uid = str(entry.get("uid") or "")
        new = self._new(entry, uid)
        if entry.get("name"):
            ours = new.get(str(entry["name"]))
            if ours is None:
                self._over(entry)
            return ours
        if not new:
            self._over(entry)
            return None
        made = bool(uid) and self._is_made(uid)
        new = self._since(entry)  # again: that of this run may have come after that of another
        if not made or len(new) != 1:
            raise _NoArchive(NotTaken.UNPROVEN)
        ((name, ours),) = new.items()
        self._note(entry, name=name)
        return ours

    def _new(self, entry: dict[str, Any], uid: str) -> dict[str, OwnArchive]:
        """The archives that are there since, once the wiki is at rest. Raises _NoArchive where it
        is not in time."""
        end, asked_to_stop = monotonic() + LONGEST, False
        while True:
            new = self._since(entry)
            state = self._state()
            if not state.under_way and (new or entry.get("name") or _age(entry) > SETTLING):
                return new
            if monotonic() > end:
                if asked_to_stop or not uid:
                    raise _NoArchive(NotTaken.ENDLESS)
                self.wiki.archives.stop(uid)
                end, asked_to_stop = monotonic() + SETTLING, True
            sleep(PAUSE)

    def _since(self, entry: dict[str, Any]) -> dict[str, OwnArchive]:
        """The archives that were not there before that run."""
        before = set(map(str, entry.get("before") or ()))
        return {name: each for name, each in self.wiki.archives.all().items() if name not in before}

    def _is_made(self, uid: str) -> bool:
        """Whether the run says that it made one; the wiki forgets the run then."""
        for _try in range(5):
            run = self.wiki.archives.run(uid)
            if not run.running:
                return run.made
            sleep(PAUSE)
        return False

    def _remove(self, entry: dict[str, Any], archive: OwnArchive) -> None:
        try:
            is_gone = self.wiki.archives.remove(archive.name)
        except WikifarmError:
            is_gone = False
        if is_gone:
            self._over(entry)
        else:
            self._tell_of(entry)

    def _tell_of(self, entry: dict[str, Any], why: str = "") -> None:
        """Says what may still stand on the server."""
        try:
            names = set(self._since(entry))
        except WikifarmError:
            names = set()
        self._left += sorted(names - set(self._left))
        self._told.append(_still_there(self.slug, sorted(names)))
        if why == NotTaken.ENDLESS:
            self._told.append(_read_only(self.slug))

    # -- to this computer -------------------------------------------------------------------

    def _fetch(self, archive: OwnArchive) -> None:
        """Encrypts it as it comes, and looks at all of it on its way. Raises _NoArchive."""
        coming = self.parts.folder / "coming"
        seen: list[ZipStream] = []

        def take(pieces: Iterator[bytes]) -> None:
            looked = ZipStream(keep=(SETTINGS,), watch=(DATABASE,))
            seen.append(looked)
            age_file.encrypt_pieces(looked.passing(pieces), coming, self.keys)

        with storing(self.parts.target):
            make_private(self.parts.folder)
            try:
                self.wiki.archives.fetch(archive.name, take, LARGEST)
                if not seen or not _is_of(archive, seen[-1]):
                    raise BadZip("of something else")
                coming.replace(self._sealed)
            except BadZip:
                raise _NoArchive(NotTaken.DAMAGED) from None
            finally:
                coming.unlink(missing_ok=True)


class _Alone:
    """One run of this computer at a time, with `with`. Raises TimeoutError."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, file_lock(path, 0)

    def __enter__(self) -> None:
        with storing(self._path):
            make_private(self._path.parent)
        self._lock.acquire()

    def __exit__(self, *_how: object) -> None:
        self._lock.release()


def _is_of(archive: OwnArchive, seen: ZipStream) -> bool:
    """Whether that was all of the archive, with the database, and of the wiki that names it."""
    base = _BASE.search(seen.kept.get(SETTINGS, b""))
    return (
        DATABASE in seen.seen
        and seen.length == archive.size
        and base is not None
        and archive.link.startswith(base[1].decode("utf-8", "replace"))
    )


def _age(entry: dict[str, Any]) -> float:
    """The seconds since a run began."""
    since = datetime.fromisoformat(str(entry.get("since") or entry["at"]))
    return (datetime.now(UTC) - since).total_seconds()


# -- words ----------------------------------------------------------------------------------


def not_taken(slug: str, why: str, words: str = "") -> str:
    """Why there is none, and what to do."""
    reasons = {
        NotTaken.NO_ROUTE: _("this YesWiki makes none."),
        NotTaken.REFUSED: _("the wiki shows its archives to none of its administrators."),
        NotTaken.NOT_WRITABLE: _(
            "the folder private/backups is missing in the folder of the wiki, or PHP cannot write "
            "there. Whoever runs the server makes it, for the account of PHP."
        ),
        NotTaken.OPEN_TO_ALL: _(
            "visitors could fetch it: the web server shows the folder private. Whoever runs the "
            "server closes it."
        ),
        NotTaken.NO_ROOM: _("the server has no room for it."),
        NotTaken.UNDER_WAY: _("one is being made for somebody else. Do it again later."),
        NotTaken.ASLEEP: _("the wiki sleeps. Wake it first."),
        NotTaken.PUSHES_OUT: _(
            "YesWiki would remove older ones for it ({words}). Agree to it with --yes, or remove "
            "some on the page GererSauvegardes of the wiki."
        ),
        NotTaken.NOT_MADE: _("the server did not make it. {words}"),
        NotTaken.ENDLESS: _("the server does not come to an end with it."),
        NotTaken.UNPROVEN: _("nothing proves which of those on the server is of this backup."),
        NotTaken.DAMAGED: _("what the server gave is not whole, or not of this wiki."),
        NotTaken.FAULT: "{words}",
    }
    reason = reasons[NotTaken(why)].format(words=words).strip()
    return _("{slug}: the archive of YesWiki is not beside the backup: {reason}").format(
        slug=slug, reason=reason
    )


def _still_there(slug: str, names: Sequence[str]) -> str:
    if not names:
        return _(
            "{slug}: an archive of YesWiki that was begun may come to stand on the server, with "
            "the fingerprints of passwords. The next `wikifarm backup {slug}` looks for it."
        ).format(slug=slug)
    return _(
        "{slug}: new archives of YesWiki stay on the server, with the fingerprints of passwords: "
        "{names}. Those that nobody wants are removed on the page GererSauvegardes of the wiki."
    ).format(slug=slug, names=", ".join(names))


def _read_only(slug: str) -> str:
    return _(
        "{slug}: as long as YesWiki is at work on it, nobody writes in the wiki. If that stays so, "
        "whoever runs the server takes the line wiki_status out of its wakka.config.php."
    ).format(slug=slug)

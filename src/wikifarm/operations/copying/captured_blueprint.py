"""Capture: reads a wiki, in which it writes nothing, and makes of it a blueprint in files."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.capture.capture_wiki import CaptureWishes, capture
from wikifarm.blueprint.capture.captured import Captured, LeftKind, LeftOut, Why, why_of
from wikifarm.blueprint.capture.known_people import KnownPeople
from wikifarm.blueprint.files_folder import FOLDER, LARGEST
from wikifarm.blueprint.locate import NAME, known_blueprints
from wikifarm.blueprint.manifest.community import DEFAULT_BLUEPRINT, Facilitator
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.blueprint.shipped import data_folder
from wikifarm.engine import receipt as receipts
from wikifarm.engine.closing import Leave
from wikifarm.errors import InvalidInput, LocalStorage, Problem, Refused
from wikifarm.files import write_whole
from wikifarm.i18n import _
from wikifarm.model import without_slashes
from wikifarm.operations.copying.people_there import people_there
from wikifarm.operations.copying.source_wiki import Source, opened
from wikifarm.operations.workplace.context import Context
from wikifarm.reasons import of_system
from wikifarm.result import Envelope, Outcome
from wikifarm.whole_wiki import WholeWiki
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole

TEXTS = "captured"  # folder of templates/: what facilitators read of a captured blueprint
_TEXTUAL = frozenset({".txt", ".csv", ".md", ".svg", ".xml", ".html", ".htm", ".yaml", ".ics",
                      ".vcf", ".json", ".tex", ".rtf"})  # fmt: skip


@dataclass(frozen=True)
class CapturedBlueprint(Outcome):
    """What was captured of a wiki. `folder` is empty where nothing was written; `unread`, what the
    account could not read of it."""

    source: str
    reader: str
    unread: tuple[str, ...]
    captured: Captured
    folder: str = ""
    title: str = ""  # the name of the wiki, where it was read
    erased: str = ""  # the day when its people were erased, where its receipt says so

    def as_json(self) -> dict[str, Any]:
        told = self.captured
        return {
            "source": self.source,
            "as": self.reader,
            "unread": list(self.unread),
            "name": told.name,
            "folder": self.folder,
            "pages": list(told.pages),
            "forms": [asdict(form) for form in told.forms],
            "lists": list(told.lists),
            "groups": list(told.groups),
            "attached": [f"{each.page}/{each.name}" for each in told.attachments],
            "not_in_it": [
                {"kind": each.kind.value, "name": each.name, "why": each.why.value,
                 "agree": each.key if each.may_be_agreed else ""}
                for each in told.left_out
            ],
            "changed": list(told.changed),
        }  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """A wiki as it was read, the people whom it knows, and what is captured of it."""

    whole: WholeWiki
    people: KnownPeople
    outcome: CapturedBlueprint


def capture_blueprint(
    context: Context, source: Source, asked: CaptureWishes, *, dry_run: bool = False
) -> Envelope:
    """The blueprint of a wiki, in `blueprints/<name>`. With `dry_run`, only what it would hold."""
    folder = free_folder(context, asked.name)
    with opened(context, source) as wiki:
        read = captured_from(context, wiki, asked)
        outcome = read.outcome if dry_run else written(wiki, read, folder, asked.agreed)
    return Envelope("blueprint capture", outcome=outcome, messages=tuple(unmet(outcome)))


def unmet(outcome: CapturedBlueprint) -> Iterator[str]:
    """As sentences: what somebody agreed to by name, and that no capture would have left out; that
    nobody is known any more in a community whose people were erased."""
    names = outcome.captured.unmet
    if names:
        told = _("Nothing that would be left out is called so: --agree {names} changes nothing.")
        yield told.format(names=" --agree ".join(names))
    if outcome.erased:
        told = _(
            "The people of this community were erased on {day}: its wiki knows them no more, so "
            "nothing left out the pages that name them. Read each page before others do."
        )
        yield told.format(day=outcome.erased)


def free_folder(context: Context, name: str) -> Path:
    """The folder of a new blueprint. Raises InvalidInput for a name that cannot be one, Refused
    where something stands there."""
    if not NAME.match(name):
        message = _("“{name}” cannot be the name of a blueprint: a-z, 0-9 and “-” only")
        raise InvalidInput([Problem(message.format(name=name), code="bad-name")])
    if name in known_blueprints():
        message = _("“{name}” is a blueprint of wikifarm's own, which its name alone always means")
        raise InvalidInput(
            [Problem(message.format(name=name), _("Give another name."), code="bad-name")]
        )
    folder = context.places.blueprints / name
    if folder.exists() or folder.is_symlink():
        raise Refused(
            _("There is something at {path} already: nothing was captured.").format(path=folder),
            hint=_("Give another name, or remove that folder."),
            where=str(folder),
        )
    return folder


def captured_from(context: Context, wiki: Wiki, asked: CaptureWishes) -> Reading:
    """A wiki, and what a capture of it holds; nothing is written. Who facilitates it is known to
    nobody but its manifest, if it is here."""
    whole = read_whole(wiki)
    facilitating = _facilitating(context, whole.address)
    told = (each for person in facilitating for each in (person.name, person.email))
    people = people_there(whole, wiki.entries.of, told)
    asked = replace(asked, facilitating=tuple(person.name for person in facilitating))
    usual = load_blueprint(DEFAULT_BLUEPRINT)
    texts = {path.name: path.read_text("utf-8") for path in _texts(asked.language)}
    asked = replace(asked, left=asked.left | {receipts.TAG})
    captured = capture(whole, people, usual, texts, asked)
    unread = tuple(sorted(part.value for part in whole.unread))
    title = without_slashes(unescape(whole.settings.get("wakka_name", "")))
    page = whole.pages.get(receipts.TAG)
    receipt = receipts.from_page(page.body) if page is not None else None
    erased = receipt.closing.get(Leave.ERASE.value, "") if receipt is not None else ""
    outcome = CapturedBlueprint(
        whole.address, whole.reader, unread, captured, title=title, erased=erased
    )
    return Reading(whole, people, outcome)


def _facilitating(context: Context, address: str) -> tuple[Facilitator, ...]:
    """Those whom the manifest of this wiki names, if this folder has it."""
    folder = context.places.communities
    if not context.settings.url or not folder.is_dir():
        return ()
    try:
        described = load_manifests([folder])
    except InvalidInput as wrong:
        if {problem.code for problem in wrong.problems} != {"empty"}:
            raise
        return ()  # no community is described here yet
    here = (
        community for community in described if context.farm.address_of(community.slug) == address
    )
    return next((community.facilitators for community in here), ())


def _texts(language: str) -> list[Path]:
    """The texts for those who facilitate: a captured wiki has none."""
    templates = data_folder("templates")
    return [
        *sorted((templates / TEXTS).glob("*.j2")),
        templates / DEFAULT_BLUEPRINT / language / "list-request.txt.j2",
    ]


def written(wiki: Wiki, read: Reading, folder: Path, agreed: frozenset[str]) -> CapturedBlueprint:
    """Writes the blueprint and its files, and loads it again; whole, or nothing."""
    outcome, captured = read.outcome, read.outcome.captured
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _beside(folder) as made:
            for path, text in captured.texts.items():
                _put(made / path, text)
            left = tuple(_fetched(wiki, made, captured, read.people, agreed))
            load_blueprint(str(made))
            made.rename(folder)
    except OSError as fault:
        raise LocalStorage(
            _("The blueprint cannot be written to {path} ({reason}).").format(
                path=folder, reason=of_system(fault)
            ),
            hint=_("Free some space or choose another folder with --directory."),
        ) from None
    gone = {each.name for each in left}
    kept = tuple(each for each in captured.attachments if f"{each.page}/{each.name}" not in gone)
    whole = replace(captured, attachments=kept, left_out=(*captured.left_out, *left))
    return replace(outcome, captured=whole, folder=str(folder))


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A new folder to be put in the place of `folder`; gone at the end if it is still there, with
    those of runs that were killed: nobody holds them any more."""
    prefix = f".{folder.name}.wikifarm-"
    for left in folder.parent.glob(f"{prefix}*"):
        with suppress(OSError), _held(left):
            shutil.rmtree(left)
    made = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    try:
        with _held(made):
            made.chmod(0o755)
            yield made
    finally:
        with suppress(OSError):
            shutil.rmtree(made)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Holds a folder while it is written in. Raises OSError where another run does."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)


def _fetched(
    wiki: Wiki, folder: Path, captured: Captured, people: KnownPeople, agreed: frozenset[str]
) -> Iterator[LeftOut]:
    """Fetches the files; answers those that are not there, are empty, or speak of somebody."""
    for attachment in captured.attachments:
        path = folder / FOLDER / attachment.page / attachment.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w+b") as content:
            there = wiki.attachments.fetch(attachment, content, LARGEST)
        name = f"{attachment.page}/{attachment.name}"
        left = _left(path, name, people) if there else LeftOut(LeftKind.FILE, name, Why.NO_FILE)
        if left is not None and left.key not in agreed:
            path.unlink()
            with suppress(OSError):
                path.parent.rmdir()
            yield left


def _left(path: Path, name: str, people: KnownPeople) -> LeftOut | None:
    """Why a file is not copied; of those that are no text, only that they are empty is known."""
    if not path.stat().st_size:
        return LeftOut(LeftKind.FILE, name, Why.NO_FILE)
    if path.suffix.lower() not in _TEXTUAL:
        return None
    traces = people.in_text(_read(path.read_bytes()))
    return LeftOut(LeftKind.FILE, name, why_of(min(traces))) if traces else None


def _read(content: bytes) -> str:
    """A text that somebody attached: as its first bytes say, in UTF-8, or as Windows writes."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")

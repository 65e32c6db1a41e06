"""The folder `files/` of a blueprint: `files/<page>/<name>`, attached to the page of that key."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

from wikifarm.blueprint.blueprint_model import FilePlan
from wikifarm.blueprint.sources import Problems, did_you_mean
from wikifarm.errors import Problem
from wikifarm.files import is_no_file_name
from wikifarm.i18n import _
from wikifarm.whole_wiki import is_file_name

FOLDER = "files"
LARGEST = 64 * 1024 * 1024  # bytes


def files_of(folder: Path, pages: Collection[str], problems: Problems) -> Iterator[FilePlan]:
    """The files of a blueprint, in order; what is wrong with them joins `problems`."""
    for place in sorted((folder / FOLDER).glob("*")):
        if place.name.startswith("."):
            continue
        if place.name not in pages or not place.is_dir():
            message = _("no page is called “{name}”").format(name=place.name)
            hint = did_you_mean(place.name, pages)
            problems.append(Problem(message, hint, str(place), code="unknown-page"))
            continue
        yield from _of_page(folder, place, problems)


def _of_page(folder: Path, place: Path, problems: Problems) -> Iterator[FilePlan]:
    taken: set[str] = set()
    for path in sorted(place.glob("*")):
        if path.name.startswith("."):
            continue
        wrong = _wrong(folder, path, taken)
        if wrong:
            message, code = wrong
            problems.append(Problem(message, file=str(path), code=code))
            continue
        taken.add(path.name.casefold())
        with path.open("rb") as content:
            yield FilePlan(place.name, path, hashlib.file_digest(content, "sha256").hexdigest())


def _wrong(folder: Path, path: Path, taken: Collection[str]) -> tuple[str, str] | None:
    if not path.resolve().is_relative_to(folder.resolve()):
        return _("this file lies outside the blueprint's folder"), "outside"
    if not path.is_file() or not is_file_name(path.name):
        message = _("“{name}” cannot be an attached file: letters, digits, - _ . and an ending")
        return message.format(name=path.name), "bad-name"
    if is_no_file_name(path.name):
        message = _("“{name}” cannot be the name of a file on every computer")
        return message.format(name=path.name), "bad-name"
    if path.name.casefold() in taken:
        return _("“{name}” is used twice").format(name=path.name), "duplicate-name"
    if not 0 < path.stat().st_size <= LARGEST:
        message = _("this file is empty, or has more than {megabytes} MB")
        return message.format(megabytes=LARGEST // 1024 // 1024), "file-size"
    return None

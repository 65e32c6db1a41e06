"""What a clone was begun with, kept on this computer: the run that goes on tells it again, and
takes no other options than those that the wiki was read with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from wikifarm.blueprint.capture.capture_wiki import CaptureWishes
from wikifarm.errors import Refused
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.operations.copying.captured_blueprint import CapturedBlueprint
from wikifarm.operations.copying.source_wiki import Source
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.private_files import storing


@dataclass(frozen=True)
class BegunClone:
    """The options by which a wiki was read, its name, and how much was left out of the copy, or is
    otherwise there: what it is may name people, of whom nothing is kept."""

    options: dict[str, Any]
    title: str = ""
    left_out: int = 0
    changed: int = 0


def keep_begun(
    context: Context, slug: str, source: Source, asked: CaptureWishes, captured: CapturedBlueprint
) -> None:
    """Keeps what the clone at this address is made of. Raises LocalStorage."""
    told = captured.captured
    counts = len(told.left_out), len(told.changed)
    begun = BegunClone(_options(source, asked), captured.title, *counts)
    path = _path(context, slug)
    with storing(path):
        make_private(path.parent)
        write_whole(path, json.dumps(asdict(begun)), PRIVATE)


def begun_clone(context: Context, slug: str) -> BegunClone | None:
    """What was kept of it; None where another computer began it."""
    try:
        kept = from_json(_path(context, slug).read_bytes())
        return TypeAdapter(BegunClone).validate_python(kept)
    except (OSError, ValueError, ValidationError):
        return None


def refuse_otherwise(
    begun: BegunClone | None, source: Source, asked: CaptureWishes, written: Sequence[Path]
) -> None:
    """Raises Refused for options that are not those that the wiki was read with; `written` is what
    stands in this folder of the clone."""
    first = begun.options if begun is not None else {}
    names = list(_otherwise(first, _options(source, asked)))
    if names:
        raise Refused(
            _("This clone was begun with other options ({names}): nothing was done.").format(
                names=", ".join(names)
            ),
            hint=_(
                "Give those of the first time; or, before the wiki is made, remove {files} to "
                "read the source anew."
            ).format(files=", ".join(map(str, written))),
            where=str(written[0]),
        )


def _otherwise(first: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """Those that differ; where the first are not known, those that are not the usual ones."""
    usual = _options(Source(""), CaptureWishes("", now["--language"]))
    return (name for name in now if now[name] != first.get(name, usual[name]))


def _options(source: Source, asked: CaptureWishes) -> dict[str, Any]:
    return {
        "--agree": sorted(asked.agreed),
        "--members": asked.members,
        "--facilitators": asked.facilitators,
        "--language": asked.language,
        "--user": source.account,
    }


def _path(context: Context, slug: str) -> Path:
    return context.folder / "clones" / f"{slug}.json"

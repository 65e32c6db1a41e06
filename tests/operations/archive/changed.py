"""A backup that a hand changed, and what is said of it before the yes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from wikifarm.operations.archive.backup_format import Parts, opened, write
from wikifarm.operations.archive.restore import ToRestore, restore
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope

Texts = dict[str, Any]


def rewritten(file: Path, target: Path, change: Callable[[Texts], None]) -> Path:
    """A backup of which a hand changed the texts, its sums made again."""
    parts = Parts(target)
    with opened(file) as kept:
        texts = {name: kept.value(name) for name in kept.manifest.members if name.endswith(".json")}
        facts = kept.manifest.model_dump(exclude={"members", "format"})
        change(texts)
        for name, value in texts.items():
            parts.put(name, value)
        for name in set(kept.manifest.members) - set(texts):
            if name.startswith("files/"):
                with kept.stream(name) as stream:
                    parts.put_bytes(name, stream.read())
    write(parts, facts, ())
    parts.remove()
    return target


def told_before(context: Context, file: Path, slug: str = "rennes2") -> tuple[ToRestore, Envelope]:
    """What was said before the yes, and what came of it."""
    told: list[ToRestore] = []

    def asked(planned: ToRestore) -> bool:
        told.append(planned)
        return True

    done = restore(context, file, slug, agreed=asked)
    (planned,) = told
    return planned, done

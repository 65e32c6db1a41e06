"""Text about files: a folder that was prepared, and documents shown as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from wikifarm.cli.render.sheet import Sheet, table, wrapped
from wikifarm.i18n import _, language

if TYPE_CHECKING:
    from wikifarm.operations.known_holes import KnownAdvisories
    from wikifarm.operations.schemas import ImportedForm, JsonSchema
    from wikifarm.operations.workplace.prepared import PreparedFolder


def prepared_folder(outcome: PreparedFolder, sheet: Sheet) -> Iterator[str]:
    """Which files were written, and what comes next."""
    yield from table(
        (_("written") if file.made else _("kept as it was"), str(file.path))
        for file in outcome.files
    )
    if outcome.settings:
        yield ""
        yield from table(_set(outcome.settings))
    yield ""
    yield sheet.paint.strong(_("Next"))
    for number, text in enumerate(outcome.next, 1):
        yield from wrapped(text, f"  {number}. ")


def _set(settings: Mapping[str, str | bool]) -> Iterator[tuple[str, str]]:
    """What is set of the farm."""
    yield _("farm"), str(settings["farm"]) or _("not given yet")
    yield _("account"), str(settings["admin"])
    yield (
        _("password"),
        _("given (it is not shown)") if settings["password"] else _("not given yet"),
    )


def json_schema(outcome: JsonSchema, _sheet: Sheet) -> Iterator[str]:
    """A JSON Schema, as it is."""
    yield json.dumps(outcome.schema, ensure_ascii=False, indent=2)


def imported_form(outcome: ImportedForm, _sheet: Sheet) -> Iterator[str]:
    """A Bazar schema, as it is."""
    yield outcome.yaml.rstrip("\n")


def advisories(outcome: KnownAdvisories, _sheet: Sheet) -> Iterator[str]:
    """What is known, the newest record first: what each lets do, what mends it."""
    from wikifarm.advisories.verdict import deed

    if outcome.kept:
        yield _("kept in {path}").format(path=outcome.kept)
    for advisory in sorted(outcome.known.advisories, key=lambda known: known.published)[::-1]:
        mended = (
            _("mended in {version}").format(version=advisory.fixed)
            if advisory.fixed
            else _("no fix is named")
        )
        text = _("{deed}; {mended}.").format(deed=deed(advisory, language()), mended=mended)
        yield from wrapped(text, f"{advisory.product}: ", "  ")

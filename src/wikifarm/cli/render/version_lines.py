"""Text about versions of blueprints: what a new one changes, and what people edited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wikifarm.cli.progress import step_words
from wikifarm.cli.render.community_lines import SIGNS
from wikifarm.cli.render.sheet import Sheet, table, wrapped
from wikifarm.i18n import _

if TYPE_CHECKING:
    from wikifarm.operations.upgrade.blueprint_diff import Difference, Versions, VersionsOutcome


def versions(outcome: VersionsOutcome, sheet: Sheet) -> Iterator[str]:
    """Each community: from which version to which, then each thing that differs."""
    for number, each in enumerate(outcome.versions):
        if number:
            yield ""
        yield from _versions(each, sheet)
    for community in outcome.communities:
        if community.to_make:
            told = _("{name}: no wiki yet, `wikifarm apply` makes it.")
            yield from wrapped(told.format(name=community.name))


def _versions(each: Versions, sheet: Sheet) -> Iterator[str]:
    before = each.before or "?"
    arrow = before if before == each.after else f"{before} → {each.after}"
    yield f"{sheet.paint.strong(each.name)} ({each.blueprint} {arrow})"
    if not each.differences:
        yield "  " + _("The blueprint says the same as when it was last applied.")
    yield from table([_row(difference) for difference in each.differences])
    if each.edited:
        pages = ", ".join(each.edited)
        yield from wrapped(_("Edited here by hand: {pages}.").format(pages=pages), "  ")
    if each.proposed:
        told = _("In the same place as the blueprint changed, so only proposed: {pages}.")
        yield from wrapped(told.format(pages=", ".join(each.proposed)), "  ")
    if sheet.verbose:
        for difference in each.differences:
            yield from (f"    {line}" for line in difference.diff.splitlines())


def _row(difference: Difference) -> tuple[str, str, str]:
    step, _colon, key = difference.id.partition(":")
    detail = f" ({difference.detail})" if difference.detail else ""
    here = f" — {_here(difference)}" if _here(difference) else ""
    return SIGNS[difference.action], step_words().get(step, step), f"{key}{detail}{here}"


def _here(difference: Difference) -> str:
    """What becomes of it in this wiki, where that is not plainly what the blueprint says."""
    if difference.here == "none":
        return _("so already here")
    if not difference.edited:
        return ""
    return _("kept as it is here") if difference.here == "keep" else _("merged with what is here")

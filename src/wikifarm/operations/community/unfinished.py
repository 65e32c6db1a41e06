"""Wikis whose making, or restoration, was cut: what is said of them, and what finishes them."""

from __future__ import annotations

from wikifarm.engine.journal import Cut
from wikifarm.engine.receipt import Receipt
from wikifarm.i18n import _
from wikifarm.moments import local
from wikifarm.operations.workplace.context import Context


def unfinished(context: Context, slug: str, receipt: Receipt | None) -> Cut | None:
    """What did not end of the making of a wiki: as this computer knows, or as its receipt says."""
    begun_elsewhere = receipt is not None and not receipt.complete
    return context.journal.unfinished().get(slug) or (Cut.MAKING if begun_elsewhere else None)


def told_of_gone(context: Context, slug: str) -> list[str]:
    """That this computer left a wiki whole which the farm has no more; nothing where it never
    did."""
    stood = context.journal.stood(slug)
    if not stood:
        return []
    told = _(
        "Its wiki was whole on {day}, and is not on the farm any more: `apply` makes another one, "
        "empty. If nobody here removed it, ask who runs the farm first."
    )
    return [told.format(day=local(stood)[:10])]


def told_of(cut: Cut, names: str) -> str:
    """That wikis are unfinished, and what finishes them."""
    told = (
        _("The restoration of {names} was cut: the same `wikifarm restore` finishes it.")
        if cut is Cut.RESTORING
        else _("The making of {names} was cut: `wikifarm apply` finishes it.")
    )
    return told.format(names=names)

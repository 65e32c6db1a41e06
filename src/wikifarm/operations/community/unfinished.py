"""Wikis whose making, or restoration, was cut: what is said of them, and what finishes them."""

from __future__ import annotations

from wikifarm.engine.journal import Cut
from wikifarm.engine.receipt import Receipt
from wikifarm.i18n import _
from wikifarm.operations.workplace.context import Context


def unfinished(context: Context, slug: str, receipt: Receipt | None) -> Cut | None:
    """What did not end of the making of a wiki: as this computer knows, or as its receipt says."""
    begun_elsewhere = receipt is not None and not receipt.complete
    return context.journal.unfinished().get(slug) or (Cut.MAKING if begun_elsewhere else None)


def told_of(cut: Cut, names: str) -> str:
    """That wikis are unfinished, and what finishes them."""
    told = (
        _("The restoration of {names} was cut: the same `wikifarm restore` finishes it.")
        if cut is Cut.RESTORING
        else _("The making of {names} was cut: `wikifarm apply` finishes it.")
    )
    return told.format(names=names)

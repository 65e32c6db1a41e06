"""A community that closes, or is closed, met by a command: refused where that would write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from wikifarm.engine import receipt as receipts
from wikifarm.engine.closing import REOPEN, REOPENED, Closing, Leave, closing
from wikifarm.engine.receipt import Receipt
from wikifarm.errors import Closed, WriteRefused
from wikifarm.i18n import _
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.yeswiki.wiki import Wiki


def closing_of(run: CommunityRun) -> Closing:
    """How far the leave of a community is whose wiki was looked for."""
    receipt = run.work.seen.receipt if run.wiki is not None else None
    entry = run.entry.entry if run.wiki is not None and run.entry is not None else ""
    return closing(run.context.journal, run.community.slug, receipt, entry)


def refuse_closed(run: CommunityRun) -> None:
    """Raises Closed where the community closes, or is closed: writing there would undo that."""
    leave = closing_of(run)
    if leave.closed:
        raise is_closed(run.community.slug, leave, run.community.source)


def is_closed(slug: str, leave: Closing, manifest: str = "") -> Closed:
    """The refusal: how far the leave is, and the way on either way."""
    ways = [_("To open it again: `wikifarm retire {slug} --step reopen`.").format(slug=slug)]
    if leave.ended and manifest and Path(manifest).is_file():
        way = _("Closed for good: remove its description, {file}.")
        ways.append(way.format(file=manifest))
    elif not leave.ended:
        ways.append(_("`wikifarm retire {slug}` says what is left to do.").format(slug=slug))
    return Closed(
        _("The community “{slug}” closes ({told}): nothing was written.").format(
            slug=slug, told=leave.told
        ),
        hint=" ".join(ways),
        where=manifest,
    )


def told_of_closing(run: CommunityRun) -> Iterator[str]:
    """What is said of a community that announced its end, in which people still write."""
    leave = closing_of(run)
    if leave.last is Leave.ANNOUNCE:
        told = _(
            "This community closes ({told}); until nobody writes there any more, it is applied as "
            "any other. `wikifarm retire {slug} --step {step}` takes that back."
        )
        yield told.format(told=leave.told, slug=run.community.slug, step=REOPEN)


def keep_in_receipt(wiki: Wiki, leave: Closing, reopened: str = "") -> None:
    """Has the receipt of a wiki tell how far its leave is, and when it was opened again, to every
    computer. Nothing is written where it has none, or one that wikifarm's account did not write
    last, which proves nothing."""
    page = wiki.pages.read(receipts.TAG)
    known = receipts.from_page(page.body) if page is not None else None
    if page is None or known is None or page.author != wiki.account:
        return
    since = reopened or known.closing.get(REOPENED, "")
    told = {step.value: day for step, day in leave.days.items()}
    told |= {REOPENED: since} if since else {}
    if known.closing == told:
        return
    body = replace(known, closing=told).as_page(known.language or "fr")
    wiki.pages.save(receipts.TAG, body, page.revision)
    now = wiki.pages.read(receipts.TAG)
    if now is None or now.body != body:
        raise WriteRefused(
            _("The wiki did not keep the receipt that says that it closes."),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )


def receipt_of(wiki: Wiki) -> Receipt | None:
    """The receipt that a wiki shows its administrator."""
    page = wiki.pages.read(receipts.TAG)
    return receipts.from_page(page.body) if page is not None else None

"""Pages and settings: what people read. A page edited by hand is kept, or merged on an upgrade."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from merge3 import Merge3

from wikifarm.blueprint.design import DesignedPage
from wikifarm.engine.plan import Action, Change
from wikifarm.engine.receipt import Receipt, fingerprint
from wikifarm.engine.step import Step, Work, read_back
from wikifarm.i18n import _
from wikifarm.model import Page


class PagesStep(Step):
    """Every page of the blueprint."""

    name = "pages"

    def plan(self, work: Work) -> list[Change]:
        changes = []
        for page in work.design.pages:
            change = self._compare(page, work.seen.pages.get(page.tag), work.receipt)
            if change is not None:
                changes.append(change)
        return changes

    def apply(self, work: Work, changes: Sequence[Change]) -> None:
        wanted = {page.tag: page for page in work.design.pages}
        for change in changes:
            now = work.seen.pages.get(change.key)
            body = wanted_body(wanted[change.key], now, work.receipt)
            work.seen.wiki.pages.save(change.key, body, now.revision if now else "")
        work.seen.forget("pages", "rights")
        read_back(self, work)

    def _compare(self, page: DesignedPage, now: Page | None, receipt: Receipt) -> Change | None:
        if now is None:
            return Change(self.name, page.tag, Action.CREATE, _("new page"))
        body = wanted_body(page, now, receipt)
        if body == now.body:
            in_step = now.body == page.body
            return (
                None
                if in_step
                else Change(self.name, page.tag, Action.KEEP, _("edited here by hand: kept"))
            )
        merged = body != page.body
        summary = _("merged with what was edited here") if merged else _("text of the blueprint")
        return Change(
            self.name, page.tag, Action.UPDATE, summary, unified(page.tag, now.body, body)
        )


def wanted_body(page: DesignedPage, now: Page | None, receipt: Receipt) -> str:
    """The body that the page should have, keeping what people changed by hand.

    Untouched since wikifarm wrote it: the blueprint's text. Edited: kept when the blueprint did
    not change, else merged three ways with the receipt's text as base; kept whole on a conflict.
    """
    if now is None or receipt.untouched(page.tag, now.body):
        return page.body
    merged = _merged(page, now, receipt)
    return now.body if merged is None else merged


def edited_by_hand(work: Work) -> list[str]:
    """Tags of the pages that people changed since wikifarm wrote them."""
    return [
        page.tag
        for page in work.design.pages
        if (now := work.seen.pages.get(page.tag)) is not None
        and now.body != page.body
        and not work.receipt.untouched(page.tag, now.body)
    ]


def pages_applied(work: Work) -> Receipt:
    """The receipt with the text of each page that is in step with the blueprint, or merged with it.

    A page kept whole on a conflict keeps its former base, so that a later run tries again.
    """
    hashes = dict(work.receipt.pages)
    bases = dict(work.receipt.bases)
    for page in work.design.pages:
        now = work.seen.pages.get(page.tag)
        if now is None:
            continue
        if page.body in (now.body, bases.get(page.tag)) or now.body == _merged(
            page, now, work.receipt
        ):
            hashes[page.tag] = fingerprint(page.body)
            bases[page.tag] = page.body
    return replace(work.receipt, pages=hashes, bases=bases)


def _merged(page: DesignedPage, now: Page, receipt: Receipt) -> str | None:
    """What was edited here with what the blueprint changed since; None: no base, or a conflict."""
    base = receipt.bases.get(page.tag)
    if base is None or base == page.body:
        # Without a base nothing proves that the text is ours; without a change nothing is to merge.
        return None
    merge = Merge3(_lines(base), _lines(now.body), _lines(page.body))
    if any(group[0] == "conflict" for group in merge.merge_groups()):
        return None
    return "".join(merge.merge_lines()).rstrip()


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text.split("\n")]


def unified(name: str, before: str, after: str) -> str:
    """The difference of two texts as `diff -u` writes it."""
    return "\n".join(
        difflib.unified_diff(before.split("\n"), after.split("\n"), name, name, lineterm="", n=2)
    )


class SettingsStep(Step):
    """The settings of the wiki: its name as typed, who may write a new page, the map's centre."""

    name = "settings"

    def plan(self, work: Work) -> list[Change]:
        now = work.seen.settings
        if work.seen.exists and not now:
            # The server may not write its configuration: nothing to do from here.
            return []
        return [
            Change(self.name, key, Action.UPDATE, value)
            for key, value in sorted(work.design.settings.items())
            if (key in now or not work.seen.exists) and now.get(key) != value
        ]

    def apply(self, work: Work, changes: Sequence[Change]) -> None:
        wanted = {change.key: work.design.settings[change.key] for change in changes}
        work.seen.wiki.settings.save(work.seen.settings, wanted)
        work.seen.forget("settings")
        read_back(self, work)

"""Pages and settings: what people read. A page edited by hand is kept, or merged on an upgrade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from merge3 import Merge3

from wikifarm.blueprint.design import DesignedPage
from wikifarm.engine.changes import Action, Change, from_to, unified
from wikifarm.engine.receipt import Receipt, fingerprint
from wikifarm.engine.step import Step, Work, look_again, read_back, refuse_lost
from wikifarm.errors import UnexpectedAnswer
from wikifarm.i18n import _
from wikifarm.model import Page, without_slashes


class PageChange(Change[Page, Page]):
    """The text of a page."""

    step = "pages"

    def text(self, value: Page) -> str:
        return value.body

    @property
    def diff(self) -> str:
        if self.action is Action.CREATE:
            return ""
        return unified(self.key, self.before, self.after)


class PagesStep(Step[PageChange]):
    """Every page of the blueprint."""

    name = PageChange.step

    def plan(self, work: Work) -> list[PageChange]:
        changes = []
        for page in work.design.pages:
            change = self._compare(page, work.seen.pages.get(page.tag), work)
            if change is not None:
                changes.append(change)
        return changes

    def apply(self, work: Work, changes: Sequence[PageChange]) -> None:
        pages = work.seen.wiki.pages
        look_again(self, work, changes, ("pages",))
        for change in changes:
            previous = change.existing.revision if change.existing else ""
            # Where a save has no check of conflicts, a page left out of an answer would be lost.
            lost = change.existing is None and change.key in work.receipt.pages
            if lost and pages.read(change.key) is not None:
                raise UnexpectedAnswer(
                    _(
                        "The wiki does not show the page {tag} among its pages, and yet has it."
                    ).format(tag=change.key),
                    hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
                )
            pages.save(change.key, change.after, previous)
        work.seen.forget("pages")
        if any(change.existing is None for change in changes):
            work.seen.forget("rights")  # what is new has those of the settings
        read_back(self, work, changes)

    def _compare(self, page: DesignedPage, now: Page | None, work: Work) -> PageChange | None:
        if now is None:
            wanted = Page(page.tag, page.body)
            return PageChange(page.tag, Action.CREATE, wanted=wanted, reason=_("new page"))
        back = page.tag in work.taken_back
        body = page.body if back else _wanted_body(page, now, work)
        wanted = replace(now, body=body)
        if body != now.body:
            merged = body != page.body
            reason = _("merged with what was edited here") if merged else _("text of the blueprint")
            return PageChange(page.tag, Action.UPDATE, now, wanted, reason)
        if now.body == page.body:
            return None
        kept = _("edited here by hand: kept")
        if work.upgrading and in_conflict(work, page):
            kept = _("edited here where the blueprint changed: kept")
        return PageChange(page.tag, Action.KEEP, now, replace(now, body=page.body), kept)


def _wanted_body(page: DesignedPage, now: Page, work: Work) -> str:
    """The body that the page should have, keeping what people changed by hand.

    Untouched since wikifarm wrote it: the blueprint's text. Edited: kept when the blueprint did
    not change, else merged three ways with the receipt's text as base; kept whole on a conflict.
    """
    if work.receipt.untouched(page.tag, now.body):
        return page.body
    merged = None if _is_merged(page, now, work) else _merged(page, now, work)
    return now.body if merged is None else merged


def proposal_tag(tag: str) -> str:
    """The page that proposes the blueprint's text of the page `tag`."""
    return f"WikifarmProposition{tag}"


def base_of(work: Work, tag: str) -> str | None:
    """The text of the blueprint that what people wrote in a page is to be compared with: as last
    applied or, once the proposal made of it is gone, which says that somebody has done with it, as
    it was proposed. None where nothing is known."""
    proposed = work.receipt.proposals.get(tag)
    if proposed is not None and proposal_tag(tag) not in work.seen.pages:
        return proposed[1]
    return work.receipt.bases.get(tag)


def in_conflict(work: Work, page: DesignedPage) -> bool:
    """True where people and the blueprint changed the same place."""
    now = work.seen.pages.get(page.tag)
    return (
        now is not None
        and now.body != page.body
        and page.tag not in work.taken_back
        and not work.receipt.untouched(page.tag, now.body)
        and base_of(work, page.tag) not in (None, page.body)
        and not _is_merged(page, now, work)
        and _merged(page, now, work) is None
    )


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
        now, base = work.seen.pages.get(page.tag), base_of(work, page.tag)
        if now is None:
            continue
        done = page.body in (now.body, base) or _is_merged(page, now, work)
        if done or now.body == _merged(page, now, work):
            base = page.body
        if base is not None and base != bases.get(page.tag):
            hashes[page.tag], bases[page.tag] = fingerprint(base), base
    return replace(work.receipt, pages=hashes, bases=bases)


def merging(page: DesignedPage, body: str) -> tuple[str, str]:
    """How the receipt announces that a page is about to hold a merge with the blueprint's text: a
    merge of it would not always be the same."""
    return f"merged:{page.tag}", f"{fingerprint(body)} {fingerprint(page.body)}"


def _is_merged(page: DesignedPage, now: Page, work: Work) -> bool:
    """True where this run, or one that did not end, merged the blueprint's text into the page."""
    return merging(page, now.body)[1] in work.receipt.begun("merged", page.tag)


def _merged(page: DesignedPage, now: Page, work: Work) -> str | None:
    """What was edited here with what the blueprint changed since; None: no base, or a conflict."""
    base = base_of(work, page.tag)
    if base is None or base == page.body:
        # Without a base nothing proves that the text is ours; without a change nothing is to merge.
        return None
    merge = Merge3(_lines(base), _lines(now.body), _lines(page.body))
    if any(group[0] == "conflict" for group in merge.merge_groups()):
        return None
    return "".join(merge.merge_lines()).rstrip()


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text.split("\n")]


class SettingChange(Change[str, str]):
    """One setting of the wiki."""

    step = "settings"

    @property
    def summary(self) -> str:
        return self.after

    @property
    def detail(self) -> str:
        if self.existing is None:
            return ""
        if without_slashes(self.before) == self.after:
            return _("“{text}”, without the backslash that the farm put before each quote").format(
                text=self.after
            )
        return from_to(self.before, self.after)

    def text(self, value: str) -> str:
        return value


class SettingsStep(Step[SettingChange]):
    """The settings of the wiki: its name as typed, who may write a new page, the map's centre."""

    name = SettingChange.step

    def plan(self, work: Work) -> list[SettingChange]:
        now = work.seen.settings
        if work.seen.exists and not now:
            # The server may not write its configuration: nothing to do from here.
            return []
        return [
            SettingChange(key, Action.UPDATE, now.get(key), value)
            for key, value in sorted(work.design.settings.items())
            if (key in now or not work.seen.exists) and now.get(key) != value
        ]

    def apply(self, work: Work, changes: Sequence[SettingChange]) -> None:
        wanted = {change.key: change.after for change in changes}
        work.seen.wiki.settings.save(work.seen.settings, wanted)
        # Pages without rights of their own follow the settings.
        work.seen.forget("settings", "rights")
        # An answer without the setting is no proof that it was kept.
        refuse_lost(self, [key for key in wanted if key not in work.seen.settings])
        read_back(self, work, changes)

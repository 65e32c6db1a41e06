"""Tidying: the demonstration pages, forms and entries of a new wiki go, after a copy is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from wikifarm.engine.backup import Backups
from wikifarm.engine.changes import Action, Change
from wikifarm.engine.receipt import fingerprint
from wikifarm.engine.step import Step, Work, look_again, read_back
from wikifarm.i18n import _
from wikifarm.model import BazarList, Form, Page

DEMONSTRATION = "demonstration"  # all of it, in the plan of a wiki still to be made


class TidyChange(Change[Page | Form | BazarList, None]):
    """A page, a form or a list of the demonstration. It leaves nothing."""

    step = "tidy"

    @property
    def summary(self) -> str:
        if self.reason:
            return self.reason
        if isinstance(self.existing, Form):
            return self.existing.label
        if isinstance(self.existing, BazarList):
            return self.existing.title
        return _("demonstration page")


class TidyStep(Step[TidyChange]):
    """Removes only what the receipt proves to have come with the new wiki, untouched since."""

    name = TidyChange.step

    def __init__(self, backups: Backups) -> None:
        self._backups = backups

    def plan(self, work: Work) -> list[TidyChange]:
        if not work.seen.exists:
            return _foretold(work)
        return [*self._forms(work), *self._pages(work), *self._lists(work)]

    def apply(self, work: Work, changes: Sequence[TidyChange]) -> None:
        going = [change.existing for change in changes]
        forms = [thing for thing in going if isinstance(thing, Form)]
        pages = [thing for thing in going if isinstance(thing, Page)]
        lists = [thing for thing in going if isinstance(thing, BazarList)]
        wiki = work.seen.wiki
        look_again(self, work, changes, ("pages", "forms", "lists", "entries"))
        self._backups.keep(
            f"{work.slug}-demonstration",
            {
                "pages": {page.tag: page.body for page in pages},
                "forms": {form.id: asdict(form) for form in forms},
                "entries": {form.id: work.seen.entries(form.id) for form in forms},
                "lists": {choices.id: asdict(choices) for choices in lists},
            },
        )
        for form in forms:
            wiki.forms.delete(form.id)
        for page in pages:
            wiki.pages.delete(page.tag)
        for choices in lists:
            wiki.lists.delete(choices.id)
        work.seen.forget("pages", "forms", "lists", "entries", "rights")
        read_back(self, work, changes)

    def _forms(self, work: Work) -> list[TidyChange]:
        changes = []
        for form in work.seen.forms.values():
            came_with = work.receipt.found_forms.get(form.id) == form.label
            if form.label not in work.design.removed_forms or not came_with:
                continue
            template = work.receipt.found_templates.get(form.id)
            untouched = template == fingerprint(form.template)
            written_in = bool(_of_people(work, form))
            reason = _("people wrote in it: kept") if written_in else _by_hand(untouched)
            changes.append(_going(f"form {form.id}", form, reason))
        return changes

    def _pages(self, work: Work) -> list[TidyChange]:
        changes = []
        for tag in work.design.removed_pages:
            page = work.seen.pages.get(tag)
            if page is None or tag not in work.receipt.found:
                continue
            reason = _by_hand(work.receipt.untouched(tag, page.body))
            changes.append(_going(f"page {tag}", page, reason))
        return changes

    def _lists(self, work: Work) -> list[TidyChange]:
        changes = []
        for choices in work.seen.lists.values():
            came_as = work.receipt.found.get(choices.id)
            if choices.id in work.design.removed_lists and came_as is not None:
                reason = _by_hand(came_as == fingerprint(as_text(choices)))
                changes.append(_going(f"list {choices.id}", choices, reason))
        return changes


def _foretold(work: Work) -> list[TidyChange]:
    """Of a wiki still to be made: what it comes with depends on the farm, and whether it comes at
    all, on what the wiki is made from. Only that none of it is left is sure.
    """
    design = work.design
    if not (design.removed_pages or design.removed_forms or design.removed_lists):
        return []
    reason = _("what YesWiki puts in a new wiki as an example")
    return [TidyChange(DEMONSTRATION, Action.DELETE, reason=reason)]


def _of_people(work: Work, form: Form) -> set[str]:
    """The entries of a form that did not come with the wiki, or that another account wrote last."""
    account = work.seen.wiki.account
    return {
        tag
        for tag, row in work.seen.entries(form.id).items()
        if tag not in work.receipt.found or row.get("user") != account
    }


def as_text(choices: BazarList) -> str:
    """A list as its fingerprint is made of it."""
    return json.dumps([choices.title, choices.items])


def _by_hand(untouched: bool) -> str:
    """The reason to keep a thing that people changed; none for one they did not."""
    return "" if untouched else _("edited here by hand: kept")


def _going(key: str, thing: Page | Form | BazarList, kept: str = "") -> TidyChange:
    """The removal of one thing; with a reason to keep it, only its report."""
    return TidyChange(key, Action.KEEP if kept else Action.DELETE, thing, reason=kept)

"""Tidying: the demonstration pages, forms and entries of a new wiki go, after a copy is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from wikifarm.engine.backup import Backups
from wikifarm.engine.plan import Action, Change
from wikifarm.engine.step import Step, Work, read_back
from wikifarm.i18n import _


class TidyStep(Step):
    """Removes only what the receipt proves to have come with the new wiki, untouched since."""

    name = "tidy"

    def __init__(self, backups: Backups) -> None:
        self._backups = backups

    def plan(self, work: Work) -> list[Change]:
        return [*self._forms(work), *self._pages(work), *self._lists(work)]

    def apply(self, work: Work, changes: Sequence[Change]) -> None:
        gone = {change.key for change in changes}
        forms = [form for form in work.seen.forms.values() if f"form {form.id}" in gone]
        lists = [one for one in work.seen.lists.values() if f"list {one.id}" in gone]
        pages = [page for page in work.seen.pages.values() if f"page {page.tag}" in gone]
        wiki = work.seen.wiki
        self._backups.keep(
            f"{work.slug}-demonstration",
            {
                "pages": {page.tag: page.body for page in pages},
                "forms": {form.id: asdict(form) for form in forms},
                "entries": {form.id: wiki.entries.of(form.id) for form in forms},
                "lists": {one.id: asdict(one) for one in lists},
            },
        )
        for form in forms:
            wiki.forms.delete(form.id)
        for page in pages:
            wiki.pages.delete(page.tag)
        for one in lists:
            wiki.lists.delete(one.id)
        work.seen.forget("pages", "forms", "lists", "rights")
        read_back(self, work)

    def _forms(self, work: Work) -> list[Change]:
        changes = []
        for form in work.seen.forms.values():
            came_with = work.receipt.found_forms.get(form.id) == form.label
            if form.label not in work.design.removed_forms or not came_with:
                continue
            new = set(work.seen.wiki.entries.of(form.id)) - set(work.receipt.found)
            changes.append(
                Change(self.name, f"form {form.id}", Action.KEEP, _("people wrote in it: kept"))
                if new
                else Change(self.name, f"form {form.id}", Action.DELETE, form.label)
            )
        return changes

    def _pages(self, work: Work) -> list[Change]:
        changes = []
        for tag in work.design.removed_pages:
            page = work.seen.pages.get(tag)
            if page is None or tag not in work.receipt.found:
                continue
            changes.append(
                Change(self.name, f"page {tag}", Action.DELETE, _("demonstration page"))
                if work.receipt.untouched(tag, page.body)
                else Change(self.name, f"page {tag}", Action.KEEP, _("edited here by hand: kept"))
            )
        return changes

    def _lists(self, work: Work) -> list[Change]:
        found = work.receipt.found
        return [
            Change(self.name, f"list {one.id}", Action.DELETE, one.title)
            for one in work.seen.lists.values()
            if one.id in work.design.removed_lists and one.id in found
        ]

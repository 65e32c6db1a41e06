"""The looks of their own that pages have. One that somebody gave a page is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wikifarm.blueprint.looks import of_ours
from wikifarm.engine.changes import Action, Change
from wikifarm.engine.step import Step, Work, look_again, read_back
from wikifarm.i18n import _

Look = Mapping[str, str]


class LookChange(Change[Look, Look]):
    """The look of a page: theme, style, the pages around it."""

    step = "looks"

    def text(self, value: Look) -> str:
        return ", ".join(f"{key} {word}" for key, word in sorted(value.items()))


class LooksStep(Step[LookChange]):
    """The looks of the blueprint's pages; where none has one, nothing is asked."""

    name = LookChange.step

    def plan(self, work: Work) -> list[LookChange]:
        changes = []
        for page in work.design.pages:
            now = of_ours(work.seen.looks.get(page.tag, {})) if page.look else {}
            if page.look and not now:
                changes.append(LookChange(page.tag, Action.CREATE, wanted=page.look))
            elif now != page.look and page.look:
                kept = _("edited here by hand: kept")
                changes.append(LookChange(page.tag, Action.KEEP, now, page.look, kept))
        return changes

    def apply(self, work: Work, changes: Sequence[LookChange]) -> None:
        look_again(self, work, changes, ("looks",))
        for change in changes:
            if change.wanted is not None:
                work.seen.wiki.pages.dress(change.key, change.wanted)
        work.seen.forget("looks")
        read_back(self, work, changes)

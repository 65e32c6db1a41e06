"""The looks of their own that pages have. One that somebody gave a page is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wikifarm.blueprint.design import DesignedPage
from wikifarm.blueprint.looks import of_ours
from wikifarm.engine.changes import Action, Change
from wikifarm.engine.receipt import fingerprint
from wikifarm.engine.step import Step, Work, look_again, read_back
from wikifarm.i18n import _

Look = Mapping[str, str]


class LookChange(Change[Look, Look]):
    """The look of a page: theme, style, the pages around it."""

    step = "looks"

    def text(self, value: Look) -> str:
        return _told(value)


class LooksStep(Step[LookChange]):
    """The looks of the blueprint's pages; where none has one, nothing is asked."""

    name = LookChange.step

    def plan(self, work: Work) -> list[LookChange]:
        changes = (_compare(page, work) for page in work.design.pages if page.look)
        return [change for change in changes if change is not None]

    def apply(self, work: Work, changes: Sequence[LookChange]) -> None:
        look_again(self, work, changes, ("looks",))
        for change in changes:
            if change.wanted is not None:
                work.seen.wiki.pages.dress(change.key, change.wanted)
        work.seen.forget("looks")
        read_back(self, work, changes)


def _compare(page: DesignedPage, work: Work) -> LookChange | None:
    now, before = _now(page, work), work.receipt.looks.get(page.tag)
    if now == page.look:
        return None
    # A look outlives its page, or goes with it; a run that was cut leaves a page that has none yet.
    begun = work.receipt.begun(LookChange.step, page.tag)
    new = page.tag not in work.seen.pages or bool(begun)
    ours = work.just_made or before == _words(now) or fingerprint(_told(now)) in begun
    if not now and (new or before is None):
        return LookChange(page.tag, Action.CREATE, wanted=page.look)
    if not ours:
        kept = _("edited here by hand: kept")
        return LookChange(page.tag, Action.KEEP, now, page.look, kept)
    if now.keys() - page.look.keys():
        # `savemetadatas` adds to what is there, and an empty word is a theme of no name (4.4, 4.5).
        kept = _("kept: YesWiki takes no part of a look away")
        return LookChange(page.tag, Action.KEEP, now, page.look, kept)
    return LookChange(page.tag, Action.UPDATE, now, page.look)


def trust_receipt(work: Work) -> bool:
    """Has the looks be as the receipt says that they were written, where the design says the same:
    whatever people did to them since, nothing would be written. False where it has to be asked."""
    wanted = {page.tag: page.look for page in work.design.pages if page.look}
    if {tag: _words(look) for tag, look in wanted.items()} != work.receipt.looks:
        return False
    work.seen.remember("looks", wanted)
    return True


def looks_applied(work: Work) -> dict[str, tuple[str, ...]]:
    """For the receipt: the look of each page as applied, in words. One that people changed keeps
    what was applied before."""
    applied = {}
    for page in work.design.pages:
        if page.look and _now(page, work) == page.look:
            applied[page.tag] = _words(page.look)
        elif page.look and page.tag in work.receipt.looks:
            applied[page.tag] = work.receipt.looks[page.tag]
    return applied


def _now(page: DesignedPage, work: Work) -> Look:
    return of_ours(work.seen.looks.get(page.tag, {}))


def _told(look: Look) -> str:
    return ", ".join(_words(look))


def _words(look: Look) -> tuple[str, ...]:
    return tuple(f"{key} {word}" for key, word in sorted(look.items()))

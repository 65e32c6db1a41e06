"""A step: one kind of thing of a wiki, compared, written and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from wikifarm.blueprint.design import Design
from wikifarm.engine.changes import AnyChange, Change
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.seen import Seen
from wikifarm.errors import WikiBusy, WriteRefused
from wikifarm.i18n import _

Planned = TypeVar("Planned", bound=Change[Any, Any])


@dataclass
class Work:
    """What the steps of one community share. `receipt` is what was last applied here, as far as
    it is proven; `recorded` is the receipt that the wiki holds, None while it proves nothing.
    `just_made`: this run had the wiki made, a moment ago. `taken_back`: tags of the pages that are
    to be the blueprint's again, whatever was written there; `sent`, the files that this run
    attached, with the name of each on the server. `opening`: somebody said that rights may let in
    more people than they do. `told_later`: what pages will show as done once it is, by the hash of
    their texts, which the receipt announces (Receipt.writing).
    """

    slug: str
    design: Design
    seen: Seen
    receipt: Receipt
    recorded: Receipt | None = None
    just_made: bool = False
    taken_back: frozenset[str] = frozenset()
    told_later: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    opening: bool = False

    @property
    def upgrading(self) -> bool:
        """True where another version of the blueprint, or another blueprint, was applied last."""
        before, design = self.receipt, self.design
        return before.complete and (before.blueprint, before.version) != (
            design.blueprint,
            design.version,
        )

    def may_open(self, *, changed: bool) -> bool:
        """True where a right may let in more people than it does: somebody said so, or it never was
        applied here whole, or only the manifest can have changed what it should be."""
        return self.opening or not self.receipt.complete or (changed and not self.upgrading)


class Step(Protocol[Planned]):
    """`plan` reads and compares; `apply` writes the changes that `plan` made, and nothing else.

    `apply` reads back, and raises WriteRefused where the wiki still differs.
    """

    name: str

    def plan(self, work: Work) -> list[Planned]: ...

    def apply(self, work: Work, changes: Sequence[Planned]) -> None: ...


AnyStep = Step[Any]


def read_back(step: AnyStep, work: Work, changes: Sequence[AnyChange]) -> None:
    """Raises WriteRefused when the wiki still differs from what `changes` wrote, or the design.

    What was kept only in part would look edited by hand.
    """
    written = {change.key: change for change in changes}
    refuse_lost(
        step,
        [
            change.key
            for change in step.plan(work)
            if change.writes
            or (change.key in written and change.before != written[change.key].after)
        ],
    )


def look_again(
    step: AnyStep, work: Work, changes: Sequence[AnyChange], names: Sequence[str]
) -> None:
    """Reads `names` again before a write that could cost somebody something; not in a wiki that was
    just made, in which nobody wrote.

    Raises WikiBusy when a second reading would not have the same written: people are at work
    there, or one of the two answers was not the wiki's.
    """
    if work.just_made:
        return
    work.seen.forget(*names)
    if [change for change in step.plan(work) if change.writes] != list(changes):
        raise WikiBusy(
            _("The wiki did not show the same twice ({step}): nothing of that was written.").format(
                step=step.name
            ),
            hint=_("Run the same command again: it keeps what people wrote."),
        )


def kept_closed() -> str:
    """Why a right stays as it is, where the blueprint would let in more people."""
    return _("kept closed: --loosen opens it")


def refuse_lost(step: AnyStep, lost: Sequence[str]) -> None:
    """Raises WriteRefused when something is named that was written and is not there."""
    if lost:
        names = ", ".join(lost[:5])
        raise WriteRefused(
            _("The wiki did not keep what was written: {names} ({step}).").format(
                names=names, step=step.name
            ),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )

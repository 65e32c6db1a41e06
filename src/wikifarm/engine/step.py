"""A step: one kind of thing of a wiki, compared, written and read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from wikifarm.blueprint.design import Design
from wikifarm.engine.changes import Change
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.seen import Seen
from wikifarm.errors import WriteRefused
from wikifarm.i18n import _

Planned = TypeVar("Planned", bound=Change[Any, Any])


@dataclass
class Work:
    """What the steps of one community share. `receipt` is what was last applied here."""

    slug: str
    design: Design
    seen: Seen
    receipt: Receipt


class Step(Protocol[Planned]):
    """`plan` reads and compares; `apply` writes the changes that `plan` made, and nothing else.

    `apply` reads back, and raises WriteRefused where the wiki still differs.
    """

    name: str

    def plan(self, work: Work) -> list[Planned]: ...

    def apply(self, work: Work, changes: Sequence[Planned]) -> None: ...


AnyStep = Step[Any]


def read_back(step: AnyStep, work: Work) -> None:
    """Raises WriteRefused when the wiki still differs from the design after a write."""
    missing = [change for change in step.plan(work) if change.writes]
    if missing:
        names = ", ".join(change.key for change in missing[:5])
        raise WriteRefused(
            _("The wiki did not keep what was written: {names} ({step}).").format(
                names=names, step=step.name
            ),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )

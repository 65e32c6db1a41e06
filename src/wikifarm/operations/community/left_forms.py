"""What becomes of the forms of a module that is put off: they stay, and so do their entries."""

from __future__ import annotations

from collections.abc import Iterator

from wikifarm.engine.step import Work
from wikifarm.engine.steps.bazar import left_standing
from wikifarm.i18n import _, ngettext
from wikifarm.model import Zone


def told_of_left(work: Work) -> Iterator[str]:
    """A few sentences for each: what stays, who sees it, how to remove it."""
    for form in left_standing(work):
        count = len(work.seen.entries(form.id))
        stays = ngettext(
            "The form “{form}” of a module that is off stays, with its {count} entry.",
            "The form “{form}” of a module that is off stays, with its {count} entries.",
            count,
        ).format(form=form.schema.label, count=count)
        readers = (
            _("Those who saw them still do, and `wikifarm verify` goes on looking.")
            if form.zone is Zone.PEOPLE
            else _("Everybody still sees them.")
        )
        cure = _(
            "To remove it: in the page BazaR, Forms, empty it, then delete it; to have it back, "
            "switch the module on."
        )
        yield f"{stays} {readers} {cure}"

"""`blueprint upgrade`: `apply`, for communities that have another version of their blueprint."""

from __future__ import annotations

from collections.abc import Sequence

from wikifarm.blueprint.manifest.community import Community
from wikifarm.i18n import _
from wikifarm.operations.community.batch import each
from wikifarm.operations.community.closed_community import refuse_closed
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.plan import check_ours, fill
from wikifarm.operations.workplace.context import Context


def plan_upgrade(
    context: Context, communities: Sequence[Community], *, audit: bool = True
) -> list[CommunityOutcome]:
    """What an upgrade would do, with its audit or without, community by community; only reads."""

    def look(run: CommunityRun) -> None:
        run.find()
        refuse_closed(run)
        if not is_up_to_date(run):
            fill(run, audit=audit)

    return each(context, communities, look)


def is_up_to_date(run: CommunityRun) -> bool:
    """True for a community that an upgrade leaves alone, whose outcome then says why: it has no
    wiki, its making was cut, or its blueprint is of the same version."""
    outcome = run.outcome
    if run.wiki is not None:
        check_ours(run, new=False)
    if run.wiki is None:
        outcome.to_make = True
        told = _("It has no wiki yet: `wikifarm apply` makes it.")
    elif not run.work.receipt.complete:
        told = _("The making of this wiki was cut: `wikifarm apply` finishes it.")
    elif not run.work.upgrading:
        design = run.work.design
        version = f"{design.blueprint} {design.version}"
        told = _("It has the blueprint {version} already.").format(version=version)
    else:
        return False
    outcome.status = "unchanged"
    outcome.notes.append(told)
    return True

"""Plan: what `apply` would do to each community's wiki; only reads."""

from __future__ import annotations

from collections.abc import Sequence

from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.run import plan as walk_dry
from wikifarm.engine.steps import all_steps
from wikifarm.i18n import _
from wikifarm.operations.community.batch import each
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.mailing_list.ensure import plan_list
from wikifarm.operations.mailing_list.wanted import check_list
from wikifarm.operations.workplace.context import Context


def plan(context: Context, communities: Sequence[Community]) -> list[CommunityOutcome]:
    """What `apply` would do, community by community; writes nothing, not even a receipt."""
    return each(context, communities, look_ahead)


def look_ahead(run: CommunityRun) -> None:
    """Fills the outcome with every change that `apply` would make."""
    check_list(run.context, run.community)
    run.find()
    run.say_standing()
    run.say_left()
    outcome = run.outcome
    outcome.to_make = run.wiki is None
    outcome.planned = walk_dry(all_steps(run.context.backups), run.work)
    outcome.planned += plan_list(run)
    outcome.kept = [change.id for change in outcome.planned if not change.writes]
    writing = any(change.writes for change in outcome.planned)
    if run.shows_a_person:
        writing = True
        outcome.notes.append(
            _(
                "The farm shows anybody the address of a person who facilitates, as the contact of "
                "this wiki: `apply` puts the farm's own there."
            )
        )
    outcome.status = "planned" if writing else "unchanged"

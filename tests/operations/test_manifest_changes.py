"""What becomes of a community that stands when its manifest changes.

`WIKIFARM_CHANGES=all` tries each change in each dialect; a few at once in one dialect otherwise.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.operations.conftest import a_community, context_for, start_farm
from wikifarm.blueprint.manifest.community import Community, Facilitator
from wikifarm.engine.changes import AnyChange
from wikifarm.errors import KeptForGood
from wikifarm.model import Module
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DEFAULT_DIALECT, DIALECTS, snapshot

BEFORE = a_community()
ALL = os.environ.get("WIKIFARM_CHANGES") == "all"
# One after the other, each from what the one before left.
EACH: tuple[Community, ...] = (
    replace(BEFORE, name="Robustesse « & » d’ailleurs"),
    replace(BEFORE, modules=frozenset({Module.PARTICIPANTS})),
    replace(BEFORE, contact="animation@example.org", writing="open", description="Autrement"),
    replace(BEFORE, facilitators=BEFORE.facilitators[:1]),
    replace(BEFORE, facilitators=(Facilitator("Ada Morel", "ada@example.org"),)),
    BEFORE,
)
FEW = (
    replace(
        BEFORE,
        name="Robustesse « & » d’ailleurs",
        modules=frozenset({Module.PARTICIPANTS}),
        facilitators=(BEFORE.facilitators[0], Facilitator("Ada Morel", "ada@example.org")),
    ),
)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_another_language_is_refused_before_anything_is_written(
    dialect: str, tmp_path: Path
) -> None:
    with start_farm(tmp_path / "farm", dialect) as farm:

        def fresh() -> Context:
            return context_for(farm.url, tmp_path)

        apply(fresh(), [a_community()], audit=False)
        before = snapshot(tmp_path / "farm")
        english = replace(a_community(), language="en")
        for refused in (*plan(fresh(), [english]), *apply(fresh(), [english])):
            assert isinstance(refused.error, KeptForGood)
            assert "“language: fr”" in refused.error.message
        assert snapshot(tmp_path / "farm") == before
        # A receipt that is gone does not tell; the wiki itself does.
        open_wiki(fresh(), "rennes").pages.delete("WikifarmRecu")
        (refused,) = plan(fresh(), [english])
        assert isinstance(refused.error, KeptForGood)
        (back,) = plan(fresh(), [a_community()])
        assert back.error is None


def written(changes: list[AnyChange]) -> set[str]:
    return {change.id for change in changes if change.writes}


def done(outcome: CommunityOutcome) -> set[str]:
    return {step.change.id for step in outcome.steps if step.outcome == "done"}


@pytest.mark.parametrize("dialect", DIALECTS if ALL else [DEFAULT_DIALECT])
def test_what_is_planned_is_done_and_then_nothing_is_left(dialect: str, tmp_path: Path) -> None:
    with start_farm(tmp_path / "farm", dialect) as farm:

        def twice(community: Community) -> set[str]:
            (foreseen,) = plan(context_for(farm.url, tmp_path), [community])
            (first,) = apply(context_for(farm.url, tmp_path), [community])
            (second,) = apply(context_for(farm.url, tmp_path), [community])
            assert (first.error, second.error) == (None, None)
            assert second.status == "unchanged"
            assert done(first) == written(foreseen.planned)
            return done(first)

        assert twice(BEFORE)
        assert all(twice(community) for community in (EACH if ALL else FEW))

"""What becomes of a community that stands when its manifest changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.operations.conftest import a_community, context_for, start_farm
from wikifarm.errors import KeptForGood
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DIALECTS, snapshot


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

"""Actions that give a page its shape."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser


def test_a_hidden_section_is_still_in_the_source(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?Coin", '{{section visibility="@admins"}}caché{{end elem="section"}}')
    text = Browser(farm).get("?Coin").text
    assert "remove-this-div-on-page-load" in text
    assert "caché" in text

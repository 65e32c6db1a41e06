"""Wikis deleted, by those who may."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser, new_wiki


def test_deleting_the_entry_removes_the_wiki(farm: RunningFarm) -> None:
    new_wiki(farm)
    admin = Browser(farm).login()
    assert admin.delete("?RobustesseRennes").status_code == 302
    assert Browser(farm).get("rennes/").status_code == 404
    assert new_wiki(farm).status_code == 201


def test_a_stranger_may_not_delete_a_wiki(farm: RunningFarm) -> None:
    new_wiki(farm)
    page = Browser(farm).get("?RobustesseRennes/deletepage").text
    assert "csrf-token" not in page
    Browser(farm).post("?RobustesseRennes/deletepage&confirme=oui", {"csrf-token": "a.b.c"})
    assert Browser(farm).get("rennes/").status_code == 200

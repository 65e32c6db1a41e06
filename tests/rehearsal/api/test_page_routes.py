"""Pages by API."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser


def test_pages_are_saved_by_the_newer_api(farm46: RunningFarm) -> None:
    admin = Browser(farm46).login()
    assert admin.post("?api/pages/Charte", {"body": "texte"}).json()["body"] == "texte"
    assert admin.post("?api/pages/Charte", {}).status_code == 400
    key = Browser(farm46).post("?api/pages/Charte", {"body": "encore"}, key=True)
    assert key.json()["body"] == "encore"

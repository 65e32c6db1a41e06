"""What stands before PHP."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from .conftest import Browser


def test_delete_requests_meet_the_web_server(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?PageJetable", "x")
    refused = admin.http.delete(f"{farm.url}?api/pages/PageJetable")
    assert (refused.status_code, refused.headers["content-type"]) == (405, "text/html")
    farm.traps.add("allow_delete")
    assert admin.http.delete(f"{farm.url}?api/pages/PageJetable").json()["deleted"]


def test_an_unknown_folder_is_the_web_servers_404(farm: RunningFarm) -> None:
    answer = Browser(farm).get("inconnu/?PagePrincipale")
    assert answer.status_code == 404
    assert "nginx" in answer.text
    assert "set-cookie" not in answer.headers

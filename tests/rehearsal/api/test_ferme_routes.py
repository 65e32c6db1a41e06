"""The routes of the newer ferme extension."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser, new_wiki


def test_the_newer_farm_lists_and_deletes_wikis(farm46: RunningFarm) -> None:
    new_wiki(farm46)
    admin = Browser(farm46).login()
    listed = admin.post("?api/ferme/wikis", {"draw": "1", "length": "10"}).json()
    assert [row["folder"] for row in listed["data"]] == ["rennes"]
    refused = admin.post("?api/ferme/wikis/delete", {"id_fiche": "RobustesseRennes"})
    assert (refused.status_code, refused.json()["success"]) == (403, False)
    token = admin.post("?api/ferme/csrf-token", {}).json()["token"]
    data = {"csrf-token": token, "id_fiches[]": "RobustesseRennes"}
    assert admin.post("?api/ferme/wikis/delete", data).json()["results"][0]["success"] is True
    again = admin.post("?api/ferme/wikis/delete", {"csrf-token": token, "id_fiche": "Rien"})
    assert (again.status_code, again.json()["success"]) == (200, False)
    assert Browser(farm46).get("rennes/").status_code == 404


def test_a_leftover_is_adopted_then_purged(farm46: RunningFarm) -> None:
    farm46.traps.add("half_made")
    assert new_wiki(farm46).status_code == 500
    farm46.traps.discard("half_made")
    assert new_wiki(farm46).status_code == 500
    admin = Browser(farm46).login()
    token = admin.post("?api/ferme/csrf-token", {}).json()["token"]
    leftovers = admin.post("?api/ferme/wikis/search", {"csrf-token": token}).json()["wikis"]
    assert [wiki["folder"] for wiki in leftovers] == ["rennes"]
    data = {"csrf-token": token, "folders[]": "rennes"}
    made = admin.post("?api/ferme/wikis/import", data).json()["imported"][0]["id_fiche"]
    admin.post("?api/ferme/wikis/delete", {"csrf-token": token, "id_fiche": made})
    assert new_wiki(farm46).status_code == 201


def test_a_sleeping_wiki_is_read_and_not_written(farm46: RunningFarm) -> None:
    new_wiki(farm46)
    admin = Browser(farm46).login()
    token = admin.post("?api/ferme/csrf-token", {}).json()["token"]
    data = {"csrf-token": token, "folder": "rennes"}
    assert admin.post("?api/ferme/wikis/hibernate", data).json()["success"] is True
    mine = Browser(farm46).login("rennes/")
    assert mine.post("rennes/?api/pages/Charte", {"body": "x"}).status_code == 500
    assert mine.get("rennes/?BacASable/raw").text
    assert admin.post("?api/ferme/wikis/wake", data).json()["success"] is True
    assert mine.post("rennes/?api/pages/Charte", {"body": "x"}).status_code == 200

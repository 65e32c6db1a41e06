"""What a client probes to learn a farm's line, and the routes of the 4.6 line."""

from __future__ import annotations

import pytest

from wikifarm.rehearsal import RunningFarm

from .conftest import WIKI, Browser, new_wiki

PROBES = {
    "?api/ferme": (404, 200),
    "?api/ferme/csrf-token": (404, 405),
    "?api/ferme/wikis": (404, 405),
    "?api/ferme/wikis/delete": (404, 405),
    "?api/ferme/wikis/admin-add": (404, 405),
    "?api/ferme/wikis/upgrade": (404, 405),
    "?api/ferme/wikis/hibernate": (404, 405),
    "?api/ferme/wikis/archive": (404, 405),
    "?api/ferme/wikis/import": (404, 405),
    "?api/ferme/models/assets": (404, 405),
    "?api/ferme/lifetime/renew": (404, 403),
    "?api/pages/Zz/duplicate": (404, 405),
    "?api/pages/Zz/delete": (405, 405),
    "?api/groups/admins/update": (404, 405),
    "?api/users/Zz/delete": (405, 405),
    "?api/triples/Zz/delete": (405, 405),
    "?api/login": (404, 405),
    "?api/auth/me": (401, 401),
    "?api/remotebackup": (404, 401),
    "?api/archives/restorestatus/": (401, 401),
    "?api/rien": (404, 404),
    "?api": (200, 200),
}


@pytest.mark.parametrize("probe", PROBES)
def test_probes_answer_as_each_line_does(probe: str, dialect: str, farm: RunningFarm) -> None:
    assert Browser(farm).get(probe).status_code == PROBES[probe][dialect == "4.6"]


def test_an_empty_post_tells_whether_pages_can_be_saved_by_api(
    dialect: str, farm: RunningFarm
) -> None:
    answer = Browser(farm).post("?api/pages/Zz", {})
    assert answer.status_code == (401 if dialect == "4.6" else 405)


def test_the_edit_form_names_its_guard(dialect: str, farm: RunningFarm) -> None:
    visitor, admin = Browser(farm).get("?BacASable/edit"), Browser(farm).login()
    mine = admin.get("?BacASable/edit").text
    assert ("hashcash" in mine) == (dialect != "4.6")
    assert "yw-bot-guard-fields" not in mine
    assert ("yw-bot-guard-fields" in visitor.text) == (dialect == "4.6")


def test_pages_are_saved_by_the_newer_api(farm46: RunningFarm) -> None:
    admin = Browser(farm46).login()
    assert admin.post("?api/pages/Charte", {"body": "texte"}).json()["body"] == "texte"
    assert admin.post("?api/pages/Charte", {}).status_code == 400
    key = Browser(farm46).post("?api/pages/Charte", {"body": "encore"}, key=True)
    assert key.json()["body"] == "encore"


def test_the_newer_login_tells_who_is_there(farm46: RunningFarm) -> None:
    browser = Browser(farm46)
    data = {"username": "WikiAdmin", "password": farm46.password}
    assert browser.post("?api/login", data).json()["isAdmin"] is True
    assert browser.get("?api/auth/me").json()["user"]["name"] == "WikiAdmin"
    assert Browser(farm46).post("?api/login", data | {"password": "x"}).status_code == 401


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
    found = admin.post("?api/ferme/wikis/search", {"csrf-token": token}).json()["wikis"]
    assert [wiki["folder"] for wiki in found] == ["rennes"]
    data = {"csrf-token": token, "folders[]": "rennes"}
    made = admin.post("?api/ferme/wikis/import", data).json()["imported"][0]["id_fiche"]
    admin.post("?api/ferme/wikis/delete", {"csrf-token": token, "id_fiche": made})
    assert new_wiki(farm46).status_code == 201


def test_the_newer_farm_wants_the_key_of_the_rights(farm46: RunningFarm) -> None:
    without = {k: v for k, v in WIKI.items() if k != "yeswiki-farm-acls"}
    answer = Browser(farm46).post("?api/entries/1100", without, key=True)
    assert answer.status_code == 500
    assert "WikiCreationException" in answer.json()["exceptionMessage"]
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

"""What a client probes to learn a farm's line, and the routes of the 4.6 line."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from wikifarm.rehearsal import DIALECTS, RehearsalSettings, RunningFarm, dialects
from wikifarm.rehearsal.dialects import Features

from .conftest import PASSWORD, TOKEN, WIKI, Browser, new_wiki

PROBES = {
    "?api/ferme": ("ferme_api", 404, 200),
    "?api/ferme/csrf-token": ("ferme_api", 404, 405),
    "?api/ferme/wikis": ("ferme_api", 404, 405),
    "?api/ferme/wikis/delete": ("ferme_api", 404, 405),
    "?api/ferme/wikis/admin-add": ("ferme_api", 404, 405),
    "?api/ferme/wikis/upgrade": ("ferme_api", 404, 405),
    "?api/ferme/wikis/hibernate": ("ferme_api", 404, 405),
    "?api/ferme/wikis/archive": ("ferme_api", 404, 405),
    "?api/ferme/wikis/import": ("ferme_api", 404, 405),
    "?api/ferme/models/assets": ("ferme_api", 404, 405),
    "?api/ferme/lifetime/renew": ("ferme_api", 404, 403),
    "?api/pages/Zz/duplicate": ("page_duplication", 404, 405),
    "?api/groups/admins/update": ("groups_by_api", 404, 405),
    "?api/login": ("login_by_api", 404, 405),
    "?api/auth/me": ("login_by_api", 401, 401),
    "?api/remotebackup": ("remote_backup", 404, 401),
    "?api/archives/restorestatus/": ("restore_status", 401, 401),
    "?api/webfinger": ("webfinger", 404, 400),
}
"""What is asked, the feature it tells, and its status without and with that feature."""

ALWAYS = {
    "?api/pages/Zz/delete": 405,
    "?api/users/Zz/delete": 405,
    "?api/triples/Zz/delete": 405,
    "?api/rien": 404,
    "?api": 200,
}


@pytest.mark.parametrize("probe", [*PROBES, *ALWAYS])
def test_probes_answer_as_each_line_does(probe: str, features: Features, farm: RunningFarm) -> None:
    feature, without, with_it = PROBES.get(probe) or ("hashcash", *[ALWAYS[probe]] * 2)
    status = with_it if getattr(features, feature) else without
    assert Browser(farm).get(probe).status_code == status


def test_an_empty_post_tells_whether_pages_can_be_saved_by_api(
    features: Features, farm: RunningFarm
) -> None:
    answer = Browser(farm).post("?api/pages/Zz", {})
    assert answer.status_code == (401 if features.page_save_by_api else 405)


def test_the_edit_form_names_its_guard(features: Features, farm: RunningFarm) -> None:
    visitor, admin = Browser(farm).get("?BacASable/edit"), Browser(farm).login()
    mine = admin.get("?BacASable/edit").text
    assert ("hashcash" in mine) == features.hashcash
    assert "yw-bot-guard-fields" not in mine
    assert ("yw-bot-guard-fields" in visitor.text) == features.honeypot


def test_only_the_table_of_dialects_names_a_version() -> None:
    folder = Path(dialects.__file__).parent
    named = [
        f"{file.relative_to(folder)}:{node.lineno}"
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and re.fullmatch(r"\d\.\d{1,2}", str(node.value))
        and isinstance(node.value, str) and file != Path(dialects.__file__)
    ]  # fmt: skip
    assert named == []


SEEN = {
    ("4.4",): "list_in_property",
    ("4.4", "4.5"): "hashcash",
    ("4.5", "4.6"): "lists_as_nodes list_import_told_twice video_links user_link",
    ("4.6",): "honeypot api_updates_entries csv_by_api named_farm_consent choices_checked_first "
    "entry_makes_one_wiki ferme_api session_as_key groups_by_api login_by_api page_save_by_api "
    "page_duplication restore_status remote_backup webfinger",
}
"""What was measured or read of these three, told apart from the table."""


@pytest.mark.parametrize("names", SEEN)
def test_each_line_does_what_was_seen_of_it(names: tuple[str, ...]) -> None:
    for feature in SEEN[names].split():
        having = [name for name in ("4.4", "4.5", "4.6") if getattr(DIALECTS[name], feature)]
        assert having == list(names), feature


def test_a_dialect_is_a_row_of_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        DIALECTS, "9.9", replace(DIALECTS["4.6"], hashcash=True, login_by_api=False)
    )
    settings = RehearsalSettings(tmp_path, "9.9", password=PASSWORD, token=TOKEN)
    with RunningFarm(settings) as farm:
        assert new_wiki(farm).status_code == 201
        admin = Browser(farm).login()
        assert admin.save("?Charte", "texte").status_code == 302
        assert admin.post("?api/pages/Charte", {"body": "encore"}).status_code == 200
        assert admin.get("tools/security/wp-hashcash-getkey.php").status_code == 200
        assert admin.get("?api/login").status_code == 404


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
    leftovers = admin.post("?api/ferme/wikis/search", {"csrf-token": token}).json()["wikis"]
    assert [wiki["folder"] for wiki in leftovers] == ["rennes"]
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

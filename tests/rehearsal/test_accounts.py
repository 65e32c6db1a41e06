"""Logging in and out, signing up, keys, accounts and groups."""

from __future__ import annotations

import httpx

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.dialects import Features

from .conftest import TOKEN, Browser, new_wiki


def _cookies(answer: httpx.Response) -> list[str]:
    return [c.partition("=")[0] for c in answer.headers.get_list("set-cookie")]


def test_a_login_sets_three_cookies_on_the_wikis_path(farm: RunningFarm) -> None:
    new_wiki(farm)
    data = {"action": "login", "name": "WikiAdmin", "password": "secret12", "remember": "1"}
    answer = Browser(farm).post("rennes/?ParametresUtilisateur", data)
    assert (answer.status_code, _cookies(answer)) == (302, ["YesWiki-rennes", "name", "token"])
    assert all("path=/rennes/" in c for c in answer.headers.get_list("set-cookie"))


def test_a_wrong_password_is_the_same_302_without_token(farm: RunningFarm) -> None:
    browser = Browser(farm)
    data = {"action": "login", "name": "WikiAdmin", "password": "nope", "remember": "1"}
    answer = browser.post("?ParametresUtilisateur", data)
    assert (answer.status_code, _cookies(answer)) == (302, ["YesWiki-main"])
    assert "toastMessage('Identification impossible" in browser.get("?BacASable").text
    assert "toastMessage" not in browser.get("?BacASable").text


def test_any_page_that_holds_the_login_form_logs_in(farm: RunningFarm) -> None:
    data = {"action": "login", "name": "WikiAdmin", "password": farm.password}
    answer = Browser(farm).post("?BacASable", data)
    assert answer.headers["location"] == f"{farm.url}?BacASable"
    assert "token" in _cookies(answer)


def test_a_logged_in_visitor_leaves_by_action_logout(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    assert admin.get("?BacASable&action=logout").status_code == 302
    assert admin.get("?api/users").status_code == 403


def test_cookies_alone_are_enough_after_the_session_is_lost(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    farm._app.farm.sessions.clear()
    assert admin.get("?api/users").status_code == 200


def test_signing_up_makes_an_account_and_logs_it_in(farm: RunningFarm) -> None:
    data = {
        "usersettings_action": "signup",
        "name": "CamilleDupont",
        "email": "c@example.org",
        "password": "motdepasse",
        "confpassword": "motdepasse",
    }
    browser = Browser(farm)
    answer = browser.post("?ParametresUtilisateur", data)
    assert (answer.status_code, "token" in _cookies(answer)) == (302, True)
    again = Browser(farm).post("?ParametresUtilisateur", data)
    assert again.status_code == 200
    assert "existe déjà" in again.text


def test_the_key_opens_the_entries_of_the_farm_only(farm: RunningFarm) -> None:
    assert new_wiki(farm).status_code == 201
    visitor = Browser(farm)
    assert visitor.post("?api/entries/1", {"bf_titre": "x"}).status_code == 401
    assert visitor.post("rennes/?api/entries/1", {"bf_titre": "x"}, key=True).status_code == 401
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert httpx.get(f"{farm.url}?api/users", headers=headers).status_code == 200


def test_an_admin_session_is_not_a_key_on_older_cores(
    features: Features, farm: RunningFarm
) -> None:
    admin = Browser(farm).login()
    answer = admin.post("?api/entries/2", {"bf_titre": "Une date"})
    assert answer.status_code == (201 if features.session_as_key else 401)


def test_an_account_is_made_once_and_removed_with_a_token(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    data = {"name": "CamilleDupont", "email": "c@example.org"}
    made = admin.post("?api/users", data)
    assert made.json()["created"] == ["CamilleDupont"]
    again = admin.post("?api/users", data)
    assert again.status_code == 400
    assert again.json()["notCreated"] == ["CamilleDupont"]
    token = admin.field("?GererUtilisateurs", "confirmToken")
    gone = admin.post("?api/users/CamilleDupont/delete", {"csrfToken": token})
    assert gone.json() == {"deleted": ["CamilleDupont"]}
    assert admin.post("?api/users/CamilleDupont/delete", {"csrfToken": "x.y.z"}).status_code == 401


def test_accounts_are_for_administrators(farm: RunningFarm) -> None:
    assert Browser(farm).get("?api/users").status_code == 403
    assert Browser(farm).get("?api/groups").status_code == 403
    assert Browser(farm).post("?api/users", {"name": "x", "email": "y"}).status_code == 401


def test_a_group_is_written_and_its_members_read_back(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    token = admin.field("?GererUtilisateurs", "confirmToken")
    data = {
        "confirmToken": token,
        "groupname": "facilitation",
        "acl": "WikiAdmin\n@admins",
        "action-save": "1",
    }
    assert "Nouvelle ACL enrégistrée" in admin.post("?GererUtilisateurs", data).text
    assert admin.get("?api/groups").json() == ["admins", "facilitation"]
    seen = {"groupname": "facilitation", "action-view": "Voir / Éditer", "confirmToken": token}
    assert "WikiAdmin\n@admins</textarea>" in admin.post("?GererUtilisateurs", seen).text


def test_posting_a_group_to_an_older_api_only_looks_like_success(farm44: RunningFarm) -> None:
    admin = Browser(farm44).login()
    answer = admin.post("?api/groups", {"name": "nouveau", "users[]": "WikiAdmin"})
    assert (answer.status_code, answer.json()) == (200, ["admins"])
    assert admin.get("?api/groups").json() == ["admins"]


def test_the_newer_api_writes_groups(farm46: RunningFarm) -> None:
    admin = Browser(farm46).login()
    assert admin.post("?api/groups", {"name": "equipe", "users[0]": "WikiAdmin"}).is_success
    assert admin.get("?api/groups/equipe").json() == ["WikiAdmin"]
    assert admin.post("?api/groups", {"name": "equipe", "users[0]": "x"}).status_code == 422
    assert admin.post("?api/groups/rien/update", {"users[0]": "WikiAdmin"}).status_code == 404
    assert admin.post("?api/groups/equipe/delete", {}).json() == {"deleted": ["equipe"]}

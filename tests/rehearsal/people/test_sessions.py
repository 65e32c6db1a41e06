"""Logging in and out: cookies, and the key."""

from __future__ import annotations

import httpx

from wikifarm.rehearsal import RunningFarm

from ..conftest import TOKEN, Browser, cookies, new_wiki


def test_a_login_sets_three_cookies_on_the_wikis_path(farm: RunningFarm) -> None:
    new_wiki(farm)
    data = {"action": "login", "name": "WikiAdmin", "password": "secret12", "remember": "1"}
    answer = Browser(farm).post("rennes/?ParametresUtilisateur", data)
    assert (answer.status_code, cookies(answer)) == (302, ["YesWiki-rennes", "name", "token"])
    assert all("path=/rennes/" in c for c in answer.headers.get_list("set-cookie"))


def test_a_wrong_password_is_the_same_302_without_token(farm: RunningFarm) -> None:
    browser = Browser(farm)
    data = {"action": "login", "name": "WikiAdmin", "password": "nope", "remember": "1"}
    answer = browser.post("?ParametresUtilisateur", data)
    assert (answer.status_code, cookies(answer)) == (302, ["YesWiki-main"])
    assert "toastMessage('Identification impossible" in browser.get("?BacASable").text
    assert "toastMessage" not in browser.get("?BacASable").text


def test_any_page_that_holds_the_login_form_logs_in(farm: RunningFarm) -> None:
    data = {"action": "login", "name": "WikiAdmin", "password": farm.password}
    answer = Browser(farm).post("?BacASable", data)
    assert answer.headers["location"] == f"{farm.url}?BacASable"
    assert "token" in cookies(answer)


def test_a_logged_in_visitor_leaves_by_action_logout(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    assert admin.get("?BacASable&action=logout").status_code == 302
    assert admin.get("?api/users").status_code == 403


def test_cookies_alone_are_enough_after_the_session_is_lost(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    farm._app.farm.sessions.clear()
    assert admin.get("?api/users").status_code == 200


def test_the_key_opens_the_entries_of_the_farm_only(farm: RunningFarm) -> None:
    assert new_wiki(farm).status_code == 201
    visitor = Browser(farm)
    assert visitor.post("?api/entries/1", {"bf_titre": "x"}).status_code == 401
    assert visitor.post("rennes/?api/entries/1", {"bf_titre": "x"}, key=True).status_code == 401
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert httpx.get(f"{farm.url}?api/users", headers=headers).status_code == 200

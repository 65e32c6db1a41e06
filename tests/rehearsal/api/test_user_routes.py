"""Accounts by API, and logging in by it."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser


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


def test_the_newer_login_tells_who_is_there(farm45: RunningFarm) -> None:
    browser = Browser(farm45)
    data = {"username": "WikiAdmin", "password": farm45.password}
    assert browser.post("?api/login", data).json()["isAdmin"] is True
    assert browser.get("?api/auth/me").json()["user"] == "WikiAdmin"
    assert Browser(farm45).post("?api/login", data | {"password": "x"}).status_code == 401

"""Signing up, and what administrators do with accounts."""

from __future__ import annotations

import re

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.dialects import Features

from ..conftest import Browser, cookies


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
    assert (answer.status_code, "token" in cookies(answer)) == (302, True)
    again = Browser(farm).post("?ParametresUtilisateur", data)
    assert again.status_code == 200
    assert "existe déjà" in again.text


def test_administrators_change_and_remove_accounts(farm: RunningFarm, features: Features) -> None:
    admin = Browser(farm).login()
    admin.post("?api/users", {"name": "CamilleD", "email": "c@example.org"})
    page = admin.get("?GererUtilisateurs").text
    (script,) = re.findall(r'src="([^"]*users-table\.js)"', page)
    assert "delete-user" in admin.get(script.removeprefix(farm.url)).text
    settings = admin.get("?ParametresUtilisateur&user=CamilleD").text
    assert "Paramètres utilisateur — CamilleD" in settings
    assert ("Lien pour changer le mot de passe" in settings) is features.account_page_key
    if features.account_page_key:  # a key that is there is shown again, not made again
        assert admin.get("?ParametresUtilisateur&user=CamilleD").text == settings
    (address,) = set(re.findall(r'data-address="([^"]*CamilleD[^"]*)"', page))
    token = re.findall(r'data-token="([^"]+)"', page)[0]
    path = address.replace("&amp;", "&").removeprefix(farm.url)
    assert admin.post(path, {"csrfToken": "x"}).status_code == 401
    assert admin.post(path, {"csrfToken": token}).json() == {"deleted": ["CamilleD"]}
    assert "CamilleD" not in admin.get("?GererUtilisateurs").text
    assert "delete-user" not in Browser(farm).get("?GererUtilisateurs").text

"""Signing up."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

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

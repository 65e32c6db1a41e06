"""Each trap does what its sentence says, and can be set and removed while the farm runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from wikifarm.rehearsal import TRAPS, RehearsalSettings, RunningFarm
from wikifarm.rehearsal.rehearsal_settings import SLOW_SECONDS

from .conftest import Browser, new_wiki


def test_every_trap_has_its_sentence() -> None:
    assert all(text.endswith(".") for text in TRAPS.values())


def test_unknown_settings_are_refused_at_once(tmp_path: Path) -> None:
    mistakes: list[dict[str, Any]] = [
        {"dialect": "3.9"}, {"password": ""}, {"traps": frozenset({"rien"})},
    ]  # fmt: skip
    for bad in mistakes:
        try:
            RehearsalSettings(tmp_path, **{"password": "x", **bad})
        except ValueError:
            continue
        raise AssertionError(bad)


def test_drop_authorization(farm44: RunningFarm) -> None:
    farm44.traps.add("drop_authorization")
    assert new_wiki(farm44).status_code == 401
    farm44.traps.discard("drop_authorization")
    assert new_wiki(farm44).status_code == 201


def test_rewrite_mode(farm: RunningFarm) -> None:
    farm.traps.add("rewrite_mode")
    assert new_wiki(farm).json()["success"] == f"{farm.url}RobustesseRennes"
    browser = Browser(farm)
    data = {"action": "login", "name": "WikiAdmin", "password": "secret12"}
    answer = browser.post("rennes/ParametresUtilisateur", data)
    assert answer.headers["location"] == f"{farm.url}rennes/ParametresUtilisateur"
    assert browser.get("rennes/api/users").json()[0]["name"] == "WikiAdmin"
    assert browser.get("rennes/BacASable/raw").text.startswith("======")
    lists = browser.get("rennes/BazaR/json?demand=lists").json()
    assert "ListeType" in lists
    assert browser.get("rennes/?api/users").status_code == 200


def test_asleep(farm44: RunningFarm) -> None:
    new_wiki(farm44)
    admin = Browser(farm44).login("rennes/")
    farm44.traps.add("asleep")
    assert "lecture seule" in admin.get("rennes/?BacASable/edit").text
    url = "rennes/?BazaR&vue=saisir&action=saisir_fiche&id=1"
    refused = admin.post(url, {"bf_titre": "x", "antispam": "1"})
    assert (refused.status_code, "lecture seule" in refused.text) == (200, True)
    data = {"read_acl": "+", "write_acl": "+", "comment_acl": "+"}
    assert "lecture seule" in admin.post("rennes/?BacASable/acls", data).text
    assert Browser(farm44).get("rennes/?BacASable/raw").text


def test_busy(farm: RunningFarm) -> None:
    farm.traps.add("busy")
    answer = new_wiki(farm)
    assert answer.status_code == 500
    assert "FolderBusyException" in answer.json()["exceptionMessage"]
    farm.traps.discard("busy")
    assert new_wiki(farm).status_code == 201


def test_mail_noise(farm: RunningFarm) -> None:
    farm.traps.add("mail_noise")
    assert set(new_wiki(farm).json()) == {"rawOutput", "success"}


def test_half_made(farm: RunningFarm) -> None:
    farm.traps.add("half_made")
    assert new_wiki(farm).status_code == 500
    assert Browser(farm).get("rennes/").status_code == 500
    assert Browser(farm).get("?api/forms/1100/entries").json() == {}


def test_lost_answer(farm: RunningFarm) -> None:
    farm.traps.add("lost_answer")
    assert new_wiki(farm).status_code == 504
    assert "lost_answer" not in farm.traps
    assert "déja utilisée" in new_wiki(farm).json()["exceptionMessage"]
    assert Browser(farm).get("rennes/").status_code == 200


def test_refuse_save_once(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    farm.traps.add("refuse_save_once")
    assert admin.save("?Charte", "texte").status_code == 200
    assert admin.get("?Charte/raw").text == ""
    assert admin.save("?Charte", "texte").status_code == 302


def test_slow(farm44: RunningFarm) -> None:
    farm44.traps.add("slow")
    start = time.monotonic()
    Browser(farm44).get("?BacASable/raw")
    assert time.monotonic() - start >= SLOW_SECONDS


def test_captive(farm: RunningFarm) -> None:
    farm.traps.add("captive")
    answer = new_wiki(farm)
    assert (answer.status_code, "Wi-Fi" in answer.text) == (200, True)


def test_no_ferme(farm: RunningFarm) -> None:
    farm.traps.add("no_ferme")
    visitor = Browser(farm)
    assert visitor.get("?api/forms/1100").status_code == 404
    assert "n'existe pas encore" in visitor.get("?AjouterWiki").text
    assert visitor.get("?api/ferme").status_code == 404
    assert new_wiki(farm).status_code == 500


def test_acls_ignored(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    farm.traps.add("acls_ignored")
    data = {
        "typemaj": "submit",
        "newlire": "@admins",
        "geredroits_modifier": "1",
        "selectpage[BacASable]": "BacASable",
    }
    assert "avec succès" in admin.post("?GererDroits", data).text
    assert Browser(farm).get("?BacASable/raw").text


def test_drop_users_api(farm: RunningFarm) -> None:
    farm.traps.add("drop_users_api")
    assert Browser(farm).login().get("?api/users").status_code == 404

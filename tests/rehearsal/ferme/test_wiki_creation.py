"""Wikis made, refused, half made: every trap of creation."""

from __future__ import annotations

import json

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.dialects import Features

from ..conftest import WIKI, Browser, new_wiki


def _message(text: str) -> str:
    return str(json.loads(text)["exceptionMessage"])


def test_a_new_wiki_opens_at_once_with_its_password(farm: RunningFarm) -> None:
    answer = new_wiki(farm)
    assert answer.status_code == 201
    assert answer.json() == {"success": f"{farm.url}?RobustesseRennes"}
    admin = Browser(farm).login("rennes/")
    assert admin.get("rennes/?api/users").json()[0]["email"] == "camille@example.org"
    assert admin.get("rennes/?api/groups").json() == ["admins"]
    assert "<title>Robustesse Rennes :" in admin.get("rennes/?PagePrincipale").text
    assert Browser(farm).get("rennes").headers["location"] == f"{farm.url}rennes/"


def test_the_entry_keeps_extra_keys_and_drops_the_secrets(farm: RunningFarm) -> None:
    new_wiki(farm, wikifarm_run="run-7")
    entry = Browser(farm).get("?api/forms/1100/entries").json()["RobustesseRennes"]
    assert entry["wikifarm_run"] == "run-7"
    assert entry["bf_dossier-wiki"] == "rennes"
    assert not [key for key in entry if "password" in key or key.startswith("yeswiki-farm")]


def test_the_name_of_a_wiki_is_kept_with_its_backslashes(farm: RunningFarm) -> None:
    new_wiki(farm, bf_titre="L'été")
    assert "<title>L\\&#x27;été :" in Browser(farm).get("rennes/").text


def test_a_bad_folder_is_a_success_without_a_wiki(farm: RunningFarm) -> None:
    answer = new_wiki(farm, **{"bf_dossier-wiki": "a b/.."})
    assert answer.status_code == 201
    entry = Browser(farm).get("?api/forms/1100/entries").json()["RobustesseRennes"]
    assert entry["bf_dossier-wiki"] is None


def test_a_taken_folder_is_refused_with_a_server_path(farm: RunningFarm) -> None:
    new_wiki(farm)
    answer = new_wiki(farm)
    assert answer.status_code == 500
    message = _message(answer.text)
    assert f"L'adresse {farm.url}rennes est déja utilisée" in message
    assert "in /var/www/ferme/tools/ferme/services/FarmService.php:" in message
    assert "Stack trace" in message
    assert list(Browser(farm).get("?api/forms/1100/entries").json()) == ["RobustesseRennes"]


def test_a_missing_title_is_a_500_and_leaves_nothing(farm: RunningFarm) -> None:
    data = {k: v for k, v in WIKI.items() if k != "bf_titre"}
    assert Browser(farm).post("?api/entries/1100", data, key=True).status_code == 500
    assert Browser(farm).get("rennes/").status_code == 404


def test_an_unknown_model_blocks_the_name_on_older_farms(
    features: Features, farm: RunningFarm
) -> None:
    assert new_wiki(farm, **{"yeswiki-farm-model": "rien"}).status_code == 500
    left = Browser(farm).get("rennes/?PagePrincipale").status_code
    assert left == (404 if features.choices_checked_first else 500)
    assert new_wiki(farm).status_code == (201 if features.choices_checked_first else 500)


def test_a_wiki_is_made_by_the_form_too(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    url = "?BazaR&vue=saisir&action=saisir_fiche&id=1100"
    assert 'name="bf_dossier-wiki_password"' in admin.get(url).text
    answer = admin.post(url, WIKI | {"id_typeannonce": "1100"})
    assert "id_fiche=RobustesseRennes&message=ajout_ok" in answer.headers["location"]
    again = admin.post(url, WIKI | {"id_typeannonce": "1100"})
    assert (again.status_code, "déja utilisée" in again.text) == (200, True)


def test_the_newer_farm_wants_the_key_of_the_rights(farm46: RunningFarm) -> None:
    without = {k: v for k, v in WIKI.items() if k != "yeswiki-farm-acls"}
    answer = Browser(farm46).post("?api/entries/1100", without, key=True)
    assert answer.status_code == 500
    assert "WikiCreationException" in answer.json()["exceptionMessage"]
    assert new_wiki(farm46).status_code == 201


def test_the_right_of_the_field_says_who_makes_a_wiki(farm: RunningFarm) -> None:
    """Measured on both: with @admins in column 12 an entry is made all the same, and no wiki."""
    admin = Browser(farm).login()
    form = admin.get("?api/forms/1100").json()
    line = next(row for row in form["bn_template"].splitlines() if row.startswith("yeswiki***"))
    columns = [*line.split("***"), *[" "] * 13][:13]
    columns[12] = "@admins"
    form["bn_template"] = form["bn_template"].replace(line, "***".join(columns))
    keys = ("bn_label_nature", "bn_template", "bn_description", "bn_condition", "bn_sem_context",
            "bn_sem_type")  # fmt: skip
    imported = json.dumps({key: form[key] for key in keys})
    admin.post("?BazaR&vue=formulaire", {"imported-form[1100]": imported})
    path = "?BazaR&vue=saisir&action=saisir_fiche&id=1100"
    posted = {**WIKI, "id_typeannonce": "1100", "antispam": "1"}
    assert Browser(farm).post(path, posted).status_code == 302
    assert "rennes" in str(Browser(farm).get("?api/forms/1100/entries").json())
    assert Browser(farm).get("rennes/").status_code == 404
    assert admin.post(path, posted).status_code == 302
    assert Browser(farm).get("rennes/?PagePrincipale").status_code == 200

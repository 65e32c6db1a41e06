"""Wikis made, refused, half made, deleted; models; and every trap of creation."""

from __future__ import annotations

import json
from html import escape

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.dialects import Features

from .conftest import WIKI, Browser, new_wiki


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


def test_deleting_the_entry_removes_the_wiki(farm: RunningFarm) -> None:
    new_wiki(farm)
    admin = Browser(farm).login()
    assert admin.delete("?RobustesseRennes").status_code == 302
    assert Browser(farm).get("rennes/").status_code == 404
    assert new_wiki(farm).status_code == 201


def test_a_stranger_may_not_delete_a_wiki(farm: RunningFarm) -> None:
    new_wiki(farm)
    page = Browser(farm).get("?RobustesseRennes/deletepage").text
    assert "csrf-token" not in page
    Browser(farm).post("?RobustesseRennes/deletepage&confirme=oui", {"csrf-token": "a.b.c"})
    assert Browser(farm).get("rennes/").status_code == 200


def test_a_wiki_made_from_a_model_has_its_pages_and_ids_only(farm: RunningFarm) -> None:
    new_wiki(farm)
    admin = Browser(farm).login()
    pages = {"PagePrincipale": {"tag": "PagePrincipale", "body": 'Été & "ici" {{login}}'}}
    form = admin.get("?api/forms/1").json() | {"bn_id_nature": "1400", "bn_label_nature": "Membres"}
    lists = {"ListeCouleur": {"titre_liste": "Couleur", "label": {"r": "Rouge"}}}
    data = {
        "url-import": f"{farm.url}rennes/?PagePrincipale",
        "model_label": "Modèle",
        "wiki-import-pages": escape(json.dumps(pages)),
        "wiki-import-forms": escape(json.dumps({"1400": form})),
        "wiki-import-lists": escape(json.dumps(lists)),
        "wiki-import-entries": "",
    }
    assert "enregistré avec succès" in admin.post("?ModelesWiki", data).text
    name = f"{farm.url.removeprefix('http://').rstrip('/')}--rennes"
    chosen = {"save_config": "1", "config[default-content.sql]": "on", f"config[{name}]": "on"}
    assert name in admin.post("?ModelesWiki", chosen).text
    more = {"bf_titre": "Vannes", "bf_dossier-wiki": "vannes", "yeswiki-farm-model": name}
    assert new_wiki(farm, **more).status_code == 201
    visitor = Browser(farm)
    assert list(visitor.get("vannes/?api/pages").json()) == ["PagePrincipale"]
    assert list(visitor.get("vannes/?api/forms").json()) == ["1400"]
    assert visitor.get("vannes/?PagePrincipale/raw").text == 'Été & "ici" {{login}}'
    lost = visitor.post("vannes/?ParametresUtilisateur", {"action": "login", "name": "WikiAdmin"})
    assert lost.status_code == 200


def test_unescaped_json_that_holds_an_entity_is_dropped_in_silence(farm44: RunningFarm) -> None:
    admin = Browser(farm44).login()
    pages = json.dumps({"PagePrincipale": {"tag": "PagePrincipale", "body": "&quot;"}})
    data = {
        "url-import": f"{farm44.url}x/?PagePrincipale",
        "wiki-import-pages": pages,
        "wiki-import-forms": "",
        "wiki-import-lists": "",
        "wiki-import-entries": "",
    }
    assert "enregistré avec succès" in admin.post("?ModelesWiki", data).text
    (name,) = farm44._app.farm.store.models()
    model = farm44._app.farm.store.model(name)
    assert model
    assert model["pages"] == {}


def test_a_wiki_is_made_by_the_form_too(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    url = "?BazaR&vue=saisir&action=saisir_fiche&id=1100"
    assert 'name="bf_dossier-wiki_password"' in admin.get(url).text
    answer = admin.post(url, WIKI | {"id_typeannonce": "1100"})
    assert "id_fiche=RobustesseRennes&message=ajout_ok" in answer.headers["location"]
    again = admin.post(url, WIKI | {"id_typeannonce": "1100"})
    assert (again.status_code, "déja utilisée" in again.text) == (200, True)

"""Models: what of them reaches a new wiki."""

from __future__ import annotations

import json
from html import escape

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser, new_wiki


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

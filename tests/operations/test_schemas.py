"""A form brought from a wiki: all of it, as wikifarm reads it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operations.conftest import Fresh
from wikifarm.blueprint.schema.schema_file import load_schema
from wikifarm.blueprint.schema.template import form_json, same_template
from wikifarm.errors import InvalidInput
from wikifarm.model import Dialect
from wikifarm.operations.schemas import ImportedForm, import_form
from wikifarm.rehearsal import RunningFarm
from wikifarm.yeswiki.addresses import Addresses
from wikifarm.yeswiki.capabilities import probe
from wikifarm.yeswiki.session import Session
from wikifarm.yeswiki.wiki import Wiki

SETTINGS = {
    "bn_description": "À quoi sert ce formulaire",
    "bn_sem_context": "https://schema.org",
    "bn_sem_type": "Event",
    "bn_only_one_entry": "Y",
    "bn_only_one_entry_message": "Vous avez déjà une fiche",
}
TEMPLATE = "texte***bf_titre***Intitulé***60***255*** *** *** ***1***0***\n"


def test_an_imported_form_keeps_its_own_settings(
    fresh: Fresh, running: RunningFarm, tmp_path: Path
) -> None:
    context = fresh()
    addresses = Addresses(running.url)
    wiki = Wiki(context.network, addresses, probe(Session(context.network, addresses)))
    wiki.login("WikiAdmin", context.settings.password)
    row = {"bn_id_nature": "742", "bn_label_nature": "Une fiche chacun", "bn_template": TEMPLATE}
    wiki.forms.save({"742": {**row, **SETTINGS}})
    outcome = import_form(context, running.url, "742").outcome
    assert isinstance(outcome, ImportedForm)
    path = tmp_path / "form742.yml"
    path.write_text(outcome.yaml, "utf-8")
    with pytest.raises(InvalidInput) as refused:  # a person says whom it is about
        load_schema(path, "fr")
    assert {problem.code for problem in refused.value.problems} == {"zone"}
    path.write_text(f"{outcome.yaml}zone: productions\n", "utf-8")
    again = form_json(load_schema(path, "fr"), "742", Dialect.D44, {})
    assert {key: again[key] for key in SETTINGS} == SETTINGS
    assert same_template(again["bn_template"], TEMPLATE)


def test_what_an_imported_form_leans_on_is_told(fresh: Fresh, running: RunningFarm) -> None:
    context = fresh()
    addresses = Addresses(running.url)
    wiki = Wiki(context.network, addresses, probe(Session(context.network, addresses)))
    wiki.login("WikiAdmin", context.settings.password)
    row = {"bn_id_nature": "744", "bn_label_nature": "Lieux", "bn_template": TEMPLATE}
    wiki.forms.save({"744": row})
    (zone,) = import_form(context, running.url, "744").messages
    assert "zone: people" in zone
    leaning = f"{TEMPLATE}liste***ListeCouleur***Couleur*** ***\nlistefiche***12***Lieu*** ***\n"
    wiki.forms.save({"744": {**row, "bn_template": leaning, "bn_condition": "Lisez ceci"}})
    told = import_form(context, running.url, "744")
    _zone, lists, forms = told.messages
    assert "ListeCouleur" in lists and "12" in forms
    assert isinstance(told.outcome, ImportedForm)
    assert "conditions: Lisez ceci" in told.outcome.yaml


def test_an_imported_form_about_people_is_of_their_zone(
    fresh: Fresh, running: RunningFarm, tmp_path: Path
) -> None:
    context = fresh()
    addresses = Addresses(running.url)
    wiki = Wiki(context.network, addresses, probe(Session(context.network, addresses)))
    wiki.login("WikiAdmin", context.settings.password)
    template = f"{TEMPLATE}champs_mail***bf_mail***Adresse mel*** *** *** *** *** *** ***0***0***\n"
    row = {"bn_id_nature": "743", "bn_label_nature": "Annuaire du groupe", "bn_template": template}
    wiki.forms.save({"743": row})
    imported = import_form(context, running.url, "743")
    assert imported.messages == ()
    outcome = imported.outcome
    assert isinstance(outcome, ImportedForm)
    path = tmp_path / "form743.yml"
    path.write_text(outcome.yaml, "utf-8")
    assert "zone: people" in outcome.yaml
    with pytest.raises(InvalidInput) as refused:
        load_schema(path, "fr")
    assert "open-rights" in {problem.code for problem in refused.value.problems}
    path.write_text(outcome.yaml.replace("zone: people", "zone: productions"), "utf-8")
    with pytest.raises(InvalidInput) as refused:
        load_schema(path, "fr")
    assert {problem.code for problem in refused.value.problems} == {"person-in-public"}


@pytest.mark.parametrize(
    "url", ["", "farm", "http://[::1/", "http://./", "https://a:b@farm.example.org/", "ftp://x.org"]
)
def test_a_bad_address_is_told(fresh: Fresh, url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        import_form(fresh(), url, "1")
    assert "a:b" not in str([problem.message for problem in refused.value.problems])

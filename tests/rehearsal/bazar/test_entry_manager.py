"""Entries: written, refused, changed."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser
from .entering import PERSON, enter, make_form


def test_an_entry_needs_its_title_even_when_the_form_computes_it(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    make_form(admin)
    without = {k: v for k, v in PERSON.items() if k != "bf_titre"}
    answer = admin.post("?BazaR&vue=saisir&action=saisir_fiche&id=1200", without)
    assert (answer.status_code, 'id="formulaire"' in answer.text) == (200, True)
    assert admin.get("?api/forms/1200/entries").json() == {}
    assert enter(admin) == "GraceHopper"
    assert enter(admin) == "GraceHopper2"
    assert admin.get("?api/forms/1200/entries").json()["GraceHopper"]["bf_titre"] == "Grâce Hopper"


def test_without_the_antispam_mark_nothing_is_written(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    make_form(admin)
    answer = admin.post("?BazaR&vue=saisir&action=saisir_fiche&id=1200", PERSON | {"antispam": "0"})
    assert (answer.status_code, "Protection antispam" in answer.text) == (200, True)
    assert admin.get("?api/forms/1200/entries").json() == {}


def test_an_entry_is_changed_by_its_edit_form(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    make_form(admin)
    tag = enter(admin)
    assert 'value="Hopper"' in admin.get(f"?{tag}/edit").text
    answer = admin.post(f"?{tag}/edit", PERSON | {"bf_nom": "Murray", "id_fiche": tag})
    assert "message=modif_ok" in answer.headers["location"]
    entry = admin.get("?api/forms/1200/entries").json()[tag]
    assert (entry["bf_titre"], entry["bf_nom"]) == ("Grâce Murray", "Murray")
    assert 'data-revisions-count="2"' in admin.get(f"?{tag}/revisions").text
    assert admin.delete(f"?{tag}").status_code == 302
    assert admin.get("?api/forms/1200/entries").json() == {}

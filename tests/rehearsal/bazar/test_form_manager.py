"""Forms: replaced by their label, read as each dialect writes them."""

from __future__ import annotations

import json

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.dialects import Features

from ..conftest import Browser
from .entering import enter, make_form


def test_a_form_with_a_known_label_is_replaced_whatever_its_id(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    make_form(admin, "1200")
    make_form(admin, "1300")
    forms = admin.get("?api/forms").json()
    assert "1200" in forms
    assert "1300" not in forms


def test_the_property_of_a_list_field_follows_the_dialect(
    features: Features, farm: RunningFarm
) -> None:
    form = Browser(farm).get("?api/forms/4").json()
    field = next(f for f in form["prepared"] if f.get("type") == "checkbox")
    assert field["propertyname"] == "checkboxListeType"
    assert field["name"] == ("" if features.list_in_property else "checkboxListeType")
    assert field["options"]["4"] == "Méthodologie / guide"


def test_a_line_of_an_unknown_kind_makes_prepared_an_object(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    template = "texte***bf_titre***Nom*** ***\ntextee***bf_x***Faute*** ***\ntexte***b***B*** ***"
    value = {"bn_label_nature": "Troué", "bn_template": template}
    admin.post("?BazaR&vue=formulaire", {"imported-form[7]": json.dumps(value)})
    assert set(admin.get("?api/forms/7").json()["prepared"]) == {"0", "2"}


def test_a_form_is_emptied_then_deleted_with_its_token(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    make_form(admin)
    tag = enter(admin)
    for kind, name in (("empty", "confirmEmptyToken"), ("delete", "confirmDeleteToken")):
        token = admin.field(f"?BazaR&vue=formulaire&action=confirm_{kind}&idformulaire=1200", name)
        url = f"?BazaR&vue=formulaire&action={kind}&idformulaire=1200"
        assert admin.post(url, {name: token}).status_code == 302
        assert admin.get(f"?api/pages/{tag}").status_code == 404
    assert admin.get("?api/forms/1200").status_code == 404

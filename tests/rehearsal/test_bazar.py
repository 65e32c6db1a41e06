"""Forms, lists and entries: ids made by the server, properties by dialect, refusals, privacy."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.dialects import Features
from wikifarm.rehearsal.wikitext.page_names import base_name

from .conftest import Browser

TEMPLATE = (
    "titre***{{bf_prenom}} {{bf_nom}}***Titre Automatique***\n"
    "texte***bf_nom***Nom***60***255*** *** ***text***1*** *** *** * *** * *** *** *** ***\n"
    "texte***bf_prenom***Prénom***60***255*** *** ***text***1*** *** *** * *** * *** *** *** ***\n"
    "champs_mail***bf_mail***Email*** *** *** ***form*** ***1***0*** *** * *** * *** *** ***\n"
    "texte***bf_secret***Secret***60***255*** *** ***text***0*** *** *** % *** % *** *** *** ***\n"
    "map***bf_latitude***bf_longitude*** *** ***\n"
    "radio***{list}***Accord*** *** *** *** *** ***1*** *** *** * *** * *** *** *** ***\n"
    "{acls}"
)
PERSON = {
    "bf_titre": "{{bf_prenom}} {{bf_nom}}",
    "bf_nom": "Hopper",
    "bf_prenom": "Grâce",
    "bf_mail": "grace@example.org",
    "bf_secret": "sentinelle",
    "bf_latitude": "48.11",
    "bf_longitude": "-1.68",
    "antispam": "1",
}


def _list(admin: Browser, title: str = "OuiNonW") -> str:
    value: object = {"titre_liste": title, "label": {"oui": "Oui", "non": "Non"}}
    if admin.farm.settings.features.lists_as_nodes:
        nodes = [{"id": k, "label": v, "children": []} for k, v in (("oui", "Oui"), ("non", "Non"))]
        value = {"title": title, "nodes": nodes}
    before = set(admin.get("?BazaR/json&demand=lists").json())
    answer = admin.post("?BazaR&vue=listes", {"imported-list[x]": json.dumps(value)})
    assert (answer.status_code, "importée(s) avec succès" in answer.text) == (200, True)
    return str((set(admin.get("?BazaR/json&demand=lists").json()) - before).pop())


def _form(admin: Browser, number: str = "1200", acls: str = "") -> None:
    template = TEMPLATE.replace("{list}", "ListeType").replace("{acls}", acls)
    value = {"bn_label_nature": "Participant·es", "bn_template": template}
    answer = admin.post("?BazaR&vue=formulaire", {f"imported-form[{number}]": json.dumps(value)})
    assert answer.headers["location"].endswith("vue=formulaire&msg=BAZ_FORM_IMPORT_SUCCESSFULL")


def _enter(browser: Browser, **more: str) -> str:
    answer = browser.post("?BazaR&vue=saisir&action=saisir_fiche&id=1200", PERSON | more)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].partition("id_fiche=")[2].partition("&")[0]


def test_the_server_names_lists_and_never_recognises_one(
    features: Features, farm: RunningFarm
) -> None:
    admin = Browser(farm).login()
    first = "ListouinonW" if features.list_title == "List{}" else "ListeOuinonw"
    assert [_list(admin), _list(admin)] == [first, f"{first}2"]
    shape = admin.get("?BazaR/json&demand=lists").json()[first]
    assert set(shape) == (
        {"title", "nodes", "id"} if features.lists_as_nodes else {"titre_liste", "label"}
    )


@pytest.mark.parametrize(
    ("title", "tag"),
    [
        ("Ada Lovelace", "AdaLovelace"),
        ("Vannes", "VanneS"),
        ("L'été à Brest", "LEteABrest"),
        ("Participant·es", "ParticipanteS"),
        ("Œuvre", "OeuvrE"),
        ("🌱", ""),
        ("{{x}}", "X"),
    ],
)
def test_tags_are_made_from_titles(title: str, tag: str) -> None:
    assert base_name(title) == tag


def test_a_form_with_a_known_label_is_replaced_whatever_its_id(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    _form(admin, "1200")
    _form(admin, "1300")
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


def test_an_entry_needs_its_title_even_when_the_form_computes_it(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    _form(admin)
    without = {k: v for k, v in PERSON.items() if k != "bf_titre"}
    answer = admin.post("?BazaR&vue=saisir&action=saisir_fiche&id=1200", without)
    assert (answer.status_code, 'id="formulaire"' in answer.text) == (200, True)
    assert admin.get("?api/forms/1200/entries").json() == {}
    assert _enter(admin) == "GraceHopper"
    assert _enter(admin) == "GraceHopper2"
    assert admin.get("?api/forms/1200/entries").json()["GraceHopper"]["bf_titre"] == "Grâce Hopper"


def test_without_the_antispam_mark_nothing_is_written(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    _form(admin)
    answer = admin.post("?BazaR&vue=saisir&action=saisir_fiche&id=1200", PERSON | {"antispam": "0"})
    assert (answer.status_code, "Protection antispam" in answer.text) == (200, True)
    assert admin.get("?api/forms/1200/entries").json() == {}


def test_a_strangers_entry_follows_the_rights_of_its_form(farm: RunningFarm) -> None:
    admin, visitor = Browser(farm).login(), Browser(farm)
    _form(admin, acls="acls***@admins***%***comments-closed***")
    tag = _enter(visitor)
    assert visitor.get("?api/forms/1200/entries").json() == {}
    assert tag in admin.get("?api/forms/1200/entries").json()
    routes = [
        "?api/forms/1200/entries/geojson",
        "?api/forms/1200/entries/html",
        "?api/forms/1200/entries/json-ld",
        "?api/entries",
        f"?api/entries/1200/{tag}",
        "?api/entries/bazarlist&id=1200",
        "?BazaR/rss&id=1200",
        "?BazaR&vue=exporter&id=1200",
        f"?{tag}/raw",
        f"?{tag}/html",
        f"?{tag}/xml",
        "?RechercheTexte&phrase=sentinell",
        f"?BazaR/json&demand=entry&id_fiche={tag}",
        f"?api/pages/{tag}",
        f"?api/entries/html/{tag}&fields=html_output",
    ]
    for route in routes:
        text = visitor.get(route).text
        for word in ("Grâce Hopper", "sentinelle", "grace@example.org", "48.11"):
            assert word not in text, (route, word)
    assert "Grâce Hopper" in visitor.get("?TableauDeBord").text


def test_an_address_is_never_in_json_and_shown_as_a_button(farm: RunningFarm) -> None:
    admin, visitor = Browser(farm).login(), Browser(farm)
    _form(admin)
    tag = _enter(visitor)
    entry = visitor.get("?api/forms/1200/entries").json()[tag]
    assert (entry["bf_mail"], entry["bf_secret"], entry["bf_latitude"]) == ("", "", "48.11")
    page = visitor.get(f"?{tag}").text
    assert "Contacter par mail" in page
    assert "grace@example.org" not in page
    assert admin.get("?api/forms/1200/entries").json()[tag]["bf_mail"] == "grace@example.org"
    assert 'name="message"' in visitor.get(f"?{tag}/mail&field=bf_mail").text


@pytest.mark.parametrize("handler", ["raw", "css", "diaporama", "slide_show"])
def test_the_text_of_a_readable_entry_lacks_its_closed_fields(
    handler: str, farm44: RunningFarm
) -> None:
    admin, visitor = Browser(farm44).login(), Browser(farm44)
    _form(admin)
    tag = _enter(visitor)
    seen, whole = (person.get(f"?{tag}/{handler}").text for person in (visitor, admin))
    words = ("Hopper", "48.11", "grace@example.org", "sentinelle")
    assert [word in seen for word in words] == [True, True, False, False]
    assert all(word in whole for word in words)


def test_an_entry_is_changed_by_its_edit_form(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    _form(admin)
    tag = _enter(admin)
    assert 'value="Hopper"' in admin.get(f"?{tag}/edit").text
    answer = admin.post(f"?{tag}/edit", PERSON | {"bf_nom": "Murray", "id_fiche": tag})
    assert "message=modif_ok" in answer.headers["location"]
    entry = admin.get("?api/forms/1200/entries").json()[tag]
    assert (entry["bf_titre"], entry["bf_nom"]) == ("Grâce Murray", "Murray")
    assert 'data-revisions-count="2"' in admin.get(f"?{tag}/revisions").text
    assert admin.delete(f"?{tag}").status_code == 302
    assert admin.get("?api/forms/1200/entries").json() == {}


def test_older_cores_make_a_second_entry_where_newer_ones_change_the_first(
    features: Features, farm: RunningFarm
) -> None:
    admin = Browser(farm).login()
    _form(admin)
    admin.post("?api/entries/1200", PERSON, key=True)
    again = admin.post("?api/entries/1200", PERSON | {"id_fiche": "GraceHopper"}, key=True)
    assert again.status_code == 201
    second = set() if features.api_updates_entries else {"GraceHopper2"}
    assert set(admin.get("?api/forms/1200/entries").json()) == {"GraceHopper", *second}


def test_a_form_is_emptied_then_deleted_with_its_token(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    _form(admin)
    tag = _enter(admin)
    for kind, name in (("empty", "confirmEmptyToken"), ("delete", "confirmDeleteToken")):
        token = admin.field(f"?BazaR&vue=formulaire&action=confirm_{kind}&idformulaire=1200", name)
        url = f"?BazaR&vue=formulaire&action={kind}&idformulaire=1200"
        assert admin.post(url, {name: token}).status_code == 302
        assert admin.get(f"?api/pages/{tag}").status_code == 404
    assert admin.get("?api/forms/1200").status_code == 404


def test_a_list_is_deleted_by_its_address(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    tag = _list(admin)
    url = f"?BazaR&vue=listes&action=supprimer_liste&idliste={tag}"
    assert Browser(farm).get(url).status_code == 200
    assert admin.get(url).status_code == 302
    assert tag not in admin.get("?BazaR/json&demand=lists").json()


def test_dated_entries_are_given_as_a_calendar_and_places_as_geojson(farm: RunningFarm) -> None:
    visitor = Browser(farm)
    calendar = visitor.get("?api/forms/2/entries/ical").text
    assert "PRODID:-//YesWiki//YesWiki doryphore" in calendar
    assert "DTSTART;VALUE=DATE:20240410" in calendar
    places = visitor.get("?api/forms/1/entries/geojson").json()["features"]
    assert places[0]["geometry"]["coordinates"] == [2.3514616, 48.8566969]


def test_entries_are_searched_by_query(farm: RunningFarm) -> None:
    url = "?api/forms/1/entries&query=" + quote("bf_ville=Paris")
    assert set(Browser(farm).get(url).json()) == {"ElizabethJFeinler"}


def test_words_of_a_participant_cannot_run_an_action_in_a_title(farm: RunningFarm) -> None:
    admin, visitor = Browser(farm).login(), Browser(farm)
    _form(admin)
    tag = _enter(visitor, bf_nom="<script>alert(1)</script>{{listusers}}")
    text = visitor.get(f"?{tag}").text
    assert "<script>alert(1)" not in text
    assert "WikiAdmin . . ." not in text

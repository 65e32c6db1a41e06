"""Bazar schemas: what YesWiki would drop, or show to strangers, is refused at its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.blueprint.conftest import problems, write
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.schema.bazar_schema import Schema, tailored
from wikifarm.blueprint.schema.choices import expected_list_id, load_lists
from wikifarm.blueprint.schema.fields import Field, Kind
from wikifarm.blueprint.schema.schema_file import load_schema, load_schemas, to_yaml
from wikifarm.blueprint.shipped import data_folder
from wikifarm.model import Dialect, Module, Zone

SHIPPED = data_folder("bazar_schemas")
PUBLIC = """schema: wikifarm/bazar/1
label: Lieux
zone: productions
fields:
  - {type: texte, name: bf_titre, label: Nom}
"""
PEOPLE = """schema: wikifarm/bazar/1
label: Personnes
zone: people
title: Fiche
acls: {read: "@participants", write: "%"}
seen_by: le groupe
retention: un an
fields:
  - {type: texte, name: bf_a, label: A, purpose: savoir}
"""


def codes(tmp_path: Path, text: str) -> list[tuple[str, int]]:
    path = write(tmp_path / "x.yml", text)
    return [
        (one.code, one.line) for one in problems(lambda: load_schema(path, "fr", {"ListeOuiNon"}))
    ]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("{type: text, name: bf_x, label: X}", "unknown-type"),
        ("{type: inscriptionliste, name: bf_x, label: X}", "refused-type"),
        ("{type: utilisateur_wikini, name_field: bf_titre, email_field: bf_x}", "refused-type"),
        ("{type: texte, name: bf_titre, label: X}", "duplicate-name"),
        ("{type: texte, label: X}", "missing"),
        ("{type: texte, name: bf_x}", "missing"),
        ("{type: texte, name: 'bf x', label: X}", "bad-name"),
        ("{type: texte, name: bf_x, label: 'a *** b'}", "breaks-the-line"),
        ('{type: texte, name: bf_x, label: "a\\nb"}', "breaks-the-line"),
        ("{type: texte, name: bf_x, label: '<b>x</b>'}", "html"),
        ("{type: texte, name: bf_x, label: 'x {{y}}'}", "html"),
        ("{type: texte, name: bf_x, label: {fr: X}}", "missing-language"),
        ("{type: texte, name: bf_x, label: X, lable: Y}", "unknown-key"),
        ("{type: texte, name: bf_x, label: X, required: 2}", "wrong-type"),
        ("{type: texte, name: bf_x, label: X, module: maps}", "unknown-module"),
        ("{type: liste, name: bf_x, label: X, list: ListeOuiNo}", "unknown-list"),
        ("{type: liste, name: bf_x, label: X}", "missing"),
        ("{type: champs_mail, name: bf_x, label: X}", "person-in-public"),
        ("{type: texte, name: bf_prenom, label: X}", "person-in-public"),
        ("{type: texte, name: bf_x, label: X, purpose: savoir}", "person-in-public"),
        ("{type: conditionschecking, condition: '{bf_y} == oui'}", "unknown-field"),
        ("{type: raw, line: 'texte***a***b'}", "too-few-columns"),
        ("just a word", "wrong-type"),
    ],
)
def test_each_mistake_of_a_field_stands_at_its_line(tmp_path: Path, field: str, code: str) -> None:
    found = codes(tmp_path, PUBLIC + f"  - {field}\n")
    assert (code, 6) in found


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("wikifarm/bazar/1", "wikifarm/bazar/9", "wrong-schema"),
        ("label: Personnes\n", "", "missing"),
        ("zone: people", "zone: everybody", "zone"),
        ("title: Fiche", "title: 'Fiche de {{bf_a}}'", "title-leaks"),
        ("title: Fiche\n", "", "title"),
        ('read: "@participants"', 'read: "*"', "open-rights"),
        ('read: "@participants"', 'read: "+"', "open-rights"),
        ('acls: {read: "@participants", write: "%"}\n', "", "open-rights"),
        ("retention: un an\n", "", "missing-purpose"),
        (", purpose: savoir", "", "missing-purpose"),
        ("type: texte,", "type: image,", "public-file"),
        (
            "  - {type: texte",
            "  - {type: conditionschecking, condition: '{bf_a} == oui'}\n  - {type: texte",
            "condition-open",
        ),
    ],
)
def test_a_form_of_people_is_closed_or_refused(
    tmp_path: Path, before: str, after: str, code: str
) -> None:
    assert before in PEOPLE
    assert code in {found for found, _line in codes(tmp_path, PEOPLE.replace(before, after))}


def test_all_the_mistakes_come_at_once(tmp_path: Path) -> None:
    text = PUBLIC + "  - {type: txt}\n  - {type: inscriptionliste}\n  - {type: texte, lable: x}\n"
    assert [code for code, _line in codes(tmp_path, text)] == [
        "unknown-type", "refused-type", "unknown-key",
    ]  # fmt: skip


def test_an_unknown_type_is_corrected(tmp_path: Path) -> None:
    path = write(tmp_path / "x.yml", PUBLIC + "  - {type: listedatedebut, name: a, label: b}\n")
    (found,) = problems(lambda: load_schema(path, "fr"))
    assert "listedatedeb" in found.hint


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ListeOuiNon: {title: Oui ou non, items: {oui: Oui}}", "list-key"),
        ("ListeOuiNon: {title: Oui/Non, items: {Oui: Oui}}", "list-key"),
        ("ListeOuiNon: {title: Oui/Non, items: {oui: {fr: Oui}}}", "missing-language"),
        ("ListeOuiNon: {title: Oui/Non, items: {oui: <b>Oui</b>}}", "html"),
        ("ListeOuiNon: {title: Oui/Non, items: {}}", "missing"),
    ],
)
def test_each_mistake_of_a_list_is_told(tmp_path: Path, text: str, code: str) -> None:
    write(tmp_path / "lists.yml", f"schema: wikifarm/lists/1\nlists:\n  {text}\n")
    assert problems(lambda: load_lists(tmp_path, "fr"))[0].code == code


@pytest.mark.parametrize(
    ("title", "in_44", "in_45"),
    [
        ("OuiNonW", "ListeOuinonw", "ListouinonW"),  # transcripts 32 and 62
        ("Oui/Non", "ListeOuiNon", "ListouiNon"),
        ("Thèmes", "ListeThemes", "ListthemeS"),
        ("Œuvre & bière", "ListeOeuvreBiere", "ListoeuvreBiere"),  # checked with YesWiki's own code
    ],
)
def test_the_server_s_ids_of_lists_are_foreseen(title: str, in_44: str, in_45: str) -> None:
    assert expected_list_id(title, Dialect.D44) == in_44
    assert expected_list_id(title, Dialect.D45) == in_45


@pytest.fixture(params=["fr", "en"])
def shipped(request: pytest.FixtureRequest) -> dict[str, Schema]:
    return load_schemas(SHIPPED, request.param)


def test_the_shipped_schemas_are_sound(shipped: dict[str, Schema]) -> None:
    assert set(shipped) >= {
        "participants",
        "rencontres",
        "comptes-rendus",
        "ressources",
        "propositions",
    }
    assert {one.zone for one in shipped.values()} == set(Zone)


def test_no_shipped_form_takes_the_place_of_yeswiki_s_own(shipped: dict[str, Schema]) -> None:
    labels = {one.label.lower() for one in shipped.values()}
    assert not labels & {"annuaire", "agenda", "blog-actu", "ressources"}
    assert len(labels) == len(shipped)


def test_a_participant_is_never_named_by_a_title_nor_asked_too_much(
    shipped: dict[str, Schema],
) -> None:
    one = shipped["participants"]
    assert one.title_mask and "{" not in one.title_mask
    assert one.rights and one.rights.read == "@participants,@animation,%"
    assert one.rights.write == "%,@animation" and one.rights.comment == "comments-closed"
    assert not {"image", "fichier", "inscriptionliste", "utilisateur_wikini"} & {
        x.type for x in one.fields
    }
    assert not any("adresse" in x.name or "rue" in x.name for x in one.fields)
    assert one.only_one_entry


def test_consents_are_apart_required_and_unticked(shipped: dict[str, Schema]) -> None:
    one = shipped["participants"]
    for name in ("bf_consent_carte", "bf_consent_liste", "bf_charte"):
        field = one.field(name)
        assert (field.type, field.required, field.options.get("default", "")) == ("radio", True, "")


def test_an_address_is_shown_to_nobody(shipped: dict[str, Schema]) -> None:
    mail = shipped["participants"].field("bf_mail")
    assert mail.options["contact_form"] == "form"
    assert mail.options["address_seen_by"] == "@admins"
    assert mail.options["send_copy"] == "0"


def test_the_agenda_speaks_icalendar(shipped: dict[str, Schema]) -> None:
    one = shipped["rencontres"]
    assert one.field("bf_date_debut_evenement").type == "listedatedeb"
    assert one.field("bf_date_fin_evenement").type == "listedatefin"
    assert (one.semantic_context, one.semantic_type) == ("https://schema.org", "Event")


def test_every_question_is_asked_in_both_languages() -> None:
    french, english = load_schemas(SHIPPED, "fr"), load_schemas(SHIPPED, "en")
    same = {"Type", "Licence", "Contributions", "Agenda", ""}
    for key, schema in french.items():
        assert schema.label != english[key].label
        for one, other in zip(schema.fields, english[key].fields, strict=True):
            assert one.label != other.label or one.label in same, (key, one.name)


def test_a_form_is_cut_to_the_modules_of_the_community(rennes: Community) -> None:
    one = load_schemas(SHIPPED, "fr")["participants"]
    without = tailored(one, replace(rennes, modules=rennes.modules - {Module.MAP}), {})
    assert not {"map", "conditionschecking"} & {field.type for field in without.fields}
    assert "bf_consent_liste" not in {field.name for field in without.fields}
    assert "map" in {field.type for field in tailored(one, rennes, {}).fields}


def test_links_point_to_the_forms_that_are_there(rennes: Community) -> None:
    one = load_schemas(SHIPPED, "fr")["comptes-rendus"]
    assert tailored(one, rennes, {"rencontres": "102"}).field("bf_rencontre").target == "102"
    alone = tailored(one, rennes, {})
    assert not any(field.kind is Kind.LINK for field in alone.fields)


@pytest.mark.parametrize(("writing", "right"), [("connected", "+"), ("open", "*")])
def test_who_writes_productions_is_the_manifest_s_choice(
    rennes: Community, writing: str, right: str
) -> None:
    one = tailored(load_schemas(SHIPPED, "fr")["ressources"], replace(rennes, writing=writing), {})
    assert one.rights and one.rights.write == f"%,{right},@animation"


def test_an_account_field_is_asked_only_with_open_admission(
    tmp_path: Path, rennes: Community
) -> None:
    field = (
        "  - {type: utilisateur_wikini, name_field: bf_a, email_field: bf_a, admission: open, "
        "purpose: p}\n"
    )
    one = load_schema(write(tmp_path / "x.yml", PEOPLE + field), "fr")
    types = {x.type for x in tailored(one, rennes, {}).fields}
    assert "utilisateur_wikini" not in types
    types = {x.type for x in tailored(one, replace(rennes, admission="open"), {}).fields}
    assert "utilisateur_wikini" in types


def test_a_schema_written_again_reads_the_same(tmp_path: Path) -> None:
    for key, one in load_schemas(SHIPPED, "fr").items():
        text = to_yaml(replace(one, imported=True))
        again = load_schema(write(tmp_path / f"{key}.yml", text), "fr")
        assert again == replace(one, imported=True)


def test_a_hint_is_text_and_boxes_are_a_group_that_bears_the_question(rennes: Community) -> None:
    asked = Field("radio", "bf_oui", "Vous & moi ?", True, "Oui ou non.", {"list": "ListeOuiNon"})
    written = Field("texte", "bf_mot", "Un mot", hint="Court.")
    schema = Schema("essai", "Essai", (asked, written, Field("texte", "bf_nom", "Nom")))
    fields = tailored(schema, rennes, {}).fields
    told = [field.options.get("html") or field.name for field in fields]
    assert told == [
        '<fieldset role="radiogroup" aria-label="Vous &amp; moi ?" aria-required="true">'
        '<p class="help-block">Oui ou non.</p>',
        "bf_oui",
        "</fieldset>",
        '<p class="help-block">Court.</p>',
        "bf_mot",
        "bf_nom",
    ]
    assert not any(field.hint for field in fields)
    imported = replace(schema, imported=True)
    assert tailored(imported, rennes, {}).fields == imported.fields, "a form is kept as it came"

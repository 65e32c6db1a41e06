"""Capture: whoever is named is left out, and no text acts upon Jinja."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.blueprint.test_neutral import HOSTILE
from tests.operations.copying.conftest import line
from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.blueprint_model import Blueprint, Consent
from wikifarm.blueprint.capture.capture_wiki import CaptureWishes, capture
from wikifarm.blueprint.capture.captured import Why
from wikifarm.blueprint.capture.form_copy import is_of_people
from wikifarm.blueprint.capture.form_numbers import numbers, renumbered
from wikifarm.blueprint.capture.known_people import KnownPeople, Trace
from wikifarm.blueprint.capture.page_text import Marks, as_template, literal
from wikifarm.blueprint.manifest.community import DEFAULT_BLUEPRINT
from wikifarm.blueprint.render import Constant, Names, render
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import Field
from wikifarm.model import Dialect, Form, Page
from wikifarm.whole_wiki import WholeWiki

ADDRESS = "https://ferme.example.org/jardin/"
TEXTS = {"checklist.md.j2": "x", "checklist.html.j2": "x", "welcome.txt.j2": "x"}


@cache
def usual() -> Blueprint:
    return load_blueprint(DEFAULT_BLUEPRINT)


# -- a text is a text -----------------------------------------------------------------------


def rendered(folder: Path, body: str, marks: Marks) -> str:
    (folder / "fr/pages").mkdir(parents=True, exist_ok=True)
    (folder / "fr/pages/X.wiki.j2").write_text(as_template(body, marks), encoding="utf-8")
    context = {
        "community": Names({"name": "Autre nom"}),
        "urls": Names({"wiki": Constant("https://ici.example.org/neuf/")}),
        "lists": Names({"ListeX": Constant("ListeNeuve")}),
    }
    return render(folder, "fr", "pages/X.wiki", context)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["<", ">", "%", "#", "{", "-", "\n", " ", "endraw", "é"])).map("".join)
)
def test_any_text_comes_out_of_its_template_as_it_was(text: str) -> None:
    from jinja2.sandbox import SandboxedEnvironment

    made = SandboxedEnvironment(
        block_start_string="<%", block_end_string="%>", variable_start_string="<<",
        variable_end_string=">>", comment_start_string="<#", comment_end_string="#>",
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters["raw_wiki"] = str
    assert made.from_string(literal(text)).render() == text


@pytest.mark.parametrize("text", [*HOSTILE, "<% endraw %><< 7*7 >>", "<", "<<", "<# x #>", "a <"])
def test_what_acts_upon_jinja_is_a_sign_like_others(tmp_path: Path, text: str) -> None:
    body = f"x{text}x".replace("\r", "")
    assert rendered(tmp_path, body, Marks("", ())) == body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"[[{ADDRESS}?Accueil ici]]", "[[https://ici.example.org/neuf/?Accueil ici]]"),
        (f"[[{ADDRESS}wakka.php?wiki=A b]]", "[[https://ici.example.org/neuf/?wiki=A b]]"),
        ("http://ferme.example.org/jardin", "https://ici.example.org/neuf/"),
        ("https://ferme.example.org/jardin2/?X", "https://ferme.example.org/jardin2/?X"),
        ("Le Jardin d'ici est ouvert.", "Autre nom est ouvert."),
        ('{{titre t="Le Jardin d\'ici"}}', '{{titre t="Autre nom"}}'),
        ("Le Jardin d'icitte", "Le Jardin d'icitte"),
        ('groups="ListeX" ListeXY', 'groups="ListeNeuve" ListeXY'),
        ("<<Le Jardin d'ici", "<<Autre nom"),
        (
            "files/Ici_plan_20240102030405_20240102030406.pdf_",
            "?Ici/download&file=plan.pdf",
        ),
    ],
)
def test_what_is_the_communitys_own_is_told_by_name(
    tmp_path: Path, body: str, expected: str
) -> None:
    marks = Marks(ADDRESS, ("Ici", "Accueil"), "Le Jardin d'ici", {"ListeX": 'lists["ListeX"]'})
    assert rendered(tmp_path, body, marks) == expected


# -- numbers of forms -----------------------------------------------------------------------


def test_numbers_that_a_blueprint_may_give_are_kept() -> None:
    assert numbers(["1", "5", "101", "1100"]) == {
        "1": "102", "5": "5", "101": "101", "1100": "103",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{{bazarliste id="1" template="x"}}', '{{bazarliste id="102" template="x"}}'),
        ("{{bazarcarto id='1, 7'}}", "{{bazarcarto id='102, 7'}}"),
        (
            '{{bazarliste id="https://a.example.org|1"}}',
            '{{bazarliste id="https://a.example.org|1"}}',
        ),
        (f'{{{{bazarliste id="{ADDRESS}|1"}}}}', f'{{{{bazarliste id="{ADDRESS}|102"}}}}'),
        ('{{section id="1"}}', '{{section id="1"}}'),
        ("[[BazaR?vue=saisir&action=x&id=1 a]]", "[[BazaR?vue=saisir&action=x&id=102 a]]"),
        ("?api/forms/1/entries", "?api/forms/102/entries"),
        ("id=1", "id=1"),
    ],
)
def test_a_number_that_changes_changes_where_it_is_named(body: str, expected: str) -> None:
    assert renumbered(body, {"1": "102"}, ADDRESS) == expected


# -- people ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "trace"),
    [
        ("écrire à ada@example.org", Trace.MAIL),
        ("au 02 99 12 34 56", Trace.PHONE),
        ("+33 (0)2.99.12.34.56", Trace.PHONE),
        ("merci à ADA lovelace !", Trace.NAME),
        ("[[AdaLovelace]]", Trace.NAME),
        ("photo_ada-lovelace.jpg", Trace.NAME),
        ("Zoé", Trace.NAME),
        ("zoe", Trace.NAME),
        ("avec Awa Diallo et les autres", Trace.NAME),
        ("Camille Le Goff", Trace.NAME),
        ("photo_camille-guillou.jpg", Trace.NAME),
        ("AWA DIALLO", Trace.NAME),
        ("LOVELACE, Ada", Trace.NAME),
        ("Ada **Lovelace**", Trace.NAME),
        ('Ada ""<b>""Lovelace""</b>""', Trace.NAME),
        ("Ada Love\u200blace", Trace.NAME),
        ("ada.lovelace", Trace.NAME),
        ("Zo&eacute;", Trace.NAME),
        ("https://example.org/qui/bj%C3%B8rn-%C3%85ngstr%C3%B6m", Trace.NAME),
        ("Lea Hamon", Trace.NAME),
        ("camilleg", Trace.NAME),
        ("感谢王小明的帮助", Trace.NAME),
        ("les amis de bjorn angstrom", Trace.NAME),
        ("YILMAZ", Trace.NAME),
        ("merci à A. Lovelace", Trace.NAME),
        ("LOVELACE A.", Trace.NAME),
        ("B. ÅNGSTRÖM", Trace.NAME),
        ("\u0410da L\u043evel\u0430ce", Trace.NAME),  # Cyrillic letters among Latin ones
        ("ИВАНОВА Ольга", Trace.NAME),
        ("о. Иванова, O. Иванова", Trace.NAME),
        ("ada [at] example.org", Trace.MAIL),
        ("ada (arobase) example (point) org", Trace.MAIL),
        ("ada at example dot org", Trace.MAIL),
        ("ada&#64;example.org", Trace.MAIL),
        ("mailto:ada%40example.org", Trace.MAIL),
        ("ada @ example.org", Trace.MAIL),
        ("ada\uff20example.org", Trace.MAIL),
        ("ada . l @ example . org", Trace.MAIL),
        ("a.l@@example·org", Trace.MAIL),
        ("a.l{{doubleclic}}@example.org", Trace.MAIL),
        ('a.l""<img alt="@" src="x.png">""example.org', Trace.MAIL),
        ("Tel.06 12 34 56 78", Trace.PHONE),
        ("06 12 34 56 78/02 99 12 34 56", Trace.PHONE),
        ("06/12/34/56/78", Trace.PHONE),
        ("0033612345678", Trace.PHONE),
        ("__0612345678__", Trace.PHONE),
        ("06&nbsp;12&nbsp;34&nbsp;56&nbsp;78", Trace.PHONE),
        ("(02) 99 12 34 56", Trace.PHONE),
    ],
)
def test_a_person_is_seen_however_they_are_written(text: str, trace: Trace) -> None:
    people = KnownPeople(["AdaLovelace", "Zoé", "", "Al", "leahamon", "AwaD", "CamilleG",
                          "Bjørn Ångström", "Yılmaz", "小明 王", "Ольга Иванова"])  # fmt: skip
    assert people.in_text(text) == {trace}


@pytest.mark.parametrize(
    "text",
    ["le 12/03/2024", "20240102030405", "{{bazarliste id=\"1\"}}", "@admins,@participants",
     "Awa, et Camille", "Zoétrope", "n° 123456", "Al", "Adalovelacette", "un an a passé",
     "le 01-02-2026 10:00", "Notre wiki a trois ans", "Le Wiki à tout faire", "camille n’a gardé",
     "look at example.org", "un a lovelace", "A lovelace", "P. Lovelace",
     "il a petit à petit", "lon=-0.6123456789", "https://a.org/0612345678/x"],
)  # fmt: skip
def test_what_is_nobody(text: str) -> None:
    names = ["AdaLovelace", "Alice Petit", "Zoé", "Al", "Ana", "AwaD", "CamilleG", "WikiA", "WikiT"]
    assert KnownPeople(names, but=["WikiT"]).in_text(text) == frozenset()


ZOE = ["Zoé Dubreuil", "Jean-Pierre Martin", "LE GOFF Camille", "Анна Вебер", "Luc Roy"]


@pytest.mark.parametrize(
    "text",
    ["Z. Dubreuil", "Z Dubreuil", "Z.DUBREUIL", "Z.\u00a0Dubreuil", "voir Z. Dubreuil, ici",
     "DUBREUIL Zoé", "dubreuil zoe", "ZOÉ DUBREUIL", "Zoe\u0301 Dubreuil", "J.-P. Martin",
     "JP Martin", "J. Martin", "C. Le Goff", "АННА ВЕБЕР", "А. Вебер",
     "\N{GREEK CAPITAL LETTER ZETA}oé Dubreuil", "Zoé Dubr\N{CYRILLIC SMALL LETTER IE}uil",
     "\N{CYRILLIC CAPITAL LETTER ES}. Le Goff"],
)  # fmt: skip
def test_a_name_is_seen_by_initials_in_any_order_and_in_look_alike_letters(text: str) -> None:
    assert KnownPeople(ZOE).in_text(text) == {Trace.NAME}


@pytest.mark.parametrize(
    "text",
    ["P. Dubreuil", "Dubreuil", "Z. Martin", "L. Roy", "L’Roy", "Il y a z dubreuil", "À Dubreuil",
     "J’Martin", "Zoé, et Dubreuille", "la rue J. Martinet", "Le Goff", "Вера"],
)  # fmt: skip
def test_an_initial_that_is_not_theirs_is_nobody(text: str) -> None:
    assert KnownPeople([*ZOE, "Alix Dubreuil"]).in_text(text) == frozenset()


@pytest.mark.parametrize(
    "text",
    ["une association des amis du vélo", "notre association, la lande", "maison, quartier"],
)  # fmt: skip
def test_a_part_of_a_title_is_nobody(text: str) -> None:
    titles = ["Association des amis de la lande", "Maison de quartier"]
    assert KnownPeople(titles).in_text(text) == frozenset()


def test_a_long_text_of_one_word_is_read_at_once() -> None:
    people = KnownPeople(["AdaLovelace"])
    started = time.process_time()
    assert people.in_text("a" * 1_000_000) == frozenset()
    assert time.process_time() - started < 20  # each sign once; once for each other: hours


# -- what is left out -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"bn_template": line("texte", "bf_x", "Contact", "", "", "+33 6 12 34 56 78")},
        {"bn_only_one_entry_message": "Une seule fois, ou écrivez à ada@example.org"},
        {"bn_condition": "<p>Je préviens Ada Lovelace.</p>"},
        {"bn_template": line("texte", "bf_titre", "@AdaLovelace")},
    ],
)
def test_a_form_that_names_somebody_anywhere_is_left_out(said: Mapping[str, str]) -> None:
    told = {"bn_label_nature": "Lieux", "bn_template": line("texte", "bf_titre", "Titre"), **said}
    form = Form("10", "Lieux", told["bn_template"], told=told)
    read = WholeWiki(ADDRESS, "4.5.0", Dialect.D45, "WikiAdmin", {}, {"10": form}, {})
    taken = capture(read, KnownPeople(["AdaLovelace"]), usual(), TEXTS, CaptureWishes("jardin"))
    assert [each.key for each in taken.left_out] == ["form:10"]
    assert taken.left_out[0].shown == f"{taken.left_out[0].label} (10)" != " (10)"


def test_names_that_a_server_or_a_disk_takes_for_one_are_left_out(tmp_path: Path) -> None:
    bodies = {"Haies": '{{attach file="plan.pdf"}} {{attach file="Plan.pdf"}}', "haies": "x"}
    pages = {tag: Page(tag, body) for tag, body in bodies.items()}
    read = WholeWiki(ADDRESS, "4.5.0", Dialect.D45, "WikiAdmin", pages, {}, {})
    taken = capture(read, KnownPeople([]), usual(), TEXTS, CaptureWishes("jardin"))
    assert taken.pages == ("Haies",)
    assert [each.name for each in taken.attachments] == ["Plan.pdf"]
    left = {(each.key, each.why) for each in taken.left_out}
    assert left == {("haies", Why.BAD_NAME), ("file:Haies/plan.pdf", Why.BAD_NAME)}


def test_names_that_windows_keeps_for_itself_are_left_out() -> None:
    bodies = {"Con": "x", "Haies": '{{attach file="nul.pdf"}}'}
    pages = {tag: Page(tag, body) for tag, body in bodies.items()}
    read = WholeWiki(ADDRESS, "4.5.0", Dialect.D45, "WikiAdmin", pages, {}, {})
    taken = capture(read, KnownPeople([]), usual(), TEXTS, CaptureWishes("jardin"))
    assert (taken.pages, taken.attachments) == (("Haies",), ())
    left = {(each.key, each.why) for each in taken.left_out}
    assert left == {("Con", Why.BAD_NAME), ("file:Haies/nul.pdf", Why.BAD_NAME)}


@pytest.mark.parametrize(("read", "expected"), [("*", "*"), ("@voisinage", "@voisinage")])
def test_a_question_of_an_unknown_type_is_kept_as_it_is(read: str, expected: str) -> None:
    unknown = line("zorglub", "bf_x", "Une question", "a", "b", "", "", "", "", "", "", read)
    template = line("texte", "bf_titre", "Titre") + unknown
    told = {"bn_label_nature": "Lieux", "bn_template": template}
    form = Form("10", "Lieux", template, told=told)
    read_wiki = WholeWiki(ADDRESS, "4.5.0", Dialect.D45, "WikiAdmin", {}, {"10": form}, {},
                          groups={"voisinage": ()})  # fmt: skip
    taken = capture(read_wiki, KnownPeople([]), usual(), TEXTS, CaptureWishes("jardin"))
    (schema,) = (text for path, text in taken.texts.items() if "form10" in path)
    assert "zorglub***bf_x***Une question***a***b***" in schema.replace(" ***", "***")
    assert expected in schema


# -- who is who -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "closed"),
    [("@voisinage,ZoeKergoat", True), ("ZoeKergoat", True), ("@voisinage,%", True),
     ("@voisinage,+", False), ("*", False)],
)  # fmt: skip
def test_who_reads_a_form_is_judged_without_the_accounts_that_no_copy_names(
    read: str, closed: bool
) -> None:
    form = Schema("10", "Les plants", fields=(Field("acls", options={"read": read, "write": "%"}),))
    assert is_of_people(form) is closed


def test_the_shipped_blueprints_forms_are_known_for_what_they_ask() -> None:
    from wikifarm.blueprint.capture.people_plan import people_plan
    from wikifarm.blueprint.schema.choices import load_lists
    from wikifarm.blueprint.schema.schema_file import load_schemas
    from wikifarm.blueprint.shipped import data_folder

    folder = data_folder("bazar_schemas")
    plan = people_plan(load_schemas(folder, "fr")["participants"], load_lists(folder, "fr"), False)
    (base,) = [each for each in usual().who.people if each.address]
    assert plan["address"] == base.address
    assert plan["name"] == ["bf_prenom", "bf_nom"]
    asked = {each.name: (each.does, each.yes) for each in base.consents}
    does = {name: (Consent(told["does"]), told["yes"]) for name, told in plan["consents"].items()}
    assert asked.items() <= does.items()

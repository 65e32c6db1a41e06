"""The wiki as people meet it: who passes by, who joins, who facilitates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

pytest.importorskip("selenium", reason="Selenium is not installed")

from selenium.webdriver.support.ui import Select

from .conftest import PASSWORD, Region
from .driving import Person

MEMBER, MEMBER_MAIL = "NolwennT", "nolwenn.tanguy@example.org"
NAMES = ("Nolwenn", "Camille", MEMBER_MAIL, "camille.legoff@example.org")
PEOPLE_PAGES = ("Participants", "Carte", "NouvellesEtNouveaux", "TableauDeBord")


@dataclass
class Story:
    """What was seen while somebody joined."""

    welcome: str
    confirmed: str
    before: str
    told: str
    listed: str
    group: str


@pytest.fixture(scope="module")
def facilitator(people: Callable[[str], Person], region: Region) -> Person:
    """Somebody who facilitates, with a card of their own."""
    person = people("facilitator").log_in(region.facilitator, PASSWORD)
    person.open("Participants").follow("Remplir ou revoir ma fiche")
    person.introduce("Camille", "camille.legoff@example.org", "Rennes", "J’accueille.")
    return person


@pytest.fixture(scope="module")
def story(people: Callable[[str], Person], facilitator: Person) -> Story:
    """A visitor joins, step by step, and is welcomed as AnimerIci says."""
    nolwenn = people("nolwenn").open("PagePrincipale")
    nolwenn.follow("Nous rejoindre")
    welcome = nolwenn.main
    nolwenn.follow("Créer mon compte")
    nolwenn.sign_up(MEMBER, MEMBER_MAIL, PASSWORD)
    nolwenn.follow("Nous rejoindre", within="header")
    nolwenn.follow("Remplir ma fiche")
    nolwenn.introduce("Nolwenn", MEMBER_MAIL, "Betton", "Je répare des vélos.")
    confirmed = nolwenn.main
    before = nolwenn.open("Participants").main

    facilitator.open("AnimerIci")
    told = facilitator.main
    facilitator.follow("qui vient d’arriver")
    listed = facilitator.main
    facilitator.open("AnimerIci").follow("la gestion des utilisateurs")
    Select(facilitator.one('main select[name="groupname"]')).select_by_visible_text("participants")
    facilitator.send('main [name="action-view"]')
    group = facilitator.source
    facilitator.one(f'main input[type="checkbox"][name="{MEMBER}"]').click()
    facilitator.send('main [name="action-update"]')
    return Story(welcome, confirmed, before, told, listed, group)


# -- who passes by --------------------------------------------------------------------------------


def test_the_home_page_says_where_one_is(stranger: Person) -> None:
    stranger.open("PagePrincipale")
    assert [one.text for one in stranger.all("h1")] == ["Robustesse autour de Rennes"]
    assert "Nous nous retrouvons autour de Rennes" in stranger.main
    assert "Rennes et alentours" in stranger.main
    for raw in ("{{", "[[", "[|", "**", "====", "N'existe pas", "absent de la répétition"):
        assert raw not in stranger.text
    assert stranger.poor_contrasts() == []


@pytest.mark.parametrize("width", [320, 360, 1200])
def test_the_wiki_fits_the_screen(width: int, stranger: Person) -> None:
    stranger.width(width)
    for tag in ("PagePrincipale", "SInscrire", "DonneesPersonnelles", "ParametresUtilisateur"):
        assert not stranger.open(tag).overflows(), tag


def test_the_menu_holds_what_the_community_uses(stranger: Person) -> None:
    stranger.open("PagePrincipale")
    menu = [one.get_attribute("textContent") for one in stranger.all("header nav a")]
    for entry in (
        "Agenda",
        "Comptes rendus",
        "Ressources",
        "Carte",
        "Nous rejoindre",
        "Qui est là",
    ):
        assert entry in menu
    assert "Liste de discussion" not in menu, "rennes.yml has no mailing list"
    assert "Animer" not in stranger.one("header").text, "only for those who may open it"
    between = next(one for one in stranger.all("header summary") if "Entre nous" in one.text)
    between.click()
    assert "Qui vient d’arriver" in stranger.one("header nav").text


@pytest.mark.parametrize("tag", ["PagePrincipale", "Agenda", "SInscrire"])
def test_the_footer_tells_the_rules(tag: str, stranger: Person) -> None:
    footer = stranger.open(tag).one("footer")
    for words in ("CC BY-SA 4.0", "Charte", "Données personnelles"):
        assert words in footer.text


def test_every_page_of_the_blueprint_is_readable_as_it_is(facilitator: Person) -> None:
    for tag in ("CadreDeLaCommunaute", "PrincipesDeFonctionnement", "Charte", "PartageSincere",
                "DonneesPersonnelles", "CharteRedactionnelle", "CharteModeration",
                "EnCasDeDesaccord", "QuiDecideDeQuoi", "CeQueCaCoute", "Agenda", "ComptesRendus",
                "Ressources", "EcrireIci", "Envies", "AnimerIci", "SiToutSArrete"):  # fmt: skip
        facilitator.open(tag)
        assert len(facilitator.all("main h1")) == 1, tag
        wrong = facilitator.all("main .missingpage, main .alert-danger")
        assert [one.text for one in wrong] == [], tag
        for raw in ("{{", "[[", "[|", "|]", "=====", "**"):
            assert raw not in facilitator.main, f"{tag}: {raw}"


def test_in_english_the_twin_speaks_english(stranger: Person, region: Region) -> None:
    stranger.open(f"{region.wiki('rennes-en')}?PagePrincipale")
    assert [one.text for one in stranger.all("h1")] == ["Robustness around Rennes"]
    assert "The next meeting" in stranger.main
    assert "What stays between us" in stranger.main
    menu = stranger.one("header nav").get_attribute("textContent") or ""
    assert menu
    for french in ("Nous rejoindre", "Rencontre", "Ressources", "Données"):
        assert french not in menu


# -- who joins ------------------------------------------------------------------------------------


def test_joining_ends_with_a_confirmation(story: Story) -> None:
    assert "En deux étapes" in story.welcome
    assert "a bien été" in story.confirmed
    assert "Nolwenn" in story.confirmed


def test_before_being_welcomed_one_sees_nobody(story: Story) -> None:
    assert "pas autorisé" in story.before
    assert "Camille" not in story.before


def test_who_waits_is_told_so_and_not_asked_to_log_in_again(
    story: Story, people: Callable[[str], Person]
) -> None:
    assert "doit encore vous accueillir" in story.before
    person = people("waiting").open("Participants")
    assert person.one("main input[name=password]").is_displayed()
    assert "doit encore vous accueillir" not in person.main


def test_a_visitor_is_not_sent_to_a_form_that_is_closed(stranger: Person) -> None:
    assert "Remplir ma fiche" not in stranger.open("SInscrire").main
    assert "une fois que vous êtes connecté·e" in stranger.main


def test_those_who_facilitate_are_told_what_to_do(story: Story) -> None:
    assert "Accueillir une nouvelle personne" in story.told
    assert "Nolwenn" in story.listed
    for label in ("Éditer un groupe existant", "Voir / Éditer", "Enregistrer"):
        assert f"« {label} »" in story.told
        assert label in story.group


def test_a_member_sees_the_others_and_never_an_address(
    story: Story, people: Callable[[str], Person]
) -> None:
    nolwenn = people("nolwenn").open("Participants")
    assert "Camille" in nolwenn.main
    assert "Nolwenn" in nolwenn.main
    assert "example.org" not in nolwenn.source
    nolwenn.follow("Camille")
    assert "J’accueille." in nolwenn.main
    assert "example.org" not in nolwenn.source
    nolwenn.follow("Contacter par mail")
    assert nolwenn.all("main textarea")
    assert "example.org" not in nolwenn.source.replace(MEMBER_MAIL, "")


def test_a_private_window_sees_no_name(story: Story, stranger: Person) -> None:
    for tag in PEOPLE_PAGES:
        stranger.open(tag)
        assert "pas autorisé" in stranger.main, tag
        assert not [name for name in NAMES if name in stranger.source], tag


def test_a_member_changes_an_open_page(story: Story, people: Callable[[str], Person]) -> None:
    nolwenn = people("nolwenn").open("BacASable")
    nolwenn.follow("Modifier la page")
    nolwenn.one("textarea").send_keys("\nUne phrase de plus.")
    nolwenn.send('main form [type="submit"][value="Sauver"]')
    assert "Une phrase de plus." in nolwenn.open("BacASable").main

"""Who sees which field of an entry, as measured on YesWiki 4.4.4 and 4.5-dev (November 2026).

The page of the entry is closed to all but the group. That hides it from lists and from its own
handlers; several routes look at the rights of the fields alone (template columns 11 and 12).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

from wikifarm.rehearsal import DIALECTS, RehearsalSettings, RunningFarm

from ..conftest import PASSWORD, TOKEN, Browser

GUARD = "@participants,@animation,%"


PASS = {"password": "motdepasse", "confpassword": "motdepasse"}


VALUES = {
    "bf_titre": "Fiche",
    "bf_prenom": "wfprenom",
    "bf_mail": "wfmail@example.invalid",
    "bf_presentation": "wfpresentation",
    "bf_notes": "wfnotes",
    "bf_latitude": "48.73737373",
    "bf_longitude": "-1.68",
}


TOKENS = {
    "prenom": "wfprenom",
    "mail": "wfmail",
    "presentation": "wfpresentation",
    "notes": "wfnotes",
    "map": "73737373",
    "owner": "Autrice",
}


TEXTS = frozenset({"prenom", "presentation", "notes"})


NOTHING = frozenset[str]()


PLACE = TEXTS | {"map"}


ALL = PLACE | {"mail"}


PEOPLE = ("visitor", "stranger", "member", "author", "admin")


def _template(read: str, write: str, acls: str) -> str:
    def line(*columns: str, more: str = " ") -> str:
        kept = [*columns, *[" "] * (11 - len(columns)), read, more, " ", " ", " "]
        return "***".join(kept)

    return "\n".join(
        [
            "titre***Fiche***Titre Automatique***",
            line("texte", "bf_prenom", "Prénom", "60", "255", " ", " ", "text"),
            line("champs_mail", "bf_mail", "Adresse", " ", "@admins", " ", "form"),
            line("textelong", "bf_presentation", "Présentation", "40", "5", " ", " ", "wiki"),
            line("texte", "bf_notes", "Notes", "60", "255", " ", " ", "text", more=write),
            line("map", "bf_latitude", "bf_longitude", more=write),
            f"acls***{acls}***%,@animation***comments-closed***",
        ]
    )


@dataclass
class Scene:
    """A farm with one entry, and the people who ask for it."""

    tag: str
    people: dict[str, Browser]

    def seen(self, route: str) -> dict[str, frozenset[str]]:
        """What each person finds of the entry at a route; an owner's own name is not counted."""
        return {who: self.seen_by(who, route) for who in self.people}

    def seen_by(self, who: str, route: str) -> frozenset[str]:
        text = self.people[who].get(route.format(tag=self.tag)).text
        return _found(text) - ({"owner"} if who == "author" else set())

    def described(self, who: str, handler: str = "") -> frozenset[str]:
        """What the description in the head of the entry's page holds."""
        text = self.people[who].get(f"?{self.tag}{handler}").text
        return _found(" ".join(re.findall(r'og:description" content="(.*?)"', text)))


def _found(text: str) -> frozenset[str]:
    return frozenset(name for name, token in TOKENS.items() if token in text)


def _sign_up(farm: RunningFarm, name: str) -> Browser:
    browser = Browser(farm)
    data = PASS | {"usersettings_action": "signup", "name": name}
    answer = browser.post("?ParametresUtilisateur", data | {"email": f"{name}@example.org"})
    assert answer.status_code == 302
    return browser


def _scene(farm: RunningFarm, template: str) -> Scene:
    admin = Browser(farm).login()
    people = {
        "visitor": Browser(farm),
        "stranger": _sign_up(farm, "Inconnue"),
        "member": _sign_up(farm, "Membre"),
        "author": _sign_up(farm, "Autrice"),
        "admin": admin,
    }
    admin.set_group("animation", "WikiAdmin")
    admin.set_group("participants", "Membre", "Autrice")
    value = {"bn_label_nature": "Personnes", "bn_template": template}
    admin.post("?BazaR&vue=formulaire", {"imported-form[1200]": json.dumps(value)})
    url = "?BazaR&vue=saisir&action=saisir_fiche&id=1200"
    answer = people["author"].post(url, VALUES | {"antispam": "1"})
    tag = answer.headers["location"].partition("id_fiche=")[2].partition("&")[0]
    return Scene(tag, people)


@pytest.fixture(scope="module", params=DIALECTS)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningFarm]:
    folder: Path = tmp_path_factory.mktemp("privacy")
    settings = RehearsalSettings(folder, str(request.param), password=PASSWORD, token=TOKEN)
    with RunningFarm(settings) as farm:
        yield farm


@pytest.fixture(scope="module")
def bare(running: RunningFarm) -> Scene:
    """The page is closed, the fields say nothing."""
    return _scene(running, _template(" ", " ", GUARD))


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """The page is closed and every field too; place and notes are written by few."""
    folder: Path = tmp_path_factory.mktemp("guarded")
    settings = RehearsalSettings(folder, str(request.param), password=PASSWORD, token=TOKEN)
    with RunningFarm(settings) as farm:
        yield _scene(farm, _template(GUARD, "%,@animation", GUARD))


VIEW = "?BazaR&vue=consulter&action=voir_fiche&id_fiche={tag}"


FORM = "?BazaR&vue=saisir&action=modif_fiche&id_fiche={tag}"


OWNED = frozenset({"owner"})


BARE = {
    # route: visitor, stranger, member, author, admin
    VIEW: (TEXTS, TEXTS, TEXTS, TEXTS, TEXTS | OWNED),
    FORM: (PLACE, PLACE, PLACE, ALL, ALL),
}


GUARDED = {
    VIEW: (NOTHING, NOTHING, TEXTS, TEXTS, TEXTS | OWNED),
    FORM: (NOTHING, NOTHING, TEXTS - {"notes"}, ALL, ALL),
}


BOTH = {
    "?{tag}": (NOTHING, NOTHING, TEXTS, TEXTS, TEXTS | OWNED),
    "?{tag}/html": (NOTHING, NOTHING, TEXTS, TEXTS, TEXTS),
    "?{tag}/raw": (NOTHING, NOTHING, PLACE, ALL, ALL),
    "?{tag}/css": (NOTHING, NOTHING, PLACE, ALL, ALL),
    "?{tag}/slide_show": (NOTHING, NOTHING, PLACE, ALL, ALL),
    "?{tag}/xml": (NOTHING,) * 5,
    "?{tag}/edit": (NOTHING, NOTHING, NOTHING, ALL, ALL | OWNED),
    "?{tag}/editiframe": (NOTHING, NOTHING, NOTHING, ALL, ALL),
    "?api/pages/{tag}": (NOTHING, NOTHING, PLACE | OWNED, ALL, ALL | OWNED),
    "?api/forms/1200/entries": (NOTHING, NOTHING, PLACE | OWNED, ALL, ALL | OWNED),
    "?api/entries/html/{tag}&fields=html_output": (
        NOTHING,
        NOTHING,
        TEXTS,
        TEXTS,
        TEXTS | OWNED,
    ),
    "?BazaR/json&demand=entry&id_fiche={tag}": (NOTHING, NOTHING, PLACE, ALL, ALL),
    "?BazaR/rss&id=1200": (NOTHING, NOTHING, TEXTS | OWNED, TEXTS, TEXTS | OWNED),
    "?BazaR&vue=consulter&id=1200": (NOTHING, NOTHING, PLACE | OWNED, PLACE, PLACE | OWNED),
    "?BazaR&vue=exporter&id=1200": (NOTHING, NOTHING, NOTHING, NOTHING, ALL),
}


def _expected(row: tuple[frozenset[str], ...]) -> dict[str, frozenset[str]]:
    return dict(zip(PEOPLE, row, strict=True))


@pytest.mark.parametrize("route", [*BARE, *BOTH])
def test_without_field_rights_two_routes_show_a_closed_entry(route: str, bare: Scene) -> None:
    head = {who: bare.described(who) for who in PEOPLE} if route == "?{tag}" else {}
    row = _expected((BARE | BOTH)[route])
    assert bare.seen(route) == {who: row[who] | head.get(who, NOTHING) for who in PEOPLE}


@pytest.mark.parametrize("route", [*GUARDED, *BOTH])
def test_with_field_rights_no_route_shows_a_closed_entry(route: str, guarded: Scene) -> None:
    assert guarded.seen(route) == _expected((GUARDED | BOTH)[route])


def test_the_head_of_a_closed_entry_describes_it_by_its_field_rights(
    bare: Scene, guarded: Scene
) -> None:
    for handler in ("", "/show", "/iframe"):
        assert bare.described("visitor", handler) == TEXTS
        assert guarded.described("visitor", handler) == NOTHING
        assert guarded.described("stranger", handler) == NOTHING
        assert guarded.described("member", handler) == TEXTS
    for handler in ("/raw", "/revisions", "/edit"):
        assert bare.described("visitor", handler) == NOTHING
        assert "noindex" in bare.people["visitor"].get(f"?{bare.tag}/edit").text


def test_an_included_entry_is_shown_by_its_field_rights_alone(bare: Scene, guarded: Scene) -> None:
    for scene, outsider in ((bare, TEXTS), (guarded, NOTHING)):
        scene.people["admin"].save("?Curieuse", f'{{{{include page="{scene.tag}"}}}}')
        assert scene.seen_by("visitor", "?Curieuse") == outsider
        assert scene.seen_by("stranger", "?Curieuse/html") == outsider
        assert scene.seen_by("member", "?Curieuse/html") == TEXTS
        assert scene.seen_by("visitor", "?{tag}/listpages") == outsider | OWNED


def test_a_list_of_entries_is_whole_and_a_map_stands_at_the_end_of_the_page(bare: Scene) -> None:
    admin, visitor = bare.people["admin"], bare.people["visitor"]
    admin.save("?CarteCurieuse", '{{bazarcarto id="1200"}}apres')
    text = bare.people["member"].get("?CarteCurieuse").text
    before, _, after = text.partition("apres")
    assert (_found(before), _found(after)) == (NOTHING, PLACE | OWNED)
    assert _found(visitor.get("?CarteCurieuse").text) == NOTHING
    assert "</script><" not in text.partition("application/json")[2].partition("</script>")[0]


def test_a_search_shows_stored_fields_to_whoever_may_read_the_page(farm44: RunningFarm) -> None:
    scene = _scene(farm44, _template(GUARD, " ", "*"))
    assert "mail" in scene.seen_by("visitor", "?RechercheTexte&phrase=wfprenom")
    assert scene.seen_by("visitor", "?{tag}") == NOTHING
    assert scene.seen_by("visitor", "?{tag}/raw") == {"map"}
    assert "mail" not in scene.seen_by("member", "?RechercheTexte&phrase=wfprenom")


def test_a_description_is_cut_after_a_word(farm44: RunningFarm) -> None:
    scene = _scene(farm44, _template(" ", " ", "*").replace("bf_notes", "bf_description"))
    author = scene.people["author"]
    more = {"bf_description": "Été & hiver " + "mot " * 100, "id_fiche": scene.tag}
    author.post(f"?{scene.tag}/edit", VALUES | more | {"antispam": "1"})
    text = scene.people["visitor"].get(f"?{scene.tag}").text
    told = unescape(re.findall(r'og:description" content="(.*?)"', text)[0])
    assert told.startswith("Été & hiver mot")
    assert told.endswith("mot…")
    assert 295 < len(told) <= 301


def test_an_entry_whose_text_lists_the_entries_ends(farm44: RunningFarm) -> None:
    scene = _scene(farm44, _template(" ", " ", "*"))
    body = {"bf_presentation": 'wfpresentation {{bazarliste id="1200"}}', "id_fiche": scene.tag}
    scene.people["author"].post(f"?{scene.tag}/edit", VALUES | body | {"antispam": "1"})
    assert scene.people["visitor"].get(f"?{scene.tag}").text.count("wfpresentation") >= 2


def test_what_administrators_do_is_logged_in_a_page_that_anybody_reads(
    farm44: RunningFarm,
) -> None:
    scene = _scene(farm44, _template(" ", " ", GUARD))
    admin, visitor = scene.people["admin"], scene.people["visitor"]
    admin.post("?GererDroitsActions", {"actionname": "listusers", "acl": "@admins"})
    pages = admin.get("?GererDroits").text
    log = re.findall(r"selectpage\[(LogDesActionsAdministratives\d{8})\]", pages)[0]
    lines = [line.split(" . . . . ") for line in visitor.get(f"?{log}/raw").text.split("\n")]
    assert [line[1:] for line in lines] == [
        [],
        ["WikiAdmin", r"Nouvelle ACL pour le groupe Animation : WikiAdmin\n"],
        ["WikiAdmin", r"Nouvelle ACL pour le groupe Participants : Membre\nAutrice\n"],
        ["WikiAdmin", r"Nouvelle ACL pour l'action Listusers : @admins\n"],
    ]
    assert admin.delete(f"?{scene.tag}").status_code == 302
    assert f'->""{scene.tag}""' in visitor.get(f"?{log}/raw").text


def test_the_feed_of_changes_cuts_the_tags_that_may_not_be_read(farm44: RunningFarm) -> None:
    scene = _scene(farm44, _template(" ", " ", GUARD))
    feed = "?DerniersChangementsRSS/xml"
    assert f"<title>{scene.tag[:3]}___</title>" in scene.people["visitor"].get(feed).text
    assert f"<title>{scene.tag}</title>" in scene.people["member"].get(feed).text

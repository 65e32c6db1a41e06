"""The grammar of rights, the table of rights, and the rights of actions and handlers."""

from __future__ import annotations

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from wikifarm.rehearsal import RunningFarm

from .conftest import Browser, first

SIGN_UP = {"usersettings_action": "signup", "password": "motdepasse", "confpassword": "motdepasse"}


def _member(farm: RunningFarm, name: str) -> Browser:
    browser = Browser(farm)
    data = SIGN_UP | {"name": name, "email": f"{name}@example.org"}
    assert browser.post("?ParametresUtilisateur", data).status_code == 302
    return browser


def _group(admin: Browser, name: str, members: str) -> None:
    token = admin.field("?GererUtilisateurs", "confirmToken")
    data = {"confirmToken": token, "groupname": name, "acl": members, "action-save": "1"}
    assert "Nouvelle ACL" in admin.post("?GererUtilisateurs", data).text


@pytest.mark.parametrize(
    ("acl", "visitor", "member", "grouped"),
    [
        ("*", True, True, True),
        ("+", False, True, True),
        ("%", False, False, False),
        ("@equipe", False, False, True),
        ("@dessus", False, False, True),
        ("Camille", False, True, False),
        ("!Camille", True, False, True),
        ("@admins", False, False, False),
        ("# une remarque", False, False, False),
        ("@inconnu\nCamille", False, True, False),
    ],
)
def test_the_grammar_of_rights(
    farm44: RunningFarm, acl: str, visitor: bool, member: bool, grouped: bool
) -> None:
    admin = Browser(farm44).login()
    people = (Browser(farm44), _member(farm44, "Camille"), _member(farm44, "Ousmane"))
    _group(admin, "equipe", "Ousmane")
    _group(admin, "dessus", "@equipe")
    admin.save("?Charte", "texte")
    data = {"read_acl": acl, "write_acl": "*", "comment_acl": "comments-closed"}
    admin.post("?Charte/acls", data)
    seen = tuple(p.get("?Charte/raw").text == "texte" for p in people)
    assert seen == (visitor, member, grouped)
    assert admin.get("?Charte/raw").text == "texte"


def test_the_owner_of_a_page_always_passes(farm44: RunningFarm) -> None:
    camille = _member(farm44, "Camille")
    camille.save("?MaPage", "à moi")
    data = {"read_acl": "@admins", "write_acl": "%", "comment_acl": "comments-closed"}
    assert camille.post("?MaPage/acls", data).status_code == 302
    assert camille.get("?MaPage/raw").text == "à moi"
    assert Browser(farm44).post("?MaPage/acls", data).status_code == 200


def _table(admin: Browser) -> dict[str, list[str]]:
    """The table of GererDroits as a program reads it: tag -> the three rights shown."""
    tree = LexborHTMLParser(admin.get("?GererDroits").text)
    rights = {}
    for row in tree.css("table.table-acls tbody tr"):
        tag = first(row, "input.selectpage").attributes["value"] or ""
        cells = row.css("td")[2:]
        rights[tag] = [" ".join(s.text() for s in cell.css("span")) for cell in cells]
    return rights


def test_one_page_shows_the_rights_of_every_page(farm: RunningFarm) -> None:
    table = _table(Browser(farm).login())
    assert table["BacASable"] == ["Tout le monde", "Tout le monde", "comments-closed"]
    assert {"LovelaceAda", "ListeType", "TableauDeBord"} <= set(table)


def test_rights_are_set_on_many_pages_at_once(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    data = {
        "typemaj": "submit",
        "newlire_advanced": "@admins,+",
        "newecrire": "@admins",
        "newcomment": "",
        "geredroits_modifier": "1",
        "selectpage[BacASable]": "BacASable",
        "selectpage[TableauDeBord]": "TableauDeBord",
    }
    assert "Droit modifiés avec succès" in admin.post("?GererDroits", data).text
    table = _table(admin)
    assert table["BacASable"] == ["@admins Utilisateurs connectés", "@admins", "comments-closed"]
    assert Browser(farm).get("?TableauDeBord/raw").text == ""
    data = {"typemaj": "default", "geredroits_modifier": "1", "selectpage[BacASable]": "BacASable"}
    admin.post("?GererDroits", data)
    assert _table(admin)["BacASable"][0] == "Tout le monde"


def test_an_action_closed_to_all_but_administrators_is_not_run(farm: RunningFarm) -> None:
    admin, visitor = Browser(farm).login(), Browser(farm)
    visitor.save("?PageCurieuse", "{{bazarrecordsindex}} {{listusers}}")
    open_page = visitor.get("?PageCurieuse").text
    assert "Lovelace Ada" in open_page
    assert "WikiAdmin . . ." in open_page
    for name in ("bazarrecordsindex", "listusers"):
        answer = admin.post("?GererDroitsActions", {"actionname": name, "acl": "@admins"})
        assert "Nouvelle ACL enregistrée avec succès" in answer.text
    closed = visitor.get("?PageCurieuse").text
    assert "Action bazarrecordsindex : Accès interdit" in closed
    assert "Lovelace Ada" not in closed
    assert "Lovelace Ada" in admin.get("?PageCurieuse").text
    assert ">@admins</textarea>" in admin.get("?GererDroitsActions&actionname=listusers").text


def test_a_closed_handler_is_a_200_with_an_alert_on_every_page(farm: RunningFarm) -> None:
    admin, visitor = Browser(farm).login(), Browser(farm)
    admin.post("?GererDroitsHandlers", {"handlername": "raw", "acl": "@admins"})
    answer: httpx.Response = visitor.get("?BacASable/raw")
    assert answer.status_code == 200
    assert "Handler raw : Accès interdit" in answer.text
    assert admin.get("?BacASable/raw").text.startswith("======")


def test_a_hidden_section_is_still_in_the_source(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?Coin", '{{section visibility="@admins"}}caché{{end elem="section"}}')
    text = Browser(farm).get("?Coin").text
    assert "remove-this-div-on-page-load" in text
    assert "caché" in text

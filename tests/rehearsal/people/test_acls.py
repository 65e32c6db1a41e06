"""The grammar of rights, and the rights of actions and handlers."""

from __future__ import annotations

import httpx
import pytest

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser

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

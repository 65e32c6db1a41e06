"""A backup whose sums hold may still come from a hostile hand: it is refused before a word of it is
written, and who would administer its wiki is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.operations.archive.test_backup_format import FACTS
from wikifarm.blueprint.design import DesignedForm, DesignedPage
from wikifarm.blueprint.manifest.community import Community, Facilitator
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import Field
from wikifarm.engine.receipt import Receipt
from wikifarm.errors import InvalidInput
from wikifarm.model import Rights, Zone
from wikifarm.operations.archive.backup_contents import administrators, check
from wikifarm.operations.archive.backup_format import HOSTILE, SMALL, Parts, member, opened, write
from wikifarm.operations.archive.opened_rights import opened_rights
from wikifarm.operations.archive.told_before import facilitating, opening
from wikifarm.yeswiki.wiki_reader import LONGEST_PAGE

PAGE = {"tag": "Charte", "body": "x", "owner": "", "author": "", "time": ""}
ENTRY = {"tag": "Velo", "form": "104", "owner": "", "author": "", "values": {"bf_titre": "Vélo"}}
FORM = {"id": "104", "columns": {"bn_label_nature": "Ressources", "bn_template": "x"}}
TEXTS: Mapping[str, Any] = {
    "rights.json": {"Charte": ["*", "@admins", "comments-closed"]},
    "modules.json": {}, "metadata.json": {"Charte": {"theme": "margot"}}, "settings.json": {},
    "groups.json": {"admins": ["WikiAdmin", "@animation"], "animation": ["ZoeK", "!AdaL"]},
    "accounts.json": [["WikiAdmin", "a@example.org"], ["ZoeK", "zoe@example.org"],
                      ["AdaL", "ada@example.org"]],
    "lists.json": {}, "files.json": [],
    member("pages", "Charte"): PAGE, member("entries", "Velo"): ENTRY, member("forms", "104"): FORM,
}  # fmt: skip

CARDS = Schema("p", "Personnes", (Field("acls", options={"read": "%", "write": "%"}),))
ZOE = Facilitator("Zoé K", "zoe@example.org")


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else "x"


def a_backup(target: Path, changed: Mapping[str, Any]) -> Path:
    parts = Parts(target)
    for name, value in {**TEXTS, **changed}.items():
        if value is not None:
            parts.put(name, value)
    parts.put_bytes("files/a.png", b"picture")
    write(parts, FACTS, ())
    parts.remove()
    return target


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rights.json", ["*"]),
        ("rights.json", {"Charte": ["*"]}),
        ("modules.json", None),
        ("metadata.json", {"Charte": 5}),
        ("settings.json", {"wakka_name": {"a": 1}}),
        ("accounts.json", ["Mallory", 3]),
        ("groups.json", {"admins": [1]}),
        ("groups.json", {"admins": ["Mallory"]}),  # and wikifarm is out
        ("groups.json", {"admins": ["WikiAdmin"], "Admins": ["ZoeK"]}),  # one to MySQL
        ("files.json", [{"page": "Charte"}]),
        ("files.json", [{"page": "Charte", "name": "../../x.png", "stored": "x",
                         "member": "files/a.png"}]),
        ("files.json", [{"page": "Charte", "name": "a.png", "stored": "x",
                         "member": "accounts.json"}]),
        (member("pages", "Charte"), {"tag": "Charte"}),
        (member("pages", "charte"), {**PAGE, "tag": "charte"}),  # the same on a server
        (member("entries", "Velo"), {"tag": "Velo"}),
        (member("forms", "104"), {"id": "104", "columns": {}}),
        (member("pages", "Charte"), {**PAGE, "body": "x" * (LONGEST_PAGE + 1)}),
        (member("entries", "Velo"), {**ENTRY, "values": {"bf_x": nested(30)}}),
    ],
)  # fmt: skip
def test_a_text_of_another_shape_is_named(tmp_path: Path, name: str, value: Any) -> None:
    made = a_backup(tmp_path / "a.zip", {name: value})
    with opened(made) as backup, pytest.raises(InvalidInput) as refused:
        check(backup)
    for problem in refused.value.problems:
        assert problem.code == HOSTILE
        assert name in problem.message


@pytest.mark.parametrize(
    ("name", "value", "thing"),
    [
        (member("pages", "a/edit"), {**PAGE, "tag": "a/edit"}, "tag"),
        (member("pages", "Été<b>"), {**PAGE, "tag": "Été<b>"}, "tag"),
        (member("entries", "Velo'--"), {**ENTRY, "tag": "Velo'--"}, "tag"),
        (member("forms", "1 or 1"), {**FORM, "id": "1 or 1"}, "id"),
        ("lists.json", {"ListeX') --": '{"titre_liste": "X", "label": {}}'}, "ListeX') --"),
        ("lists.json", {"ListeX": '{"titre_liste": "X"}'}, "ListeX"),
        ("lists.json", {"Charte": '{"title": "X", "nodes": []}'}, "Charte"),  # a page has it
        ("groups.json", {**TEXTS["groups.json"], "a b": []}, "a b"),
        ("groups.json", {"admins": ["WikiAdmin", "Zoé\n@animation"]}, "admins, 1"),
        ("lists.json", {"ListeX": '{"title": "X", "nodes": {"a": 1}}'}, "ListeX"),
        ("lists.json", {"ListeX": '{"title": "X", "nodes": [{"children": [1]}]}'}, "ListeX"),
        ("accounts.json", [["@admins", "zoe@example.org"]], "0, 0"),
        ("accounts.json", [["Eve\u202egro", "eve@example.org"]], "0, 0"),
        ("accounts.json", [["Eve", "eve\x9b8m@example.org"]], "0, 1"),
        ("rights.json", {"Charte": ["*\r\nZoeK", "*", "*"]}, "Charte, 0"),
        ("modules.json", {"action x y": "*"}, "action x y"),
        ("metadata.json", {"Charte": {"a]b": "x"}}, "Charte, a]b"),
        ("settings.json", {"wakka_name']=1;//": "x"}, "wakka_name']=1;//"),
        ("settings.json", {"wakka_name": "a\x1b[2J"}, "wakka_name"),
        ("files.json", [{"page": "Ailleurs", "name": "a.png", "stored": "x",
                         "member": "files/a.png"}], "Ailleurs/a.png"),
    ],
)  # fmt: skip
def test_each_thing_that_no_wiki_takes_is_named(
    tmp_path: Path, name: str, value: Any, thing: str
) -> None:
    made = a_backup(tmp_path / "a.zip", {name: value})
    with opened(made) as backup, pytest.raises(InvalidInput) as refused:
        check(backup)
    (problem,) = refused.value.problems
    assert (problem.code, problem.message) == (
        HOSTILE, f"{name}: “{thing}” is nothing that a wiki takes",
    )  # fmt: skip


def test_a_file_of_what_only_has_rights_is_refused(tmp_path: Path) -> None:
    changed = {
        "rights.json": {**TEXTS["rights.json"], "Ailleurs": ["*", "@admins", "comments-closed"]},
        "files.json": [
            {"page": "Ailleurs", "name": "a.png", "stored": "x", "member": "files/a.png"}
        ],
    }
    with opened(a_backup(tmp_path / "a.zip", changed)) as backup, pytest.raises(InvalidInput) as no:
        check(backup)
    assert "Ailleurs/a.png" in no.value.problems[0].message


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    wrong = {"groups.json": {"a b": [], "c d": []}, "settings.json": {"é è": "x"}}
    made = a_backup(tmp_path / "a.zip", wrong)
    with opened(made) as backup, pytest.raises(InvalidInput) as refused:
        check(backup)
    assert len(refused.value.problems) == 3


def test_who_would_administer_is_told_with_the_address_that_opens_the_account(
    tmp_path: Path,
) -> None:
    with opened(a_backup(tmp_path / "a.zip", {})) as backup:
        check(backup)
        told = administrators(backup)
        assert "besides WikiAdmin: ZoeK <zoe@example.org>." in told
        people = (ZOE, Facilitator("Awa", "awa@example.org"))
        (described,) = facilitating(backup, Community("Rennes", "rennes", people))
        assert ": Awa <awa@example.org>." in described  # Zoé administers already
        assert list(facilitating(backup, Community("Rennes", "rennes", (ZOE,)))) == []


def test_where_nobody_else_administers_nothing_is_said_of_their_mails(tmp_path: Path) -> None:
    with opened(a_backup(tmp_path / "a.zip", {"accounts.json": []})) as backup:
        told = administrators(backup)
    assert told.endswith("besides WikiAdmin: nobody else.")


def test_what_is_opened_is_told_by_whom_it_lets_in(tmp_path: Path) -> None:
    members, ours = Rights("@animation", "@animation"), Rights("%", "%")
    design: Any = SimpleNamespace(
        action_rights={"listusers": "@admins,@animation", "trail": "@admins", "bazar": "+"},
        handler_rights={"raw": "@admins"},
        pages=[DesignedPage("Charte", "", members)], closed={"GererDroits": Rights("@admins", "")},
        forms=[DesignedForm("101", CARDS, Zone.PEOPLE)], put_off=(), settings={},
    )  # fmt: skip
    assert design.forms[0].schema.rights == ours
    changed = {
        "modules.json": {"action listusers": "*", "action trail": "*", "action bazar": "@animation",
                         "handler raw": "@animation", "action toc": "*", "handler diff": "+"},
        "rights.json": {"Charte": ["@animation", "*", ""], "GererDroits": ["*", "@admins", ""],
                        "Zoe": ["*", "%", ""], "Awa": ["%", "%", ""], "Velo": ["*", "*", ""]},
        member("forms", "101"): {**FORM, "id": "101"},
        member("entries", "Zoe"): {**ENTRY, "tag": "Zoe", "form": "101"},
        member("entries", "Awa"): {**ENTRY, "tag": "Awa", "form": "101"},
    }  # fmt: skip
    with opened(a_backup(tmp_path / "a.zip", changed)) as backup:
        receipt = Receipt("a", "rennes", "Rennes", rights={"handler diff": ("@admins",)})
        rights = opened_rights(backup, design, receipt)
        assert rights == {
            "action listusers": "*", "action trail": "*", "handler diff": "+",
            "read card Zoe": "*", "read form 101": "*", "read page GererDroits": "*",
            "write form 101": "*", "write page Charte": "*",
        }  # fmt: skip
        assert list(opening(rights)) == [
            "This backup opens to everybody what wikifarm closes: action listusers, action trail.",
            "This backup opens to whoever has an account what wikifarm closes: handler diff.",
            "This backup lets everybody read what wikifarm closes: Zoe, the form 101, GererDroits.",
            "This backup lets everybody change what wikifarm closes: the form 101, Charte.",
        ]  # and those who facilitate administer here: @animation opens nothing to others


def test_a_card_of_any_form_about_people_that_visitors_read_is_told(tmp_path: Path) -> None:
    asks = (
        "texte***bf_nom***Votre nom*** *** *** *** ***text***1*** *** *** *** *** *** ***\n"
        "champs_mail***bf_mail***Adresse*** *** *** *** *** ***1***0*** *** *** *** *** ***\n"
    )
    changed = {
        member("forms", "7"): {"id": "7", "columns": {"bn_label_nature": "Annuaire",
                                                      "bn_template": asks}},
        member("entries", "Zoe"): {**ENTRY, "tag": "Zoe", "form": "7"},
        "rights.json": {"Zoe": ["*", "+", "comments-closed"]},
    }  # fmt: skip
    with opened(a_backup(tmp_path / "a.zip", changed)) as backup:
        assert opened_rights(backup, None, None) == {"read card Zoe": "*"}


def test_half_a_sign_is_read_as_one_that_can_be_written(tmp_path: Path) -> None:
    with opened(a_backup(tmp_path / "a.zip", {"settings.json": {"a": "x\ud83dy"}})) as backup:
        check(backup)
        assert backup.value("settings.json") == {"a": "x?y"}


@pytest.mark.parametrize("url", ["", "e", "ftp://example.org/", "https://example.org/rennes"])
def test_an_address_that_would_be_found_everywhere_is_none(tmp_path: Path, url: str) -> None:
    parts = Parts(tmp_path / "a.zip")
    parts.put("settings.json", {})
    with pytest.raises(InvalidInput):
        write(parts, {**FACTS, "url": url}, ())


def test_many_parts_of_a_believable_size_are_a_bomb_together(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "a.zip")
    for number in range(8):
        parts.put(member("pages", f"P{number}"), "a" * (SMALL - 100))
    with pytest.raises(InvalidInput) as refused:
        write(parts, FACTS, ())
    assert [each.code for each in refused.value.problems] == [HOSTILE]

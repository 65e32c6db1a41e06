"""A list of people becomes invitations: accounts, and nothing in anybody's name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.blueprint.manifest.test_workbook import xlsx
from wikifarm.blueprint.manifest.community import Facilitator
from wikifarm.blueprint.manifest.invited import people_to_invite
from wikifarm.errors import InvalidInput
from wikifarm.operations.participants.invite import Invitations, invite

from .conftest import FORM, Town

SHEET = (
    "Prénom;Nom;Adresse mel\nZoé;Dupont;zoe@example.org\n;;seule@example.org\n"
    "Bob;;BOB@example.org\n"
)


def invited(town: Town, file: Path, *, dry_run: bool = False) -> Invitations:
    outcome = invite(town.context(), town.community, file, dry_run=dry_run).outcome
    assert isinstance(outcome, Invitations)
    return outcome


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (SHEET, ["Zoé Dupont", "", "Bob"]),
        ("nom,mail\nDupont Zoé,zoe@example.org\nDupont Zoé,ZOE@example.org\n", ["Dupont Zoé"]),
        ("Zoé Dupont <zoe@example.org>\nmax@example.org\n", ["Zoé Dupont", ""]),
        ("courriel\nZoé Dupont <zoe@example.org>\n", ["Zoé Dupont"]),
    ],
)
def test_a_sheet_or_a_plain_list(text: str, people: list[str], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(text.encode("cp1252"))
    assert [person.name for person in people_to_invite(file)] == people


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
@pytest.mark.parametrize("name", ["people.txt", "people.xls"])
def test_what_excel_calls_a_unicode_text(name: str, encoding: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes("Prénom\tCourriel\r\nZoé\tzoe@example.org\r\n".encode(encoding))
    assert people_to_invite(file) == [Facilitator("Zoé", "zoe@example.org")]


@pytest.mark.parametrize(
    "start", [b"PK\x03\x04", b"%PDF-1.4\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_what_is_no_workbook_is_told(start: bytes, tmp_path: Path) -> None:
    file = tmp_path / "people.xlsx"
    file.write_bytes(start + bytes(range(256)) * 9)
    with pytest.raises(InvalidInput) as wrong:
        people_to_invite(file)
    (problem,) = wrong.value.problems
    assert (problem.code, "CSV UTF-8" in problem.hint) == ("workbook", True)


def test_somebody_whom_a_filter_hides_is_not_invited_unseen(tmp_path: Path) -> None:
    rows = [["nom", "courriel"], ["Ana", "ana@example.org"], ["Zoé", "zoe@example.org"]]
    assert len(people_to_invite(xlsx(tmp_path / "a.xlsx", rows))) == 2
    with pytest.raises(InvalidInput) as refused:
        people_to_invite(xlsx(tmp_path / "a.xlsx", rows, hidden=3))
    assert [(each.code, each.line) for each in refused.value.problems] == [("hidden-row", 3)]


def test_every_mistake_at_its_line(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("nom;mel\nZoé;zoe@example\nMax;max@example.org\nEve;\nA;a@b.org\\nBcc: x@y.z\n")
    with pytest.raises(InvalidInput) as wrong:
        people_to_invite(file)
    assert [(each.line, each.code) for each in wrong.value.problems] == [
        (2, "email"), (4, "email"), (5, "email"),
    ]  # fmt: skip
    nobody = dict.fromkeys(("", "nom;mel\n", "nom;mel\n;;\n"), "empty")
    for text, code in {**nobody, "nom;ville\nZoé;Brest\n": "email"}.items():
        file.write_text(text)
        with pytest.raises(InvalidInput) as wrong:
            people_to_invite(file)
        assert code in {each.code for each in wrong.value.problems}


def test_accounts_are_opened_once_and_no_card_is_written(own_town: Town, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(SHEET, "utf-8")
    cards = own_town.wiki().entries.of(FORM)
    assert invited(own_town, file, dry_run=True).status == "planned"
    before = {account.name for account in own_town.wiki().users.all()}
    first = invited(own_town, file)
    assert (first.status, first.opened, first.entered) == ("updated", ("ZoeD", "Personne"), ())
    assert first.accounts["BOB@example.org"] == "Bob"
    assert {account.name for account in own_town.wiki().users.all()} == {
        *before, "ZoeD", "Personne",
    }  # fmt: skip
    assert invited(own_town, file).status == "unchanged"
    assert own_town.wiki().entries.of(FORM) == cards

    by_invitation = replace(own_town, community=replace(own_town.community, admission="invited"))
    second = invited(by_invitation, file)
    assert (second.opened, second.entered) == ((), ("ZoeD", "Personne"))
    assert {"Bob", "ZoeD", "Personne"} <= set(own_town.wiki().groups.members("participants"))
    assert invited(by_invitation, file).status == "unchanged"

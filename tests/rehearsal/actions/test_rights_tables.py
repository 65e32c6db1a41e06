"""The table of rights, read and written."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser, first


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

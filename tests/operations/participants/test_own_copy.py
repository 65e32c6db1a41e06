"""One person's copy of all that the wiki and the list hold of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wikifarm.model import Rights
from wikifarm.operations.participants.own_copy import own_copy

from .conftest import FORM, Town


def copied(town: Town, word: str, file: Path) -> dict[str, Any]:
    own_copy(town.context(), town.community, word, file)
    assert file.stat().st_mode & 0o777 == 0o600
    told = json.loads(file.read_text("utf-8"))
    assert isinstance(told, dict)
    return told


def test_all_of_one_person_and_nothing_of_another(
    own_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tag,) = (
        tag for tag, card in own_town.wiki().entries.of(FORM).items() if card["owner"] == "AdaL"
    )
    later = "wikifarm.rehearsal.store.stored_wiki.now"  # two texts of one second have one name
    monkeypatch.setattr(later, lambda: "2027-01-01 10:00:00")
    own_town.changes("AdaL", tag, bf_prenom="Ada", bf_nom="King")
    own_town.wiki().rights.set(["PagePrincipale"], Rights("*", "@animation", "+"))
    own_town.says("AdaL", "PagePrincipale", "Je viens.")
    own_town.says("Bob", "PagePrincipale", "Moi aussi.")
    told = copied(own_town, "AdaL", tmp_path / "ada.json")
    assert told["format"] == "wikifarm/person/1"
    assert told["account"]["email"] == "ada@example.org" and told["groups"] == []
    (card,) = told["cards"]
    assert card["answers"]["Nom"] == "King"
    assert "Oui" in card["answers"].values()  # the choice as people read it
    (before,) = card["revisions"]
    assert (before["answers"]["Nom"], before["by"]) == ("Lovelace", "AdaL")
    assert [(each["below"], each["text"]) for each in told["comments"]] == [
        ("PagePrincipale", "Je viens.")
    ]
    assert told["mailing_list"] == {"address": "", "state": "no-list"}
    assert "bob" not in json.dumps(told).lower()

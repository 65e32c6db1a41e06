"""Letting somebody in: the group is what says who is welcomed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.operations.people import Person, seat
from wikifarm.errors import WikifarmError
from wikifarm.operations.participants.welcome import WelcomedPerson, welcome
from wikifarm.rehearsal import DIALECTS

from .conftest import FORM, Town


def welcomed(town: Town, word: str) -> WelcomedPerson:
    outcome = welcome(town.context(), town.community, word).outcome
    assert isinstance(outcome, WelcomedPerson)
    return outcome


@pytest.mark.parametrize("own_town", DIALECTS, indirect=True)
def test_somebody_whose_card_waits_enters_and_the_others_stay(own_town: Town) -> None:
    before = own_town.wiki().groups.members("participants")
    for word in ("Eve", "Zoe"):
        with pytest.raises(WikifarmError):
            welcome(own_town.context(), own_town.community, word)
    assert own_town.wiki().groups.members("participants") == before

    outcome = welcomed(own_town, "Ada Lovelace")
    assert (outcome.account, outcome.group, outcome.status) == ("AdaL", "participants", "welcomed")
    assert set(own_town.wiki().groups.members("participants")) == {*before, "AdaL"}
    assert outcome.card.startswith(own_town.url)
    assert welcomed(own_town, "AdaL").status == "unchanged"
    assert welcomed(own_town, "CamilleG").status == "unchanged"

    invited = replace(own_town, community=replace(own_town.community, admission="invited"))
    assert welcomed(invited, "eve").status == "welcomed"
    assert "Eve" in own_town.wiki().groups.members("participants")


def test_a_card_whose_account_is_gone_is_named_to_be_removed(own_town: Town) -> None:
    gone = Person("gone@example.org", name="Gone", member=False)
    seat(own_town.folder / "farm", own_town.community.slug, [gone])
    with pytest.raises(WikifarmError) as refused:
        welcome(own_town.context(), own_town.community, "gone@example.org")
    (card,) = own_town.wiki().entries.of(FORM)
    assert f"`wikifarm participants erase {own_town.community.slug} {card}`" in refused.value.hint

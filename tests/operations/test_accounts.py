"""Names of accounts: what YesWiki takes, whoever the person is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikifarm.blueprint.manifest.community import Facilitator
from wikifarm.model import Account
from wikifarm.operations.community.accounts import account_names

# UserController::setName of 4.4.4 and 4.5.0 refuses these.
REFUSED = re.compile(r"^[!#@<>\\/]|[<>\\/]|^.{0,2}$|^.{81}")


@pytest.mark.parametrize(
    ("person", "account"),
    [
        ("Camille Roux", "CamilleR"),
        ("J. Dupont", "JDupont"),
        ("Yu Ng", "YuN"),
        ("Jo", "AnimationJo"),
        ("É", "Animation"),
        ("Łukasz Żółć", "LukaszZ"),
        ("王伟", "WangWei"),
        ("محمد", "Mhmd"),
        ("«»", "Animation"),
        (f"{'A' * 100} Roux", "A" * 40),
    ],
)
def test_a_name_is_a_first_name_and_an_initial(person: str, account: str) -> None:
    assert account_names([Facilitator(person, "p@example.org")], []) == {"p@example.org": account}


@given(st.lists(st.text(max_size=120), min_size=1, max_size=4))
def test_yeswiki_takes_every_name(people: list[str]) -> None:
    facilitators = [Facilitator(name, f"p{rank}@example.org") for rank, name in enumerate(people)]
    names = list(account_names(facilitators, [], ["animation"]).values())
    assert not [name for name in names if REFUSED.search(name)]
    assert len({name.lower() for name in [*names, "animation"]}) == len(people) + 1


def test_an_account_of_the_same_address_is_that_persons() -> None:
    known = [Account("Autre", "P@example.org")]
    assert account_names([Facilitator("Camille", "p@example.org")], known) == {
        "p@example.org": "Autre"
    }


def test_a_name_that_the_wiki_will_have_is_left_to_it() -> None:
    person = Facilitator("WikiAdmin", "p@example.org")
    assert account_names([person], [], ["WikiAdmin"]) == {"p@example.org": "WikiAdmin2"}

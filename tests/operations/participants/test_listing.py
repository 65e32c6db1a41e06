"""Who is there, on a screen; how many, which tells of nobody."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikifarm.errors import InvalidInput, NotOurs
from wikifarm.model import Module
from wikifarm.operations.participants.base import Agreement, Membership, entered, read_base
from wikifarm.operations.participants.listing import (
    LEAST,
    PeopleCounts,
    PeopleOutcome,
    PeopleRows,
    count_people,
    list_people,
    told,
)

from .conftest import Town


def listed(town: Town) -> PeopleOutcome:
    outcome = list_people(town.context(), town.community).outcome
    assert isinstance(outcome, PeopleOutcome)
    return outcome


def test_who_is_there_and_where_each_stands(town: Town) -> None:
    outcome = listed(town)
    places = {person.account: person.place for person in outcome.people}
    assert places == {
        "AdaL": Membership.WAITING, "Bob": Membership.WELCOMED, "Eve": Membership.ACCOUNT,
        "CamilleG": Membership.FACILITATES, "DominiqueP": Membership.FACILITATES,
    }  # fmt: skip
    ada, bob = outcome.people[0], outcome.people[1]
    assert (ada.name, ada.email, bob.name) == ("Ada Lovelace", "ada@example.org", "Bob")
    assert ada.since.startswith("20") and len(ada.cards) == 1
    consents = [ada.consents[name] for name in outcome.questions]
    assert consents == [
        Agreement.NO,
        Agreement.YES,
    ]  # map, charter: it has no list
    assert "address" not in str(outcome.as_json()) and "@" not in str(outcome.as_json())


def test_two_requests_more_than_nothing_at_all(town: Town) -> None:
    with entered(town.context(), town.community) as run:
        read_base(run)
    assert (run.outcome.get, run.outcome.post) == (5, 0)


def test_the_rows_of_a_sheet_hold_no_formula(town: Town) -> None:
    outcome = list_people(town.context(), town.community, rows=True).outcome
    assert isinstance(outcome, PeopleRows)
    rows = list(csv.reader(io.StringIO(outcome.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0][:4] == ["account", "name", "since", "state"]
    assert [row[0] for row in rows[1:]] == [person.account for person in outcome.people]


def test_whom_a_word_means(town: Town) -> None:
    with entered(town.context(), town.community) as run:
        base = read_base(run)
    for word in ("adal", "ADA@example.org", "ada  lovelace", next(iter(base.people[0].cards))):
        assert base.person(word).account == "AdaL"
    with pytest.raises(InvalidInput) as unknown:
        base.person("Zoe")
    assert unknown.value.problems[0].code == "unknown-person"
    twins = replace(base, people=(*base.people, replace(base.people[0], account="AdaTwo")))
    assert twins.person("AdaTwo").account == "AdaTwo"
    with pytest.raises(InvalidInput) as several:
        twins.person("Ada Lovelace")
    assert "AdaL, AdaTwo" in several.value.problems[0].hint


def test_a_community_without_a_base_or_a_wiki(town: Town) -> None:
    modules = town.community.modules - {Module.PARTICIPANTS}
    with pytest.raises(InvalidInput) as without:
        list_people(town.context(), replace(town.community, modules=modules))
    assert without.value.problems[0].code == "no-participants"
    with pytest.raises(NotOurs):
        list_people(town.context(), replace(town.community, slug="nowhere"))


def test_few_people_are_not_counted(town: Town) -> None:
    outcome = count_people(town.context(), town.community).outcome
    assert isinstance(outcome, PeopleCounts)
    assert outcome.people == 5 == LEAST
    assert set(outcome.places.values()) == {None}
    assert outcome.as_json()["places"]["waiting"] is None


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=1))
def test_no_small_number_is_told_nor_can_be_worked_out(counts: dict[str, int]) -> None:
    shown = told(counts)
    known = {part: count for part, count in shown.items() if count is not None}
    assert all(known[part] == counts[part] >= LEAST for part in known)
    hidden = Counter(counts)
    hidden.subtract(known)
    secret = {part: counts[part] for part in counts if part not in known}
    if known and secret:  # the total gives the sum of what is hidden
        assert len(secret) > 1 and sum(secret.values()) >= LEAST


def test_large_numbers_are_told() -> None:
    assert told({"a": 9, "b": 5}) == {"a": 9, "b": 5}
    assert told({"a": 9, "b": 7, "c": 2, "d": 3}) == {"a": 9, "b": 7, "c": None, "d": None}
    assert told({"a": 9, "b": 7, "c": 2}) == {"a": 9, "b": None, "c": None}


@pytest.mark.parametrize("word", ["", " ", "\u200b"])
def test_no_word_means_nobody_and_not_the_one_who_has_no_name(town: Town, word: str) -> None:
    with entered(town.context(), town.community) as run:
        base = read_base(run)
    (eve,) = (person for person in base.people if person.account == "Eve")
    assert not eve.name
    with pytest.raises(InvalidInput) as refused:
        replace(base, people=(eve,)).person(word)
    assert [problem.code for problem in refused.value.problems] == ["unknown-person"]

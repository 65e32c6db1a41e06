"""A list asked for, kept and closed, whatever the host does of what it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lists.fake_sympa import DONE, LOST, NOT_DONE, UNDEF, FakeSoap, OneList, driver
from wikifarm.engine import mailing_list as engine
from wikifarm.engine.journal import Journal
from wikifarm.errors import (
    BadCredentials,
    InvalidInput,
    ListTaken,
    NotOurs,
    TooManyRemovals,
    Unreachable,
    WriteRefused,
)
from wikifarm.lists.host_access import SympaAccess
from wikifarm.lists.sympa import Sympa
from wikifarm.model import FoundList, ListOwner, ListState, WantedList

FOUNDER = "anne@example.org"
WANTED = WantedList("rennes", "Été d’œuvre — €", "Une liste", (ListOwner(FOUNDER),))
FATES = st.lists(st.sampled_from([DONE, LOST, NOT_DONE, UNDEF]), max_size=12)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl", "run")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("wikifarm.lists.sympa_habits.SETTLING", 0)
    yield


def ensure(port: Sympa, journal: Journal, *, ours: bool = False) -> FoundList:
    found, _changes = engine.ensure_list(port, WANTED, ours=ours, slug="rennes", journal=journal)
    return found


# -- the list -------------------------------------------------------------------------------


def test_a_name_taken_is_refused_and_nothing_is_asked(journal: Journal) -> None:
    soap = FakeSoap(lists={"rennes": OneList("other@example.org", "Autre")})
    with pytest.raises(ListTaken) as caught:
        ensure(driver(soap), journal)
    assert caught.value.exit == 7
    assert soap.services["createList"] == 0
    assert list(journal.entries()) == []
    assert soap.lists["rennes"].subject == "Autre"


def test_a_list_that_nothing_proves_ours_is_left_alone(journal: Journal) -> None:
    soap = FakeSoap(lists={"rennes": OneList(FOUNDER, "Faite à la main")})
    with pytest.raises(NotOurs):
        ensure(driver(soap), journal)
    assert soap.services["createList"] == 0


def test_a_list_handed_over_is_still_ours(journal: Journal) -> None:
    """The founder left; another person who facilitates owns the list now."""
    second = ListOwner("second@example.org")
    soap = FakeSoap(lists={"rennes": OneList(second.email, "S")})
    wanted = replace(WANTED, owners=(*WANTED.owners, ListOwner("x@example.org"), second))
    port = driver(soap)
    found, _changes = engine.ensure_list(port, wanted, ours=True, slug="r", journal=journal)
    assert found.state is ListState.OPEN
    assert port.members(wanted) == frozenset()


def test_a_list_is_made_once(journal: Journal) -> None:
    soap = FakeSoap()
    port = driver(soap)
    assert ensure(port, journal).state is ListState.OPEN
    assert ensure(port, journal, ours=True).state is ListState.OPEN
    assert soap.services["createList"] == 1


def test_an_open_list_costs_one_request(journal: Journal) -> None:
    soap = FakeSoap(lists={"rennes": OneList(FOUNDER, WANTED.subject)})
    ensure(driver(soap), journal, ours=True)
    assert soap.services == {"complexWhich": 1}


def test_a_list_that_waits_is_no_failure(journal: Journal) -> None:
    soap = FakeSoap(opens=False)
    assert ensure(driver(soap), journal).state is ListState.REQUESTED


@pytest.mark.parametrize("fate", [LOST, UNDEF, NOT_DONE])
def test_an_answer_that_never_came(fate: str, journal: Journal) -> None:
    """Done: the list is there. Not done: the error says so, and the next run makes it."""
    soap = FakeSoap([fate])
    if fate == LOST:
        assert ensure(driver(soap), journal).state is ListState.OPEN
    else:
        with pytest.raises(WriteRefused if fate == UNDEF else Unreachable):
            ensure(driver(soap), journal)
        assert soap.lists == {}
        assert ensure(driver(FakeSoap(lists=soap.lists)), journal).state is ListState.OPEN


def test_a_template_that_is_missing_is_named_with_the_cure(journal: Journal) -> None:
    wanted = replace(WANTED, template="missing")
    with pytest.raises(WriteRefused) as caught:
        engine.ensure_list(driver(FakeSoap()), wanted, ours=False, slug="r", journal=journal)
    assert "missing" in caught.value.hint
    assert "server-pack" in caught.value.hint


@pytest.mark.parametrize(
    "wrong",
    [
        replace(WANTED, name="a" * 51),
        replace(WANTED, name="rennes-request"),
        replace(WANTED, name="sympa"),
        replace(WANTED, name="Été"),
        replace(WANTED, subject="Bonjour\nlang es"),
        replace(WANTED, subject="Bonjour\u2028lang es"),
        replace(WANTED, description=" "),
        replace(WANTED, template="../../etc"),
        replace(WANTED, topics="a b"),
        replace(WANTED, domain="listes.example.org\nx"),
        replace(WANTED, owners=(ListOwner("a,b@example.org"),)),
        replace(WANTED, owners=(ListOwner("a=b@example.org"),)),
        replace(WANTED, owners=(ListOwner("a@example.org", "x\ny"),)),
        replace(WANTED, owners=()),
    ],
    ids=lambda one: repr(one)[:40],
)
def test_what_must_not_be_sent_is_not(wrong: WantedList) -> None:
    soap = FakeSoap()
    with pytest.raises(InvalidInput) as caught:
        driver(soap).create(wrong)
    assert soap.services["createList"] == 0
    assert all(one.message for one in caught.value.problems)


def test_every_mistake_at_once() -> None:
    wrong = replace(WANTED, name="Été", subject="", template="..", topics="!")
    with pytest.raises(InvalidInput) as caught:
        driver(FakeSoap()).create(wrong)
    assert len(caught.value.problems) == 4


# -- closing --------------------------------------------------------------------------------


def close(port: Sympa, journal: Journal, *, ours: bool = True) -> tuple[FoundList, FoundList]:
    return engine.close(port, WANTED, ours=ours, slug="rennes", journal=journal, purge=False)


def test_only_ours_is_closed(journal: Journal) -> None:
    for owner, kind in (("other@example.org", ListTaken), (FOUNDER, NotOurs)):
        soap = FakeSoap(lists={"rennes": OneList(owner, "S")})
        with pytest.raises(kind):
            close(driver(soap), journal, ours=False)
        assert soap.services["closeList"] == 0


def test_an_open_list_is_closed_and_one_that_waits_is_removed(journal: Journal) -> None:
    for state, after in (
        (ListState.OPEN, ListState.CLOSED),
        (ListState.REQUESTED, ListState.ABSENT),
    ):
        soap = FakeSoap(lists={"rennes": OneList(FOUNDER, "S", state)})
        before, found = close(driver(soap), journal)
        assert (before.state, found.state) == (state, after)
        assert close(driver(soap), journal)[0].state is after
        assert soap.services["closeList"] == 1


def test_a_closed_name_stays_taken(journal: Journal) -> None:
    soap = FakeSoap(lists={"rennes": OneList("", "S", ListState.CLOSED)})
    with pytest.raises(ListTaken):
        ensure(driver(soap), journal, ours=True)


# -- subscribers ----------------------------------------------------------------------------


def settle(port: Sympa, add: list[str], remove: list[str]) -> engine.MembersDone:
    return engine.ensure_members(
        port, WANTED, add=add, remove=remove, added=lambda _: None, removed=lambda _: None
    )


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fates=FATES,
    add=st.sets(st.integers(0, 9), max_size=6),
    there=st.sets(st.integers(0, 9), max_size=6),
    connections=st.sampled_from([1, 2]),
)
def test_exactly_the_right_people_whatever_the_network_does(
    fates: list[str], add: set[int], there: set[int], connections: int
) -> None:
    """Run until it ends: nobody twice, no welcome twice, and who goes is gone."""
    members = {f"p{one}@example.org" for one in there}
    wish = {f"p{one}@example.org" for one in add}
    soap = FakeSoap(fates, lists={"rennes": OneList(FOUNDER, "S", members=set(members))})
    for _run in range(6):
        now = soap.lists["rennes"].members
        port = driver(soap, connections=connections)
        try:
            done = settle(port, sorted(wish - now), sorted(now - wish))
        except (Unreachable, WriteRefused):
            continue
        if not done.refused:
            break
    assert soap.lists["rennes"].members == wish
    assert set(soap.welcomed) == wish - members
    assert set(soap.welcomed.values()) <= {1}


def test_an_address_refused_does_not_stop_the_others() -> None:
    soap = FakeSoap(lists={"rennes": OneList(FOUNDER, "S")})
    done = settle(driver(soap), ["a@example.org", "not-an-address", "b@example.org"], [])
    assert done == engine.MembersDone(2, 0, frozenset({"not-an-address"}))


def test_a_host_that_says_yes_and_does_nothing_is_found_out() -> None:
    class Liar(FakeSoap):
        def _add(self, *_all: str) -> bool:
            return True

    with pytest.raises(WriteRefused):
        settle(driver(Liar(lists={"rennes": OneList(FOUNDER, "S")})), ["a@example.org"], [])


def test_more_than_half_is_not_believed() -> None:
    members = frozenset(f"p{one}@example.org" for one in range(20))
    engine.check_removals(sorted(members)[:10], members, None)
    with pytest.raises(TooManyRemovals) as caught:
        engine.check_removals(sorted(members)[:11], members, None)
    assert caught.value.exit == 7
    assert "--max-removals 11" in caught.value.hint
    engine.check_removals(sorted(members), members, 20)
    engine.check_removals(sorted(members)[:5], frozenset(sorted(members)[:5]), None)


# -- who asks -------------------------------------------------------------------------------


def test_the_login_is_used_when_the_application_is_refused(journal: Journal) -> None:
    access = SympaAccess("http://127.0.0.1:1/x", app="a", secret="bad", user=FOUNDER, password="p")
    soap = FakeSoap()
    port = driver(soap, access)
    assert ensure(port, journal).state is ListState.OPEN
    assert soap.lists["rennes"].owner == FOUNDER
    assert len(soap.sessions) == 1


def test_a_session_lost_is_opened_again(journal: Journal) -> None:
    access = SympaAccess("http://127.0.0.1:1/x", user=FOUNDER, password="p")
    soap = FakeSoap()
    port = driver(soap, access)
    ensure(port, journal)
    soap.sessions.clear()
    assert port.state(WANTED).state is ListState.OPEN


def test_without_anything_to_log_in_with(journal: Journal) -> None:
    with pytest.raises(InvalidInput):
        ensure(driver(FakeSoap(), SympaAccess("http://127.0.0.1:1/x")), journal)
    with pytest.raises(BadCredentials):
        bad = SympaAccess("http://127.0.0.1:1/x", app="a", secret="bad")
        ensure(driver(FakeSoap(), bad), journal)

"""A list on any host: what the host shows after a write decides, whatever it answered."""

from __future__ import annotations

import pytest

from tests.engine.fake_list_host import ABSENT, CLOSED, OPEN, FakeHost, FakeServer
from tests.engine.workshop import Workshop
from wikifarm.engine import mailing_list as engine
from wikifarm.engine.ports import ListPort, ServerPort
from wikifarm.errors import (
    ListNotAllowed,
    ListTaken,
    ListUndecided,
    NotOurs,
    Unreachable,
    WriteRefused,
)
from wikifarm.model import FoundList, ListOwner, ListState, WantedList

WANTED = WantedList(
    "rennes", "Été d’œuvre 🌱", "Une liste", (ListOwner("anne@example.org"),), "listes.example.org"
)


def ensure(
    workshop: Workshop, port: ListPort, *, ours: bool = False
) -> tuple[FoundList, list[engine.MailingListChange]]:
    return engine.ensure_list(port, WANTED, ours=ours, slug="rennes", journal=workshop.journal)


def close(
    workshop: Workshop, port: ListPort, *, ours: bool = True, purge: bool = False
) -> tuple[ListState, ListState]:
    before, after = engine.close(
        port, WANTED, ours=ours, slug="rennes", journal=workshop.journal, purge=purge
    )
    return before.state, after.state


def test_a_plain_host_is_no_server() -> None:
    host: ListPort = FakeHost()
    server: ServerPort = FakeServer()
    assert not isinstance(host, ServerPort)
    assert isinstance(server, ServerPort)


# -- opening --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [ListState.TAKEN, CLOSED])
@pytest.mark.parametrize("port", [FakeHost, FakeServer])
def test_a_name_of_somebody_else_is_left_alone(
    workshop: Workshop, state: ListState, port: type[FakeHost]
) -> None:
    host = port(now=state)
    with pytest.raises(ListTaken):
        ensure(workshop, host)
    assert host.writes == []
    assert list(workshop.journal.entries()) == []


def test_a_list_of_ours_that_was_closed_stays_so_where_nothing_opens_it(
    workshop: Workshop,
) -> None:
    host = FakeHost(now=CLOSED)
    with pytest.raises(ListTaken) as refused:
        ensure(workshop, host, ours=True)
    assert "closed" in refused.value.message
    assert host.writes == []


@pytest.mark.parametrize("state", [OPEN, ListState.REQUESTED])
def test_a_list_that_nothing_proves_ours_is_left_alone(
    workshop: Workshop, state: ListState
) -> None:
    with pytest.raises(NotOurs):
        ensure(workshop, FakeHost(now=state))


def test_a_list_that_was_said_to_be_made_and_is_not_there(workshop: Workshop) -> None:
    with pytest.raises(WriteRefused) as refused:
        ensure(workshop, FakeHost(after=[ABSENT]))
    assert "listes.example.org" in refused.value.hint
    with pytest.raises(WriteRefused):
        ensure(workshop, FakeHost(after=[ABSENT], fails=ListUndecided("500")))
    with pytest.raises(Unreachable):
        ensure(workshop, FakeHost(after=[ABSENT], fails=Unreachable("no answer")))


def test_a_name_taken_while_it_was_asked_for(workshop: Workshop) -> None:
    with pytest.raises(ListTaken):
        ensure(workshop, FakeHost(after=[ListState.TAKEN]))


def test_a_list_made_without_an_answer_is_made(workshop: Workshop) -> None:
    shown, changes = ensure(workshop, FakeHost(fails=Unreachable("no answer")))
    assert shown.state is OPEN
    assert [change.id for change in changes] == ["mailing-list:rennes@listes.example.org"]


def test_a_list_is_asked_for_once_with_the_intent_first(workshop: Workshop) -> None:
    host = FakeHost(notes=("one day or two",))
    shown, (change,) = ensure(workshop, host)
    assert (shown.state, shown.notes) == (OPEN, ("seen", "one day or two"))
    assert change.summary == WANTED.subject
    assert ensure(workshop, host, ours=True)[1] == []
    assert host.writes == ["create"]
    intent, outcome = workshop.journal.entries()
    assert (intent["event"], intent["list"]) == ("intent", "rennes@listes.example.org")
    assert (outcome["event"], outcome["state"]) == ("outcome", "open")


def test_a_list_of_ours_that_was_closed_is_opened_again_by_a_server(workshop: Workshop) -> None:
    server = FakeServer(now=CLOSED)
    shown, (change,) = ensure(workshop, server, ours=True)
    assert shown.state is OPEN
    assert "again" in change.summary
    assert server.writes == ["reopen"]


# -- closing --------------------------------------------------------------------------------


def test_a_plain_host_removes_nothing_for_good(workshop: Workshop) -> None:
    host = FakeHost(now=OPEN)
    with pytest.raises(ListNotAllowed):
        close(workshop, host, purge=True)
    assert host.writes == []


@pytest.mark.parametrize("purge", [True, False])
def test_only_a_list_of_ours_is_closed(workshop: Workshop, purge: bool) -> None:
    for state, refusal in ((ListState.TAKEN, ListTaken), (OPEN, NotOurs)):
        server = FakeServer(now=state)
        with pytest.raises(refusal):
            close(workshop, server, ours=False, purge=purge)
        assert server.writes == []
    closed = FakeServer(now=CLOSED)
    with pytest.raises(ListTaken):
        close(workshop, closed, ours=False, purge=True)


def test_a_list_that_was_said_to_be_closed_and_is_open(workshop: Workshop) -> None:
    with pytest.raises(WriteRefused):
        close(workshop, FakeHost(now=OPEN, after=[OPEN]))
    with pytest.raises(ListUndecided):
        close(workshop, FakeHost(now=OPEN, after=[OPEN], fails=ListUndecided("500")))
    with pytest.raises(WriteRefused):
        close(workshop, FakeServer(now=OPEN, after=[CLOSED]), purge=True)


def test_a_list_that_is_not_there_is_closed_already(workshop: Workshop) -> None:
    host = FakeHost(now=ABSENT)
    assert close(workshop, host, ours=False) == (ABSENT, ABSENT)
    assert host.writes == []


def test_a_list_is_closed_and_by_a_server_removed(workshop: Workshop) -> None:
    server = FakeServer(now=OPEN)
    assert close(workshop, server) == (OPEN, CLOSED)
    assert close(workshop, server) == (CLOSED, CLOSED)
    assert close(workshop, server, purge=True) == (CLOSED, ABSENT)
    assert server.writes == ["close", "purge"]


# -- subscribers ----------------------------------------------------------------------------


def test_who_joins_and_who_leaves_are_told_as_it_is_done(workshop: Workshop) -> None:
    host = FakeHost(now=OPEN, subscribers={"b@example.org"})
    told: list[str] = []
    done = engine.ensure_members(
        host, WANTED, add=["a@example.org"], remove=["b@example.org"],
        added=told.append, removed=told.append,
    )  # fmt: skip
    assert done == engine.MembersDone(1, 1)
    assert host.subscribers == {"a@example.org"}
    assert told == ["a@example.org"]


def test_nobody_to_add_or_remove_asks_nothing(workshop: Workshop) -> None:
    host = FakeHost(now=OPEN)
    done = engine.ensure_members(
        host, WANTED, add=[], remove=[], added=print, removed=print
    )  # fmt: skip
    assert done == engine.MembersDone()
    assert host.writes == []

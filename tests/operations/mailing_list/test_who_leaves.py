"""Somebody who is erased leaves the mailing list too, and nobody else does."""

from __future__ import annotations

from pathlib import Path

from tests.lists.fake_sympa import FakeSoap
from tests.operations.people import numbered, seat
from wikifarm.operations.erasure.erase import ErasedPerson, erase
from wikifarm.operations.erasure.traces import Subscription

from .test_commands import Fresh, applied, data, run, soap, synced, with_list

__all__ = ["data", "run", "soap"]  # fixtures


def test_an_erased_person_is_unsubscribed(run: Fresh, soap: FakeSoap, data: Path) -> None:
    community = with_list()
    applied(run(), community)
    people = numbered(3)
    seat(data, "rennes", people)
    synced(run(), community)
    before = set(soap.lists["rennes"].members)
    assert {person.email for person in people} <= before
    outcome = erase(run(), community, people[1].account).outcome
    assert isinstance(outcome, ErasedPerson)
    assert outcome.subscription is Subscription.SUBSCRIBED
    assert set(soap.lists["rennes"].members) == before - {people[1].email}

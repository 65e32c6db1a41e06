"""Mailing lists where the base, its group and its answers bear none of the shipped names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.blueprints import CARDS, LETTERS, POST_BOX, mending
from tests.lists.fake_sympa import ACCESS, FakeSoap, driver
from tests.operations.conftest import context_for, start_farm
from tests.operations.people import Base, Person, seat
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.subscribers import participants
from wikifarm.lists.host_access import HostAccess, ListSettings
from wikifarm.model import ListState, Module
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.mailing_list import commands, sync
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DIALECTS

LETTERBOXES = Base(CARDS, "bf_letterbox", LETTERS, "post-me", "no-post", "makers")
PEOPLE = [
    Person("yes@example.org"),
    Person("no@example.org", yes=False),
    Person("outside@example.org", member=False),
    Person("other-word@example.org", answer="oui"),
]

Run = Callable[[], Context]


@pytest.fixture
def soap(monkeypatch: pytest.MonkeyPatch) -> FakeSoap:
    """The Sympa in memory, in the place of the real one."""
    soap = FakeSoap()
    monkeypatch.setattr("wikifarm.lists.sympa_habits.SETTLING", 0)
    monkeypatch.setattr(
        "wikifarm.lists.sympa.Sympa", lambda _network, access, **_more: driver(soap, access)
    )
    return soap


@pytest.fixture(params=["4.4"])
def run(request: pytest.FixtureRequest, soap: FakeSoap, tmp_path: Path) -> Iterator[Run]:
    """A new run each time, on one farm."""
    sympa = replace(ACCESS, domain="listes.example.org")
    lists = ListSettings(sympa, {"framaliste": HostAccess(web="")})
    with start_farm(tmp_path / "farm", request.param) as farm:
        yield lambda: replace(context_for(farm.url, tmp_path), lists=lists)


def applied(context: Context, community: Community) -> CommunityOutcome:
    outcome = apply(context, [community], audit=False)[0]
    assert outcome.error is None, outcome.error
    return outcome


def body(context: Context, tag: str) -> str:
    page = open_wiki(context, "mending").pages.read(tag)
    assert page is not None
    return page.body


@pytest.mark.parametrize("run", DIALECTS, indirect=True)
def test_who_said_yes_in_its_own_words_and_is_in_its_own_group_is_subscribed(
    run: Run, soap: FakeSoap, tmp_path: Path
) -> None:
    community = mending("sympa")
    made = applied(run(), community)
    assert made.mailing_list["state"] == "open"
    assert "mending@listes.example.org" in body(run(), POST_BOX).replace("\u2060", "")
    assert "seen: the box is open" in body(run(), "TheKeyRing")
    assert commands.plan(run(), [community])[0].planned == []
    seat(tmp_path / "farm", "mending", PEOPLE, LETTERBOXES)
    before = sync.audit(run(), [community], sync.Asked(names=True))[0]
    assert before.mailing_list["names"]["to_add"] == ["yes@example.org"]
    assert before.mailing_list["names"]["not_accepted"] == ["outside@example.org"]
    followed = sync.sync(run(), [community], sync.Asked())[0]
    assert followed.error is None, followed.error
    assert soap.lists["mending"].members == {"yes@example.org"}
    seat(tmp_path / "farm", "mending", [replace(PEOPLE[0], yes=False)], LETTERBOXES)
    gone = sync.sync(run(), [community], sync.Asked(remove=True, max_removals=1))[0]
    assert gone.error is None and gone.mailing_list["counts"]["removed"] == 1
    assert soap.lists["mending"].members == set()


def test_without_its_base_or_its_question_there_is_nobody_to_follow(
    run: Run, soap: FakeSoap
) -> None:
    modules = frozenset({Module.MAILING_LIST, Module.AGENDA})
    community = replace(mending("sympa"), modules=modules)
    applied(run(), community)
    alone = sync.sync(run(), [community], sync.Asked())[0]
    assert alone.error is not None
    assert [problem.code for problem in alone.error.problems] == ["no-participants"]  # type: ignore[attr-defined]


def test_the_request_and_the_lines_to_paste_are_the_blueprint_s(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a host where a person asks."""
    shown = {"state": ListState.ABSENT}
    monkeypatch.setattr("wikifarm.lists.web.SympaWeb.state", lambda _self, _name: shown["state"])
    community = mending("framaliste")
    (letter,) = applied(run(), community).pending
    assert letter.text.startswith("To Frama") and "Name: mending" in letter.text
    shown["state"] = ListState.OPEN
    assert commands.state(run(), [community])[0].mailing_list["state"] == "open"
    seat(tmp_path / "farm", "mending", PEOPLE, LETTERBOXES)
    handed = sync.sync(run(), [community], sync.Asked())[0]
    assert handed.error is None, handed.error
    lines = [Path(name).read_text("utf-8") for name in handed.mailing_list["files"]]
    assert all("yes@example.org" in text for text in lines)
    assert not any(person.email in text for text in lines for person in PEOPLE[1:])


@pytest.mark.parametrize(
    ("answer", "agrees"),
    [("post-me", True), ("weekly,post-me", True), ("weekly", False), ("post-me-not", False),
     ("", False), (None, False)],
)  # fmt: skip
def test_one_of_several_boxes_may_be_the_yes(answer: str | None, agrees: bool) -> None:
    rows = [{"box": "a@example.org", "says": answer, "owner": "Ana"}]
    (person,) = participants(rows, ["Ana"], "box", "says", "post-me")
    assert person.consents is agrees

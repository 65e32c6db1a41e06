"""Mailing lists from the manifest to the subscribers, on a rehearsal farm and a Sympa in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.lists.fake_sympa import (
    ACCESS,
    LOST,
    NOT_DONE,
    FakeSoap,
    FakeWeb,
    OneList,
    driver,
)
from tests.operations.conftest import a_community, context_for, start_farm
from tests.operations.people import Person, numbered, seat
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.reading import default_modules
from wikifarm.engine.changes import Action
from wikifarm.engine.closing import Leave
from wikifarm.engine.receipt import Receipt
from wikifarm.errors import Closed, Unreachable
from wikifarm.lists.host_access import HostAccess, ListSettings
from wikifarm.lists.sympa import Sympa
from wikifarm.lists.web import SympaWeb
from wikifarm.model import ListState, Module, WantedList
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome, envelope
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.leaving.retire import LeaveMeans, retire
from wikifarm.operations.mailing_list import commands as mailing_list
from wikifarm.operations.mailing_list import sync as subscribing
from wikifarm.operations.mailing_list import wanted as list_hosts
from wikifarm.operations.mailing_list.sync import Asked
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DIALECTS, RunningFarm
from wikifarm.transport import Network
from wikifarm.yeswiki import access_triples
from wikifarm.yeswiki.entries import Entries

FOUNDER = "camille@example.org"
SECOND = "dominique@example.org"


def with_list(provider: str = "sympa", **more: Any) -> Community:
    return replace(
        a_community(),
        mailing_list=provider,
        modules=default_modules(provider),
        **more,
    )


@pytest.fixture
def soap() -> FakeSoap:
    return FakeSoap()


Fresh = Callable[[], Context]


@pytest.fixture
def run(
    running: RunningFarm, tmp_path: Path, soap: FakeSoap, monkeypatch: pytest.MonkeyPatch
) -> Fresh:
    """A new run each time; the driver is the real one, over the Sympa in memory."""
    monkeypatch.setattr("wikifarm.lists.sympa_habits.SETTLING", 0)
    monkeypatch.setattr(
        "wikifarm.lists.sympa.Sympa", lambda _network, access, **_more: driver(soap, access)
    )
    lists = ListSettings(
        replace(ACCESS, domain="listes.example.org"), {"framaliste": HostAccess(web="")}
    )
    return lambda: replace(context_for(running.url, tmp_path), lists=lists)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "farm"


def applied(context: Context, community: Community) -> CommunityOutcome:
    return apply(context, [community], audit=False)[0]


def page(context: Context, tag: str = "ListeDeDiscussion") -> str:
    found = open_wiki(context, "rennes").pages.read(tag)
    assert found is not None
    return found.body


def synced(context: Context, community: Community, **asked: Any) -> CommunityOutcome:
    outcome = subscribing.sync(context, [community], Asked(**asked))[0]
    assert outcome.error is None, outcome.error
    return outcome


# -- inside apply ---------------------------------------------------------------------------


def test_a_community_gets_its_list_and_a_second_apply_only_reads(
    run: Fresh, soap: FakeSoap
) -> None:
    community = with_list()
    first = applied(run(), community)
    assert first.error is None
    assert first.mailing_list == {
        "provider": "sympa",
        "state": "open",
        "address": "rennes@listes.example.org",
        "home": "http://127.0.0.1:1/sympa/info/rennes",
    }
    assert soap.lists["rennes"].owner == FOUNDER
    text = page(run())
    for word in ("rennes@listes", "rennes-unsubscribe@", "/arc/rennes", "/info/rennes"):
        assert word in text
    soap.services.clear()
    again = applied(run(), community)
    assert again.status == "unchanged"
    assert [done for done in again.steps if done.outcome == "done"] == []
    assert soap.services == {"complexWhich": 1}


def test_the_plan_says_that_a_list_will_be_asked_for(run: Fresh, soap: FakeSoap) -> None:
    planned = plan(run(), [with_list()])[0]
    assert "mailing-list:rennes@listes.example.org" in [change.id for change in planned.planned]
    assert soap.services["createList"] == 0


def test_a_list_server_that_is_down_does_not_undo_the_wiki(run: Fresh, soap: FakeSoap) -> None:
    soap._fates = iter([NOT_DONE])
    failed = applied(run(), with_list())
    assert failed.error is not None and failed.error.code == "unreachable"
    assert failed.notes
    assert failed.pages
    mended = applied(run(), with_list())
    assert mended.error is None
    assert mended.mailing_list["state"] == "open"


def test_a_name_taken_ends_with_7_and_changes_nothing(run: Fresh, soap: FakeSoap) -> None:
    soap.lists["rennes"] = OneList("somebody@example.org", "Autre")
    outcome = applied(run(), with_list())
    assert outcome.error is not None and outcome.error.code == "list-taken"
    assert envelope("apply", [outcome]).exit == 7
    assert soap.services["createList"] == 0
    other = with_list(mailing_list_address="robustesse@listes.example.org")
    assert applied(run(), other).mailing_list["address"] == "robustesse@listes.example.org"


@pytest.mark.parametrize(
    "address", ["a" * 51 + "@listes.example.org", "rennes-request@listes.example.org"]
)
def test_a_name_that_no_server_takes_stops_before_anything(
    run: Fresh, soap: FakeSoap, data: Path, address: str
) -> None:
    outcome = applied(run(), with_list(mailing_list_address=address))
    assert outcome.error is not None and outcome.error.exit == 2
    assert not soap.services
    assert run().farm.find("rennes") is None


def test_a_list_that_waits_then_opens(run: Fresh, soap: FakeSoap) -> None:
    soap.opens = False
    community = with_list()
    asked = applied(run(), community)
    assert asked.error is None
    assert asked.mailing_list["state"] == "requested"
    assert [one.id for one in asked.pending] == ["mailing-list"]
    assert envelope("apply", [asked], detailed=True).exit == 5
    assert "n’est pas encore ouverte" in page(run())
    again = applied(run(), community)
    assert again.status == "unchanged"
    assert soap.services["createList"] == 1

    def open_it(_seconds: float) -> None:
        soap.lists["rennes"].state = ListState.OPEN

    found = mailing_list.state(run(), [community], wait=60, sleep=open_it)[0]
    assert found.mailing_list["state"] == "open"
    assert "Adresse de la liste" in page(run())
    assert "mailing-list-open" in run_facts(run())


def run_facts(context: Context) -> tuple[str, ...]:
    from wikifarm.engine.seen import Seen

    receipt = Seen(open_wiki(context, "rennes")).receipt
    assert receipt is not None
    return receipt.facts


def test_looking_touches_no_other_page(run: Fresh, soap: FakeSoap) -> None:
    """The manifest was edited meanwhile: only what tells of the list is written."""
    soap.opens = False
    applied(run(), with_list())
    soap.lists["rennes"].state = ListState.OPEN
    edited = with_list(rhythm="Chaque nouvelle lune")
    found = mailing_list.state(run(), [edited])[0]
    assert {one.change.key for one in found.steps} == {"ListeDeDiscussion", "AnimerIci"}


def test_a_killed_creation_is_proved_by_the_journal(run: Fresh, soap: FakeSoap) -> None:
    """Killed after the request: no receipt says it, the journal does."""
    soap._fates = iter([LOST])

    def die(service: str, _given: object) -> None:
        if service == "complexWhich" and soap.services["createList"]:
            raise KeyboardInterrupt

    soap.before = die
    with pytest.raises(KeyboardInterrupt):
        applied(run(), with_list())
    soap.before = None
    outcome = applied(run(), with_list())
    assert outcome.error is None
    assert outcome.mailing_list["state"] == "open"
    assert soap.services["createList"] == 1


def test_a_list_made_by_hand_is_taken_in_by_a_word(run: Fresh, soap: FakeSoap) -> None:
    soap.lists["a-la-main"] = OneList(SECOND, "Faite à la main")
    community = with_list(mailing_list_address="a-la-main@listes.example.org")
    refused = applied(run(), community)
    assert refused.error is not None and refused.error.code == "not-ours"
    confirmed = mailing_list.confirm(run(), community)
    assert confirmed.error is None
    assert confirmed.mailing_list["state"] == "open"
    assert applied(run(), community).status == "unchanged"


def test_nobody_can_claim_the_list_of_another(run: Fresh, soap: FakeSoap) -> None:
    soap.lists["voisine"] = OneList("voisine@example.org", "Voisine")
    applied(run(), with_list())
    outcome = mailing_list.confirm(run(), with_list(), "voisine@listes.example.org")
    assert outcome.error is not None and outcome.error.code == "not-ours"


def test_a_list_is_closed_once_and_only_if_ours(run: Fresh, soap: FakeSoap) -> None:
    community = with_list()
    applied(run(), community)
    closed = mailing_list.close(run(), community)
    assert closed.error is None
    assert closed.mailing_list["state"] == "closed"
    assert soap.lists["rennes"].state is ListState.CLOSED
    assert "n’est pas encore ouverte" in page(run())
    assert mailing_list.close(run(), community).status == "unchanged"
    assert soap.services["closeList"] == 1


# -- subscribers ----------------------------------------------------------------------------


def test_subscribers_follow_the_base(run: Fresh, soap: FakeSoap, data: Path) -> None:
    community = with_list()
    applied(run(), community)
    people = [
        *numbered(4),
        Person("no@example.org", yes=False),
        Person("newcomer@example.org", member=False),
        Person("o'brien+list@example.org"),
        Person("a,b@example.org"),
    ]
    seat(data, "rennes", people)
    outcome = synced(run(), community)
    wished = {"o'brien+list@example.org", *(one.email for one in numbered(4))}
    assert soap.lists["rennes"].members == wished
    counts = outcome.mailing_list["counts"]
    assert counts["added"] == 5
    assert counts["not_accepted"] == counts["unfit"] == 1
    assert set(soap.welcomed.values()) == {1}
    again = synced(run(), community)
    assert again.status == "unchanged"
    assert soap.services["add"] == 5
    assert soap.services["review"] == 3  # before and after the first, and before the second


def test_who_left_by_themselves_is_never_put_back(run: Fresh, soap: FakeSoap, data: Path) -> None:
    community = with_list()
    applied(run(), community)
    seat(data, "rennes", numbered(5))
    synced(run(), community)
    soap.lists["rennes"].members.discard("p0002@example.org")
    outcome = synced(run(), community)
    assert "p0002@example.org" not in soap.lists["rennes"].members
    assert outcome.mailing_list["counts"]["left"] == 1
    assert "p0002@example.org" not in soap.lists["rennes"].members


def test_a_no_then_a_yes_brings_someone_back(run: Fresh, soap: FakeSoap, data: Path) -> None:
    community = with_list()
    applied(run(), community)
    (one,) = numbered(1)
    seat(data, "rennes", [one])
    synced(run(), community)
    soap.lists["rennes"].members.clear()
    assert synced(run(), community).mailing_list["counts"]["left"] == 1
    seat(data, "rennes", [replace(one, yes=False)])
    synced(run(), community)
    seat(data, "rennes", [one])
    assert synced(run(), community).mailing_list["counts"]["added"] == 1


def test_a_new_list_begins_with_everybody(run: Fresh, soap: FakeSoap, data: Path) -> None:
    """Who is not on a list that was just made did not leave it."""
    applied(run(), with_list())
    seat(data, "rennes", numbered(4))
    synced(run(), with_list())
    soap.lists["rennes"].members.discard("p0001@example.org")
    moved = with_list(mailing_list_address="robustesse@listes.example.org")
    assert applied(run(), moved).mailing_list["state"] == "open"
    assert synced(run(), moved).mailing_list["counts"]["added"] == 4
    # Removed for good at its host, then asked for again.
    del soap.lists["robustesse"]
    assert mailing_list.state(run(), [moved])[0].mailing_list["state"] == "absent"
    applied(run(), moved)
    assert synced(run(), moved).mailing_list["counts"]["added"] == 4
    assert soap.lists["robustesse"].members == {one.email for one in numbered(4)}


def test_removals_are_proposed_then_done_when_asked(run: Fresh, soap: FakeSoap, data: Path) -> None:
    community = with_list()
    applied(run(), community)
    seat(data, "rennes", numbered(20))
    synced(run(), community)
    soap.lists["rennes"].members.add("by-hand@example.org")
    seat(data, "rennes", numbered(14))
    proposed = synced(run(), community)
    assert proposed.mailing_list["counts"]["to_remove"] == 6
    assert len(soap.lists["rennes"].members) == 21
    removed = synced(run(), community, remove=True)
    assert removed.mailing_list["counts"]["removed"] == 6
    assert soap.lists["rennes"].members == {
        "by-hand@example.org", *(one.email for one in numbered(14))
    }  # fmt: skip
    assert synced(run(), community, remove=True).status == "unchanged"


def test_an_empty_base_removes_nobody_by_mistake(run: Fresh, soap: FakeSoap, data: Path) -> None:
    community = with_list()
    applied(run(), community)
    seat(data, "rennes", numbered(20))
    synced(run(), community)
    seat(data, "rennes", [])
    outcome = subscribing.sync(run(), [community], Asked(remove=True))[0]
    assert outcome.error is not None and outcome.error.code == "too-many-removals"
    assert envelope("x", [outcome]).exit == 7
    assert len(soap.lists["rennes"].members) == 20
    allowed = synced(run(), community, remove=True, max_removals=20)
    assert allowed.mailing_list["counts"]["removed"] == 20


@pytest.mark.parametrize("reader", ["groups", "entries"])
def test_people_that_one_answer_left_out_stay_on_the_list(
    run: Fresh, soap: FakeSoap, data: Path, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    """Fewer than the threshold lets through: one empty answer, and they would be gone."""
    community = with_list()
    applied(run(), community)
    seat(data, "rennes", numbered(4))
    synced(run(), community)
    place, call = {"groups": (access_triples, "groups"), "entries": (Entries, "of")}[reader]
    read, asked = getattr(place, call), 0

    def empty_once(*given: Any) -> Any:
        nonlocal asked
        asked += 1
        return read(*given) if asked > 1 else {}

    monkeypatch.setattr(place, call, empty_once)
    outcome = subscribing.sync(run(), [community], Asked(remove=True))[0]
    assert outcome.error is not None
    assert outcome.error.code == "wiki-busy"
    assert len(soap.lists["rennes"].members) == 4
    assert synced(run(), community, remove=True).status == "unchanged"


def test_no_address_is_kept_or_shown_unless_asked(
    run: Fresh, soap: FakeSoap, data: Path, tmp_path: Path
) -> None:
    community = with_list()
    applied(run(), community)
    seat(data, "rennes", [*numbered(3), Person("someone.precise@example.org", yes=False)])
    outcomes = [synced(run(), community)]
    soap.lists["rennes"].members.add("intruder@example.org")
    outcomes += subscribing.audit(run(), [community], Asked())
    shown = json.dumps([envelope("x", [one]).as_json() for one in outcomes])
    kept = "".join(
        path.read_text("utf-8", "replace")
        for path in (tmp_path / "state").rglob("*")
        if path.is_file() and path.suffix != ".json"
    )
    receipt = page(run(), "WikifarmRecu")
    for text in (shown, kept, receipt):
        for word in ("p0001@", "p0001", "someone.precise", "intruder"):
            assert word not in text
    asked = subscribing.audit(run(), [community], Asked(names=True))[0]
    assert asked.mailing_list["names"]["without_entry"] == ["intruder@example.org"]
    assert asked.mailing_list["counts"]["without_entry"] == 1
    assert asked.mailing_list["counts"]["subscribers"] == 4


def test_a_run_cut_anywhere_is_finished_by_the_next(run: Fresh, soap: FakeSoap, data: Path) -> None:
    """Cut before each add in turn; one person leaves in between and stays out."""
    community = with_list()
    applied(run(), community)
    seat(data, "rennes", numbered(6))

    for turn in range(4):

        def die(service: str, _given: object, at: int = turn + 1) -> None:
            if service == "add" and len(soap.lists["rennes"].members) >= at:
                raise KeyboardInterrupt

        soap.before = die
        with pytest.raises(KeyboardInterrupt):
            subscribing.sync(run(), [community], Asked())
    soap.before = None
    soap.lists["rennes"].members.discard("p0001@example.org")
    outcome = synced(run(), community)
    assert outcome.mailing_list["counts"]["left"] == 1
    assert soap.lists["rennes"].members == {
        one.email for one in numbered(6) if one.email != "p0001@example.org"
    }
    assert set(soap.welcomed.values()) == {1}


def test_a_community_that_closes_moves_nobody(run: Fresh, soap: FakeSoap, data: Path) -> None:
    community = with_list()
    context = run()
    applied(context, community)
    seat(data, community.slug, numbered(3))
    for step in (Leave.ANNOUNCE, Leave.READ_ONLY):
        retire(context, community.slug, step, LeaveMeans(at_once=True))
    refused = (
        subscribing.sync(run(), [community], Asked())[0],
        mailing_list.confirm(run(), community),
    )
    assert [isinstance(each.error, Closed) for each in refused] == [True, True]
    assert soap.lists[community.slug].members == set()
    assert synced(run(), community, dry_run=True).error is None


def test_a_dry_run_writes_nothing(run: Fresh, soap: FakeSoap, data: Path) -> None:
    community = with_list()
    applied(run(), community)
    seat(data, "rennes", numbered(3))
    before = page(run(), "WikifarmRecu")
    outcome = synced(run(), community, dry_run=True)
    assert outcome.status == "planned"
    assert outcome.mailing_list["counts"]["to_add"] == 3
    assert soap.lists["rennes"].members == set()
    assert page(run(), "WikifarmRecu") == before


def test_what_cannot_be_synced_says_why(run: Fresh, soap: FakeSoap) -> None:
    no_list = a_community()
    applied(run(), no_list)
    outcome = subscribing.sync(run(), [no_list], Asked())[0]
    assert outcome.error is not None and outcome.error.exit == 2
    missing = subscribing.sync(run(), [with_list()], Asked())[0]
    assert missing.error is not None and "create" in missing.error.hint
    modules = default_modules("sympa") - {
        Module.PARTICIPANTS, Module.MAP, Module.PROPOSALS
    }  # fmt: skip
    nobody = subscribing.sync(run(), [replace(with_list(), modules=modules)], Asked())[0]
    assert nobody.error is not None and nobody.error.exit == 2


# -- a server's own command line ------------------------------------------------------------


class FromInside(Sympa):
    """The driver with what only the command line of a server can do besides."""

    def __init__(self, soap: FakeSoap, *, follows: bool) -> None:
        super().__init__(Network(), ACCESS, connections=1)
        self._soap = soap  # type: ignore[assignment]
        self._web = FakeWeb(soap)  # type: ignore[assignment]
        self.memory = soap
        self.follows = follows
        self.asked: list[str] = []

    def reopen(self, wanted: WantedList) -> None:
        self.memory.lists[wanted.name] = OneList(FOUNDER, wanted.subject)

    def purge(self, wanted: WantedList) -> None:
        del self.memory.lists[wanted.name]

    def synchronise(self, wanted: WantedList) -> None:
        self.asked.append(wanted.name)
        self.memory.lists[wanted.name].members.add("from-the-file@example.org")


@pytest.fixture
def inside(soap: FakeSoap, monkeypatch: pytest.MonkeyPatch) -> list[FromInside]:
    made: list[FromInside] = []

    def make(_target: str, *, quiet: bool, source: object) -> FromInside:
        made.append(FromInside(soap, follows=source is not None))
        return made[-1]

    monkeypatch.setattr("wikifarm.lists.cli.SympaCli", make)
    return made


def test_a_closed_list_is_opened_again_and_removed_for_good(
    run: Fresh, soap: FakeSoap, inside: list[FromInside]
) -> None:
    community = with_list("sympa-cli")
    applied(run(), community)
    assert mailing_list.close(run(), community).mailing_list["state"] == "closed"
    assert mailing_list.plan(run(), [community])[0].planned[0].action is Action.UPDATE
    opened = mailing_list.create(run(), [community])[0]
    assert opened.mailing_list["state"] == "open"
    assert mailing_list.close(run(), community, purge=True).mailing_list["state"] == "absent"
    assert soap.lists == {}
    assert mailing_list.close(run(), community, purge=True).status == "unchanged"


def test_over_soap_nothing_is_removed_for_good(run: Fresh, soap: FakeSoap) -> None:
    applied(run(), with_list())
    outcome = mailing_list.close(run(), with_list(), purge=True)
    assert outcome.error is not None and outcome.error.code == "list-not-allowed"
    assert soap.lists["rennes"].state is ListState.OPEN


def test_a_list_that_follows_a_file_is_only_asked_to_read_it(
    run: Fresh, soap: FakeSoap, inside: list[FromInside], data: Path
) -> None:
    community = with_list("sympa-cli")
    settings = ListSettings(replace(
        ACCESS, domain="listes.example.org", include_url="https://x.example.org/{slug}.txt"
    ))  # fmt: skip
    context = replace(run(), lists=settings)
    applied(context, community)
    seat(data, "rennes", numbered(3))
    outcome = synced(replace(run(), lists=settings), community)
    assert inside[-1].asked == ["rennes"]
    assert soap.services["add"] == 0
    assert outcome.mailing_list["counts"]["without_entry"] == 1


def test_the_command_line_needs_a_domain(run: Fresh, inside: list[FromInside]) -> None:
    context = replace(run(), lists=ListSettings())
    outcome = applied(context, with_list("sympa-cli"))
    assert outcome.error is not None and outcome.error.exit == 2
    assert inside == []


# -- hosts where a person asks --------------------------------------------------------------


@pytest.fixture
def host_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ListState]]:
    """What the public page of the host shows."""
    shown = {"state": ListState.ABSENT}
    monkeypatch.setattr("wikifarm.lists.web.SympaWeb.state", lambda _self, _name: shown["state"])
    yield shown


def test_a_request_is_written_to_be_sent(run: Fresh, host_state: dict[str, ListState]) -> None:
    context = run()
    community = with_list("framaliste")
    outcome = applied(context, community)
    assert outcome.error is None
    (pending,) = outcome.pending
    for word in ("framagroupes.org/sympa/create_list_request", "rennes", "Robustesse autour"):
        assert word in pending.text
    assert outcome.mailing_list["state"] == "requested"
    assert applied(run(), community).status == "unchanged"


def test_a_list_opened_by_people_is_found_then_handed_lines_to_paste(
    run: Fresh, host_state: dict[str, ListState], data: Path, tmp_path: Path
) -> None:
    community = with_list("framaliste")
    applied(run(), community)
    seat(data, "rennes", [*numbered(3), Person("no@example.org", yes=False)])
    waiting = synced(run(), community)
    assert waiting.pending
    host_state["state"] = ListState.REQUESTED
    assert mailing_list.state(run(), [community])[0].mailing_list["state"] == "requested"
    host_state["state"] = ListState.OPEN
    opened = mailing_list.state(run(), [community])[0]
    assert opened.mailing_list["state"] == "open"
    assert opened.mailing_list["address"] == "rennes@framagroupes.org"
    handed = synced(run(), community)
    files = {Path(one).name: Path(one) for one in handed.mailing_list["files"]}
    assert set(files) == {"rennes-import-1.txt", "rennes-add.txt"}
    assert files["rennes-import-1.txt"].read_text().split() == [one.email for one in numbered(3)]
    assert "no@example.org" not in files["rennes-add.txt"].read_text()
    assert all(path.stat().st_mode & 0o077 == 0 for path in files.values())
    looked = subscribing.audit(run(), [community], Asked())[0]
    assert looked.error is not None and "--subscribers" in looked.error.hint
    # From now on, who is there must be known: somebody may have left.
    blind = subscribing.sync(run(), [community], Asked())[0]
    assert blind.error is not None and blind.error.exit == 2
    export = tmp_path / "export.txt"
    export.write_text("p0000@example.org\nPrénom <P0001@example.org>\n", "utf-8")
    seen = synced(run(), community, subscribers=export)
    assert seen.mailing_list["counts"]["to_add"] == 1
    export.write_text("p0000@example.org\n", "utf-8")
    left = synced(run(), community, subscribers=export)
    assert left.mailing_list["counts"]["left"] == 1


def test_a_host_that_is_silent_today_changes_nothing(
    run: Fresh, host_state: dict[str, ListState], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request is still written, and a list known to be open stays so."""

    def silent(_self: object, _name: str) -> ListState:
        raise Unreachable("Nothing answers.")

    look = SympaWeb.state
    community = with_list("framaliste")
    monkeypatch.setattr(SympaWeb, "state", silent)
    first = applied(run(), community)
    assert first.error is None
    assert "framagroupes" in first.pending[0].text
    monkeypatch.setattr(SympaWeb, "state", look)
    host_state["state"] = ListState.OPEN  # perhaps it was so before: nobody could look
    assert mailing_list.state(run(), [community])[0].mailing_list["state"] == "unknown"
    host_state["state"] = ListState.ABSENT
    assert mailing_list.state(run(), [community])[0].mailing_list["state"] == "requested"
    host_state["state"] = ListState.OPEN
    assert mailing_list.state(run(), [community])[0].mailing_list["state"] == "open"
    monkeypatch.setattr(SympaWeb, "state", silent)
    again = applied(run(), community)
    assert (again.status, again.mailing_list["state"]) == ("unchanged", "open")
    monkeypatch.setattr(SympaWeb, "state", look)
    host_state["state"] = ListState.ABSENT  # hidden lists look the same
    assert applied(run(), community).status == "unchanged"


def test_a_list_that_was_there_before_needs_a_word(
    run: Fresh, host_state: dict[str, ListState]
) -> None:
    host_state["state"] = ListState.OPEN
    community = with_list("framaliste")
    outcome = applied(run(), community)
    assert outcome.mailing_list["state"] == "unknown"
    assert "confirm" in outcome.pending[0].message
    assert applied(run(), community).mailing_list["state"] == "unknown"  # time alone proves nothing
    assert mailing_list.confirm(run(), community).mailing_list["state"] == "open"
    assert applied(run(), community).pending == []


def test_a_hidden_list_is_taken_on_a_person_s_word(
    run: Fresh, host_state: dict[str, ListState]
) -> None:
    community = with_list("framaliste")
    applied(run(), community)
    assert mailing_list.confirm(run(), community).mailing_list["state"] == "open"
    assert applied(run(), community).pending == []


def test_a_list_of_the_same_name_elsewhere_is_not_ours(run: Fresh, soap: FakeSoap) -> None:
    """The community moved to another list server, where its founder has a list of that name."""
    applied(run(), with_list())
    context = run()
    context.lists = ListSettings(replace(ACCESS, domain="ailleurs.example.org"))
    community = with_list(mailing_list_address="rennes@ailleurs.example.org")
    held = Receipt("", "rennes", "", mailing_list={
        "provider": "sympa", "address": "rennes@listes.example.org"
    })  # fmt: skip
    wanted = list_hosts.wanted_list(context, community, held)
    assert not list_hosts.is_ours(context, community, wanted, held)
    here = list_hosts.wanted_list(run(), with_list(), held)
    assert list_hosts.is_ours(run(), with_list(), here, held)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_yes_of_a_card_is_read_in_every_dialect(
    soap: FakeSoap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    monkeypatch.setattr("wikifarm.lists.sympa.Sympa", lambda *_all, **_more: driver(soap))
    community = with_list()
    with start_farm(tmp_path / "other", dialect) as farm:
        context = replace(context_for(farm.url, tmp_path), lists=ListSettings(ACCESS))
        applied(context, community)
        people = [*numbered(2), Person("no@example.org", yes=False)]
        seat(tmp_path / "other", "rennes", people)
        synced(context, community)
    assert soap.lists["rennes"].members == {one.email for one in numbered(2)}


@pytest.mark.parametrize("provider", ["infini", "other", "sympa"])
def test_a_host_nobody_can_see_waits_for_a_word(run: Fresh, provider: str) -> None:
    context = replace(run(), lists=ListSettings())
    community = with_list(provider)
    outcome = applied(context, community)
    assert outcome.error is None
    assert outcome.pending[0].text
    context = replace(run(), lists=ListSettings())
    told = mailing_list.confirm(context, community, "rennes@listes.infini.example")
    assert told.error is None
    assert told.mailing_list["address"] == "rennes@listes.infini.example"
    assert told.mailing_list["state"] == "open"
    context = replace(run(), lists=ListSettings())
    closed = mailing_list.close(context, community)
    assert closed.error is not None and closed.error.code == "not-ours"

"""Where each community stands: what differs, who waits, what it costs, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.operations.conftest import a_community, context_for, form_of_people, start_farm
from tests.operations.people import Person, seat
from tests.operations.test_unseen import Between
from wikifarm.blueprint.manifest.reading import Described
from wikifarm.cli.render.sheet import Sheet
from wikifarm.cli.render.status_lines import next_steps, state_facts
from wikifarm.engine.journal import AUDIT
from wikifarm.model import Rights
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.status import StatusOutcome, status
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import RunningFarm
from wikifarm.result import Envelope
from wikifarm.transport import Traffic

SLUGS = ("calm", "drifting", "lively", "lost")
DESCRIBED = Described([a_community(slug) for slug in SLUGS])


OPEN_FORM, CLOSED_FORM = form_of_people("301", "*"), form_of_people("302", "@admins")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningFarm, Path]]:
    """Four communities: one as it was made, one whose right somebody loosened, where they made
    someone an administrator and two forms about people, one of them open, one in which a person
    waits beside one who was welcomed, one that cannot be read."""
    folder = tmp_path_factory.mktemp("status")
    data = folder / "farm"
    with start_farm(data) as farm:
        context = context_for(farm.url, folder)
        outcomes = apply(context, DESCRIBED.communities, audit=False)
        assert [outcome.status for outcome in outcomes] == ["created"] * 4
        wiki = open_wiki(context, "drifting")
        wiki.rights.set(["Participants"], Rights("*", "*"))
        wiki.groups.set({"animation": (*wiki.groups.all()["animation"], "Intruse")})
        wiki.forms.save({form["bn_id_nature"]: form for form in (OPEN_FORM, CLOSED_FORM)})
        seat(data, "lively", [Person("here@example.org"), Person("new@example.org", member=False)])
        apply(context, [a_community("lively")], audit=False)  # who facilitates is in the group
        yield farm, folder


def _lost(request: httpx.Request) -> httpx.Response | None:
    return httpx.Response(500, text="") if "/lost/" in str(request.url) else None


@pytest.fixture
def here(region: tuple[RunningFarm, Path]) -> Callable[..., Context]:
    """A new run on the computer that made them; nothing of “lost” can be read."""
    farm, folder = region
    return lambda name="": context_for(farm.url, folder / name, transport=Between(_lost))


def states(envelope: Envelope) -> StatusOutcome:
    assert isinstance(envelope.outcome, StatusOutcome)
    return envelope.outcome


def test_what_a_person_should_look_at_comes_first(here: Callable[..., Context]) -> None:
    whole = status(here(), described=DESCRIBED)
    told = [(state.slug, state.state) for state in states(whole).states]
    assert told == [
        ("lost", "failed"), ("drifting", "in-place"), ("lively", "in-place"), ("calm", "in-place")
    ]  # fmt: skip
    lost, drifting, lively, calm = states(whole).states
    assert lost.errors and whole.exit == 4
    assert drifting.drift == ["rights:Participants"]
    assert drifting.edited == ["@animation", "form 301"] == drifting.opened
    facts = dict(state_facts(drifting, Sheet()))
    assert "group @animation" in facts["opened by hand"] and "edited here" not in facts
    assert "opened by hand in drifting" in " ".join(next_steps(states(whole), Sheet()))
    assert (lively.drift, lively.waiting, lively.last_activity[:10]) == ([], 1, "2026-01-01")
    assert (calm.drift, calm.waiting, calm.last_activity) == ([], 0, "")


def test_an_audit_that_left_something_out_is_not_said_to_have_seen_all(
    here: Callable[..., Context],
) -> None:
    context = here()
    context.journal.outcome("calm", AUDIT, privacy="closed", passed=False)
    (calm,) = states(status(here(), ["calm"], DESCRIBED)).states
    assert calm.privacy == "in-part"
    assert "verified in part" in dict(state_facts(calm, Sheet()))["privacy"]
    context.journal.outcome("calm", AUDIT, privacy="closed", passed=True)
    (calm,) = states(status(here(), ["calm"], DESCRIBED)).states
    assert calm.privacy == "closed"


def test_nobody_is_named(here: Callable[..., Context]) -> None:
    told = json.dumps(status(here(), described=DESCRIBED).as_json())
    assert "Pnew" not in told and "Intruse" not in told and "new@example.org" not in told


@pytest.mark.parametrize(
    ("drifted", "pending", "shown"),
    [(True, False, ["lost", "drifting"]), (False, True, ["lost", "lively"]),
     (True, True, ["lost", "drifting", "lively"])],
)  # fmt: skip
def test_what_could_not_be_read_is_never_left_out(
    here: Callable[..., Context], drifted: bool, pending: bool, shown: list[str]
) -> None:
    outcome = states(status(here(), described=DESCRIBED, drifted=drifted, pending=pending))
    assert [state.slug for state in outcome.states] == shown
    assert outcome.looked_at == 4


@pytest.mark.parametrize(("slug", "most"), [("calm", 4), ("lively", 5)])
def test_a_community_is_four_requests_and_one_more_where_people_wrote(
    here: Callable[..., Context], slug: str, most: int
) -> None:
    status(here(), [slug], DESCRIBED)  # a login is kept
    context = here()
    context.farm.listed()
    traffic = Traffic()
    with traffic.counting():
        whole = status(context, [slug], DESCRIBED)
    assert whole.exit == 0
    assert (traffic.get, traffic.post) == (most, 0)


@pytest.mark.parametrize("jobs", [1, 4])
def test_several_at_once_tell_the_same(here: Callable[..., Context], jobs: int) -> None:
    context = here()
    context.jobs = jobs
    alone = status(here(), described=DESCRIBED).as_json()["data"]
    together = status(context, described=DESCRIBED).as_json()["data"]
    assert together == alone


def test_without_its_file_what_is_not_known_is_said_so(here: Callable[..., Context]) -> None:
    outcome = states(status(here(), ["lively"]))
    (state,) = outcome.states
    assert (state.state, state.waiting, state.drift) == ("in-place", None, [])
    assert state.last_activity[:10] == "2026-01-01"


def test_from_another_computer_the_farm_still_tells_which_it_holds(
    here: Callable[..., Context],
) -> None:
    whole = status(here("elsewhere"), whole_farm=True)
    told = [(state.slug, state.state) for state in states(whole).states]
    assert told == [(slug, "elsewhere") for slug in SLUGS]
    assert whole.exit == 0
    asked = status(here("elsewhere"), ["calm"])
    assert asked.exit == 7 and [failure.code for failure in asked.errors] == ["not-ours"]

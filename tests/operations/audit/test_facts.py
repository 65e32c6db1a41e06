"""The facts of the checklist: each way of looking, on a wiki that bears no shipped name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.blueprints import ATELIER, CARDS, EVENINGS, IMPRINT, RULES, mending
from tests.operations.conftest import context_for, start_farm
from tests.operations.people import Base, Person, seat
from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.checklist_file import Look, facts_of
from wikifarm.blueprint.manifest.community import Community, Facilitator
from wikifarm.model import ListState
from wikifarm.operations.apply import apply
from wikifarm.operations.audit.facts import known_facts, list_facts
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Audit, Leak, Role
from wikifarm.rehearsal import RunningFarm

CARD = Base(CARDS, "bf_letterbox", "bf_shown", "show-me", "hide-me", "makers")


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningFarm, Path]]:
    """A farm with the community in place."""
    folder = tmp_path_factory.mktemp("facts")
    with start_farm(folder / "farm") as running:
        assert apply(context_for(running.url, folder), [mending()], audit=False)[0].error is None
        yield running, folder


@pytest.fixture
def looking(farm: tuple[RunningFarm, Path]) -> Callable[..., CommunityRun]:
    """`looking()`: a run that has entered the wiki, of this community or of another manifest."""
    running, folder = farm

    def enter(community: Community | None = None) -> CommunityRun:
        run = CommunityRun(context_for(running.url, folder), community or mending())
        run.enter()
        return run

    return enter


Looking = Callable[..., CommunityRun]


def test_the_blueprint_looks_in_every_way() -> None:
    assert {fact.look for fact in facts_of(ATELIER).values()} == set(Look)
    assert load_blueprint(str(ATELIER)).name == "atelier"


def test_three_people_are_counted_in_the_manifest(looking: Looking) -> None:
    assert "three-keepers" not in known_facts(looking())
    community = mending()
    third = Facilitator("Sacha Morvan", "sacha@example.org")
    more = replace(community, facilitators=(*community.facilitators, third))
    assert "three-keepers" in known_facts(looking(more))


def test_who_answers_for_the_data_is_read_in_the_manifest(looking: Looking) -> None:
    assert "someone-answers" not in known_facts(looking())
    answered = replace(mending(), controller="The mending room")
    assert "someone-answers" in known_facts(looking(answered))


def test_a_page_is_written_once_somebody_edits_it(looking: Looking) -> None:
    run = looking()
    assert "rules-written" not in known_facts(run)
    page = run.site.pages.read(RULES)
    assert page is not None
    run.site.pages.save(RULES, page.body + "\n\nPut the saw back.", page.revision)
    assert "rules-written" in known_facts(looking())


@pytest.mark.parametrize(
    ("audit", "passed"),
    [
        (Audit(), False),
        (Audit(not_asked=("no base",)), False),
        (Audit(3, not_asked=("as a member",)), False),
        (Audit(3, (Leak("api/pages", Role.VISITOR, "bf_story", "a right"),)), False),
        (Audit(3), True),
    ],
)
def test_the_audit_has_passed_only_when_it_asked_everything_and_saw_nobody(
    looking: Looking, audit: Audit, passed: bool
) -> None:
    run = looking()
    run.outcome.audit = audit
    assert ("nobody-seen" in known_facts(run)) is passed


def test_without_an_audit_in_this_run_the_receipt_says_whether_it_passed(looking: Looking) -> None:
    run = looking()
    assert "nobody-seen" not in known_facts(run)
    run.work.receipt = replace(run.receipt, facts=("nobody-seen", "privacy-audit-passed"))
    assert "nobody-seen" in known_facts(run)
    assert "privacy-audit-passed" not in known_facts(run)


def test_a_sample_that_came_back_is_seen(looking: Looking) -> None:
    run = looking()
    assert "samples-gone" in known_facts(run)
    run.site.pages.save("ExempleFormulaire", "A sample.", "")
    assert "samples-gone" not in known_facts(looking())
    run.site.pages.delete("ExempleFormulaire")
    assert "samples-gone" in known_facts(looking())


def test_the_licence_must_stand_in_its_page(looking: Looking) -> None:
    run = looking()
    assert "imprint-said" in known_facts(run)
    page = run.site.pages.read(IMPRINT)
    assert page is not None
    run.site.pages.save(IMPRINT, "Under CC BY-SA.", page.revision)
    assert "imprint-said" not in known_facts(looking())


def test_each_facilitator_needs_a_card_of_their_own(
    looking: Looking, farm: tuple[RunningFarm, Path]
) -> None:
    accounts = [
        Person("c@example.org", name="CamilleG"),
        Person("d@example.org", name="DominiqueP"),
    ]
    data = farm[1] / "farm"
    seat(data, "mending", accounts[:1], CARD)
    assert "keepers-carded" not in known_facts(looking())
    seat(data, "mending", accounts, CARD)
    assert "keepers-carded" in known_facts(looking())


def test_an_evening_counts_while_it_is_to_come(looking: Looking) -> None:
    run = looking()
    today = datetime.now(UTC)
    for days, seen in ((-3, False), (3, True)):
        when = (today + timedelta(days=days)).strftime("%Y-%m-%d")
        run.site.entries.create(EVENINGS, {"bf_titre": "Chairs", "bf_when": when})
        assert ("evening-ahead" in known_facts(looking())) is seen


def test_a_list_is_open_when_the_receipt_says_so(looking: Looking) -> None:
    run = looking()
    for state in ListState:
        run.work.receipt = replace(run.receipt, mailing_list={"state": state.value})
        assert ("box-open" in known_facts(run)) is (state is ListState.OPEN)
    run.work.receipt = replace(
        run.receipt, facts=("box-open", "samples-gone"), mailing_list={"state": "closed"}
    )
    assert list_facts(run) == {"samples-gone"}


def test_facts_about_what_the_community_does_not_have_are_never_so(looking: Looking) -> None:
    facts = known_facts(looking(replace(mending(), modules=frozenset())))
    assert not facts & {"keepers-carded", "evening-ahead"}

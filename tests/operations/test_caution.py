"""What is looked at before many communities are changed: how many, and whether it was planned."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from tests.operations.conftest import Fresh, a_community, form_of_people, give_rights_to_read
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.changes import Action, AnyChange
from wikifarm.engine.steps.content import PageChange
from wikifarm.engine.steps.tidy import TidyChange
from wikifarm.errors import InvalidInput, PlanOutdated, TooManyChanges
from wikifarm.model import Page
from wikifarm.operations.apply import apply
from wikifarm.operations.community.caution import (
    KeptPlan,
    keep_plan,
    read_plan,
    refuse_many,
    to_be_said,
)
from wikifarm.operations.community.origin import Origin
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.yeswiki.wiki import Wiki

EDIT = PageChange("Charte", Action.UPDATE, Page("Charte", "a"), Page("Charte", "b"))
KEPT = PageChange("Charte", Action.KEEP, Page("Charte", "a"), Page("Charte", "b"))
GONE = TidyChange("page Demo", Action.DELETE, Page("Demo", "a"))


def region(count: int, changed: int, change: AnyChange = EDIT) -> list[CommunityOutcome]:
    rows = [CommunityOutcome(f"c{number}", f"C {number}", stands=True) for number in range(count)]
    for row in rows[:changed]:
        row.planned = [change]
    return rows


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (region(3, 3), None),
        (region(10, 3), None),
        (region(10, 4), 4),
        (region(10, 10, KEPT), None),
        (region(1, 1, GONE), 1),
        ([CommunityOutcome("new", "New", to_make=True, planned=[GONE])], None),
    ],
)
def test_what_is_let_through(rows: list[CommunityOutcome], asked: int | None) -> None:
    refuse_many(rows, asked)


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (region(10, 4), None),
        (region(10, 4), 3),
        (region(4, 2), None),
        (region(1, 1, GONE), None),
        ([*region(10, 4), CommunityOutcome("new", "New", to_make=True, planned=[EDIT])], 5),
    ],
)
def test_what_is_refused_without_the_right_number(
    rows: list[CommunityOutcome], asked: int | None
) -> None:
    with pytest.raises(TooManyChanges) as refused:
        refuse_many(rows, asked)
    changed = sum(bool(row.planned) for row in rows if row.stands)
    assert f"--yes-change {changed}" in refused.value.hint
    assert refused.value.exit == 7


@pytest.mark.parametrize(("changed", "refused"), [(1, False), (2, True)])
def test_those_that_stay_as_they_are_count_among_those_that_stand(
    fresh: Fresh, *, changed: int, refused: bool
) -> None:
    """`plan` and `apply` want the same number, whatever `apply` has done with what is right."""
    made = [a_community(f"c{number}") for number in range(4)]
    apply(fresh(), made, audit=False)
    wanted = [replace(each, name=f"Autour de {each.slug}") for each in made[:changed]]
    wanted += made[changed:]
    assert to_be_said(plan(fresh(), wanted, audit=False)) == (changed if refused else None)

    def caution(planned: list[CommunityOutcome]) -> bool:
        refuse_many(planned, None)
        return True

    if not refused:
        outcomes = apply(fresh(), wanted, audit=False, caution=caution)
        assert [each.status for each in outcomes] == ["updated", *["unchanged"] * 3]
        return
    with pytest.raises(TooManyChanges, match="2 of 4 communities that stand"):
        apply(fresh(), wanted, audit=False, caution=caution)


def test_a_plan_that_is_kept_is_applied_while_the_farm_gives_it(
    fresh: Fresh, tmp_path: Path
) -> None:
    rennes, brest = a_community(), a_community("brest")
    apply(fresh(), [rennes], audit=False)
    file, context = tmp_path / "plan.json", fresh()
    wanted = [replace(rennes, name="Rennes et autour"), brest]
    keep_plan(file, context.farm.base, ([tmp_path], ["rennes"], []), plan(context, wanted))
    text = file.read_text("utf-8")
    assert "@example.org" not in text and file.stat().st_mode & 0o777 == 0o600
    kept = read_plan(file)
    assert (kept.paths, kept.only) == ((tmp_path,), ("rennes",))

    def caution(planned: list[CommunityOutcome]) -> bool:
        kept.check(context.farm.base, planned)
        return True

    other = replace(rennes, name="Un autre nom")
    with pytest.raises(PlanOutdated, match=r"rennes \(.*settings:wakka_name"):
        apply(fresh(), [other, brest], caution=caution)
    with pytest.raises(PlanOutdated, match="brest"):
        apply(fresh(), wanted[:1], caution=caution)
    assert fresh().farm.find("brest") is None
    assert open_wiki(fresh(), "rennes").settings.all()["wakka_name"] == rennes.name
    outcomes = apply(fresh(), wanted, caution=caution)
    assert [outcome.status for outcome in outcomes] == ["updated", "created"]
    # What is done already is no difference: a run that was cut goes on.
    kept.check(context.farm.base, plan(fresh(), wanted))
    with pytest.raises(PlanOutdated, match="another farm"):
        kept.check("https://other.example.org/", [])


def kept_before(fresh: Fresh, tmp_path: Path) -> tuple[list[Community], KeptPlan, Wiki]:
    """A community of which one thing is to change, the plan that was kept of it, and its wiki."""
    rennes = a_community()
    apply(fresh(), [rennes], audit=False)
    wanted = [replace(rennes, contact="animation@example.org")]
    file, context = tmp_path / "plan.json", fresh()
    keep_plan(file, context.farm.base, ([tmp_path], [], []), plan(context, wanted))
    return wanted, read_plan(file), open_wiki(fresh(), "rennes")


def test_a_plan_is_refused_once_somebody_was_made_an_administrator_since(
    fresh: Fresh, tmp_path: Path
) -> None:
    wanted, kept, wiki = kept_before(fresh, tmp_path)
    wiki.groups.set({"animation": (*wiki.groups.all()["animation"], "Mallory")})
    with pytest.raises(PlanOutdated, match="animation"):
        kept.check(kept.farm, plan(fresh(), wanted))


@pytest.mark.parametrize("made", [False, True], ids=["opened", "made"])
def test_a_plan_is_refused_once_a_form_was_opened_since(
    fresh: Fresh, tmp_path: Path, *, made: bool
) -> None:
    wanted, kept, wiki = kept_before(fresh, tmp_path)
    number = "301" if made else "101"
    if made:
        wiki.forms.save({number: form_of_people(number, "*")})
    else:
        give_rights_to_read(wiki, number, {"bf_prenom": " * "})
    planned = plan(fresh(), wanted)
    assert f"forms:{number}" not in {each.id for each in planned[0].planned if each.writes}
    assert any(number in note for note in planned[0].notes)
    with pytest.raises(PlanOutdated, match=f"forms:{number}"):
        kept.check(kept.farm, planned)


def test_what_pages_tell_since_is_no_change_of_what_stands(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a run that was cut in its audits, the same command goes on."""

    def cut(_run: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("wikifarm.operations.apply.audit_wiki", cut)
    # From a model, the pages tell at once what they would tell since.
    by_page = "wikifarm.operations.community.community_run.origin_of"
    monkeypatch.setattr(by_page, lambda *_asked: Origin())
    all_four = [a_community(slug) for slug in ("rennes", "brest", "auray", "vannes")]
    file, context = tmp_path / "plan.json", fresh()
    keep_plan(file, context.farm.base, ([tmp_path], [], []), plan(context, all_four))
    for each in all_four:
        with pytest.raises(KeyboardInterrupt):
            apply(fresh(), [each])
    planned = plan(fresh(), all_four)
    told = [[change.id for change in each.planned if change.writes] for each in planned]
    assert told == [["pages:AnimerIci"]] * 4
    refuse_many(planned, None)
    read_plan(file).check(context.farm.base, planned)
    named = [replace(each, name=f"{each.name}, autrement") for each in all_four]
    with pytest.raises(TooManyChanges, match="4 of 4"):
        refuse_many(plan(fresh(), named), None)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"schema": "wikifarm-plan/1"}', "\xff", "[" * 100_000]
)
def test_a_file_that_is_no_plan_is_told(text: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text, "latin-1")
    with pytest.raises(InvalidInput, match="not a plan"):
        read_plan(file)
    file.write_text(json.dumps({"schema": "other"}))
    with pytest.raises(InvalidInput, match="not a plan"):
        read_plan(file)

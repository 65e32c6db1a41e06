"""What a plan says is what `apply` reports, line for line, whatever the wiki went through."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, cast

import pytest

from tests.operations.conftest import (
    Fresh,
    a_community,
    context_for,
    give_rights_to_read,
    start_farm,
)
from tests.operations.ground import killed
from wikifarm.blueprint.manifest.community import Community, Facilitator
from wikifarm.blueprint.manifest.reading import Described
from wikifarm.cli.render.answer import answer
from wikifarm.cli.render.sheet import Paint
from wikifarm.engine.changes import AnyChange
from wikifarm.errors import InvalidInput, NotOurs
from wikifarm.model import Rights
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome, envelope
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.operations.status import StatusOutcome, status
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DIALECTS

Line = tuple[str, str]  # id, action


def promised(outcome: CommunityOutcome) -> list[Line]:
    assert outcome.error is None, outcome.error.message
    return [(change.id, change.action.value) for change in outcome.planned if change.writes]


def reported(outcome: CommunityOutcome) -> list[Line]:
    assert outcome.error is None, outcome.error.message
    return [
        (done.change.id, done.change.action.value)
        for done in outcome.steps
        if done.outcome == "done"
    ]


def agreed(fresh: Fresh, community: Community) -> tuple[CommunityOutcome, CommunityOutcome]:
    """The plan and what `apply` reports, which must be the same; again, there is nothing to do."""
    (planned,) = plan(fresh(), [community])
    (applied,) = apply(fresh(), [community])
    assert reported(applied) == promised(planned)
    assert sorted(applied.kept) == sorted(planned.kept)
    assert (applied.status == "unchanged") == (planned.status == "unchanged")
    (after,) = plan(fresh(), [community])
    assert promised(after) == []
    return planned, applied


def the(outcome: CommunityOutcome, change_id: str) -> AnyChange:
    (change,) = (change for change in outcome.planned if change.id == change_id)
    return change


def test_of_a_new_wiki_made_page_by_page_then_from_a_model(fresh: Fresh) -> None:
    first, made = agreed(fresh, a_community("un"))
    second, made_from_a_model = agreed(fresh, a_community("deux"))
    assert promised(first) == promised(second)
    assert any("page by page" in note for note in made.notes)
    assert not any("page by page" in note for note in made_from_a_model.notes)
    counts = Counter(line[1] for line in promised(first))
    assert counts["create"] > 50 and counts["delete"] == 1


def test_after_an_audit_that_was_cut_the_plan_tells_what_pages_will_show(
    fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_asked: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as cutting:
        cutting.setattr("wikifarm.operations.audit.verify.planted", cut)
        with pytest.raises(KeyboardInterrupt):
            apply(fresh(), [a_community()])
    planned, _applied = agreed(fresh, a_community())
    assert promised(planned) == [("pages:AnimerIci", "update")]


def test_a_form_that_somebody_opened_is_not_told_as_closed(fresh: Fresh) -> None:
    """One question opened to all, another kept from members: the first is what matters."""
    apply(fresh(), [a_community()], audit=False)
    wiki = open_wiki(fresh(), "rennes")
    give_rights_to_read(wiki, "101", {"bf_prenom": " * ", "bf_ville": "@animation"})
    (planned,) = plan(fresh(), [a_community()])
    assert "open to more people" in the(planned, "forms:101").reason
    notes = " ".join(planned.notes)
    assert "Somebody opened what the blueprint closes, in the form: 101." in notes
    assert "That stays closed" not in notes
    told = status(fresh(), described=Described([a_community()])).outcome
    (state,) = cast(StatusOutcome, told).states
    assert (state.opened, state.gravity) == (["form 101"], 1)


def test_without_an_audit_no_page_will_say_that_there_was_one(fresh: Fresh) -> None:
    apply(fresh(), [a_community()], audit=False)
    changed = replace(a_community(), contact="animation@example.org")
    (planned,) = plan(fresh(), [changed], audit=False)
    (verified,) = plan(fresh(), [changed])
    assert len(promised(verified)) > len(promised(planned))
    (applied,) = apply(fresh(), [changed], audit=False)
    assert reported(applied) == promised(planned)


def test_what_was_never_verified_will_be_and_one_page_will_say_so(fresh: Fresh) -> None:
    apply(fresh(), [a_community()], audit=False)
    (spared,) = plan(fresh(), [a_community()], audit=False)
    assert spared.status == "unchanged"
    agreed(fresh, a_community())
    (after,) = plan(fresh(), [a_community()])
    assert after.status == "unchanged"


def test_of_one_of_each_kind_the_first_alone_will_say_so(fresh: Fresh) -> None:
    both = [a_community(), a_community("brest")]
    apply(fresh(), both, audit=False)
    planned = plan(fresh(), both, canary=True)
    assert [each.status for each in planned] == ["planned", "unchanged"]
    applied = apply(fresh(), both, canary=True)
    assert [each.status for each in applied] == ["updated", "unchanged"]
    assert [reported(each) for each in applied] == [promised(each) for each in planned]


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_of_a_new_wiki_in_every_dialect(dialect: str, tmp_path: Path) -> None:
    with start_farm(tmp_path / "farm", dialect) as farm:
        agreed(lambda: context_for(farm.url, tmp_path), a_community())


@pytest.mark.parametrize("at", [6, 40, 90, 120])
def test_of_a_wiki_whose_making_was_killed(at: int, tmp_path: Path) -> None:
    with start_farm(tmp_path / "farm") as farm:
        assert killed(farm.url, tmp_path, at)
        agreed(lambda: context_for(farm.url, tmp_path), a_community())


def changed(community: Community, **more: object) -> Community:
    return replace(community, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        lambda one: changed(one, name="Robustesse en pays rennais"),
        lambda one: changed(one, modules=one.modules - {"agenda", "minutes"}),
        lambda one: changed(
            one, facilitators=(*one.facilitators[1:], Facilitator("Zoé D", "zoe@example.org"))
        ),
        lambda one: changed(one, facilitators=one.facilitators[:1]),
    ],
    ids=["name", "modules", "facilitator", "facts"],
)
def test_of_a_manifest_that_changed(
    change: Callable[[Community], Community], fresh: Fresh, rennes: Community
) -> None:
    apply(fresh(), [rennes])
    planned, _applied = agreed(fresh, change(rennes))
    assert promised(planned)


def test_of_a_page_edited_by_hand_and_of_what_drifted(fresh: Fresh, rennes: Community) -> None:
    apply(fresh(), [rennes])
    wiki = open_wiki(fresh(), "rennes")
    page = wiki.pages.read("Charte")
    assert page is not None
    words = "\n\nÉcrire à mallory@example.org ou au 06 12 34 56 78."
    wiki.pages.save("Charte", page.body + words, page.revision)
    wiki.users.create("Mallory", "mallory@example.org")
    wiki.users.create("Membre", "membre@example.org")
    wiki.groups.set({"animation": [*wiki.groups.members("animation"), "Mallory"]})
    wiki.groups.set({"participants": [*wiki.groups.members("participants"), "Membre"]})
    wiki.rights.set(["Participants"], Rights("*", "*"))
    wiki.rights.set_module("action", "listusers", "*")
    planned, applied = agreed(fresh, rennes)
    assert planned.kept == ["groups:animation", "pages:Charte"]
    assert the(planned, "groups:animation").summary == (
        "Mallory was added by hand, and is an administrator here"
    )
    assert "to read * → @participants" in the(planned, "rights:Participants").detail
    assert the(planned, "module-rights:action listusers").detail == "* → @admins,@animation"
    diff = the(planned, "pages:Charte").diff
    assert "-Écrire à … ou au …." in diff
    assert applied.status == "updated"
    (told,) = [note for note in applied.notes if "@animation" in note]
    assert "added by hand: 1 person." in told and "Mallory" not in told  # a report has the notes
    # Nobody whom people chose was taken out.
    assert {"Mallory"} < set(open_wiki(fresh(), "rennes").groups.members("animation"))


@pytest.mark.parametrize(
    ("sign", "who"),
    [("+", "every account"), ("*", "everybody")],
)
def test_of_a_group_that_lets_in_more_than_names(
    fresh: Fresh, rennes: Community, sign: str, who: str
) -> None:
    apply(fresh(), [rennes])
    wiki = open_wiki(fresh(), "rennes")
    wiki.groups.set({"animation": [*wiki.groups.members("animation"), sign]})
    (planned,) = plan(fresh(), [rennes], audit=False)
    (applied,) = apply(fresh(), [rennes], audit=False)
    assert f"{who} was added by hand" in the(planned, "groups:animation").summary
    assert any(f"added by hand: {who}." in note for note in applied.notes), applied.notes


def test_a_wiki_that_the_farm_has_no_more_is_not_one_that_never_was(
    fresh: Fresh, rennes: Community
) -> None:
    assert plan(fresh(), [rennes])[0].notes == []
    (first,) = apply(fresh(), [rennes], audit=False)
    assert not [note for note in first.notes if "any more" in note or "made a form about" in note]
    context = fresh()
    entry = context.farm.known("rennes")
    assert entry is not None
    context.farm.delete(entry)
    (planned,) = plan(fresh(), [rennes], audit=False)
    assert planned.to_make
    assert [note for note in planned.notes if "is not on the farm any more" in note]
    told = status(fresh(), ["rennes"], Described([rennes])).outcome
    assert isinstance(told, StatusOutcome)
    assert (told.states[0].state, bool(told.states[0].stood)) == ("not-made", True)
    (applied,) = apply(fresh(), [rennes], audit=False)
    assert applied.status == "created"
    assert [note for note in applied.notes if "is not on the farm any more" in note]
    assert plan(fresh(), [rennes], audit=False)[0].notes == []


def test_ten_thousand_lines_take_little_memory(fresh: Fresh) -> None:
    communities = [a_community(f"commune{number}") for number in range(80)]
    tracemalloc.start()
    try:
        rows = plan(fresh(), communities)
        shown = answer(envelope("plan", rows, in_full=False), Paint(), verbose=True)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(len(row.planned) for row in rows) > 9_000
    assert "commune79" in shown
    assert peak < 100 * 2**20


def test_of_a_page_that_is_taken_back(fresh: Fresh, rennes: Community) -> None:
    apply(fresh(), [rennes])
    wiki = open_wiki(fresh(), "rennes")
    page = wiki.pages.read("Charte")
    assert page is not None
    wiki.pages.save("Charte", "Notre charte à nous", page.revision)
    taking = fresh().taken_back | {"Charte"}

    def taking_back() -> Context:
        return replace(fresh(), taken_back=taking)

    planned, applied = agreed(taking_back, rennes)
    assert promised(planned) == [("pages:Charte", "update")]
    after = wiki.pages.read("Charte")
    assert after is not None and after.body == page.body
    (copy,) = (fresh().folder / "backups").glob("rennes-pages*.json")
    assert "Notre charte à nous" in copy.read_text("utf-8")
    assert any(str(copy) in note for note in applied.notes)
    (again,) = apply(taking_back(), [rennes])
    assert again.status == "unchanged"
    (wrong,) = plan(replace(fresh(), taken_back=frozenset({"Chartre"})), [rennes])
    assert isinstance(wrong.error, InvalidInput) and "Chartre" in wrong.error.message


def test_of_a_wiki_that_is_another_community_s(fresh: Fresh, rennes: Community) -> None:
    apply(fresh(), [rennes], audit=False)
    context = fresh()
    wiki = open_wiki(context, "rennes")
    page = wiki.pages.read("WikifarmRecu")
    assert page is not None
    mark = context.farm.known("rennes")
    assert mark is not None
    wiki.pages.save("WikifarmRecu", page.body.replace(mark.mark, "0" * 16), page.revision)
    (planned,) = plan(fresh(), [rennes])
    (applied,) = apply(fresh(), [rennes])
    assert isinstance(planned.error, NotOurs) and isinstance(applied.error, NotOurs)
    assert planned.error.message == applied.error.message

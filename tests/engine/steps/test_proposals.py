"""Where people and the blueprint changed the same place: what they wrote stays, uncopied."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.workshop import Workshop, a_page, nothing
from wikifarm.blueprint.design import Design
from wikifarm.engine.changes import Action
from wikifarm.engine.steps.proposals import EMPTY, ProposalsStep, proposed_pages, unproposed_pages
from wikifarm.errors import WriteRefused
from wikifarm.model import Page, Rights
from wikifarm.operations.community.new_version import told_of_proposals

CHARTER = "Article 1.\nArticle 2.\nArticle 3."
OURS = CHARTER.replace("Article 2", "Article deux, par nous")
TAG = "WikifarmPropositionCharte"
FACILITATORS = Rights("@animation", "@animation")


def version(number: str, body: str = CHARTER) -> Design:
    return nothing(version=number, pages=(a_page(body),))


NEWER = version("2", CHARTER.replace("Article 2", "Article 2, amendé"))
NEWEST = version("3", CHARTER.replace("Article 2", "Article 2, encore amendé"))


@pytest.fixture
def edited(workshop: Workshop) -> Workshop:
    """A page that somebody edited."""
    workshop.apply(version("1"))
    by_hand(workshop, OURS)
    workshop.wiki.writes.clear()
    return workshop


def by_hand(workshop: Workshop, body: str, tag: str = "Charte") -> None:
    page = workshop.wiki.content.pages[tag]
    workshop.wiki.content.pages[tag] = replace(
        page, body=body, revision=str(int(page.revision) + 1), author="ZoéD"
    )


def body_of(workshop: Workshop, tag: str = "Charte") -> str:
    return workshop.wiki.content.pages[tag].body


def actions(workshop: Workshop, design: Design) -> dict[str, str]:
    return {change.id: change.action.value for change in workshop.plan(design)}


def test_a_conflict_is_proposed_to_those_who_facilitate(edited: Workshop) -> None:
    assert actions(edited, NEWER) == {"pages:Charte": "keep", f"proposals:{TAG}": "create"}
    edited.apply(NEWER)
    assert body_of(edited) == OURS
    assert edited.wiki.content.rights[TAG] == FACILITATORS
    proposed = body_of(edited, TAG).split("\n")
    assert "-Article 2." in proposed
    assert "+Article 2, amendé." in proposed
    assert "par nous" not in body_of(edited, TAG)
    edited.wiki.writes.clear()
    edited.apply(NEWER)
    assert edited.wiki.writes == []


def test_it_is_closed_before_it_says_anything(edited: Workshop) -> None:
    said = []

    def look(call: str, key: str) -> None:
        if call == "rights.set" and TAG in key:
            said.append(body_of(edited, TAG))

    edited.wiki.before_write = look
    edited.apply(NEWER)
    assert said == [EMPTY]


def test_one_that_is_not_closed_says_nothing(edited: Workshop) -> None:
    edited.wiki.refused = {"rights.set"}
    with pytest.raises(WriteRefused):
        edited.apply(NEWER)
    assert body_of(edited, TAG) == EMPTY
    edited.wiki.refused = set()
    edited.apply(NEWER)
    assert "+Article 2, amendé." in body_of(edited, TAG)


def test_one_that_was_not_kept_whole_is_found_out(edited: Workshop) -> None:
    work = edited.work(NEWER)
    changes = ProposalsStep().plan(work)
    edited.wiki.halved = {"pages.save"}
    with pytest.raises(WriteRefused):
        ProposalsStep().apply(work, changes)


def test_its_rights_are_put_back(edited: Workshop) -> None:
    edited.apply(NEWER)
    edited.wiki.content.rights[TAG] = Rights("*", "*")
    edited.apply(NEWER)
    assert edited.wiki.content.rights[TAG] == FACILITATORS


def test_without_another_version_nothing_is_proposed(edited: Workshop) -> None:
    same = replace(NEWER, version="1")
    assert actions(edited, same) == {"pages:Charte": "keep"}
    edited.apply(same)
    assert edited.receipt.bases["Charte"] == CHARTER
    assert f"proposals:{TAG}" in actions(edited, NEWER)
    assert unproposed_pages(edited.work(NEWER)) == []


def test_a_later_version_replaces_what_was_proposed(edited: Workshop) -> None:
    edited.apply(NEWER)
    assert actions(edited, NEWEST) == {"pages:Charte": "keep", f"proposals:{TAG}": "update"}
    edited.apply(NEWEST)
    assert "+Article 2, encore amendé." in body_of(edited, TAG).split("\n")
    assert "-Article 2." in body_of(edited, TAG).split("\n")  # nobody has done with the first


def test_who_deletes_it_has_done_with_it(edited: Workshop) -> None:
    edited.apply(NEWER)
    edited.wiki.pages.delete(TAG)
    assert actions(edited, NEWER) == {"pages:Charte": "keep"}
    edited.apply(NEWER)
    assert edited.receipt.bases["Charte"] == NEWER.pages[0].body
    assert edited.receipt.proposals == {}
    assert TAG not in edited.wiki.content.pages


@pytest.mark.parametrize("between", [True, False])
def test_a_version_after_that_is_compared_with_what_was_proposed(
    edited: Workshop, between: bool
) -> None:
    edited.apply(NEWER)
    edited.wiki.pages.delete(TAG)
    if between:
        edited.apply(NEWER)
    later = version("3", NEWER.pages[0].body + "\n\nArticle 4.")
    assert actions(edited, later) == {"pages:Charte": "update"}
    edited.apply(later)
    assert body_of(edited) == OURS + "\n\nArticle 4."


def test_one_that_somebody_wrote_in_is_kept(edited: Workshop) -> None:
    edited.apply(NEWER)
    by_hand(edited, "Nous en parlons jeudi.", TAG)
    edited.apply(NEWEST)
    assert body_of(edited, TAG) == "Nous en parlons jeudi."
    edited.wiki.writes.clear()
    edited.apply(NEWEST)
    assert edited.wiki.writes == []


def test_a_page_of_that_name_that_is_not_ours_is_left_alone(edited: Workshop) -> None:
    edited.wiki.content.pages[TAG] = Page(TAG, "À nous.", "1", "ZoéD", "ZoéD")
    edited.wiki.content.rights[TAG] = Rights("*", "*")
    work = edited.work(NEWER)
    assert (proposed_pages(work), unproposed_pages(work)) == ([], ["Charte"])
    (told,) = told_of_proposals(work, str, str)
    assert "not proposed" in told and TAG in told
    edited.apply(NEWER)
    assert body_of(edited, TAG) == "À nous."
    assert edited.wiki.content.rights[TAG] == Rights("*", "*")


def test_a_page_taken_back_needs_no_proposal(edited: Workshop) -> None:
    work = replace(edited.work(NEWER), taken_back=frozenset({"Charte"}))
    assert ProposalsStep().plan(work) == []


@pytest.mark.parametrize("body", ["", "%%\nfaux\n%%", EMPTY, "<<<<<<< TREE\n=======\n>>>>>>>"])
def test_whatever_was_written_there_stays(edited: Workshop, body: str) -> None:
    by_hand(edited, body)
    edited.apply(NEWER)
    assert body_of(edited) == body
    assert TAG in edited.wiki.content.pages


def test_what_it_shows_runs_nothing(edited: Workshop) -> None:
    trapped = version("2", CHARTER.replace("Article 2", "%%%%{{listusers}}%%"))
    edited.apply(trapped)
    shown = body_of(edited, TAG)
    assert shown.count("%%") == 4  # two blocks
    assert "% % % %{{listusers}}% %" in shown


def test_a_plan_says_which(edited: Workshop) -> None:
    (_page, proposal) = edited.plan(NEWER)
    assert proposal.action is Action.CREATE
    assert "Charte" in proposal.summary

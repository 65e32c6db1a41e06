"""Tidying: a copy first, and only what came with the wiki and nobody touched."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.engine.lives import edit_list, write_in_demonstration
from tests.engine.workshop import Workshop, a_new_wiki, nothing
from wikifarm.engine.backup import Backups
from wikifarm.engine.changes import Action
from wikifarm.engine.steps.tidy import TidyChange, TidyStep
from wikifarm.errors import LocalStorage, WikiBusy, WriteRefused
from wikifarm.model import Form, Page

TIDY = nothing(
    removed_pages=("DemoPage", "Absente"), removed_forms=("Annuaire",), removed_lists=("ListeDemo",)
)


@pytest.fixture
def begun(workshop: Workshop) -> Workshop:
    """A wiki whose receipt says how it was found."""
    workshop.apply(nothing())
    workshop.wiki.writes.clear()
    return workshop


def step(workshop: Workshop) -> TidyStep:
    return TidyStep(Backups(workshop.copies))


def planned(workshop: Workshop) -> dict[str, TidyChange]:
    return {change.key: change for change in step(workshop).plan(workshop.work(TIDY))}


def tidy(workshop: Workshop) -> None:
    work, tidying = workshop.work(TIDY), step(workshop)
    tidying.apply(work, [change for change in tidying.plan(work) if change.writes])


def copy(workshop: Workshop) -> dict[str, Any]:
    (path,) = workshop.copies.iterdir()
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def test_without_a_receipt_nothing_is_the_demonstrations(workshop: Workshop) -> None:
    assert planned(workshop) == {}


def test_a_page_of_that_name_that_people_made_later_is_theirs(begun: Workshop) -> None:
    begun.wiki.content.pages["Absente"] = Page("Absente", "À nous", "1")
    assert "page Absente" not in planned(begun)


def test_a_form_of_that_label_that_people_made_is_theirs(begun: Workshop) -> None:
    begun.wiki.content.forms = {"9": Form("9", "Annuaire", "texte***bf_titre***Nom***60***\n")}
    assert "form 9" not in planned(begun)


def test_what_people_changed_is_kept_and_said(begun: Workshop) -> None:
    content = begun.wiki.content
    content.pages["DemoPage"] = Page("DemoPage", "Une démonstration, à nous", "2")
    content.forms["1"] = replace(content.forms["1"], template="texte***bf_x***X***60***\n")
    edit_list(content)
    changes = planned(begun)
    assert {key: change.action for key, change in changes.items()} == dict.fromkeys(
        ["form 1", "page DemoPage", "list ListeDemo"], Action.KEEP
    )
    assert all("hand" in change.summary for change in changes.values())
    begun.apply(TIDY)
    assert not [call for call in begun.wiki.writes if call.endswith(".delete")]
    assert not begun.copies.exists()


def test_a_form_that_people_wrote_in_is_kept(begun: Workshop) -> None:
    write_in_demonstration(begun.wiki.content)
    change = planned(begun)["form 1"]
    assert change.action is Action.KEEP
    assert "people wrote" in change.summary


def test_what_a_receipt_does_not_tell_is_kept(begun: Workshop) -> None:
    work = begun.work(TIDY)
    older = {**work.receipt.found, "ListeDemo": ""}
    work.receipt = replace(work.receipt, found=older, found_templates={})
    changes = step(begun).plan(work)
    assert [change.key for change in changes if change.writes] == ["page DemoPage"]


def test_an_entry_of_the_demonstration_that_somebody_wrote_again_is_theirs(
    begun: Workshop,
) -> None:
    begun.wiki.content.entries["1"]["FicheDemo"]["user"] = "ZoéD"
    assert planned(begun)["form 1"].action is Action.KEEP


def test_no_copy_no_removal(begun: Workshop) -> None:
    begun.copies.write_text("a file stands where the folder of the copies should be")
    with pytest.raises(LocalStorage):
        tidy(begun)
    assert begun.wiki.writes == []


@pytest.mark.parametrize("call", ["forms.delete", "pages.delete", "lists.delete"])
def test_what_was_not_removed_is_found_out(begun: Workshop, call: str) -> None:
    begun.wiki.refused = {call}
    with pytest.raises(WriteRefused):
        tidy(begun)


def test_what_changed_between_two_looks_is_not_removed(begun: Workshop) -> None:
    work, tidying = begun.work(TIDY), step(begun)
    changes = tidying.plan(work)
    write_in_demonstration(begun.wiki.content)
    with pytest.raises(WikiBusy):
        tidying.apply(work, changes)
    assert begun.wiki.writes == []
    assert not begun.copies.exists()


def test_what_a_first_answer_left_out_is_not_removed_unread(begun: Workshop) -> None:
    """An empty answer about a form with entries of people would remove them with it."""
    write_in_demonstration(begun.wiki.content)
    begun.wiki.hidden = {"entries.of": {"FicheDesGens"}}
    work, tidying = begun.work(TIDY), step(begun)
    changes = tidying.plan(work)
    assert "form 1" in [change.key for change in changes if change.writes]
    begun.wiki.hidden = {}
    with pytest.raises(WikiBusy):
        tidying.apply(work, [change for change in changes if change.writes])
    assert begun.wiki.writes == []


def test_the_demonstration_goes_after_its_copy(begun: Workshop) -> None:
    changes = planned(begun)
    assert [change.summary for change in changes.values()] == [
        "Annuaire", "demonstration page", "Démo",
    ]  # fmt: skip
    assert all(change.after == "" for change in changes.values())
    tidy(begun)
    new = a_new_wiki()
    kept = copy(begun)
    assert kept["pages"] == {"DemoPage": "Une démonstration"}
    assert kept["forms"]["1"]["template"] == new.forms["1"].template
    assert kept["entries"] == {"1": new.entries["1"]}
    assert kept["lists"]["ListeDemo"]["items"] == [["a", "A"]]
    content = begun.wiki.content
    assert (content.forms, content.lists, content.entries) == ({}, {}, {})
    assert "AutreDemo" in content.pages
    assert planned(begun) == {}

"""Looks of pages: given once, read back, and left alone where somebody chose another."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from tests.engine.fake_wiki import Killed
from tests.engine.workshop import Workshop, a_page, nothing
from wikifarm.blueprint.design import Design
from wikifarm.engine import receipt as receipts
from wikifarm.engine.changes import Action
from wikifarm.engine.steps.look import LooksStep, looks_applied, trust_receipt
from wikifarm.errors import WriteRefused

LOOK = {"theme": "margot", "squelette": "1col.tpl.html"}


def design(**look: str) -> Design:
    return nothing(pages=(replace(a_page("Article 1."), look=look),))


def planned(workshop: Workshop, wanted: Design) -> list[Action]:
    return [each.action for each in workshop.plan(wanted) if each.id == "looks:Charte"]


def test_a_look_is_given_once(workshop: Workshop) -> None:
    wanted = design(**LOOK)
    assert planned(workshop, wanted) == [Action.CREATE]
    workshop.apply(wanted)
    assert workshop.wiki.content.looks == {"Charte": LOOK}
    workshop.wiki.writes.clear()
    assert planned(workshop, wanted) == []
    workshop.apply(wanted)
    assert workshop.wiki.writes == []


def test_a_look_that_somebody_chose_is_kept(workshop: Workshop) -> None:
    workshop.wiki.content.looks["Charte"] = {"theme": "interface"}
    workshop.apply(design(**LOOK))
    assert workshop.wiki.content.looks == {"Charte": {"theme": "interface"}}
    assert planned(workshop, design(**LOOK)) == [Action.KEEP]


def test_what_no_blueprint_may_say_of_a_look_is_nothing_that_somebody_chose(
    workshop: Workshop,
) -> None:
    workshop.wiki.content.looks["Charte"] = {"bgimg": "haie.jpg"}
    workshop.apply(design(**LOOK))
    assert workshop.wiki.content.looks == {"Charte": {"bgimg": "haie.jpg", **LOOK}}


@pytest.mark.parametrize("way", ["refused", "halved"])
def test_a_look_that_was_not_kept_whole_is_found_out(workshop: Workshop, way: str) -> None:
    getattr(workshop.wiki, way).add("pages.dress")
    with pytest.raises(WriteRefused, match="Charte"):
        workshop.apply(design(**LOOK))


def test_where_no_page_has_a_look_none_is_asked_for(workshop: Workshop) -> None:
    workshop.apply(design())
    assert "pages.looks" not in workshop.wiki.reads


def test_a_look_that_the_blueprint_changes_is_written_where_nobody_changed_it(
    workshop: Workshop,
) -> None:
    workshop.apply(design(**LOOK))
    other = {**LOOK, "theme": "interface"}
    assert planned(workshop, design(**other)) == [Action.UPDATE]
    workshop.apply(design(**other))
    assert workshop.wiki.content.looks == {"Charte": other}
    assert planned(workshop, design(**other)) == []


def test_a_look_that_the_blueprint_and_somebody_change_is_kept_and_told(
    workshop: Workshop,
) -> None:
    workshop.apply(design(**LOOK))
    workshop.wiki.content.looks["Charte"] = {**LOOK, "theme": "par-ici"}
    other = design(**{**LOOK, "theme": "interface"})
    for _again in range(2):
        assert planned(workshop, other) == [Action.KEEP]
        workshop.apply(other)
        assert workshop.wiki.content.looks["Charte"]["theme"] == "par-ici"


def test_a_look_that_somebody_took_away_stays_away(workshop: Workshop) -> None:
    workshop.apply(design(**LOOK))
    workshop.wiki.content.looks.clear()
    assert planned(workshop, design(**LOOK)) == [Action.KEEP]
    workshop.apply(design(**LOOK))
    assert workshop.wiki.content.looks == {}


def test_a_page_that_is_made_again_has_its_look_again(workshop: Workshop) -> None:
    workshop.apply(design(**LOOK))
    del workshop.wiki.content.pages["Charte"]
    workshop.wiki.content.looks.clear()
    assert planned(workshop, design(**LOOK)) == [Action.CREATE]
    workshop.apply(design(**LOOK))
    assert workshop.wiki.content.looks == {"Charte": LOOK}


def test_no_part_of_a_look_is_taken_away(workshop: Workshop) -> None:
    workshop.apply(design(**LOOK))
    less = design(theme="margot")
    assert planned(workshop, less) == [Action.KEEP]
    workshop.apply(less)
    assert workshop.wiki.content.looks == {"Charte": LOOK}


def test_a_receipt_of_before_tells_nothing_of_looks(workshop: Workshop) -> None:
    workshop.apply(design(**LOOK))
    page = workshop.wiki.content.pages[receipts.TAG]
    older = replace(workshop.receipt, looks={}).as_page("fr").replace('"looks": {},\n', "")
    assert '"looks"' not in older
    workshop.wiki.content.pages[receipts.TAG] = replace(page, body=older)
    assert planned(workshop, design(theme="interface")) == [Action.KEEP]
    workshop.apply(design(**LOOK))
    assert workshop.receipt.looks == {"Charte": ("squelette 1col.tpl.html", "theme margot")}


@pytest.mark.parametrize("moment", range(1, 60))
def test_a_run_that_is_killed_leaves_no_look_that_would_be_taken_for_somebody_s(
    workshop: Workshop, moment: int
) -> None:
    workshop.apply(design(**LOOK))
    workshop.wiki.content.looks.clear()
    del workshop.wiki.content.pages["Charte"]
    workshop.wiki.dies_after = len(workshop.wiki.reads) + len(workshop.wiki.writes) + moment
    with suppress(Killed):
        workshop.apply(design(**LOOK, style="vert.css"))
    workshop.wiki.dies_after = 0
    workshop.apply(design(**LOOK, style="bleu.css"))
    assert workshop.wiki.content.looks["Charte"] == {**LOOK, "style": "bleu.css"}


def test_what_the_receipt_has_of_looks_is_enough_where_nothing_would_be_written(
    workshop: Workshop,
) -> None:
    wanted = design(**LOOK)
    workshop.apply(wanted)
    workshop.wiki.reads.clear()
    assert trust_receipt(work := workshop.work(wanted))
    assert LooksStep().plan(work) == []
    assert looks_applied(work) == workshop.receipt.looks
    assert "pages.looks" not in workshop.wiki.reads
    assert not trust_receipt(workshop.work(design(theme="interface")))

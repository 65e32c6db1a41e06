"""Looks of pages: given once, read back, and left alone where somebody chose another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.workshop import Workshop, a_page, nothing
from wikifarm.blueprint.design import Design
from wikifarm.engine.changes import Action
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

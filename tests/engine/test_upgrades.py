"""A new version of a blueprint: no edit is lost, rights close first and open only when said."""

from __future__ import annotations

import os
from collections import Counter
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engine.fake_wiki import OPEN, Killed
from tests.engine.workshop import PUBLIC, Workshop, a_page, nothing
from wikifarm.blueprint.design import Design, DesignedForm, DesignedPage
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import Field
from wikifarm.blueprint.schema.template import parse
from wikifarm.engine import run
from wikifarm.engine.backup import Backups
from wikifarm.engine.recording import finish_receipt, start_receipt
from wikifarm.engine.steps import all_steps
from wikifarm.engine.steps.content import proposal_tag
from wikifarm.model import Rights, Zone

LIVES = int(os.environ.get("WIKIFARM_LIVES", "25"))
CLOSED = Rights("@animation", "@animation")
SHOWN = Rights("*", "@animation")
MEMBERS = Rights("@participants", "@animation")
GROUPS = {"animation": ("AdaL",), "participants": ("@animation",)}


def a_version(number: str, rights: Rights, body: str = "Un.", **more: object) -> Design:
    page = DesignedPage("Agenda", body, rights)
    return nothing(**{"version": number, "pages": (page,), "groups": GROUPS, **more})


def opened(workshop: Workshop, design: Design) -> list[str]:
    """Applies it with the yes to opening; what was done."""
    workshop.runs += 1
    work = replace(workshop.work(design), opening=True)
    start_receipt(work, workshop.journal)
    steps = all_steps(Backups(workshop.copies))
    done = run.apply(steps, work, workshop.journal, lambda _slug, _what: None)
    finish_receipt(work, workshop.journal)
    return [each.change.id for each in done if each.outcome == "done"]


def rights_of(workshop: Workshop, tag: str = "Agenda") -> Rights:
    return workshop.wiki.content.rights[tag]


def actions(workshop: Workshop, design: Design) -> dict[str, str]:
    return {change.id: change.action.value for change in workshop.plan(design)}


# -- rights ---------------------------------------------------------------------------------


def test_a_page_is_closed_before_it_is_written(workshop: Workshop) -> None:
    workshop.apply(a_version("1", PUBLIC))
    read_by = []

    def look(call: str, key: str) -> None:
        if (call, key) == ("pages.save", "Agenda"):
            read_by.append(rights_of(workshop).read)

    workshop.wiki.before_write = look
    workshop.apply(a_version("2", MEMBERS, "Entre nous."))
    assert read_by == ["@participants"]


def test_what_a_version_opens_stays_closed_until_it_is_said(workshop: Workshop) -> None:
    workshop.apply(a_version("1", MEMBERS))
    newer = a_version("2", PUBLIC, "Deux.")
    assert actions(workshop, newer) == {"pages:Agenda": "update", "rights:Agenda": "keep"}
    workshop.apply(newer)
    assert rights_of(workshop) == MEMBERS
    workshop.wiki.writes.clear()
    (kept,) = workshop.apply(newer)  # the same version, applied again, does not open it either
    assert (kept.outcome, workshop.wiki.writes) == ("kept", [])
    assert "--loosen" in kept.change.detail
    assert opened(workshop, newer) == ["rights:Agenda"]
    assert rights_of(workshop) == PUBLIC
    assert opened(workshop, newer) == []


def test_what_closes_closes_though_something_else_would_open(workshop: Workshop) -> None:
    workshop.apply(a_version("1", Rights("*", "@animation")))
    newer = a_version("2", Rights("@participants,@animation", "+"))
    (change,) = workshop.plan(newer)
    assert change.writes
    assert "--loosen" in change.detail
    workshop.apply(newer)
    assert rights_of(workshop).same_as(Rights("@participants,@animation", "@animation"))
    (kept,) = workshop.apply(newer)
    assert (kept.outcome, kept.change.action.value) == ("kept", "keep")


def test_a_page_of_yeswiki_that_came_since_is_as_open_as_it_should_be(workshop: Workshop) -> None:
    design = a_version("1", PUBLIC, closed={"MesContenus": Rights("+", "@admins")})
    workshop.apply(design)
    workshop.wiki.pages.save("MesContenus", "{{mescontenus}}", "")
    workshop.wiki.content.rights["MesContenus"] = MEMBERS
    workshop.apply(design)
    assert rights_of(workshop, "MesContenus") == Rights("+", "@admins")
    workshop.wiki.content.rights["MesContenus"] = CLOSED  # somebody closed it
    workshop.apply(design)
    assert rights_of(workshop, "MesContenus").read == "@animation"


def test_a_manifest_says_it(workshop: Workshop) -> None:
    """The same version of the blueprint: only the manifest can have changed what is wanted."""
    workshop.apply(a_version("1", MEMBERS))
    workshop.apply(a_version("1", PUBLIC))
    assert rights_of(workshop) == PUBLIC


def test_what_people_closed_stays_closed(workshop: Workshop) -> None:
    workshop.apply(a_version("1", PUBLIC))
    workshop.wiki.content.rights["Agenda"] = CLOSED
    assert actions(workshop, a_version("1", PUBLIC)) == {"rights:Agenda": "keep"}
    assert actions(workshop, a_version("2", PUBLIC)) == {"rights:Agenda": "keep"}
    # A receipt of before does not say what was applied.
    work = workshop.work(a_version("1", PUBLIC))
    work.receipt = replace(work.receipt, rights={})
    steps = all_steps(Backups(workshop.copies))
    assert [change.writes for change in run.plan(steps, work)] == [False]


def test_what_people_opened_is_closed_again(workshop: Workshop) -> None:
    workshop.apply(a_version("1", MEMBERS))
    workshop.wiki.content.rights["Agenda"] = PUBLIC
    workshop.apply(a_version("1", MEMBERS))
    assert rights_of(workshop) == MEMBERS


def test_a_new_page_is_as_open_as_it_should_be_wherever_the_run_was_cut(
    workshop: Workshop,
) -> None:
    workshop.apply(nothing(groups=GROUPS))
    workshop.wiki.content.settings["default_read_acl"] = "@participants"
    newer = a_version("2", SHOWN)
    for point in range(1, 60):
        wiki = deepcopy(workshop.wiki)
        with TemporaryDirectory() as folder:
            other = Workshop(Path(folder), wiki, workshop.runs)
            other.journal.intent("rennes", "wiki", mark="abc")
            wiki.reads.clear()
            wiki.writes.clear()
            wiki.dies_after = point
            try:
                other.apply(newer)
            except Killed:
                if wiki.content.rights.get("Agenda") == OPEN:
                    wiki.content.rights["Agenda"] = MEMBERS  # as this wiki's settings have it
                wiki.dies_after = 0
                other.apply(newer)
            assert rights_of(other) == SHOWN


def test_a_page_that_was_deleted_comes_back_as_open_as_it_was(workshop: Workshop) -> None:
    workshop.apply(a_version("1", SHOWN))
    workshop.wiki.pages.delete("Agenda")

    def born_closed(_call: str, _key: str) -> None:
        if workshop.wiki.content.rights.get("Agenda") == OPEN:
            workshop.wiki.content.rights["Agenda"] = MEMBERS

    workshop.wiki.before_write = born_closed
    workshop.apply(a_version("1", SHOWN))
    assert rights_of(workshop) == SHOWN


def test_an_action_is_opened_only_when_it_is_said(workshop: Workshop) -> None:
    def design(number: str, right: str) -> Design:
        return nothing(version=number, action_rights={"listusers": right}, groups=GROUPS)

    workshop.apply(design("1", "@animation"))
    workshop.apply(design("2", "+"))
    assert workshop.wiki.content.modules["action", "listusers"] == "@animation"
    workshop.apply(design("3", "@admins"))
    assert workshop.wiki.content.modules["action", "listusers"] == "@admins"
    opened(workshop, design("3", "+"))
    assert workshop.wiki.content.modules["action", "listusers"] == "+"


def test_a_group_enters_another_only_when_it_is_said(workshop: Workshop) -> None:
    def design(number: str, *members: str) -> Design:
        return nothing(version=number, groups={**GROUPS, "animation": ("AdaL", *members)})

    workshop.apply(design("1"))
    newer = design("2", "@participants", "GraceH")
    (change,) = workshop.plan(newer)
    assert "+GraceH (@participants: " in change.summary
    workshop.apply(newer)
    groups = workshop.wiki.content.groups
    assert list(groups["animation"]) == ["AdaL", "GraceH"]
    workshop.wiki.writes.clear()
    (kept,) = workshop.apply(newer)
    assert (kept.outcome, workshop.wiki.writes) == ("kept", [])
    assert opened(workshop, newer) == ["groups:animation"]
    assert list(groups["animation"]) == ["AdaL", "@participants", "GraceH"]
    groups["animation"] = ("AdaL", "GraceH")
    workshop.apply(newer)  # it was put there, and comes back as ever
    assert "@participants" in groups["animation"]


# -- forms ----------------------------------------------------------------------------------


def with_form(number: str, *fields: Field, read: str = "@participants") -> Design:
    rights = Field("acls", options={"read": read, "write": "%"})
    schema = Schema("gens", "Gens", (*fields, rights), Zone.PEOPLE)
    forms = (DesignedForm("101", schema, Zone.PEOPLE),)
    return nothing(version=number, forms=forms, groups=GROUPS)


NAME = Field("texte", "bf_titre", "Nom")
TOWN = Field("texte", "bf_ville", "Ville")


def closed_field(read: str) -> Field:
    return replace(TOWN, options={"read": read})


def template(workshop: Workshop) -> list[list[str]]:
    return parse(workshop.wiki.content.forms["101"].template)


def add_by_hand(workshop: Workshop) -> None:
    form = workshop.wiki.content.forms["101"]
    more = form.template + "texte***bf_plus***Et encore ?***60***\n"
    workshop.wiki.content.forms["101"] = replace(form, template=more)


def test_a_form_gains_a_field_and_keeps_that_of_people(workshop: Workshop) -> None:
    workshop.apply(with_form("1", NAME))
    add_by_hand(workshop)
    assert actions(workshop, with_form("1", NAME)) == {"forms:101": "keep"}
    newer = with_form("2", NAME, TOWN)
    (change,) = workshop.plan(newer)
    assert (change.action.value, "+bf_ville" in change.detail) == ("update", True)
    workshop.apply(newer)
    names = [row[1] for row in template(workshop)]
    assert [name for name in names if name[:3] == "bf_"] == ["bf_titre", "bf_ville", "bf_plus"]
    workshop.wiki.writes.clear()
    workshop.apply(newer)
    assert workshop.wiki.writes == []


def test_a_form_cut_while_it_was_merged_loses_nothing(workshop: Workshop) -> None:
    workshop.apply(with_form("1", NAME))
    add_by_hand(workshop)
    newer = with_form("2", NAME, TOWN)
    for point in range(1, 40):
        wiki = deepcopy(workshop.wiki)
        with TemporaryDirectory() as folder:
            other = Workshop(Path(folder), wiki, workshop.runs)
            wiki.reads.clear()
            wiki.writes.clear()
            wiki.dies_after = point
            try:
                other.apply(newer)
            except Killed:
                wiki.dies_after = 0
                other.apply(newer)
            names = {row[1] for row in template(other)}
            assert {"bf_plus", "bf_ville"} <= names


def test_the_rights_of_a_form_close_and_do_not_open(workshop: Workshop) -> None:
    workshop.apply(with_form("1", NAME, closed_field("@participants")))
    opening = with_form("2", NAME, closed_field("*"), TOWN, read="*")
    workshop.apply(opening)
    assert template(workshop)[1][11] == "@participants"
    assert template(workshop)[-1][1:3] == ["@participants", "%"]
    (kept,) = workshop.plan(opening)
    assert "--loosen" in kept.summary
    assert opened(workshop, opening) == ["forms:101"]
    assert template(workshop)[1][11] == "*"
    workshop.apply(with_form("3", NAME, closed_field("@animation")))
    assert template(workshop)[1][11] == "@animation"
    assert template(workshop)[-1][1] == "@participants"


def test_entries_are_closed_with_their_form(workshop: Workshop) -> None:
    """But for those to which somebody gave rights of their own."""
    workshop.apply(with_form("1", NAME, read="*"))
    content = workshop.wiki.content
    content.entries["101"] = {tag: {"bf_titre": tag} for tag in ("Ada", "Grace")}
    content.rights["Ada"], content.rights["Grace"] = Rights("*", "%"), Rights("+", "%")
    workshop.wiki.reads.clear()
    workshop.apply(with_form("1", NAME, read="*"))
    assert "entries.of" not in workshop.wiki.reads
    newer = with_form("2", NAME, read="@participants")
    assert actions(workshop, newer) == {"rights:Ada": "update", "forms:101": "update"}
    workshop.apply(newer)
    assert content.rights["Ada"] == Rights("@participants", "%")
    assert content.rights["Grace"] == Rights("+", "%")
    workshop.wiki.writes.clear()
    workshop.apply(newer)
    assert workshop.wiki.writes == []


def test_without_the_template_of_before_a_form_edited_by_hand_is_kept(workshop: Workshop) -> None:
    """The receipts of before kept its hash alone."""
    workshop.apply(with_form("1", NAME))
    work = workshop.work(with_form("2", NAME, TOWN))
    work.receipt = replace(work.receipt, templates={})
    steps = all_steps(Backups(workshop.copies))
    assert [change.action.value for change in run.plan(steps, work)] == ["update"]
    add_by_hand(workshop)
    work.seen.forget()
    assert [change.action.value for change in run.plan(steps, work)] == ["keep"]


# -- pages: no edit is lost -----------------------------------------------------------------

LINES = st.sampled_from(["Un.", "Deux.", "Trois.", "", "{{liste}}", "%%", "été"])
TEXTS = st.lists(LINES, min_size=1, max_size=8)


@st.composite
def edits(draw: st.DrawFn, lines: list[str], word: str) -> list[str]:
    """Lines with a few added, changed and taken out; what is added bears a word of its own."""
    edited = list(lines)
    for number in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(edited)))
        if draw(st.booleans()) or place == len(edited):
            edited.insert(place, f"{word} {number}")
        else:
            edited[place : place + 1] = draw(st.sampled_from([[], [f"{word} {number}"]]))
    return edited


def stored(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()


@st.composite
def upgrades(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """A text, the same edited by hand, and two later versions of it."""
    base = draw(TEXTS)
    newer = draw(edits(base, "modèle"))
    newest = draw(edits(newer, "ensuite"))
    by_hand = draw(edits(base, "ici"))
    before, hand, second, third = map(stored, (base, by_hand, newer, newest))
    return before or "Un.", hand, second or "Un.", third or "Un."


@settings(max_examples=LIVES, deadline=None)
@example(("Un.\nUn.\nDeux.", "Un.\nUn.\nici 0\nDeux.", "Un.\nUn.\nDeux.", "Un.\nDeux."))
@given(upgrades())
def test_no_edit_is_lost(texts: tuple[str, str, str, str]) -> None:
    base, hand, *versions = texts
    with TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder))
        workshop.apply(nothing(version="1", pages=(a_page(base),)))
        pages = workshop.wiki.content.pages
        revision = str(int(pages["Charte"].revision) + 1)
        pages["Charte"] = replace(pages["Charte"], body=hand, revision=revision, author="ZoéD")
        before = base
        for number, body in enumerate(versions, 2):
            design = nothing(version=str(number), pages=(a_page(body),))
            foreseen = workshop.plan(design)
            done = workshop.apply(design)
            now = pages["Charte"].body
            assert {each.change.id for each in done} == {change.id for change in foreseen}
            if hand != base:
                nothing_lost(base, hand, now)
            if proposal_tag("Charte") not in pages:  # then all that is new was taken in
                new = Counter(body.split("\n")) - Counter(before.split("\n"))
                assert {line for line in new if line not in now.split("\n")} == set()
            workshop.wiki.writes.clear()
            workshop.apply(design)
            assert workshop.wiki.writes == []
            before = body


def nothing_lost(base: str, hand: str, now: str) -> None:
    """Each line that was written by hand is there, none that was taken out came back."""
    mine, there = Counter(hand.split("\n")), Counter(now.split("\n"))
    lost = {line for line in mine if line.startswith("ici") and there[line] < mine[line]}
    assert lost == set()
    untouched = Counter(base.split("\n"))
    taken_out = {line for line in untouched if line and line not in mine}
    assert {line for line in taken_out if there[line]} == set()


@pytest.mark.parametrize("number", ["1", "2"])
def test_a_huge_page_is_merged_in_time(workshop: Workshop, number: str) -> None:
    lines = [f"Ligne {each}." for each in range(20_000)]
    workshop.apply(nothing(version="1", pages=(a_page("\n".join(lines)),)))
    page = workshop.wiki.content.pages["Charte"]
    hand = [*lines[:10_000], "Écrit ici.", *lines[10_000:]]
    workshop.wiki.content.pages["Charte"] = replace(
        page, body="\n".join(hand), revision="9", author="ZoéD"
    )
    newer = "\n".join(["Préambule.", *lines])
    workshop.apply(nothing(version=number, pages=(a_page(newer),)))
    now = workshop.wiki.content.pages["Charte"].body.split("\n")
    assert (now[0], now[10_001]) == ("Préambule.", "Écrit ici.")

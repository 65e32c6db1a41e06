"""Lists and forms: nobody's are taken over, and what the server names decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.workshop import YES_NO, Workshop, a_form, nothing
from wikifarm.blueprint.design import Design, DesignedForm
from wikifarm.blueprint.schema.template import normalise
from wikifarm.engine.changes import Action
from wikifarm.engine.steps.bazar import (
    FormsStep,
    ListsStep,
    choices_applied,
    compiled,
    list_ids,
    list_titled,
    property_names,
)
from wikifarm.errors import InvalidInput, NotOurs, WikiBusy, WriteRefused
from wikifarm.model import BazarList, Capabilities, Dialect, Form

LABEL = "Participant·e·s"


def forms(*wanted: DesignedForm) -> Design:
    return nothing(forms=wanted)


# -- lists ----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["refused", "halved"])
def test_a_list_that_was_not_kept_whole_is_found_out(workshop: Workshop, way: str) -> None:
    setattr(workshop.wiki, way, {"lists.create"})
    work, step = workshop.work(nothing(lists=(YES_NO,))), ListsStep()
    with pytest.raises(WriteRefused) as refused:
        step.apply(work, step.plan(work))
    assert YES_NO.key in refused.value.message


def test_a_list_made_meanwhile_is_not_made_twice(workshop: Workshop) -> None:
    work, step = workshop.work(nothing(lists=(YES_NO,))), ListsStep()
    changes = step.plan(work)
    workshop.wiki.lists.create([(YES_NO.title, YES_NO.items)])
    step.apply(work, changes)
    assert sorted(workshop.wiki.content.lists) == ["ListeDemo", "ListeOuiNon"]


def test_choices_taken_away_by_hand_stay_away_and_are_reported(workshop: Workshop) -> None:
    workshop.wiki.content.lists["X"] = BazarList("X", " Oui Non ", (("oui", "Oui"), ("bof", "B")))
    (change,) = ListsStep().plan(workshop.work(nothing(lists=(YES_NO,))))
    assert (change.action, change.id) == (Action.KEEP, "lists:ListeOuiNon")
    assert "hand" in change.summary


MAYBE = replace(
    YES_NO, items=(*YES_NO.items, ("peut-etre", "Peut-être"), ("plus-tard", "Plus tard"))
)


def test_a_list_gains_the_choices_of_a_later_blueprint(workshop: Workshop) -> None:
    workshop.apply(nothing(lists=(YES_NO,)))
    made = workshop.wiki.content.lists["ListeOuiNon"]
    own = replace(made, items=(("oui", "Évidemment"), ("bof", "Bof")))  # and no “non” any more
    workshop.wiki.content.lists["ListeOuiNon"] = own
    workshop.apply(nothing(lists=(YES_NO,)))
    (change,) = ListsStep().plan(workshop.work(nothing(lists=(MAYBE,))))
    assert change.action is Action.UPDATE
    workshop.apply(nothing(lists=(MAYBE,)))
    grown = workshop.wiki.content.lists["ListeOuiNon"].items
    assert grown == (*own.items, *MAYBE.items[2:])
    workshop.wiki.writes.clear()
    workshop.apply(nothing(lists=(MAYBE,)))
    assert workshop.wiki.writes == []


@pytest.mark.parametrize("way", ["refused", "halved"])
def test_choices_that_were_not_all_kept_are_found_out(workshop: Workshop, way: str) -> None:
    workshop.apply(nothing(lists=(YES_NO,)))
    setattr(workshop.wiki, way, {"lists.add"})
    with pytest.raises(WriteRefused):
        workshop.apply(nothing(lists=(MAYBE,)))
    setattr(workshop.wiki, way, set())
    workshop.apply(nothing(lists=(MAYBE,)))
    assert workshop.wiki.content.lists["ListeOuiNon"].items == MAYBE.items


def test_a_receipt_that_does_not_tell_choices_adds_none(workshop: Workshop) -> None:
    """Those of before: nothing tells a choice that is new from one that people took out."""
    workshop.apply(nothing(lists=(YES_NO,)))
    work = workshop.work(nothing(lists=(MAYBE,)))
    work.receipt = replace(work.receipt, choices={})
    (change,) = ListsStep().plan(work)
    assert change.action is Action.KEEP
    assert choices_applied(work) == {}


def test_choices_added_or_worded_by_hand_are_nobodys_business(workshop: Workshop) -> None:
    items = (("oui", "Évidemment"), ("non", "Non"), ("bof", "B"))
    workshop.wiki.content.lists["X"] = BazarList("X", "Oui Non", items)
    assert ListsStep().plan(workshop.work(nothing(lists=(YES_NO,)))) == []


def test_a_list_is_made_once(workshop: Workshop) -> None:
    work, step = workshop.work(nothing(lists=(YES_NO,))), ListsStep()
    (change,) = step.plan(work)
    assert (change.action, change.summary) == (Action.CREATE, "Oui Non")
    step.apply(work, [change])
    assert workshop.wiki.content.lists["ListeOuiNon"].items == YES_NO.items
    assert step.plan(work) == []


def test_of_two_lists_with_one_title_the_oldest_counts() -> None:
    same = {key: BazarList(key, "Oui Non", ()) for key in ("ListeB10", "ListeB9", "ListeB")}
    oldest = list_titled(same, "Oui Non")
    assert oldest is not None
    assert oldest.id == "ListeB"
    assert list_titled(same, "Autre") is None


@pytest.mark.parametrize(
    ("dialect", "expected"), [(Dialect.D44, "ListeOuiNon"), (Dialect.D45, "ListouiNon")]
)
def test_a_list_to_come_has_the_id_that_the_server_will_make(
    workshop: Workshop, dialect: Dialect, expected: str
) -> None:
    """So that a plan shows the form that apply writes."""
    workshop.wiki.capabilities = Capabilities(dialect)
    design = nothing(lists=(YES_NO,), forms=(a_form(uses=YES_NO.key),))
    work = workshop.work(design)
    assert list_ids(work) == {YES_NO.key: expected}
    planned = FormsStep().plan(work)[0].after
    workshop.apply(design)
    assert workshop.wiki.content.forms["101"].template == planned
    assert list(workshop.receipt.lists.values()) == [expected]


# -- forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["refused", "halved"])
@pytest.mark.parametrize("new", [True, False])
def test_a_form_that_was_not_kept_whole_is_found_out(
    workshop: Workshop, way: str, new: bool
) -> None:
    if not new:
        workshop.apply(forms(a_form()))
    setattr(workshop.wiki, way, {"forms.save"})
    work, step = workshop.work(forms(a_form(question="Prénom"))), FormsStep()
    with pytest.raises(WriteRefused) as refused:
        step.apply(work, step.plan(work))
    assert "101" in refused.value.message


def test_a_form_that_one_answer_left_out_is_not_written_over(workshop: Workshop) -> None:
    workshop.apply(forms(a_form()))
    by_hand = replace(workshop.wiki.content.forms["101"], template="texte***bf_x***X***60***\n")
    workshop.wiki.content.forms["101"] = by_hand
    workshop.wiki.hidden = {"forms.all": {"101"}}
    work, step = workshop.work(forms(a_form())), FormsStep()
    changes = step.plan(work)
    assert [change.action for change in changes] == [Action.CREATE]
    workshop.wiki.hidden = {}
    with pytest.raises(WikiBusy):
        step.apply(work, changes)
    assert workshop.wiki.content.forms["101"] == by_hand


def test_a_number_that_somebody_took_is_left_to_them(workshop: Workshop) -> None:
    workshop.wiki.content.forms["101"] = Form("101", "Recettes", "x")
    with pytest.raises(NotOurs) as refused:
        FormsStep().plan(workshop.work(forms(a_form())))
    assert "Recettes" in refused.value.message


def test_a_label_that_somebody_took_is_left_to_them(workshop: Workshop) -> None:
    """An import would write over their form: a label counts, and not a number."""
    workshop.wiki.content.forms["7"] = Form("7", LABEL, "x")
    with pytest.raises(NotOurs):
        FormsStep().plan(workshop.work(forms(a_form())))


def test_a_label_taken_while_ours_was_renamed_is_left_to_them_too(workshop: Workshop) -> None:
    workshop.apply(forms(a_form()))
    content = workshop.wiki.content
    content.forms["101"] = replace(content.forms["101"], label="Renommé")
    theirs = content.forms["7"] = Form("7", LABEL, "x")
    assert FormsStep().plan(workshop.work(forms(a_form()))) == []
    with pytest.raises(NotOurs):
        workshop.apply(forms(a_form(question="Prénom")))
    assert content.forms["7"] == theirs


def test_a_form_that_people_renamed_is_not_made_a_second_time(workshop: Workshop) -> None:
    """It can stay so; to change it, its name must be ours again, since an import goes by names."""
    workshop.apply(forms(a_form()))
    content = workshop.wiki.content
    content.forms["101"] = replace(content.forms["101"], label="Renommé")
    before = dict(content.forms)
    with pytest.raises(NotOurs) as refused:
        workshop.apply(forms(a_form(question="Prénom")))
    assert "Renommé" in refused.value.message
    assert content.forms == before


def test_a_form_edited_by_hand_is_kept_and_stays_known_as_it_was_applied(
    workshop: Workshop,
) -> None:
    workshop.apply(forms(a_form()))
    applied = workshop.receipt.forms["101"]
    form = workshop.wiki.content.forms["101"]
    edited = replace(form, template=form.template + "texte***bf_plus***Plus***60***\n")
    workshop.wiki.content.forms["101"] = edited
    (change,) = FormsStep().plan(workshop.work(forms(a_form())))
    assert (change.action, change.before) == (Action.KEEP, normalise(edited.template))
    workshop.apply(forms(a_form()))
    assert workshop.wiki.content.forms["101"] == edited
    assert workshop.receipt.forms["101"] == applied


def test_a_form_typed_otherwise_is_the_same_form(workshop: Workshop) -> None:
    workshop.apply(forms(a_form()))
    form = workshop.wiki.content.forms["101"]
    spaced = form.template.replace("\n", "\r\n") + "# a comment\n"
    workshop.wiki.content.forms["101"] = replace(form, template=spaced)
    assert FormsStep().plan(workshop.work(forms(a_form()))) == []


def test_a_form_is_made_then_follows_its_schema(workshop: Workshop) -> None:
    work, step = workshop.work(forms(a_form())), FormsStep()
    (change,) = step.plan(work)
    assert (change.action, change.summary) == (Action.CREATE, LABEL)
    workshop.apply(forms(a_form()))
    (change,) = step.plan(workshop.work(forms(a_form(question="Prénom"))))
    assert change.action is Action.UPDATE
    assert "Nom***" in change.before
    assert "Prénom***" in change.after
    workshop.apply(forms(a_form(question="Prénom")))
    assert "Prénom***" in workshop.wiki.content.forms["101"].template


def test_a_form_whose_list_is_unknown_is_not_compiled(workshop: Workshop) -> None:
    with pytest.raises(InvalidInput):
        compiled(workshop.work(nothing()), a_form(uses="ListeInconnue"))


def test_the_names_of_answers_are_those_that_the_wiki_says(workshop: Workshop) -> None:
    design = nothing(lists=(YES_NO,), forms=(a_form(uses=YES_NO.key),))
    workshop.apply(design)
    form = workshop.wiki.content.forms["101"]
    said = {"bf_accord": "radioListeOuiNonbf_accord", "bf_titre": ""}
    workshop.wiki.content.forms["101"] = replace(form, properties=said)
    names = property_names(workshop.work(design), design.forms[0])
    assert names == {"bf_titre": "bf_titre", "bf_accord": "radioListeOuiNonbf_accord"}

"""Pages and settings: nothing that a person wrote is lost, nothing refused goes unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.workshop import Workshop, a_page, nothing
from wikifarm.blueprint.design import Design
from wikifarm.engine.changes import Action
from wikifarm.engine.step import Work
from wikifarm.engine.steps.content import (
    PageChange,
    PagesStep,
    SettingsStep,
    edited_by_hand,
    pages_applied,
)
from wikifarm.errors import UnexpectedAnswer, WikiBusy, WriteRefused
from wikifarm.model import Page

CHARTER = "Article 1.\nArticle 2.\nArticle 3."


def charter(body: str) -> Design:
    return nothing(pages=(a_page(body),))


def plan(workshop: Workshop, body: str) -> list[PageChange]:
    return PagesStep().plan(workshop.work(charter(body)))


def applied(workshop: Workshop, body: str = CHARTER) -> Workshop:
    workshop.apply(charter(body))
    workshop.wiki.writes.clear()
    return workshop


def by_hand(workshop: Workshop, body: str) -> None:
    page = workshop.wiki.content.pages["Charte"]
    workshop.wiki.content.pages["Charte"] = replace(
        page, body=body, revision=str(int(page.revision) + 1)
    )


def body_of(workshop: Workshop) -> str:
    return workshop.wiki.content.pages["Charte"].body


# -- a write is read back -------------------------------------------------------------------


@pytest.mark.parametrize("way", ["refused", "halved"])
@pytest.mark.parametrize("new", [True, False])
def test_a_page_that_was_not_kept_whole_is_found_out(
    workshop: Workshop, way: str, new: bool
) -> None:
    if not new:
        applied(workshop)
    setattr(workshop.wiki, way, {"pages.save"})
    work, step = workshop.work(charter("Un tout autre texte.\nEt sa suite.")), PagesStep()
    with pytest.raises(WriteRefused) as refused:
        step.apply(work, step.plan(work))
    assert "Charte" in refused.value.message


def test_a_merge_that_was_not_kept_whole_is_found_out(workshop: Workshop) -> None:
    by_hand(applied(workshop), CHARTER + "\n\nArticle 4, écrit ici.")
    workshop.wiki.halved = {"pages.save"}
    work, step = workshop.work(charter("Préambule.\n" + CHARTER)), PagesStep()
    with pytest.raises(WriteRefused):
        step.apply(work, step.plan(work))


def test_a_page_saved_meanwhile_is_not_overwritten(workshop: Workshop) -> None:
    work, step = applied(workshop).work(charter("Autre.")), PagesStep()
    changes = step.plan(work)
    by_hand(workshop, "Écrit entre-temps.")
    with pytest.raises(WikiBusy):
        step.apply(work, changes)
    assert body_of(workshop) == "Écrit entre-temps."


def test_a_page_left_out_of_an_answer_is_not_made_again(workshop: Workshop) -> None:
    by_hand(applied(workshop), "À nous.")
    workshop.wiki.hidden = {"pages.all": {"Charte"}}
    work, step = workshop.work(charter(CHARTER)), PagesStep()
    work.receipt = replace(work.receipt, pages={"Charte": "a hash"})
    changes = step.plan(work)
    assert [change.action for change in changes] == [Action.CREATE]
    with pytest.raises(UnexpectedAnswer):
        step.apply(work, changes)
    assert workshop.wiki.writes == []


# -- what people wrote ----------------------------------------------------------------------


def test_a_page_of_somebody_else_is_kept(workshop: Workshop) -> None:
    workshop.wiki.content.pages["Charte"] = Page("Charte", "À nous, avant vous.", "1")
    (change,) = plan(workshop, CHARTER)
    assert (change.action, change.writes) == (Action.KEEP, False)
    assert (change.before, change.after) == ("À nous, avant vous.", CHARTER)


def test_a_page_edited_by_hand_is_kept(workshop: Workshop) -> None:
    by_hand(applied(workshop), "Été d’œuvre {{listusers}} 🌱")
    (change,) = plan(workshop, CHARTER)
    assert change.action is Action.KEEP
    assert "hand" in change.summary
    assert "+Article 3." in change.diff


def test_a_conflict_keeps_what_people_wrote_and_is_tried_again(workshop: Workshop) -> None:
    by_hand(applied(workshop), CHARTER.replace("Article 2", "Article deux, ici"))
    conflicting = CHARTER.replace("Article 2", "Article deux, autrement")
    (change,) = plan(workshop, conflicting)
    assert change.action is Action.KEEP
    workshop.apply(charter(conflicting))
    assert workshop.receipt.bases["Charte"] == CHARTER


def test_without_a_base_nothing_is_merged(workshop: Workshop) -> None:
    by_hand(applied(workshop), CHARTER + "\nÀ nous.")
    work = workshop.work(charter("Préambule.\n" + CHARTER))
    work.receipt = replace(work.receipt, bases={})
    (change,) = PagesStep().plan(work)
    assert change.action is Action.KEEP


def test_an_upgrade_is_merged_with_what_people_wrote(workshop: Workshop) -> None:
    by_hand(applied(workshop), CHARTER + "\n\nArticle 4, écrit ici.")
    newer = "Préambule.\n" + CHARTER
    (change,) = plan(workshop, newer)
    assert change.action is Action.UPDATE
    assert "merged" in change.summary
    assert "+Préambule." in change.diff.splitlines()
    workshop.apply(charter(newer))
    assert body_of(workshop) == "Préambule.\n" + CHARTER + "\n\nArticle 4, écrit ici."
    assert workshop.receipt.bases["Charte"] == newer
    (again,) = plan(workshop, newer)
    assert again.action is Action.KEEP


# -- what nobody touched --------------------------------------------------------------------


def test_a_page_is_made_then_follows_its_blueprint(workshop: Workshop) -> None:
    (change,) = plan(workshop, CHARTER)
    assert (change.action, change.summary) == (Action.CREATE, "new page")
    assert plan(applied(workshop), CHARTER) == []
    (change,) = plan(workshop, "Autre.")
    assert (change.action, change.summary) == (Action.UPDATE, "text of the blueprint")
    workshop.apply(charter("Autre."))
    assert body_of(workshop) == "Autre."


def test_a_page_that_came_with_the_wiki_takes_the_text_of_the_blueprint(
    workshop: Workshop,
) -> None:
    workshop.apply(nothing(pages=(a_page("Chez nous.", "PagePrincipale"),)))
    assert workshop.wiki.content.pages["PagePrincipale"].body == "Chez nous."


def test_a_page_put_back_as_it_was_is_no_longer_edited(workshop: Workshop) -> None:
    by_hand(applied(workshop), "À nous.")
    by_hand(workshop, CHARTER)
    assert plan(workshop, CHARTER) == []


def work_of(workshop: Workshop, body: str) -> Work:
    return workshop.work(charter(body))


def test_edited_pages_are_those_that_people_changed(workshop: Workshop) -> None:
    assert edited_by_hand(work_of(workshop, CHARTER)) == []
    assert edited_by_hand(work_of(applied(workshop), CHARTER)) == []
    assert edited_by_hand(work_of(workshop, "Une autre version.")) == []
    by_hand(workshop, "À nous.")
    assert edited_by_hand(work_of(workshop, CHARTER)) == ["Charte"]


def test_a_page_that_is_not_there_yet_was_not_applied(workshop: Workshop) -> None:
    assert pages_applied(work_of(workshop, CHARTER)).bases == {}


# -- settings -------------------------------------------------------------------------------


def settings(workshop: Workshop, **values: str) -> Work:
    return workshop.work(nothing(settings=values))


def test_a_setting_that_was_not_kept_is_found_out(workshop: Workshop) -> None:
    workshop.wiki.refused = {"settings.save"}
    work, step = settings(workshop, wakka_name="Été"), SettingsStep()
    with pytest.raises(WriteRefused) as refused:
        step.apply(work, step.plan(work))
    assert "wakka_name" in refused.value.message


def test_an_answer_without_the_settings_is_no_proof(workshop: Workshop) -> None:
    work, step = settings(workshop, wakka_name="Été"), SettingsStep()
    changes = step.plan(work)
    workshop.wiki.refused = {"settings.save"}
    workshop.wiki.hidden = {"settings.all": {"wakka_name", "baz_map_zoom"}}
    with pytest.raises(WriteRefused):
        step.apply(work, changes)


def test_a_wiki_that_may_not_write_its_configuration_has_nothing_to_do(workshop: Workshop) -> None:
    workshop.wiki.content.settings.clear()
    assert SettingsStep().plan(settings(workshop, wakka_name="Été")) == []


def test_a_setting_that_this_version_lacks_is_left_out(workshop: Workshop) -> None:
    assert SettingsStep().plan(settings(workshop, absent="1", wakka_name="Wiki")) == []


def test_settings_are_saved_together_and_the_others_stay(workshop: Workshop) -> None:
    work, step = settings(workshop, wakka_name='L’été "œuvre"'), SettingsStep()
    (change,) = step.plan(work)
    assert (change.before, change.after) == ("Wiki", 'L’été "œuvre"')
    step.apply(work, [change])
    assert workshop.wiki.content.settings == {"wakka_name": 'L’été "œuvre"', "baz_map_zoom": "5"}

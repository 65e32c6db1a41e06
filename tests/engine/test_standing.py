"""What no receipt proves to be ours is kept, whatever became of the receipt."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest

from tests.engine.fake_wiki import Content
from tests.engine.lives import edit
from tests.engine.workshop import Workshop, a_design, a_form
from wikifarm.engine import receipt as receipts
from wikifarm.engine.changes import AnyChange, writes
from wikifarm.engine.seen import Seen
from wikifarm.engine.standing import Standing, standing
from wikifarm.model import Form, Page

Loss = Callable[[Workshop], None]  # what becomes of the receipt
WITH_AGENDA = a_design(removed_forms=("Annuaire", "Agenda"), removed_pages=("DemoPage", "Recettes"))


def removed(workshop: Workshop) -> None:
    del workshop.wiki.content.pages[receipts.TAG], workshop.wiki.content.rights[receipts.TAG]


def put_back(number: int) -> Loss:
    """An earlier version, from the history of the page, with the account of wikifarm."""

    def done(workshop: Workshop) -> None:
        pages = workshop.wiki.content.pages
        pages[receipts.TAG] = replace(pages[receipts.TAG], body=HISTORY[number])

    return done


def edited(workshop: Workshop) -> None:
    """The hash of what somebody wrote, put in the place of ours."""
    pages = workshop.wiki.content.pages
    mine = {tag: receipts.fingerprint(page.body) for tag, page in pages.items()}
    forms = {
        key: receipts.fingerprint(form.template)
        for key, form in workshop.wiki.content.forms.items()
    }
    forged = replace(workshop.receipt, pages=mine, forms=forms, found_templates=forms,
                     groups={"animation": ("AdaL", "ZoéD")})  # fmt: skip
    page = pages[receipts.TAG]
    pages[receipts.TAG] = replace(page, body=forged.as_page("fr"), author="ZoéD")


HISTORY: list[str] = []


@pytest.fixture
def lived(workshop: Workshop) -> Workshop:
    """A community in which people wrote, with every version of its receipt in HISTORY."""
    HISTORY.clear()

    def look(_call: str, _key: str) -> None:
        page = workshop.wiki.content.pages.get(receipts.TAG)
        if page is not None and page.body not in [receipts.EMPTY, *HISTORY[-1:]]:
            HISTORY.append(page.body)

    workshop.wiki.before_write = look
    workshop.apply(WITH_AGENDA)
    look("", "")
    content = workshop.wiki.content
    edit("Charte", "Notre charte à nous.")(content)
    content.pages["Recettes"] = Page("Recettes", "Soupe.", "1", "ZoéD", "ZoéD")
    content.forms["2"] = Form("2", "Agenda", "texte***bf_titre***Nom***60***\n")
    content.entries["2"] = {"FeteDuVillage": {"bf_titre": "Fête", "user": "ZoéD"}}
    content.forms["101"] = replace(
        content.forms["101"], template=content.forms["101"].template + "texte***bf_x***X***60***\n"
    )
    content.groups["animation"] = ("AdaL", "ZoéD")
    workshop.wiki.writes.clear()
    assert len(HISTORY) == 2
    return workshop


LOSSES = [removed, put_back(0), edited]
every_loss = pytest.mark.parametrize("lose", LOSSES, ids=["removed", "put back", "edited"])


def without_receipt(content: Content) -> Content:
    copy = deepcopy(content)
    copy.pages.pop(receipts.TAG, None)
    copy.rights.pop(receipts.TAG, None)
    return copy


@every_loss
def test_what_people_wrote_is_kept(lived: Workshop, lose: Loss) -> None:
    before = without_receipt(lived.wiki.content)
    lose(lived)
    lived.apply(WITH_AGENDA)
    assert without_receipt(lived.wiki.content) == before
    assert lived.receipt.complete
    lived.wiki.writes.clear()
    lived.apply(WITH_AGENDA)
    assert lived.wiki.writes == []


@every_loss
def test_a_plan_says_what_apply_does(lived: Workshop, lose: Loss) -> None:
    lose(lived)

    def told(changes: list[AnyChange]) -> dict[str, bool]:
        return {change.id: change.writes for change in changes}

    planned = lived.plan(WITH_AGENDA)
    assert writes(planned) == []
    assert told(planned) == told([done.change for done in lived.apply(WITH_AGENDA)])


@every_loss
def test_a_later_design_is_written_over_ours_alone(lived: Workshop, lose: Loss) -> None:
    lose(lived)
    lived.apply(WITH_AGENDA)
    later = replace(
        WITH_AGENDA,
        pages=tuple(replace(page, body=f"{page.body}\nPlus.") for page in WITH_AGENDA.pages),
        forms=(a_form(question="Prénom", uses="ListeOuiNon"),),
    )
    form = lived.wiki.content.forms["101"]
    lived.apply(later)
    pages = lived.wiki.content.pages
    assert pages["PagePrincipale"].body.endswith("Plus.")
    assert pages["Charte"].body == "Notre charte à nous."
    assert lived.wiki.content.forms["101"] == form


@every_loss
def test_nobody_leaves_a_group(lived: Workshop, lose: Loss) -> None:
    lose(lived)
    lived.apply(replace(WITH_AGENDA, groups={"animation": ()}))
    assert lived.wiki.content.groups["animation"] == ("AdaL", "ZoéD")


def look(workshop: Workshop) -> Standing:
    return standing(Seen(workshop.wiki), workshop.journal, "rennes")


def test_another_computer_goes_on_from_the_receipt(lived: Workshop) -> None:
    assert look(lived) is Standing.PROVEN
    (lived.folder / "journal.jsonl").unlink()
    assert look(lived) is Standing.PROVEN
    removed(lived)
    assert look(lived) is Standing.MISSING


def test_a_receipt_that_another_computer_wrote_later_proves_too(lived: Workshop) -> None:
    here = (lived.folder / "journal.jsonl").read_text("utf-8")
    (lived.folder / "journal.jsonl").unlink()
    lived.apply(replace(WITH_AGENDA, version="2.0"))
    (lived.folder / "journal.jsonl").write_text(here, "utf-8")
    assert look(lived) is Standing.PROVEN


def test_a_wiki_is_new_until_something_was_written_in_it(workshop: Workshop) -> None:
    assert look(workshop) is Standing.MISSING
    workshop.ask_for_wiki()
    assert look(workshop) is Standing.NEW
    workshop.journal.outcome("rennes", "wiki", mark="abc", new=True)
    assert look(workshop) is Standing.NEW
    workshop.journal.intent("rennes", "accounts", changes=["accounts:AdaL"])
    assert look(workshop) is Standing.MISSING
    workshop.ask_for_wiki()
    assert look(workshop) is Standing.MISSING  # one answer that hid the wiki makes no new one
    workshop.journal.outcome("rennes", "wiki", mark="abc")
    assert look(workshop) is Standing.MISSING
    workshop.journal.outcome("rennes", "wiki", mark="abc", new=True)
    assert look(workshop) is Standing.NEW


def test_what_people_wrote_in_a_new_wiki_did_not_come_with_it(workshop: Workshop) -> None:
    edit("DemoPage", "Une démonstration")(workshop.wiki.content)
    edit("PagePrincipale", "Notre accueil")(workshop.wiki.content)
    workshop.apply(a_design())
    pages = workshop.wiki.content.pages
    assert pages["PagePrincipale"].body == "Notre accueil"
    assert "DemoPage" in pages

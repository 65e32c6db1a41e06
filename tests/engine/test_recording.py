"""The receipt is closed before it says anything, read back, and written only when it changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.fake_wiki import OPEN
from tests.engine.workshop import CLOSED, Workshop, a_design, nothing
from wikifarm.engine import receipt as receipts
from wikifarm.engine.receipt import Receipt, fingerprint
from wikifarm.engine.recording import finish_receipt, keep_receipt, start_receipt
from wikifarm.errors import UnexpectedAnswer, WriteRefused
from wikifarm.model import Rights


def start(workshop: Workshop) -> Receipt:
    if not workshop.journal.mark_of("rennes"):
        workshop.ask_for_wiki()
    work = workshop.work(nothing())
    start_receipt(work, workshop.journal)
    return work.receipt


def page(workshop: Workshop) -> str:
    return workshop.wiki.content.pages[receipts.TAG].body


@pytest.mark.parametrize("way", ["refused", "halved"])
def test_a_page_that_is_not_closed_says_nothing(workshop: Workshop, way: str) -> None:
    setattr(workshop.wiki, way, {"rights.set"})
    with pytest.raises(WriteRefused) as refused:
        start(workshop)
    assert receipts.TAG in refused.value.message
    assert page(workshop) == receipts.EMPTY


def test_a_page_left_open_by_hand_is_closed_before_it_says_more(workshop: Workshop) -> None:
    workshop.apply(nothing())
    before = page(workshop)
    workshop.wiki.content.rights[receipts.TAG] = Rights("*", "@admins")
    workshop.wiki.refused = {"rights.set"}
    work = workshop.work(nothing(version="2.0"))
    with pytest.raises(WriteRefused):
        finish_receipt(work, workshop.journal)
    assert page(workshop) == before


def test_nothing_is_said_of_anyone_while_the_page_is_open(workshop: Workshop) -> None:
    def look(call: str, _key: str) -> None:
        content = workshop.wiki.content
        if receipts.TAG in content.pages and content.rights[receipts.TAG] == OPEN:
            assert page(workshop) == receipts.EMPTY

    workshop.wiki.before_write = look
    start(workshop)
    assert workshop.wiki.writes == ["pages.save", "rights.set", "pages.save"]
    assert workshop.wiki.content.rights[receipts.TAG] == CLOSED


@pytest.mark.parametrize("way", ["refused", "halved"])
def test_a_receipt_that_was_not_kept_stops_the_work(workshop: Workshop, way: str) -> None:
    start(workshop)
    work = workshop.work(nothing(version="2"))
    setattr(workshop.wiki, way, {"pages.save"})
    with pytest.raises(WriteRefused):
        finish_receipt(work, workshop.journal)


def test_a_receipt_left_out_of_the_pages_is_not_begun_again(workshop: Workshop) -> None:
    """A second first receipt would take pages edited by hand for pages of a new wiki."""
    workshop.apply(a_design())
    before = page(workshop)
    workshop.wiki.hidden = {"pages.all": {receipts.TAG}}
    with pytest.raises(UnexpectedAnswer):
        start(workshop)
    assert page(workshop) == before


def test_a_first_receipt_says_how_the_wiki_was_found(workshop: Workshop) -> None:
    began = start(workshop)
    assert not began.complete
    assert began.found["DemoPage"] == fingerprint("Une démonstration")
    assert began.found["FicheDemo"] == ""  # an entry
    assert began.found["ListeDemo"]
    assert receipts.TAG not in began.found
    assert began.found_forms == {"1": "Annuaire"}
    assert began.found_templates.keys() == {"1"}
    assert workshop.receipt == began


def test_a_receipt_that_is_there_is_gone_on_from(workshop: Workshop) -> None:
    began = start(workshop)
    workshop.wiki.content.pages["DemoPage"] = replace(
        workshop.wiki.content.pages["DemoPage"], body="À nous"
    )
    workshop.wiki.writes.clear()
    assert start(workshop) == began
    assert workshop.wiki.writes == []


def test_a_page_made_by_a_run_that_was_cut_is_used(workshop: Workshop) -> None:
    workshop.wiki.pages.save(receipts.TAG, receipts.EMPTY, "")
    workshop.wiki.writes.clear()
    assert start(workshop).found["DemoPage"]
    assert workshop.wiki.writes == ["rights.set", "pages.save"]


def test_the_last_receipt_says_all_that_was_applied(workshop: Workshop) -> None:
    workshop.apply(a_design())
    receipt = workshop.receipt
    assert receipt.complete
    assert (receipt.blueprint, receipt.version, receipt.run) == (
        "communaute-apprenante", "1.0", "run1",
    )  # fmt: skip
    assert receipt.bases.keys() == receipt.pages.keys() == {"PagePrincipale", "Charte"}
    assert receipt.forms.keys() == {"101"}
    assert receipt.lists == {"ListeOuiNon": "ListeOuiNon"}
    assert receipt.groups == {"animation": ("AdaL",), "participants": ("@animation",)}
    assert receipt.accounts == ("AdaL",)
    assert receipt.removed == ("DemoPage",)
    assert "example.org" not in page(workshop)


def test_a_receipt_is_written_only_when_it_says_something_else(workshop: Workshop) -> None:
    workshop.apply(a_design())
    before = page(workshop)
    workshop.apply(a_design())
    assert page(workshop) == before
    work = workshop.work(a_design())
    assert not keep_receipt(work, work.receipt, workshop.journal)
    assert page(workshop) == before
    assert keep_receipt(work, replace(work.receipt, facts=("audit",)), workshop.journal)
    assert workshop.receipt.facts == ("audit",)
    assert work.receipt.facts == ("audit",)


def test_a_later_receipt_keeps_how_the_wiki_was_found(workshop: Workshop) -> None:
    workshop.apply(a_design())
    as_it_came = workshop.receipt.found
    workshop.apply(a_design(version="2.0", removed_pages=()))
    assert workshop.receipt.found == as_it_came
    assert workshop.receipt.version == "2.0"

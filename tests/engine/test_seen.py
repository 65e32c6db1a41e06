"""What a wiki holds is read once, and again only once it was written to."""

from __future__ import annotations

import pytest

from tests.engine.fake_wiki import FakeWiki
from tests.engine.workshop import a_new_wiki
from wikifarm.engine import receipt as receipts
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.seen import Seen
from wikifarm.errors import NotOurs
from wikifarm.model import Page, Rights


def test_a_wiki_still_to_be_made_is_empty_and_cannot_be_written() -> None:
    seen = Seen(None)
    assert not seen.exists
    assert (seen.pages, seen.rights, seen.forms, seen.lists) == ({}, {}, {}, {})
    assert (seen.accounts, seen.settings, seen.group("animation")) == ([], {}, ())
    # Its actions exist, with a right that is not the one wanted: closing them is in the plan.
    assert seen.module("action", "listusers") == ""
    assert seen.receipt is None
    with pytest.raises(LookupError):
        _ = seen.wiki


def test_each_thing_is_read_once() -> None:
    wiki = FakeWiki(a_new_wiki())
    seen = Seen(wiki)
    for _twice in range(2):
        assert seen.pages and seen.rights and seen.forms and seen.lists
        assert seen.accounts and seen.settings
        assert seen.group("admins") == ("WikiAdmin",)
        assert seen.module("action", "listusers") == "*"
        assert seen.module("action", "absente") is None
    assert len(wiki.reads) == 8


def test_what_is_forgotten_is_read_again_and_nothing_else() -> None:
    wiki = FakeWiki(a_new_wiki())
    seen = Seen(wiki)
    assert seen.pages and seen.rights
    seen.forget("pages", "never read")
    assert seen.pages and seen.rights
    assert wiki.reads == ["pages.all", "rights.all", "pages.all"]
    seen.forget()
    assert seen.rights
    assert wiki.reads[3:] == ["rights.all"]


def test_the_answer_of_a_write_is_remembered() -> None:
    wiki = FakeWiki(a_new_wiki())
    seen = Seen(wiki)
    seen.remember("rights", {"A": Rights("*", "*")})
    assert seen.rights == {"A": Rights("*", "*")}
    assert wiki.reads == []


def with_receipt(body: str) -> Seen:
    content = a_new_wiki()
    content.pages[receipts.TAG] = Page(receipts.TAG, body, "1")
    return Seen(FakeWiki(content))


@pytest.mark.parametrize("body", ["", "À nous !", "%%\n{}\n%%", "%%\n{not json}\n%%"])
def test_a_receipt_that_cannot_be_read_is_never_taken_for_none(body: str) -> None:
    """Taken for a new wiki, this one would have its edited pages overwritten."""
    with pytest.raises(NotOurs) as refused:
        _ = with_receipt(body).receipt
    assert receipts.TAG in refused.value.message


def test_a_page_made_for_a_receipt_says_nothing_yet() -> None:
    assert with_receipt(receipts.EMPTY).receipt is None


def test_a_receipt_is_read_from_its_page() -> None:
    receipt = Receipt("abc", "rennes", "Rennes")
    assert with_receipt(receipt.as_page("en")).receipt == receipt


@pytest.mark.parametrize(("author", "believed"), [("WikiAdmin", True), ("Ada", False)])
def test_a_page_that_somebody_edited_is_not_believed_for_the_rest(
    author: str, believed: bool
) -> None:
    content = a_new_wiki()
    body = Receipt("abc", "rennes", "Rennes").as_page("en")
    content.pages[receipts.TAG] = Page(receipts.TAG, body, "1", author=author)
    wiki = FakeWiki(content)
    Seen(wiki).glance()
    assert ("rights.all" in wiki.reads) is believed

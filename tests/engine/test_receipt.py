"""The receipt comes back from its page as it went in, and says what was touched by hand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from wikifarm.engine.receipt import Receipt, fingerprint, from_page

TEXT = st.text(max_size=200)
NAMES = st.dictionaries(st.text(min_size=1, max_size=20), TEXT, max_size=4)


@given(name=TEXT, hashes=NAMES, bases=NAMES, facts=st.lists(TEXT, max_size=3))
def test_a_receipt_comes_back_whole(
    name: str, hashes: dict[str, str], bases: dict[str, str], facts: list[str]
) -> None:
    receipt = Receipt(
        "abc", "rennes", name, pages=hashes, bases=bases, facts=tuple(facts),
        groups={"animation": ("A", "B")},
    )  # fmt: skip
    page = receipt.as_page("fr")
    assert page.count("%%") == 2, "two signs open the block, two close it"
    assert from_page(page) == receipt


def test_a_page_that_holds_none_or_a_broken_one_gives_nothing() -> None:
    assert from_page("") is None
    assert from_page("%%\n{}\n%%") is None
    assert from_page('%%\n{"community": "a"\n%%') is None
    whole = Receipt("a", "rennes", "Rennes", bases={"A": "x"}).as_page("fr")
    assert from_page(whole.replace('"bases": "', '"bases": "!!')) is None


def test_a_page_is_untouched_as_written_or_as_found() -> None:
    found, ours = {"A": fingerprint("d'origine")}, {"A": fingerprint("à nous")}
    receipt = Receipt("a", "rennes", "Rennes", found=found, pages=ours)
    assert receipt.untouched("A", "d'origine")
    assert receipt.untouched("A", "à nous")
    assert not receipt.untouched("A", "autre")
    assert not receipt.untouched("B", "autre")


def test_another_run_alone_makes_no_difference() -> None:
    receipt = Receipt("a", "rennes", "Rennes", run="1")
    assert receipt.same_as(replace(receipt, run="2"))
    assert not receipt.same_as(replace(receipt, complete=True))

"""The receipt comes back from its page as it went in, and says what was touched by hand."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
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


def page_of(**values: Any) -> str:
    """A page that somebody typed in the place of a receipt."""
    whole = {"community": "a", "slug": "rennes", "name": "Rennes", **values}
    return f"%%\n{json.dumps(whole)}\n%%"


def packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode())).decode()


@pytest.mark.parametrize(
    "values",
    [
        {"groups": ["animation"]},
        {"groups": {"animation": 3}},
        {"accounts": 3},
        {"bases": "not base64 at all"},
        {"bases": base64.b64encode(b"not zlib").decode()},
        {"bases": packed("not JSON")},
        {"bases": packed('{"A": "' + "x" * 9_000_000 + '"}')},
        {"bases": 3},
        {"pages": ["Charte"]},
        {"bases": packed('["Charte"]')},
        {"mailing_list": "a@example.org"},
        {"name": {"a": 1}},
        {"name": "\ud800"},
        {"pages": {"\ud800": "x"}},
        {"bases": packed('{"A": "\\ud800"}')},
        {"ledger": packed('["\\udfff"]')},
        {"complete": 1},
        {"number": True},
        {"number": 1e999},
    ],
    ids=lambda values: json.dumps(values)[:30],
)
def test_a_receipt_of_another_shape_is_not_one(values: dict[str, Any]) -> None:
    assert from_page(page_of()) is not None
    assert from_page(page_of(**values)) is None


def test_a_receipt_nested_too_deep_is_not_one() -> None:
    assert from_page('%%\n{"a": ' + "[" * 100_000 + "]" * 100_000 + "}\n%%") is None


def test_what_a_later_version_adds_is_passed_over_and_what_it_lacks_is_empty() -> None:
    receipt = from_page(page_of(colour="green"))
    assert receipt == Receipt("a", "rennes", "Rennes")


ODD = st.text(
    st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF, categories=["Cs"]),
    min_size=1,
    max_size=2,
)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | TEXT | ODD,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(list(Receipt.__dataclass_fields__)),
    st.booleans(),
)
def test_no_content_of_the_page_makes_it_fail(value: Any, key: str, packing: bool) -> None:
    receipt = from_page(page_of(**{key: packed(json.dumps(value)) if packing else value}))
    if receipt is not None:
        assert from_page(receipt.as_page("en")) == receipt
        assert not receipt.untouched("A", "somebody's text")
        assert not receipt.untouched("A", "\ud800")


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    from_page(text)
    from_page(f"%%\n{{{text}}}\n%%")


@given(before=TEXT, after=TEXT)
def test_words_around_the_block_change_nothing(before: str, after: str) -> None:
    receipt = Receipt("a", "rennes", '%% {{listusers}} ""<b>"" 🌱')
    page = before.replace("%", "").replace("{", "") + receipt.as_page("fr")
    assert from_page(page + after.replace("%", "")) == receipt

"""Web addresses: what can be asked, and nothing of a password shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikifarm.web_addresses import in_clear, shown, why_not


@pytest.mark.parametrize(
    "url",
    [
        "https://ferme.example.org/",
        "http://127.0.0.1:8444/wikis/",
        "http://[::1]:8000/",
        "https://été.example.org/a?b=c&d=é",
        "http://localhost",
        "https://example.org./",
    ],
)
def test_an_address_is_taken(url: str) -> None:
    assert why_not(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ferme.example.org",
        "javascript:alert(1)",
        "http://",
        "http://./",
        "http://[::1/",
        "http://[x]/",
        "http://a:99999/",
        "http://a:b/",
        f"https://{'a' * 64}.org/",
        f"https://{'a.' * 130}org/",
        "https://exa mple.org/",
        "https://-a.org/",
        "https://a..org/",
        'https://a.org/"',
    ],
)
def test_what_cannot_be_asked_is_refused(url: str) -> None:
    assert why_not(url)


@pytest.mark.parametrize("who", ["svc:s3cret", "s3cret", ":s3cret", "s3cret:", "%73:s3cret"])
def test_a_secret_is_refused_and_not_repeated(who: str) -> None:
    reason = why_not(f"https://{who}@ferme.example.org/")
    assert reason and "s3cret" not in reason


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert isinstance(why_not(text), str)
    assert isinstance(why_not(f"http://{text}/"), str)


def test_http_is_in_clear_but_on_this_computer() -> None:
    assert in_clear("http://ferme.example.org/")
    assert not in_clear("https://ferme.example.org/") and not in_clear("http://127.0.0.1:80/")


@pytest.mark.parametrize(
    "url",
    [
        "https://asso:s3cret@ferme.example.org/",
        "https://asso:s3cret/more@ferme.example.org/",
        "https://ferme.example.org/?token=s3cret#s3cret",
        "http://[s3cret@/",
    ],
)
def test_nothing_secret_is_shown_of_an_address(url: str) -> None:
    assert "s3cret" not in shown(url) and "s3cret" not in why_not(url)
    assert shown("https://ferme.example.org/wikis/") == "https://ferme.example.org/wikis/"

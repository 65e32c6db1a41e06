"""What people type is shown as typed and acted upon by nothing."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikifarm.blueprint.neutral import (
    JOINER,
    address,
    fold,
    markdown,
    neutralise,
    param,
    plain,
)

# formatters/wakka.php, function format(), v4.4.4 and 4.5: the same alternatives, flags msu.
FORMATTER = re.compile(
    r"%%.*?%%"
    r'|"".*?""'
    r"|\[\[.*?\]\]"
    r"|([*~@£_/])\1"
    r"|(?<!\w)_[^_]+_(?!\w)"
    r"|(?<!\w)\*[^*]+\*(?!\w)"
    r"|`[^`]+`(?![_\w])"
    r"|(?<!!)\[[^\]]+\]\([^)]+\)(\{[^}]*\})?"
    r"|!\[[^\]]*\]\([^)]+\)"
    r"|\b[a-z0-9]+://[^ \t\n\r\f\"|\\^`{}\[\]><]+"
    r'|(?:^|(?<=>""))(?!\\)#{1,6} [^\n#]*\n'
    r'|[<>"]'
    r"|&(?!(#[xX][a-fA-F0-9]+|#[0-9]+|[a-zA-Z0-9]+);)"
    r"|={2,6}"
    r"|-{3,}"
    r"|\n(\t+| +)(-|[^\W_]+\))?"
    r"|^(\t+| +)(-|[^\W_]+\))?"
    r"|\{#.*?#\}"
    r"|\{\{.*?\}\}"
    r"|\b[A-Z][a-z]+[A-Z0-9][A-Za-z0-9]*\b"
    r"|\n",
    re.M | re.S,
)
AFTERWARDS = re.compile(r"\[\|.*?\|\]|\[[0-9]+%\]|##|<|\|", re.S)

HOSTILE = [
    "{{bazar}}", '""<script>alert(1)</script>""', "[[PagePrincipale ici]]", "**gras**", "//it//",
    "__souligné__", "## code ##", "@@barré@@", "££ajout££", "%%php%%", "==titre==", "# titre",
    "---", "----", "~~x~~", "_<b>x</b>_", "*<b>x</b>*", "`x`",
    "[x](javascript:alert(1))", "![x](y)",
    "https://example.org/", "RennesRobuste", "Rennes2", " - liste", "1) liste", "a) liste",
    "[|\n|a|\n|]", "!onmouseover=alert(1)! x", "[12%]", "{#rien#}",
    "&lt;b&gt;", '" onmouseover="x', "a\nb\r\n c",
    "{", "x{", '"', "=", "-", "\u202egnirts",
]  # fmt: skip

PAGES = ["| {} |", "==== {} ====", " - {}", '""<a title="{}">""', "({})", '"{}"', "{} {}", "**{}**"]

signs = st.sampled_from(list("{}[]()\"'*_/#@£%=-~<>|!&;: \t\n\r\\`^$+.,0123aZAbé·€😀\u2060\u200b"))
texts = st.one_of(st.text(), st.text(signs, max_size=40), st.sampled_from(HOSTILE))


def tokens(page: str) -> list[str]:
    """What the formatter would act upon in a page, besides the end of its last line."""
    text = page.replace("\r", "").rstrip() + "\n"
    return [found[0] for found in FORMATTER.finditer(text)][:-1]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_each_known_markup_is_left_inert(hostile: str) -> None:
    assert tokens(neutralise(hostile)) == []
    assert not AFTERWARDS.search(neutralise(hostile))


@given(texts)
def test_no_token_of_the_formatter_remains(text: str) -> None:
    assert tokens(neutralise(text)) == []
    assert not AFTERWARDS.search(neutralise(text))


@given(texts, st.sampled_from(PAGES))
def test_a_value_does_not_change_how_the_page_around_it_is_read(text: str, page: str) -> None:
    value = neutralise(text) or "zzz"
    expected = [token.replace("zzz", value) for token in tokens(page.replace("{}", "zzz"))]
    assert tokens(page.replace("{}", value)) == expected


@given(texts)
def test_what_is_read_is_what_was_typed(text: str) -> None:
    shown = html.unescape(neutralise(text)).replace(JOINER, "")
    assert shown == html.unescape(html.escape(fold(text))).replace(JOINER, "")


@given(texts)
def test_a_parameter_cannot_leave_its_quotes(text: str) -> None:
    value = param(text)
    assert not set(value) & set("\"'{}<>\n\r")
    found = re.findall(r'([a-zA-Z0-9_]*)="(.*?)"', f'{{{{section title="{value}"}}}}')
    assert found == [("title", value)]


@given(texts)
def test_a_plain_title_has_one_line_and_no_markup(text: str) -> None:
    value = plain(text)
    assert "\n" not in value and not re.search(r'\{\{|\[\[|""|<|>', value)


def test_ordinary_french_is_left_alone() -> None:
    text = "L'atelier d'écriture : participant·e·s, 10 h – 12 h (salle 3), prenom_nom@example.org !"
    assert neutralise(text).replace(JOINER, "") == text
    assert param("d’ici") == "d’ici"


def test_markdown_signs_are_escaped() -> None:
    assert markdown("*a* _b_ [c](d) <e>") == r"\*a\* \_b\_ \[c\](d) \<e\>"
    assert markdown("1. x") == "1\\. x"


@given(texts)
def test_an_address_can_stand_in_a_link(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._~:/?#@!$&+,;=%-]*", address("https://example.org/" + text))


def test_an_ordinary_address_is_kept() -> None:
    url = "https://pad.example.org/p/a_b~c?x=1&y=%C3%A9#z"
    assert address(url) == url

"""Which texts of a wiki do something in the browser of whoever reads them, or send something. Pure.

By allowlist: what is not known to be read only is taken to act. Which part of a page YesWiki shows
as code, only YesWiki can tell: all of it is looked at, in every way that it may be put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wikifarm.json_text import texts_in

_READ_ONLY_WORDS = """
-text -comment html head body
h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd blockquote pre code table caption thead tbody tfoot tr th td
colgroup col figure figcaption strong em b i u s del ins sub sup small abbr time cite q mark details
summary a img br hr div span section article aside header footer main nav address fieldset legend
label center font tt kbd samp var wbr
"""
_READ_ONLY = frozenset(_READ_ONLY_WORDS.split())
_ATTRIBUTES = re.compile(
    r"(?:class|id|href|src|alt|title|style|lang|dir|role|width|height|colspan|rowspan|scope|headers|"
    r"align|valign|border|cellpadding|cellspacing|bgcolor|color|face|size|datetime|cite|start|value|"
    r"reversed|type|open|summary|hreflang|target|rel|name|download|tabindex|aria-[a-z]+|loading|"
    r"decoding|sizes|srcset|nowrap|hspace|vspace|item(?:prop|scope|type)|"
    # What editors leave in what is pasted; no script of YesWiki reads it.
    r"data-(?:start|end|sourcepos|testid|ogs[bc]|(?:pm|mce|olk)-[a-z-]+))\Z"
)
# A text such as <https://example.org> or <somebody@example.org>, which a browser takes for an
# element that it does not know: nothing, without these.
_BRACKETED = re.compile(r"https?:|[\w.+-]+@[\w.-]+")
_BRACKETED_REST = re.compile(
    r"(?!on|data-|v-|(?:style|class|id|is|slot|ref|key)(?![\w-]))(?:[\w?&%~][\w.?&%#~+,-]*)?\Z"
)
# Of HTML without its table a browser leaves out the cells: as these they would be seen.
_OF_TABLES = re.compile(
    r"<(/?)(?:table|caption|colgroup|col|thead|tbody|tfoot|tr|th|td|html|head|body)\b",
    re.IGNORECASE,
)
# An address that a browser runs, once it has left out ends of lines and signs of control.
_RUN = re.compile(
    r"(?:javascript|vbscript):|data:\s*(?!image/(?:png|jpe?g|gif|webp)\b)[\w.+-]+/", re.IGNORECASE
)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff]")
# Looks that only dress what is there: no picture from elsewhere, nothing laid over the page.
_LOOK = re.compile(
    r"\s*(?:(?:color|background-color|text-(?:align|decoration|indent|transform)|font(?:-\w+)*|"
    r"line-height|letter-spacing|word-spacing|vertical-align|white-space|float|clear|display|gap|"
    r"list-style-type|(?:max-|min-)?(?:width|height)|(?:margin|padding|border|flex|mso)(?:-\w+)*|"
    r"(?:row|column)-gap|justify-content|align-(?:items|self|content)|orphans|widows|"
    r"overflow-wrap|word-(?:break|wrap))\s*:"
    r"(?:[\w\s#%.,!'\"]|-(?![\d.])|(?:rgb|hsl)a?\([\d\s.,%/]*\))*)?\Z"  # never less than 0
)
# What the scripts of YesWiki open in the page itself, or fill with what stands elsewhere.
_FILLED = re.compile(r"\bmodal|dynamic|\bnavbar-fixed|\bvue\b", re.IGNORECASE)
_RAW = '""'  # what stands between two of these is HTML
_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_PARAMETER = re.compile(r"[\w-]+\s*=\s*(?=\")")  # its name, before its value in quotes
_IN_ACTION = re.compile(
    r"<|\bon(?!(?:going|line|ly|e|ce|set|board|glets?|des?|ze|t)\b)[a-z]+\s*=|script\s*:|url\s*\(|modalbox.*//|//.*modalbox|"
    r";\s*(?:position|background|behavior|content|z-index|top|left|right|bottom|transform|opacity|"
    r"display|visibility)[\w-]*\s*:",
    re.IGNORECASE | re.DOTALL,
)
# Actions that write to somebody, lead to another site at once or show what stands there (4.4.4 and
# 4.5.0).
_SENDING = re.compile(
    r"\s*(?:(contact|abonnement|desabonnement|mailperiod)\b|"
    r"(redirect|login|video|iframe|pdf|rss|syndication|bazar\w*|calendrier)\b.*//)",
    re.IGNORECASE | re.DOTALL,
)


def does_something(value: Any) -> bool:
    """True where a text, or one within this value, may run, load or send something."""
    return any(_acts(way) for text in texts_in(value) for way in _ways(text))


def sending(text: str) -> list[str]:
    """The actions of a page that write to somebody or lead elsewhere."""
    names = (_SENDING.match(inner) for inner in _ACTION.findall(text))
    return sorted({str(name[1] or name[2]).lower() for name in names if name})


def _ways(text: str) -> Iterator[str]:
    """The pieces of which HTML may be made of a text: each that may be HTML as it is, and all of
    them in a row."""
    for whole in {text, _ACTION.sub("", text)}:  # actions that show nothing join what is around
        yield whole
        if "<" in whole or "&" in whole or _RAW in whole:
            yield whole.replace(_RAW, "")
            yield from whole.split(_RAW)
    yield from (f"{{{{{inner}}}}}" for inner in _ACTION.findall(text))


def _acts(text: str) -> bool:
    if text.startswith("{{") and _IN_ACTION.search(_read(_PARAMETER.sub("", text))):
        return True
    if _RUN.search(_read(text)):
        return True
    return "<" in text and any(map(_is_active, _elements(text)))


def _read(text: str) -> str:
    """A text as a browser takes an address in it."""
    return _UNSEEN.sub("", unescape(unescape(text)))


def _elements(text: str) -> Iterator[LexborNode]:
    """Every element that a browser makes of it, wherever it stands."""
    for way in {text, _OF_TABLES.sub(r"<\1div", text)}:
        root = LexborHTMLParser(way).root
        if root is not None:
            yield from root.traverse(include_text=False)


def _is_active(node: LexborNode) -> bool:
    if _BRACKETED.fullmatch(node.tag or ""):
        return not all(map(_BRACKETED_REST.match, node.attributes))
    if node.tag not in _READ_ONLY:
        return True
    return any(_is_acting(name, value or "") for name, value in node.attributes.items())


def _is_acting(name: str, value: str) -> bool:
    if not _ATTRIBUTES.match(name):
        return True
    if name == "style":
        return not all(map(_LOOK.match, value.lower().split(";")))
    return name == "class" and _FILLED.search(value) is not None

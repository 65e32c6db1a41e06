"""Which texts of a wiki do something in the browser of whoever reads them, or send something. Pure.

By allowlist: what is not known to be read only is taken to act. Which part of a page YesWiki shows
as code, only YesWiki can tell: all of it is looked at, in every way that it may be put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

_READ_ONLY_WORDS = """
-text -comment html head body
h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd blockquote pre code table caption thead tbody tfoot tr th td
colgroup col figure figcaption strong em b i u s del ins sub sup small abbr time cite q mark details
summary a img br hr div span section article aside header footer main nav address fieldset legend
label center font tt kbd samp var wbr
"""
_READ_ONLY = frozenset(_READ_ONLY_WORDS.split())
_ACTING = frozenset({"action", "formaction", "srcdoc", "ping"})  # attributes
# An address that a browser runs, once it has left out spaces and signs of control.
_RUN = re.compile(
    r"(?:javascript|vbscript):|data:(?!image/(?:png|jpe?g|gif|webp)\b)", re.IGNORECASE
)
_UNSEEN = re.compile(r"[\x00-\x20\x7f]")
_RAW = '""'  # what stands between two of these is HTML
_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_PARAMETER = re.compile(r"[\w-]+\s*=\s*(?=\")")  # its name, before its value in quotes
_IN_ACTION = re.compile(r"<|\bon[a-z]+\s*=|script\s*:", re.IGNORECASE)
# Actions that write to somebody, or lead to another page at once (4.4.4 and 4.5.0).
_SENDING = re.compile(
    r"\s*(?:(contact|abonnement|desabonnement|mailperiod)\b|(redirect)\b.*//)", re.I | re.DOTALL
)


def does_something(value: Any) -> bool:
    """True where a text, or one within this value, may run, load or send something."""
    if isinstance(value, Mapping):
        return any(does_something(each) for each in value.values())
    if isinstance(value, list):
        return any(map(does_something, value))
    return isinstance(value, str) and any(map(_acts, _ways(value)))


def sending(text: str) -> list[str]:
    """The actions of a page that write to somebody or lead elsewhere."""
    names = (_SENDING.match(inner) for inner in _ACTION.findall(text))
    return sorted({str(name[1] or name[2]).lower() for name in names if name})


def _ways(text: str) -> Iterator[str]:
    """The pieces of which HTML may be made of a text: each that may be HTML as it is, and all of
    them in a row."""
    if "<" in text or "&" in text:
        yield text
        yield text.replace(_RAW, "")
        yield from text.split(_RAW)
    yield from (f"{{{{{inner}}}}}" for inner in _ACTION.findall(text))


def _acts(text: str) -> bool:
    if text.startswith("{{") and _IN_ACTION.search(unescape(_PARAMETER.sub("", text))):
        return True
    if "<" not in text:
        return False
    root = LexborHTMLParser(text).root
    return root is not None and any(map(_is_active, root.traverse(include_text=False)))


def _is_active(node: LexborNode) -> bool:
    if node.tag not in _READ_ONLY:
        return True
    return any(
        name.startswith("on") or name in _ACTING or _is_run(value or "")
        for name, value in node.attributes.items()
    )


def _is_run(value: str) -> bool:
    return _RUN.match(_UNSEEN.sub("", value)) is not None

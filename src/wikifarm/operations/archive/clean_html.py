"""What of a page of YesWiki can be read without a server, as plain HTML. Pure.

By allowlist: elements that bear meaning, links and pictures that the caller knows; all else goes,
or leaves its words. Nothing that is kept asks anything of another server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

_KEPT_WORDS = """
h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd blockquote pre code table caption thead tbody tfoot tr th td
figure figcaption strong em b i u s sub sup small abbr time cite q mark details summary
"""
_DROPPED_WORDS = """
script style form input button select textarea label iframe object embed svg canvas template
noscript link meta video audio source nav dialog map head title
"""
_KEPT = frozenset(_KEPT_WORDS.split())
_EMPTY = frozenset({"br", "hr"})
_DROPPED = frozenset(_DROPPED_WORDS.split())
_ATTRIBUTES = frozenset({"lang", "dir", "colspan", "rowspan", "scope", "datetime"})
_BLOCKS = frozenset({"div", "section", "article", "aside", "header", "footer", "main"})
# What the cards of Bazar write a question and its answer with.
_SAID_BY_CLASS = {"BAZ_rubrique": "div", "BAZ_label": "strong"}
# What Bazar says of a list in which a visitor reads no card (4.4.4 and 4.5.0), in its languages.
_NO_CARD = re.compile(r"(Il y a|There are|Hay|Hi ha|Er zijn|Existe) 0 [^\d\s]+\Z")
# A section for a group: YesWiki takes it out of its pages, and leaves it in what the API gives.
_NOT_FOR_ALL = "remove-this-div-on-page-load"
DEEPEST = 150  # elements in one another: more is no page that people wrote


@dataclass(frozen=True)
class Known:
    """Where links and pictures of the page lead in the site; None for what is not in it."""

    link: Callable[[str], str | None]
    picture: Callable[[str], str | None]


@dataclass(frozen=True)
class Cleaned:
    """A text of the site, the first title in it, and its words alone."""

    html: str
    title: str
    words: str


def cleaned(source: str, known: Known) -> Cleaned:
    """The HTML of a page, made plain."""
    document = LexborHTMLParser(f"<body>{source}</body>")
    body = document.body
    html = "".join(_inside(body, known, 0)) if body is not None else ""
    again = LexborHTMLParser(f"<body>{html}</body>")
    first = again.css_first("h1, h2")
    words = again.body.text(separator=" ") if again.body is not None else ""
    return Cleaned(
        html.strip(),
        " ".join(first.text().split()) if first is not None else "",
        " ".join(words.split()),
    )


def _inside(node: LexborNode, known: Known, depth: int) -> Iterator[str]:
    for child in node.iter(include_text=True):
        yield _written(child, known, depth + 1)


def _written(node: LexborNode, known: Known, depth: int) -> str:  # noqa: PLR0911 - one a kind
    tag = node.tag or ""
    if tag == "-text":
        return escape(node.text_content or "", quote=False)
    classes = (node.attributes.get("class") or "").split()
    if tag in _DROPPED or tag.startswith(("-", "!")) or depth > DEEPEST or _NOT_FOR_ALL in classes:
        return ""
    if "alert-info" in classes and _NO_CARD.match(" ".join(node.text().split())):
        return ""
    if tag in _EMPTY:
        return f"<{tag}>"
    if tag == "img":
        return _picture(node, known)
    inner = "".join(_inside(node, known, depth))
    if tag == "a":
        return _link(node, inner, known)
    by_class = next((_SAID_BY_CLASS[name] for name in classes if name in _SAID_BY_CLASS), None)
    if by_class is not None:
        return f"<{by_class}>{inner}</{by_class}>" if inner.strip() else ""
    if tag in _KEPT:
        return f"<{tag}{_attributes(node)}>{inner}</{tag}>" if inner.strip() else ""
    return f"\n{inner}\n" if tag in _BLOCKS else inner


def _attributes(node: LexborNode) -> str:
    return "".join(
        f' {name}="{escape(value or "")}"'
        for name, value in sorted(node.attributes.items())
        if name in _ATTRIBUTES
    )


def _link(node: LexborNode, inner: str, known: Known) -> str:
    where = known.link((node.attributes.get("href") or "").strip())
    if where is None or not inner.strip():
        return inner
    outside = ' rel="external noreferrer"' if "://" in where else ""
    return f'<a href="{escape(where)}"{outside}>{inner}</a>'


def _picture(node: LexborNode, known: Known) -> str:
    told = (node.attributes.get("alt") or "").strip()
    where = known.picture((node.attributes.get("src") or "").strip())
    if where is None:
        return escape(told, quote=False)
    return f'<img src="{escape(where)}" alt="{escape(told)}">'

"""What is read in YesWiki's HTML: forms and hidden fields, alerts, flash messages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

_TOAST = re.compile(r"toastMessage\(\s*(['\"])((?:\\.|(?!\1).)*)\1", re.DOTALL)


def parse(text: str) -> LexborHTMLParser:
    """The document."""
    return LexborHTMLParser(text)


def hidden(document: LexborHTMLParser, name: str) -> str | None:
    """The value of the first input called `name`, or None where there is none."""
    node = document.css_first(f'input[name="{name}"]')
    return None if node is None else (node.attributes.get("value") or "")


def alerts(document: LexborHTMLParser) -> list[str]:
    """The texts of the alert boxes."""
    return [_squeeze(node.text()) for node in document.css(".alert")]


def toasts(text: str) -> list[str]:
    """The flash messages, which stand in the page as calls of a script."""
    return [match[1].replace("\\'", "'").replace('\\"', '"') for match in _TOAST.findall(text)]


def fields(form: LexborNode) -> Iterator[tuple[str, str]]:
    """Every field that a browser would send with this form, as it stands."""
    for node in form.css("input, textarea, select"):
        name = node.attributes.get("name")
        if not name or "disabled" in node.attributes:
            continue
        if node.tag == "textarea":
            yield name, node.text()
        elif node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            if chosen is not None:
                value = chosen.attributes.get("value")
                yield name, value if value is not None else chosen.text()
        elif node.attributes.get("type") in {"submit", "button", "image", "file", "reset"}:
            continue
        elif node.attributes.get("type") in {"checkbox", "radio"}:
            if "checked" in node.attributes:
                yield name, node.attributes.get("value") or "on"
        else:
            yield name, node.attributes.get("value") or ""


def choices(form: LexborNode, name: str) -> Iterator[str]:
    """Every answer that the form offers under this name, chosen or not."""
    for node in form.css(f'input[name="{name}"], select[name="{name}"] option'):
        if value := node.attributes.get("value"):
            yield value


def _squeeze(text: str) -> str:
    return " ".join(text.split())

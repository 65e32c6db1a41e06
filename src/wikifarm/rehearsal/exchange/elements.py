"""Pieces of HTML."""

from __future__ import annotations

from html import escape as html_escape


def esc(value: object) -> str:
    """Escaped for HTML, quotes included."""
    return html_escape(str(value), quote=True)


def alert(text: str, kind: str = "danger") -> str:
    """A message inside a page; `text` is HTML."""
    return f'<div class="alert alert-{kind}">{text}</div>\n'


def labelled(label: str, control: str) -> str:
    """A label and its control."""
    return f"<label>{esc(label)} {control}</label>\n"


def hidden(name: str, value: str) -> str:
    """A hidden input."""
    return f'<input type="hidden" name="{esc(name)}" value="{esc(value)}">'


def html_form(action: str, content: str, method: str = "post", more: str = "") -> str:
    """A form; `content` is HTML."""
    return f'<form action="{esc(action)}" method="{method}"{more}>\n{content}\n</form>\n'

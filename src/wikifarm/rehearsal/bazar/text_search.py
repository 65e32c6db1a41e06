"""The action that searches the texts of pages and entries."""

from __future__ import annotations

import json
import re

from ..actions.listings import items
from ..exchange.elements import esc, hidden, html_form
from ..exchange.wiki_request import Request
from ..people import acls
from ..store.records import ENTRY, LIST, StoredPage
from ..wikitext import markup
from ..wikitext.page_manager import page_link
from ..wikitext.performer import action
from . import entry_views


@action("newtextsearch", "textsearch")
def text_search(request: Request, arguments: dict[str, str]) -> str:
    """Pages and entries that hold a phrase, of those the visitor may read."""
    phrase = request.arg("phrase") or arguments.get("phrase", "")
    box = f'<input type="search" name="phrase" value="{esc(phrase)}" aria-label="Rechercher">'
    button = '<input type="submit" value="Chercher">'
    form = html_form(request.base, hidden("wiki", request.tag) + box + button, "get")
    if not phrase:
        return form
    pages = [page for page in request.wiki.pages() if page.kind != LIST and _holds(page, phrase)]
    matches = acls.readable(request, pages)
    lines = [f"{page_link(request, p.tag)} {_extract(request, p, phrase)}" for p in matches]
    return form + f"<p>{len(matches)} résultat(s) pour « {esc(phrase)} ».</p>" + items(lines)


def _holds(page: StoredPage, phrase: str) -> bool:
    body = page.body
    if page.kind == ENTRY:
        body = str(json.loads(body))
    return phrase.lower() in f"{page.tag}\n{body}".lower()


EXTRACT_LENGTH = 154


def _extract(request: Request, page: StoredPage, phrase: str) -> str:
    """What stands around the phrase: in the entry as shown, or else in its text as stored.

    So a field that the visitor may not read is given away to whoever may read the page and knows
    a word of it (`actions/newtextsearch.php`, v4.4.4).
    """
    shown = entry_views.view(request, page, footer=False) if page.kind == ENTRY else ""
    return _excerpt(markup.strip_tags(shown), phrase) or _excerpt(esc(page.body), phrase)


def _excerpt(text: str, phrase: str) -> str:
    """Of a text in HTML without tags; its blanks and entities count as they are written."""
    phrase = esc(phrase)
    where = text.lower().find(phrase.lower())
    if where < 0:
        return ""
    end = where + len(phrase) + EXTRACT_LENGTH
    around = re.sub(r"\s+", " ", text[max(0, where - EXTRACT_LENGTH) : end])
    around = around.replace("<", "&lt;")  # a tag that nothing closes is none
    return f"<small>… {around} …</small>"

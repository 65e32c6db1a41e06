"""The action that shows a page, or an entry, inside another page."""

from __future__ import annotations

from ..exchange.elements import alert, esc
from ..exchange.wiki_request import Visit
from ..people import acls
from ..store.records import ENTRY
from ..wikitext.performer import action, include_page
from . import entry_views


@action("include")
def include(visit: Visit, arguments: dict[str, str]) -> str:
    """A page inside another one, or why not; an entry whatever the right of its page.

    `tools/bazar/actions/include__.php`, v4.4.4, puts the entry in the place of the refusal.
    """
    tag = arguments.get("page", "")
    page = visit.farm.page(visit.w, tag)
    if page is None:
        return alert(f"Action include : la page {esc(tag)} ne semble pas exister...")
    if page.kind == ENTRY:
        shown = entry_views.view(visit, page, footer=False, included=True)
        return f'<div class="include">{shown}</div>'
    if not acls.has_access(visit, "read", tag, page):
        quiet = arguments.get("auth") == "noError"
        return "" if quiet else alert(f"Vous n'êtes pas autorisé à lire la page {esc(tag)}.")
    return f'<div class="include">{include_page(visit, tag)}</div>'

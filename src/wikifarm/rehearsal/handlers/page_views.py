"""Handlers that show a page: its HTML, its text, its revisions."""

from __future__ import annotations

from urllib.parse import quote

from ..bazar import entry_guard, entry_views, inclusion
from ..exchange.elements import alert, esc
from ..exchange.response import Answer, redirect
from ..exchange.wiki_request import Visit
from ..people import acls
from ..php import php_json
from ..store.records import ENTRY, LIST
from ..wikitext import page_manager
from ..wikitext.page_manager import page_link
from ..wikitext.performer import format_text, handler, include_page
from . import frame

NOT_READABLE = "Vous n'&ecirc;tes pas autoris&eacute; &agrave; lire cette page"


def content_of(visit: Visit, footer: bool = True) -> str:
    """The HTML of the visited page's text or entry."""
    page = visit.page
    if page is None:
        return ""
    visit.inclusions.append(page.tag)
    entry = page.kind == ENTRY
    out = entry_views.view(visit, page, footer) if entry else format_text(visit, page.body)
    visit.inclusions.pop()
    return out


def may_read(visit: Visit) -> bool:
    return acls.has_access(visit, "read", visit.tag, visit.page)


@handler("show")
def show(visit: Visit) -> Answer:
    """The page, or why not: missing, or not for this visitor (the title is there anyway)."""
    if not may_read(visit):
        return frame.page(visit, closed(visit))
    if visit.page is None:
        url = esc(visit.href(visit.tag, "edit"))
        text = f'Cette page n\'existe pas encore, voulez-vous la <a href="{url}">créer</a> ?'
        return frame.page(visit, f'<div class="page">{text}</div>')
    old = ""
    if not visit.page.latest:
        when = esc(visit.page.time)
        link = page_link(visit, visit.tag)
        old = alert(f"Ceci est une version archivée de {link} à {when}.", "info")
    return frame.page(visit, f'<div class="page">{old}{content_of(visit)}</div>')


def closed(visit: Visit) -> str:
    told = alert(f"{NOT_READABLE}, veuillez vous identifier.")
    login = include_page(visit, "PageLogin")
    if not login and "PageLogin" not in visit.inclusions:
        login = format_text(visit, "{{login}}")
    return told + login


@handler("raw")
def raw(visit: Visit) -> Answer:
    """The text: empty for a missing page and for one that may not be read (08, 14)."""
    if visit.page is None or not may_read(visit):
        return Answer(200, "")
    body = entry_guard.guarded_body(visit, visit.page)
    return Answer(200, body, "text/plain; charset=UTF-8")


@handler("css")
def css(visit: Visit) -> Answer:
    """The text again, as a style sheet."""
    return Answer(200, raw(visit).body, "text/css")


@handler("diaporama", "slide_show")
def slides(visit: Visit) -> Answer:
    """The text as slides; that of an entry is its JSON."""
    if visit.page is None or not may_read(visit):
        return frame.frame(visit, "")
    body = entry_guard.guarded_body(visit, visit.page)
    shown = esc(body) if visit.page.kind == ENTRY else format_text(visit, body)
    return frame.frame(visit, f'<div class="slides">{shown}</div>')


@handler("html")
def html_only(visit: Visit) -> Answer:
    """The page without its frame."""
    if visit.page is None or not may_read(visit):
        return Answer(200, "")
    shown = content_of(visit, footer=False)
    return Answer(200, f'<div class="page">\n{shown}\n</div>\n')


@handler("xml")
def xml(visit: Visit) -> Answer:
    """The page's actions as XML; an entry has none."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    body = ""
    if visit.page is not None and may_read(visit):
        body = head + (content_of(visit) if visit.page.kind != ENTRY else "")
    return Answer(200, body, "text/xml; charset=UTF-8")


@handler("iframe", "bazariframe")
def iframe(visit: Visit) -> Answer:
    """The page without menus, for other sites; gives the title to anybody."""
    if visit.page is None:
        return Answer(200, "Cette page n'existe pas encore.")
    return frame.frame(visit, content_of(visit) if may_read(visit) else closed(visit))


@handler("render")
def render(visit: Visit) -> Answer:
    """A preview of the text given in `content`; gives the page's title to anybody."""
    return frame.frame(visit, format_text(visit, visit.arg("content")))


@handler("share", "widget", "referrers")
def tools(visit: Visit) -> Answer:
    """Addresses to share a page or a list, and where visits came from: nothing in a rehearsal."""
    told = f"Handler {esc(visit.handler)} : absent de la répétition"
    return frame.page(visit, f'<div class="page"><small>{told}</small></div>')


@handler("listpages")
def list_pages(visit: Visit) -> Answer:
    """Every page and entry that the visitor may read, each included whole."""
    shown = "".join(
        f"<h4>{page_link(visit, page.tag)}</h4>{inclusion.include(visit, {'page': page.tag})}"
        for page in visit.farm.store.pages(visit.w)
        if page.kind != LIST
        and not page.tag.startswith(page_manager.HIDDEN_TAG)
        and not visit.farm.is_hidden(visit.w, page.tag)
        and acls.has_access(visit, "read", page.tag, page)
    )
    return frame.page(visit, f'<div class="page">{shown}</div>')


@handler("revisions")
def revisions(visit: Visit) -> Answer:
    """Every revision, in an attribute that the page's script reads; title given to anybody."""
    if not may_read(visit):
        return frame.page(visit, alert("Vous n'êtes pas autorisé à lire cette page"))
    wanted = visit.arg("restoreRevisionId")
    found = visit.farm.store.revisions(visit.w, visit.tag)
    if wanted:
        body = next((p.body for p in found if str(p.id) == wanted), None)
        if body is not None and page_manager.save(visit, visit.tag, body):
            visit.flash("La version a été restaurée.")
        raise redirect(visit.href(visit.tag))
    listed = [
        {"id": str(p.id), "tag": p.tag, "time": p.time, "user": p.user, "owner": p.owner}
        for p in found
    ]
    lines = "".join(
        f'<li><a href="{esc(visit.href(visit.tag, "", "time=" + quote(p.time)))}">{esc(p.time)}'
        f"</a> par {esc(p.user)}</li>"
        for p in found
    )
    entry = "true" if visit.page and visit.page.kind == ENTRY else "false"
    return frame.page(
        visit,
        f'<div class="revisions-container" data-revisions="{esc(php_json(listed))}" '
        f'data-revisions-count="{len(found)}" data-is-entry="{entry}"><h1>Historique</h1>'
        f"<ol>{lines}</ol></div>",
    )

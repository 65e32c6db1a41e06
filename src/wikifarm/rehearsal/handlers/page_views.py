"""Handlers that show a page: its HTML, its text, its revisions."""

from __future__ import annotations

import re
from urllib.parse import quote

from ..bazar import entry_guard, entry_views
from ..exchange.elements import alert, esc
from ..exchange.response import Response, redirect
from ..exchange.wiki_request import Request
from ..people import acls
from ..php import php_json
from ..store.records import ENTRY, LIST
from ..wikitext import page_manager
from ..wikitext.page_manager import page_link
from ..wikitext.performer import format_text, handler, include_page
from . import frame

REVISIONS_SHOWN = 30  # `revisionscount`, unless changed (YesWikiInit, 4.4.4 and 4.5.0)
NOT_READABLE = "Vous n'&ecirc;tes pas autoris&eacute; &agrave; lire cette page"


def content_of(request: Request, footer: bool = True) -> str:
    """The HTML of the visited page's text or entry."""
    page = request.page
    if page is None:
        return ""
    request.inclusions.append(page.tag)
    entry = page.kind == ENTRY
    out = entry_views.view(request, page, footer) if entry else format_text(request, page.body)
    request.inclusions.pop()
    return out


def may_read(request: Request) -> bool:
    """Whether the visitor may read the asked page."""
    return acls.has_access(request, "read", request.tag, request.page)


@handler("show")
def show(request: Request) -> Response:
    """The page, or why not: missing, or not for this visitor (the title is there anyway)."""
    if not may_read(request):
        return frame.page(request, closed(request))
    if request.page is None:
        url = esc(request.href(request.tag, "edit"))
        text = f'Cette page n\'existe pas encore, voulez-vous la <a href="{url}">créer</a> ?'
        return frame.page(request, f'<div class="page">{text}</div>')
    old = ""
    if not request.page.latest:
        when = esc(request.page.time)
        link = page_link(request, request.tag)
        old = alert(f"Ceci est une version archivée de {link} à {when}.", "info")
    return frame.page(request, f'<div class="page">{old}{content_of(request)}</div>')


def closed(request: Request) -> str:
    """What stands in the place of a page that may not be read: why, and the way to log in."""
    told = alert(f"{NOT_READABLE}, veuillez vous identifier.")
    login = include_page(request, "PageLogin")
    if not login and "PageLogin" not in request.inclusions:
        login = format_text(request, "{{login}}")
    return told + login


@handler("raw")
def raw(request: Request) -> Response:
    """The text: empty for a missing page and for one that may not be read (08, 14)."""
    if request.page is None or not may_read(request):
        return Response(200, "")
    body = entry_guard.guarded_body(request, request.page)
    return Response(200, body, "text/plain; charset=UTF-8")


@handler("css")
def css(request: Request) -> Response:
    """The text again, as a style sheet."""
    return Response(200, raw(request).body, "text/css")


@handler("diaporama", "slide_show", "hello")
def slides(request: Request) -> Response:
    """The text as slides; that of an entry is its JSON."""
    if request.page is None or not may_read(request):
        return frame.frame(request, "")
    body = entry_guard.guarded_body(request, request.page)
    shown = esc(body) if request.page.kind == ENTRY else format_text(request, body)
    return frame.frame(request, f'<div class="slides">{shown}</div>')


@handler("html")
def html_only(request: Request) -> Response:
    """The page without its frame."""
    if request.page is None or not may_read(request):
        return Response(200, "")
    shown = content_of(request, footer=False)
    return Response(200, f'<div class="page">\n{shown}\n</div>\n')


@handler("xml")
def xml(request: Request) -> Response:
    """The page's actions as XML; an entry has none."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    body = ""
    if request.page is not None and may_read(request):
        text = request.page.body if request.page.kind != ENTRY else ""
        body = head + format_text(request, "\n".join(re.findall(r"\{\{.*?\}\}", text)))
    return Response(200, body, "text/xml; charset=UTF-8")


@handler("iframe", "bazariframe")
def iframe(request: Request) -> Response:
    """The page without menus, for other sites; gives the title to anybody."""
    if request.page is None:
        return Response(200, "Cette page n'existe pas encore.")
    return frame.frame(request, content_of(request) if may_read(request) else closed(request))


@handler("render")
def render(request: Request) -> Response:
    """A preview of the text given in `content`; gives the page's title to anybody."""
    return frame.frame(request, format_text(request, request.arg("content")))


@handler("share", "widget", "referrers", "referrers_sites", "backlinks", "epub", "tagrss")
def tools(request: Request) -> Response:
    """Addresses to share a page or a list, and where visits came from: nothing in a rehearsal."""
    told = f"Handler {esc(request.handler)} : absent de la répétition"
    return frame.page(request, f'<div class="page"><small>{told}</small></div>')


@handler("listpages")
def list_pages(request: Request) -> Response:
    """Every page and entry that the visitor may read, each included whole."""
    shown = "".join(
        f"<h4>{page_link(request, page.tag)}</h4>{entry_views.include(request, {'page': page.tag})}"
        for page in request.wiki.pages()
        if page.kind != LIST
        and not page.tag.startswith(page_manager.HIDDEN_TAG)
        and not request.hides(page.tag)
        and acls.has_access(request, "read", page.tag, page)
    )
    return frame.page(request, f'<div class="page">{shown}</div>')


@handler("revisions")
def revisions(request: Request) -> Response:
    """The last revisions, in an attribute that the page's script reads, and how many there are;
    title given to anybody."""
    if not may_read(request):
        return frame.page(request, alert("Vous n'êtes pas autorisé à lire cette page"))
    wanted = request.arg("restoreRevisionId")
    kept = request.wiki.revisions(request.tag)
    if wanted:
        body = next((p.body for p in kept if str(p.id) == wanted), None)
        if body is not None and page_manager.save(request, request.tag, body):
            request.flash("La version a été restaurée.")
        raise redirect(request.href(request.tag))
    listed = [{"id": str(p.id), "time": p.time, "user": p.user} for p in kept[:REVISIONS_SHOWN]]
    lines = "".join(
        f'<li><a href="{esc(request.href(request.tag, "", "time=" + quote(p.time)))}">{esc(p.time)}'
        f"</a> par {esc(p.user)}</li>"
        for p in kept
    )
    entry = "true" if request.page and request.page.kind == ENTRY else "false"
    return frame.page(
        request,
        f'<div class="revisions-container" data-revisions="{esc(php_json(listed))}" '
        f'data-revisions-count="{len(kept)}" data-is-entry="{entry}"><h1>Historique</h1>'
        f"<ol>{lines}</ol></div>",
    )

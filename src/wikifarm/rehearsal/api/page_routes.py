"""API routes of pages."""

from __future__ import annotations

from ..bazar import entry_guard
from ..exchange.response import Answer
from ..exchange.wiki_request import Visit
from ..ferme import wiki_admin
from ..handlers import page_views
from ..people import acls, csrf
from ..store.records import Page
from ..wikitext import page_manager
from .routing import forbidden, route


def _page_json(page: Page) -> dict[str, str]:
    return {
        "id": str(page.id), "tag": page.tag, "time": page.time, "body": page.body, "body_r": "",
        "owner": page.owner, "user": page.user, "latest": "Y" if page.latest else "N",
        "handler": "page", "comment_on": "",
    }  # fmt: skip


@route("pages")
def list_pages(visit: Visit) -> Answer:
    """Every readable plain page with its whole body (05)."""
    found = {
        page.tag: _page_json(page)
        for page in visit.farm.store.pages(visit.w, "")
        if not page.tag.startswith(page_manager.HIDDEN_TAG)
        and not visit.farm.is_hidden(visit.w, page.tag)
        and acls.has_access(visit, "read", page.tag, page)
    }
    return visit.json(found or None)


@route("pages/{tag}")
def one_page(visit: Visit, tag: str) -> Answer:
    """One page: 404 when missing, 403 when not readable."""
    page = visit.farm.page(visit.w, tag, visit.arg("time"))
    if not acls.has_access(visit, "read", tag, page):
        return forbidden()
    if page is None:
        return visit.json(None, 404)
    seen = _as_page(visit, page)
    body = entry_guard.guarded_body(visit, page)
    shown = page_views.content_of(seen, footer=False)
    return visit.json({**_page_json(page), "body": body, "html": shown, "code": body})


def _as_page(visit: Visit, page: Page) -> Visit:
    """The visit as if the page itself had been asked, for its own rendering."""
    visit.__dict__["page"] = page
    return visit


@route("pages/{tag}", "POST", "public+", lambda features: features.page_save_by_api)
def save_page(visit: Visit, tag: str) -> Answer:
    """Write a page: no token, and no check that somebody else wrote meanwhile."""
    if "body" not in visit.post:
        return visit.json({"error": "body is required"}, 400)
    page = visit.farm.page(visit.w, tag)
    if not acls.has_access(visit, "write", tag, page):
        return forbidden()
    if "refuse_save_once" in visit.farm.traps:
        visit.farm.traps.discard("refuse_save_once")
        return visit.json(_page_json(page) if page else None)
    body = visit.field("body").replace("\r", "")
    if page is None or body.rstrip() != page.body.rstrip():
        page_manager.save(visit, tag, body)
        page_manager.track_links(visit, tag, body)
    saved = visit.farm.page(visit.w, tag)
    return visit.json(_page_json(saved) if saved else None)


@route("pages/{tag}", "DELETE", "public+")
def delete_page(visit: Visit, tag: str) -> Answer:
    """Remove a page, without a token; most web servers refuse the method before (42)."""
    page = visit.farm.page(visit.w, tag)
    if page is None:
        return visit.json({"notDeleted": [tag]}, 404)
    if not acls.is_admin(visit) and not acls.is_owner(visit, tag, page.owner):
        return visit.json({"notDeleted": [tag]}, 401)
    wiki_admin.delete_page(visit, page)
    return visit.json({"deleted": [tag]})


@route("pages/{tag}/delete", "POST", "public+")
def delete_page_by_post(visit: Visit, tag: str) -> Answer:
    """The same by POST, with a token in `csrfToken`."""
    if not csrf.csrf_holds(visit, visit.field("csrfToken")):
        return visit.json({"notDeleted": [tag], "error": "Invalid CSRF token"}, 401)
    return delete_page(visit, tag)


@route("pages/{tag}/duplicate", "POST", "public+", lambda features: features.page_duplication)
def duplicate_page(visit: Visit, tag: str) -> Answer:
    """Copy content into a free tag, for administrators."""
    if not acls.is_admin(visit) or visit.farm.page(visit.w, tag):
        return Answer(403, '"duplication refused"', "application/json")
    page_manager.save(visit, tag, visit.field("originalContent"))
    return visit.json({"success": visit.href(tag)})

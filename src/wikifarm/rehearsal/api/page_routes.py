"""API routes of pages."""

from __future__ import annotations

import json

from ..bazar import entry_guard, entry_manager
from ..exchange.response import Response, ServerFault
from ..exchange.wiki_request import Request
from ..ferme import wiki_admin
from ..handlers import page_views
from ..people import acls, sessions
from ..store.records import StoredPage
from ..wikitext import page_manager
from .routing import forbidden, route


def page_json(page: StoredPage) -> dict[str, str]:
    """A page as its row in the database."""
    return {
        "id": str(page.id), "tag": page.tag, "time": page.time, "body": page.body, "body_r": "",
        "owner": page.owner, "user": page.user, "latest": "Y" if page.latest else "N",
        "handler": "page", "comment_on": "",
    }  # fmt: skip


@route("pages")
def list_pages(request: Request) -> Response:
    """Every readable plain page with its whole body (05)."""
    shown = {
        page.tag: page_json(page)
        for page in request.wiki.pages("")
        if not page.tag.startswith(page_manager.HIDDEN_TAG)
        and not request.hides(page.tag)
        and acls.has_access(request, "read", page.tag, page)
    }
    return request.json(shown or None)


@route("pages/{tag}")
def one_page(request: Request, tag: str) -> Response:
    """One page: 404 when missing, 403 when not readable."""
    page = request.find(tag, request.arg("time"))
    if not acls.has_access(request, "read", tag, page):
        return forbidden()
    if page is None:
        return request.json(None, 404)
    seen = _as_page(request, page)
    body = entry_guard.guarded_body(request, page)
    shown = page_views.content_of(seen, footer=False)
    return request.json({**page_json(page), "body": body, "html": shown, "code": body})


def _as_page(request: Request, page: StoredPage) -> Request:
    """The request as if the page itself had been asked, for its own rendering."""
    request.__dict__["page"] = page
    return request


@route("pages/{tag}", "POST", "public+", lambda features: features.page_save_by_api)
def save_page(request: Request, tag: str) -> Response:
    """Write a page: no token, and no check that somebody else wrote meanwhile."""
    if "body" not in request.post:
        return request.json({"error": "body is required"}, 400)
    page = request.find(tag)
    if not acls.has_access(request, "write", tag, page):
        return forbidden()
    if "refuse_save_once" in request.farm.traps:
        request.farm.traps.discard("refuse_save_once")
        return request.json(page_json(page) if page else None)
    body = request.field("body").replace("\r", "")
    if page is None or body.rstrip() != page.body.rstrip():
        page_manager.save(request, tag, body)
        page_manager.track_links(request, tag, body)
    saved = request.find(tag)
    return request.json(page_json(saved) if saved else None)


@route("pages/{tag}", "DELETE", "public+")
def delete_page(request: Request, tag: str) -> Response:
    """Remove a page, without a token; most web servers refuse the method before (42)."""
    page = request.find(tag)
    if page is None:
        return request.json({"notDeleted": [tag]}, 404)
    if not acls.is_admin(request) and not acls.is_owner(request, tag, page.owner):
        return request.json({"notDeleted": [tag]}, 401)
    wiki_admin.delete_page(request, page)
    return request.json({"deleted": [tag]})


@route("pages/{tag}/delete", "POST", "public+")
def delete_page_by_post(request: Request, tag: str) -> Response:
    """The same by POST, with a token in `csrfToken`."""
    if not sessions.csrf_holds(request, request.field("csrfToken")):
        return request.json({"notDeleted": [tag], "error": "Invalid CSRF token"}, 401)
    return delete_page(request, tag)


COMPULSORY = ("originalContent", "sourceUrl", "originalTag", "type")


@route("pages/{tag}/duplicate", "POST", "public@admins", lambda features: features.page_duplication)
def duplicate_page(request: Request, tag: str) -> Response:
    """Make a page or an entry at a free tag; what else is asked for is a success too."""
    if request.find(tag):
        return request.json("Cette page existe déjà !", 403)
    if not all(request.field(name) for name in COMPULSORY):
        return request.json("NOT_FOUND_IN_REQUEST", 403)
    body = request.field("originalContent").replace(request.field("sourceUrl"), _site(request))
    kind = request.field("type")
    if kind == "page":
        page_manager.save(request, tag, body)
    elif kind == "entry":
        entry = json.loads(body) | {"id_fiche": tag, "antispam": "1"}
        try:
            entry_manager.create(request, str(entry.get("id_typeannonce", "")), entry)
        except ServerFault as fault:
            return request.json(fault.message, 403)
    return request.json(request.post)


def _site(request: Request) -> str:
    return request.base.rstrip("/")

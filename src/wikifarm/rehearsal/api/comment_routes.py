"""API routes of comments: pages that stand below others (CommentService, 4.4.4 and 4.5.0)."""

from __future__ import annotations

from ..exchange.response import Response
from ..exchange.wiki_request import Request
from ..people import acls, robots
from ..store.records import COMMENT, StoredPage
from ..wikitext import page_manager
from .page_routes import page_json
from .routing import route


@route("comments")
@route("comments/{tag}")
def list_comments(request: Request, tag: str = "") -> Response:
    """Those below one page, or all; of pages that may be read."""
    rows = [
        {**page_json(page), "comment_on": below, "parentTag": _parent(request, below)}
        for page, below in request.wiki.comments()
        if tag in ("", below) and acls.has_access(request, "read", below)
    ]
    return request.json([rows])


def _parent(request: Request, below: str) -> str:
    """The page below which a conversation stands."""
    over = {page.tag: tag for page, tag in request.wiki.comments()}
    while below in over:
        below = over[below]
    return below


@route("comments", "POST", "public+")
def write_comment(request: Request) -> Response:
    """A comment of whoever may comment the page."""
    below = request.field("pagetag")
    page = request.find(below)
    if page is None or not acls.has_access(request, "comment", below, page):
        return request.json({"code": 403, "error": "Vous n'êtes pas autorisé à commenter"}, 403)
    if not robots.edit_passed(request):
        return request.json({"code": 400, "error": "Le commentaire n'a pas été enregistré"}, 400)
    body = request.field("body").strip()
    if not body:
        return request.json({"code": 400, "error": "Le commentaire est vide"}, 400)
    numbers = [int(each.tag.removeprefix("Comment")) for each, _below in request.wiki.comments()]
    tag = f"Comment{max(numbers, default=0) + 1}"
    page_manager.save(request, tag, body, ignore_rights=True)
    request.wiki.set_kind(tag, COMMENT, below)
    for privilege, who in (("write", "%"), ("read", "*"), ("comment", _right(request, page))):
        acls.set_right(request, tag, privilege, who)
    return request.json({"code": 200, "success": "Commentaire publié"})


def _right(request: Request, page: StoredPage) -> str:
    return acls.right(request, page.tag, "comment")

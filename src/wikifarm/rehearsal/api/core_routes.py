"""API routes of the rest of the core: the documentation, and what each version has besides."""

from __future__ import annotations

from ..exchange.response import Response
from ..exchange.wiki_request import Request
from ..handlers import frame
from .routing import route

TOLD = (
    "users", "groups", "pages", "pages/{pageTag}/comments", "comments", "archives",
    "archives/{id}", "forms", "forms/{formId}", "forms/{formId}/entries",
    "forms/{formId}/entries/geojson", "entries", "entries/bazarlist", "entry/url/{sourceUrl}",
)  # fmt: skip
"""What the page of the API tells, by hand and incomplete as on a real wiki."""


@route("")
def documentation(request: Request) -> Response:
    """The list of routes."""
    rows = "".join(f"<li><code>GET {request.href('api', path)}</code></li>" for path in TOLD)
    return frame.page(request, f"<h1>YesWiki API</h1><ul>{rows}</ul>")


@route("remotebackup", "GET POST", "public@admins", lambda features: features.remote_backup)
def remote_backup(request: Request) -> Response:
    """No backup is running."""
    return request.json({"running": False, "step": "", "messages": []})


@route("webfinger", where=lambda features: features.webfinger)
def webfinger(request: Request) -> Response:
    """Asks for a resource."""
    return request.json({"error": "resource is required"}, 400)


@route("reactions")
def reactions(request: Request) -> Response:
    """No reaction."""
    return request.json([])

"""API routes of the rest of the core: documentation, archives."""

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


def _archives_fault(request: Request) -> Response:
    message = "Not writable archive[privatePath]"
    line = request.features.line_of_closed_archives
    raise request.fault(message, "includes/services/ArchiveService.php", line)


@route("archives", "GET POST", "public@admins")
@route("archives/", "GET", "public@admins")
def archives(request: Request) -> Response:
    """A new wiki's archives cannot be written (52, 53)."""
    return _archives_fault(request)


@route("archives/archivingStatus/", "GET", "public@admins")
def archiving_status(request: Request) -> Response:
    """Nothing is being archived."""
    return request.json({"canArchive": False, "archiving": False, "privatePathWritable": False})


@route("archives/restorestatus/", "GET", "public@admins", lambda features: features.restore_status)
def restore_status(request: Request) -> Response:
    """Nothing is being restored."""
    return request.json({"started": False, "running": False, "finished": False})


@route("archives/{name}", "GET POST", "public@admins")
def one_archive(request: Request, name: str) -> Response:
    """No archive can exist."""
    return _archives_fault(request)


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

"""API routes of the rest of the core: documentation, archives, triples, comments."""

from __future__ import annotations

from ..exchange.response import Response
from ..exchange.wiki_request import Request
from ..handlers import frame
from ..people import acls
from .routing import route


@route("")
def documentation(request: Request) -> Response:
    """The list of routes, by hand and incomplete as on a real wiki."""
    rows = "".join(
        f"<li><code>GET {request.href('api', path)}</code></li>"
        for path in ("users", "groups", "pages", "forms", "entries", "archives")
    )
    return frame.page(request, f"<h1>YesWiki API</h1><ul>{rows}</ul>")


def _archives_fault(request: Request) -> Response:
    message = "Not writable archive[privatePath]"
    line = request.features.line_of_closed_archives
    raise request.fault(message, "includes/services/ArchiveService.php", line)


@route("archives", "GET POST", "public@admins")
def archives(request: Request) -> Response:
    """A new wiki's archives cannot be written (52, 53)."""
    return _archives_fault(request)


@route("archives/restorestatus", "GET", "public@admins", lambda features: features.restore_status)
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


_VOCABULARY = "http://www.wikini.net/_vocabulary/"


@route("triples", "GET", "public+")
def access_triples(request: Request) -> Response:
    """Groups and rights of actions and handlers, as triples; nothing for others than admins.

    Of the triples, the rehearsal keeps those of the property `acls` alone (4.4.4, 4.5.0).
    """
    if not acls.is_admin(request) or request.arg("property") != f"{_VOCABULARY}acls":
        return request.json([])
    values = {f"ThisWikiGroup:{name}": members for name, members in request.wiki.groups.items()}
    values |= {
        f"{_VOCABULARY}{kind}/{name}": right for (kind, name), right in request.wiki.modules.items()
    }
    return request.json(
        [
            {"id": str(number), "resource": resource, "property": f"{_VOCABULARY}acls",
             "value": value}
            for number, (resource, value) in enumerate(values.items(), 1)
        ]
    )  # fmt: skip


@route("triples/{resource}", "GET POST", "public+")
def triples(request: Request, resource: str) -> Response:
    """The rehearsal keeps no triple."""
    return request.json([])


@route("triples/{resource}/delete", "POST", "public+")
def delete_triples(request: Request, resource: str) -> Response:
    """The rehearsal keeps no triple."""
    return request.json([])


@route("comments")
@route("comments/{tag}")
def comments(request: Request, tag: str = "") -> Response:
    """No comment: they are closed by default."""
    return request.json([[]])


@route("reactions")
def reactions(request: Request) -> Response:
    """No reaction."""
    return request.json([])

"""API routes of the rest of the core: documentation, archives, triples, comments."""

from __future__ import annotations

from ..exchange.response import Answer
from ..exchange.wiki_request import Visit
from ..handlers import frame
from .routing import route


@route("")
def documentation(visit: Visit) -> Answer:
    """The list of routes, by hand and incomplete as on a real wiki."""
    rows = "".join(
        f"<li><code>GET {visit.href('api', path)}</code></li>"
        for path in ("users", "groups", "pages", "forms", "entries", "archives")
    )
    return frame.page(visit, f"<h1>YesWiki API</h1><ul>{rows}</ul>")


def _archives_fault(visit: Visit) -> Answer:
    message = "Not writable archive[privatePath]"
    line = visit.features.line_of_closed_archives
    raise visit.fault(message, "includes/services/ArchiveService.php", line)


@route("archives", "GET POST", "public@admins")
def archives(visit: Visit) -> Answer:
    """A new wiki's archives cannot be written (52, 53)."""
    return _archives_fault(visit)


@route("archives/restorestatus", "GET", "public@admins", lambda features: features.restore_status)
def restore_status(visit: Visit) -> Answer:
    """Nothing is being restored."""
    return visit.json({"started": False, "running": False, "finished": False})


@route("archives/{name}", "GET POST", "public@admins")
def one_archive(visit: Visit, name: str) -> Answer:
    """No archive can exist."""
    return _archives_fault(visit)


@route("remotebackup", "GET POST", "public@admins", lambda features: features.remote_backup)
def remote_backup(visit: Visit) -> Answer:
    """No backup is running."""
    return visit.json({"running": False, "step": "", "messages": []})


@route("webfinger", where=lambda features: features.webfinger)
def webfinger(visit: Visit) -> Answer:
    """Asks for a resource."""
    return visit.json({"error": "resource is required"}, 400)


@route("triples/{resource}", "GET POST", "public+")
def triples(visit: Visit, resource: str) -> Answer:
    """The rehearsal keeps no triple."""
    return visit.json([])


@route("triples/{resource}/delete", "POST", "public+")
def delete_triples(visit: Visit, resource: str) -> Answer:
    """The rehearsal keeps no triple."""
    return visit.json([])


@route("comments")
@route("comments/{tag}")
def comments(visit: Visit, tag: str = "") -> Answer:
    """No comment: they are closed by default."""
    return visit.json([[]])


@route("reactions")
def reactions(visit: Visit) -> Answer:
    """No reaction."""
    return visit.json([])

"""The actions that a page may hold between braces, the handlers of a page, and how they are run."""

from __future__ import annotations

from collections.abc import Callable

from ..exchange.elements import alert, esc
from ..exchange.response import Response, ServerFault
from ..exchange.wiki_request import Request
from ..people import acls
from . import markup

Run = Callable[[Request, dict[str, str]], str]

ACTIONS: dict[str, Run] = {}

_SILENT_WORDS = """
abonnement aceditor adminbackups adminpages adminreactions admintag ariane attach
backgroundimage backlinks barreredaction bazarexport bazarimport bazarlistecategorie changestyle
comments commentstable contact contactwikis currentpage desabonnement despam diaporama
doubleclic endbackgroundimage erasespamedcomments favicon filemanager filtertags footer
gererthemes greeting header includepages interwikilist lang liensjavascripts liensstyle
linkjavascript linkrss linkstyle listpagestag listsubscription mailinglist
mailperiod metarobots mychanges myfavorites nuagetag parambody pdf player pointimage progressbar
reactions recentchangesrssplus recentcomments recentcommentsrss recentlycommented rss
setwikidefaulttheme syndication tab template testtriples themeselector toc tocjs trail
translation update usercomments userlistsubscription userreactions valeur video
"""

SILENT = frozenset(_SILENT_WORDS.split())
"""Actions that a rehearsal has no use for: a small notice. With the others, all that
`GererDroitsActions` names on 4.4.4 and 4.5.0, so that each may have a right."""


def action(*names: str) -> Callable[[Run], Run]:
    """Register a function under these names."""

    def keep(run: Run) -> Run:
        for name in names:
            ACTIONS[name] = run
        return run

    return keep


def perform(request: Request, name: str, arguments: dict[str, str]) -> str:
    """Run one action: its right first, then the action; a fault becomes a message in the page."""
    if not acls.may_run(request, "action", name):
        return alert(f"Action {esc(name)} : Accès interdit")
    run = ACTIONS.get(name)
    if run is None:
        if name in SILENT:
            told = f"{{{{{esc(name)}}}}} : absent de la répétition"
            return f'<p class="notice"><small>{told}</small></p>'
        return alert(f"Action {esc(name)} : N'existe pas")
    try:
        return run(request, arguments)
    except ServerFault as fault:
        return fault_shown(fault)


def fault_shown(fault: ServerFault) -> str:
    """An exception as a message in the page, with the server path that YesWiki lets out."""
    path, _, line = fault.where.rpartition(":")
    place = f"in <i>{esc(path)}</i> on line <i>{line}</i>"
    return alert(f"Une erreur s'est produite :<br/>{fault.message} {place}")


Handle = Callable[[Request], Response]

HANDLERS: dict[str, Handle] = {}


def handler(*names: str) -> Callable[[Handle], Handle]:
    """Register a function under these names."""

    def keep(run: Handle) -> Handle:
        for name in names:
            HANDLERS[name] = run
        return run

    return keep


def format_text(request: Request, text: str) -> str:
    """The HTML of a wiki text, its actions run."""
    return markup.render(request, text, perform)


def include_page(request: Request, tag: str) -> str:
    """A page inside another one; nothing when it is missing, not readable, or already open."""
    page = request.find(tag)
    if page is None or tag in request.inclusions:
        return ""
    if not acls.has_access(request, "read", tag, page):
        return ""
    request.inclusions.append(tag)
    try:
        return format_text(request, page.body)
    finally:
        request.inclusions.pop()

"""Actions that list pages, accounts and changes; some of them look at no right, as in YesWiki."""

from __future__ import annotations

from ..exchange.elements import esc
from ..exchange.wiki_request import Request
from ..people import acls
from ..store.records import ENTRY, StoredPage
from ..wikitext import markup, page_manager
from ..wikitext.page_manager import page_link
from ..wikitext.performer import action


def items(lines: list[str]) -> str:
    """A list, or that there is nothing."""
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else "<p>Rien.</p>"


def _number(arguments: dict[str, str], *names: str, default: int) -> int:
    for name in names:
        if arguments.get(name, "").isdigit():
            return int(arguments[name])
    return default


@action("listusers")
def list_users(request: Request, arguments: dict[str, str]) -> str:
    """Every account's name, to anybody (docs/yeswiki.md)."""
    users = request.wiki.users()
    if arguments.get("last"):
        users = sorted(users, key=lambda u: u.signuptime, reverse=True)
        users = users[: _number(arguments, "last", default=150)]
    return items([f"{esc(u.name)} . . . {esc(u.signuptime)}" for u in users])


@action("recentchanges")
def recent_changes(request: Request, arguments: dict[str, str]) -> str:
    """Tags and authors of what changed last, with no look at rights (docs/yeswiki.md)."""
    changed = page_manager.recent(request, _number(arguments, "max", default=50))
    return items(
        [f"{esc(p.time)} {page_link(request, p.tag)} . . . {esc(p.user)}" for p in changed]
    )


@action("recentchangesrss")
def recent_changes_rss(request: Request, arguments: dict[str, str]) -> str:
    """The same as a feed, at the handler `xml` only."""
    if request.handler != "xml":
        link = f'<a href="{esc(request.href(request.tag, "xml"))}">'
        return f"<p>{link}Flux RSS des derniers changements</a></p>"
    items = "".join(
        f"<item><title>{esc(tag)}</title><link>{esc(request.href(tag))}</link>"
        f"<description>Modifié par {esc(p.user)}</description><pubDate>{p.time}</pubDate></item>"
        for p in page_manager.recent(request, _number(arguments, "max", default=50))
        for tag in [_shortened(request, p)]
    )
    return (
        f'<rss version="2.0"><channel><title>{esc(request.wiki.name)}</title>'
        f"<link>{esc(request.base)}</link><generator>YesWiki {request.farm.release}</generator>"
        f"{items}</channel></rss>"
    )


def _shortened(request: Request, page: StoredPage) -> str:
    """The tag of a page, cut where it may not be read; its author is told all the same."""
    readable = acls.has_access(request, "read", page.tag, page)
    return page.tag if readable else f"{page.tag[:3]}___"


def _tags(request: Request, pages: list[StoredPage]) -> str:
    return items([page_link(request, p.tag) for p in pages])


@action("pageindex")
def page_index(request: Request, _arguments: dict[str, str]) -> str:
    """Tags of all pages and entries: the tags alone, with no look at rights."""
    return _tags(request, request.wiki.pages())


@action("listpages")
def list_pages(request: Request, _arguments: dict[str, str]) -> str:
    """Pages and entries that the visitor may read, with their owners."""
    pages = acls.readable(request, request.wiki.pages())
    return items(
        [f"{page_link(request, p.tag)} . . . . {esc(p.owner or 'inconnu')}" for p in pages]
    )


@action("pageonlyindex")
def page_only_index(request: Request, _arguments: dict[str, str]) -> str:
    """Tags of the plain pages."""
    return _tags(request, request.wiki.pages(""))


@action("mypages")
def my_pages(request: Request, _arguments: dict[str, str]) -> str:
    """Pages that the visitor owns."""
    if not request.user:
        return "<p>Connectez-vous pour voir vos pages.</p>"
    return _tags(request, [p for p in request.wiki.pages() if p.owner == request.user])


@action("orphanedpages")
def orphaned_pages(request: Request, _arguments: dict[str, str]) -> str:
    """Pages that no page points to."""
    targets = request.wiki.targets()
    return _tags(request, [page for page in request.wiki.pages("") if page.tag not in targets])


@action("wantedpages")
def wanted_pages(request: Request, _arguments: dict[str, str]) -> str:
    """Pages that are pointed to and do not exist."""
    wanted = request.wiki.targets() - {page.tag for page in request.wiki.pages()}
    return items([markup.link(request, tag) for tag in sorted(wanted) if tag])


@action("bazarrecordsindex")
def entries_index(request: Request, _arguments: dict[str, str]) -> str:
    """Titles of all entries, with no look at rights: the leak of transcript 75."""
    entries = request.wiki.pages(ENTRY)
    titled = sorted((p.entry_title, p.tag) for p in entries)
    return items([page_link(request, tag, title) for title, tag in titled])

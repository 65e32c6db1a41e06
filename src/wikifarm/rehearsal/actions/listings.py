"""Actions that list pages, accounts and changes; some of them look at no right, as in YesWiki."""

from __future__ import annotations

from ..exchange.elements import esc
from ..exchange.wiki_request import Visit
from ..people import acls
from ..store.records import ENTRY, Page
from ..wikitext import markup, page_manager
from ..wikitext.page_manager import page_link
from ..wikitext.performer import action


def _items(lines: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else "<p>Rien.</p>"


def _number(arguments: dict[str, str], *names: str, default: int) -> int:
    for name in names:
        if arguments.get(name, "").isdigit():
            return int(arguments[name])
    return default


@action("listusers")
def list_users(visit: Visit, arguments: dict[str, str]) -> str:
    """Every account's name, to anybody (docs/yeswiki.md)."""
    users = visit.farm.store.users(visit.w)
    if arguments.get("last"):
        users = sorted(users, key=lambda u: u.signuptime, reverse=True)
        users = users[: _number(arguments, "last", default=150)]
    return _items([f"{esc(u.name)} . . . {esc(u.signuptime)}" for u in users])


@action("recentchanges")
def recent_changes(visit: Visit, arguments: dict[str, str]) -> str:
    """Tags and authors of what changed last, with no look at rights (docs/yeswiki.md)."""
    found = page_manager.recent(visit, _number(arguments, "max", default=50))
    return _items([f"{esc(p.time)} {page_link(visit, p.tag)} . . . {esc(p.user)}" for p in found])


@action("recentchangesrss")
def recent_changes_rss(visit: Visit, arguments: dict[str, str]) -> str:
    """The same as a feed, at the handler `xml` only."""
    if visit.handler != "xml":
        link = f'<a href="{esc(visit.href(visit.tag, "xml"))}">'
        return f"<p>{link}Flux RSS des derniers changements</a></p>"
    items = "".join(
        f"<item><title>{esc(tag)}</title><link>{esc(visit.href(tag))}</link>"
        f"<description>Modifié par {esc(p.user)}</description><pubDate>{p.time}</pubDate></item>"
        for p in page_manager.recent(visit, _number(arguments, "max", default=50))
        for tag in [_shortened(visit, p)]
    )
    return (
        f'<rss version="2.0"><channel><title>{esc(visit.wiki.name)}</title>'
        f"<link>{esc(visit.base)}</link><generator>YesWiki {visit.farm.release}</generator>"
        f"{items}</channel></rss>"
    )


def _shortened(visit: Visit, page: Page) -> str:
    """The tag of a page, cut where it may not be read; its author is told all the same."""
    readable = acls.has_access(visit, "read", page.tag, page)
    return page.tag if readable else f"{page.tag[:3]}___"


def _readable(visit: Visit, found: list[Page]) -> list[Page]:
    return [p for p in found if acls.has_access(visit, "read", p.tag, p)]


def _tags(visit: Visit, found: list[Page]) -> str:
    return _items([page_link(visit, p.tag) for p in found])


@action("pageindex")
def page_index(visit: Visit, _arguments: dict[str, str]) -> str:
    """Tags of all pages and entries: the tags alone, with no look at rights."""
    return _tags(visit, visit.farm.store.pages(visit.w))


@action("listpages")
def list_pages(visit: Visit, _arguments: dict[str, str]) -> str:
    """Pages and entries that the visitor may read, with their owners."""
    found = _readable(visit, visit.farm.store.pages(visit.w))
    return _items([f"{page_link(visit, p.tag)} . . . . {esc(p.owner or 'inconnu')}" for p in found])


@action("pageonlyindex")
def page_only_index(visit: Visit, _arguments: dict[str, str]) -> str:
    """Tags of the plain pages."""
    return _tags(visit, visit.farm.store.pages(visit.w, ""))


@action("mypages")
def my_pages(visit: Visit, _arguments: dict[str, str]) -> str:
    """Pages that the visitor owns."""
    if not visit.user:
        return "<p>Connectez-vous pour voir vos pages.</p>"
    return _tags(visit, [p for p in visit.farm.store.pages(visit.w) if p.owner == visit.user])


@action("orphanedpages")
def orphaned_pages(visit: Visit, _arguments: dict[str, str]) -> str:
    """Pages that no page points to."""
    targets = {r[0] for r in visit.farm.store.rows(_TARGETS, visit.w)}
    plain = visit.farm.store.pages(visit.w, "")
    return _tags(visit, [p for p in plain if p.tag not in targets])


_TARGETS = "SELECT DISTINCT target FROM links WHERE wiki = ?"


@action("wantedpages")
def wanted_pages(visit: Visit, _arguments: dict[str, str]) -> str:
    """Pages that are pointed to and do not exist."""
    tags = {p.tag for p in visit.farm.store.pages(visit.w)}
    wanted = sorted(r[0] for r in visit.farm.store.rows(_TARGETS, visit.w) if r[0] not in tags)
    return _items([markup.link(visit, tag) for tag in wanted if tag])


@action("bazarrecordsindex")
def entries_index(visit: Visit, _arguments: dict[str, str]) -> str:
    """Titles of all entries, with no look at rights: the leak of transcript 75."""
    found = visit.farm.store.pages(visit.w, ENTRY)
    titled = sorted((p.entry_title, p.tag) for p in found)
    return _items([page_link(visit, tag, title) for title, tag in titled])

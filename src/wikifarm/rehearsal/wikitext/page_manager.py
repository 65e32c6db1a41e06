"""Pages: their title, saving a revision, deleting, and the log of what administrators do."""

from __future__ import annotations

import re
from functools import lru_cache

from ..exchange.elements import esc
from ..exchange.wiki_request import Visit
from ..people import acls
from ..store.records import ENTRY, Page, now, today
from . import markup

HIDDEN_TAG = "LogDesActionsAdministratives"


def title(visit: Visit, page: Page | None) -> str:
    """The first heading, or the entry's title; '' when there is none.

    Source: `Utils::getTitleFromBody`, v4.4.4. No right is asked: titles leak.
    """
    if page is None:
        return ""
    if page.kind == ENTRY:
        return page.entry_title
    return _heading(page.body)


@lru_cache(maxsize=512)
def _heading(body: str) -> str:
    for pattern in (r"(?is)<h[12][^>]*>\s*(.*?)\s*</h[12]>", r"={6}(.*?)={6}", r"={5}(.*?)={5}"):
        found = re.search(pattern, body)
        if found and found.group(1).strip():
            return markup.strip_tags(found.group(1).strip())
    return ""


def save(visit: Visit, tag: str, body: str, ignore_rights: bool = False) -> bool:
    """Write a revision. Trailing blanks go, as PHP's chop does. False when not allowed.

    A new page gets rows with the wiki's default rights, and its writer as owner when logged in.
    """
    visit.refuse_when_asleep("includes/services/PageManager.php", 381)
    if not ignore_rights and not acls.has_access(visit, "write", tag):
        return False
    old = visit.farm.store.page(visit.w, tag)
    if old is None:
        for privilege in ("write", "read", "comment"):
            acls.set_right(visit, tag, privilege, acls.right(visit, tag, privilege))
    owner = old.owner if old else visit.user
    store = visit.farm.store
    store.add_revision(visit.w, tag, body.rstrip(), owner, visit.user or "localhost")
    return True


def track_links(visit: Visit, tag: str, body: str) -> None:
    """Remember what the page points to: a page that is pointed to is harder to delete."""
    visit.farm.store.set_links(visit.w, tag, markup.linked_pages(body) - {tag})


def is_orphan(visit: Visit, tag: str) -> bool:
    """Whether no page points to this one."""
    sql = "SELECT 1 FROM links WHERE wiki = ? AND target = ? LIMIT 1"
    return visit.farm.store.one(sql, visit.w, tag) is None


def delete(visit: Visit, tag: str) -> None:
    """Remove a page with all its revisions and rights."""
    visit.refuse_when_asleep("includes/services/PageManager.php", 346)
    visit.farm.store.run("DELETE FROM links WHERE wiki = ? AND target = ?", visit.w, tag)
    visit.farm.store.delete_page(visit.w, tag)
    log(visit, f'Suppression de la page ->""{tag}""')


def log(visit: Visit, message: str) -> None:
    """Add a line to the day's page of administrative actions, as YesWiki does.

    The page is made with the wiki's default rights: whoever may read a new page reads the names.
    """
    tag = f"{HIDDEN_TAG}{today()}"
    page = visit.farm.store.page(visit.w, tag)
    told = message.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    line = f"\n{now()} . . . . {visit.user or 'localhost'} . . . . {told}\n"
    save(visit, tag, (page.body if page else "") + line, ignore_rights=True)


def recent(visit: Visit, limit: int) -> list[Page]:
    """The pages changed last, entries and lists included, with no look at rights."""
    pages = visit.farm.store.pages(visit.w, order="p.time DESC, p.id DESC")
    return [p for p in pages if not p.tag.startswith(HIDDEN_TAG)][:limit]


def page_link(visit: Visit, tag: str, label: str = "") -> str:
    """A link to a page that exists."""
    return f'<a href="{esc(visit.href(tag))}">{esc(label or tag)}</a>'

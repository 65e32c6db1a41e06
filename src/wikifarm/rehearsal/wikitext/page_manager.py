"""Pages: their title, saving a revision, deleting, and the log of what administrators do."""

from __future__ import annotations

import re
from functools import lru_cache

from ..exchange.elements import esc
from ..exchange.wiki_request import Request
from ..people import acls
from ..store.records import ENTRY, StoredPage, now, today
from . import markup

HIDDEN_TAG = "LogDesActionsAdministratives"


def title(page: StoredPage | None) -> str:
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
        heading = re.search(pattern, body)
        if heading and heading.group(1).strip():
            return markup.strip_tags(heading.group(1).strip())
    return ""


def save(request: Request, tag: str, body: str, ignore_rights: bool = False) -> bool:
    """Write a revision. Trailing blanks go, as PHP's chop does. False when not allowed.

    A new page gets rows with the wiki's default rights, and its writer as owner when logged in.
    """
    request.refuse_when_asleep("includes/services/PageManager.php", 381)
    if not ignore_rights and not acls.has_access(request, "write", tag):
        return False
    old = request.wiki.page(tag)
    if old is None:
        for privilege in ("write", "read", "comment"):
            acls.set_right(request, tag, privilege, acls.right(request, tag, privilege))
    owner = old.owner if old else request.user
    request.wiki.add_revision(tag, body.rstrip(), owner, request.user or "localhost")
    return True


def track_links(request: Request, tag: str, body: str) -> None:
    """Remember what the page points to: a page that is pointed to is harder to delete."""
    request.wiki.set_links(tag, markup.linked_pages(body) - {tag})


def is_orphan(request: Request, tag: str) -> bool:
    """Whether no page points to this one."""
    return tag not in request.wiki.targets()


def delete(request: Request, tag: str) -> None:
    """Remove a page with all its revisions and rights, and the comments below it."""
    request.refuse_when_asleep("includes/services/PageManager.php", 346)
    request.wiki.unlink(tag)
    for comment, below in request.wiki.comments():
        if below == tag:
            request.wiki.delete_page(comment.tag)
    request.wiki.delete_page(tag)
    log(request, f'Suppression de la page ->""{tag}""')


def log(request: Request, message: str) -> None:
    """Add a line to the day's page of administrative actions, as YesWiki does.

    The page is made with the wiki's default rights: whoever may read a new page reads the names.
    """
    tag = f"{HIDDEN_TAG}{today()}"
    page = request.wiki.page(tag)
    told = message.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    line = f"\n{now()} . . . . {request.user or 'localhost'} . . . . {told}\n"
    save(request, tag, (page.body if page else "") + line, ignore_rights=True)


def recent(request: Request, limit: int) -> list[StoredPage]:
    """The pages changed last, entries and lists included, with no look at rights."""
    pages = request.wiki.pages(order="p.time DESC, p.id DESC")
    return [p for p in pages if not p.tag.startswith(HIDDEN_TAG)][:limit]


def page_link(request: Request, tag: str, label: str = "") -> str:
    """A link to a page that exists."""
    return f'<a href="{esc(request.href(tag))}">{esc(label or tag)}</a>'

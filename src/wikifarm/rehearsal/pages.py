"""Pages: their title, saving a revision, deleting, and the tag made from a title."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from . import markup, rights
from .store import ENTRY, Page, now
from .visit import Visit, esc

HIDDEN_TAG = "LogDesActionsAdministratives"


def title_from_body(visit: Visit, page: Page | None) -> str:
    """The first heading, or the entry's title; '' when there is none.

    Source: `Utils::getTitleFromBody`, v4.4.4. No right is asked: titles leak.
    """
    if page is None:
        return ""
    if page.kind == ENTRY:
        return visit.farm.entry_title(page)
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
    rights.refuse_when_asleep(visit, "includes/services/PageManager.php", 381)
    if not ignore_rights and not rights.has_access(visit, "write", tag):
        return False
    old = visit.farm.store.page(visit.w, tag)
    if old is None:
        for privilege in ("write", "read", "comment"):
            rights.set_right(visit, tag, privilege, rights.right(visit, tag, privilege))
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
    rights.refuse_when_asleep(visit, "includes/services/PageManager.php", 346)
    visit.farm.store.run("DELETE FROM links WHERE wiki = ? AND target = ?", visit.w, tag)
    visit.farm.store.delete_page(visit.w, tag)
    log(visit, f'Suppression de la page ->""{tag}""')


def log(visit: Visit, message: str) -> None:
    """Add a line to the day's page of administrative actions, as YesWiki does.

    The page is made with the wiki's default rights: whoever may read a new page reads the names.
    """
    tag = f"{HIDDEN_TAG}{visit.farm.today()}"
    page = visit.farm.store.page(visit.w, tag)
    told = message.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    line = f"\n{now()} . . . . {visit.user or 'localhost'} . . . . {told}\n"
    save(visit, tag, (page.body if page else "") + line, ignore_rights=True)


def wiki_name(visit: Visit, text: str) -> str:
    """A free tag made from a title: `Ada Lovelace` gives AdaLovelace, then AdaLovelace2.

    Facts of `genere_nom_wiki` (v4.4.4): punctuation becomes blanks, 47 characters at most, each
    word capitalised, accents dropped, and a last capital letter added when there is only one.
    """
    name = base_name(text)
    if not name or not visit.farm.store.page(visit.w, name):
        return name
    number = 2
    while visit.farm.store.page(visit.w, f"{name}{number}"):
        number += 1
    return f"{name}{number}"


def base_name(text: str) -> str:
    """The tag a title would get if no page had it."""
    spaced = re.sub(r"[!-/:-@\[-`{-~]", " ", text)[:47]
    words = _plain(spaced).lower().split(" ")
    name = "".join(re.sub(r"[^A-Za-z0-9]", "", word[:1].upper() + word[1:]) for word in words)
    if len(re.findall(r"[A-Z]", name)) < 2:
        name = name[:-1] + name[-1:].upper()
    return name


def _plain(text: str) -> str:
    text = text.replace("œ", "oe").replace("æ", "ae").replace("Œ", "OE").replace("Æ", "AE")
    text = text.replace("ß", "sz").replace("ø", "o").replace("Ø", "O")
    split = unicodedata.normalize("NFD", text)
    return "".join(c for c in split if ord(c) < 128)


def recent(visit: Visit, limit: int) -> list[Page]:
    """The pages changed last, entries and lists included, with no look at rights."""
    pages = visit.farm.store.pages(visit.w, order="p.time DESC, p.id DESC")
    return [p for p in pages if not p.tag.startswith(HIDDEN_TAG)][:limit]


def page_link(visit: Visit, tag: str, label: str = "") -> str:
    """A link to a page that exists."""
    return f'<a href="{esc(visit.href(tag))}">{esc(label or tag)}</a>'

"""Reads a whole wiki: some ten requests as its administrator, four as anybody. Writes nothing.

Its entries and former revisions are left to who needs them (`Entries`, `Wiki.session`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wikifarm.errors import UnexpectedAnswer
from wikifarm.i18n import _
from wikifarm.whole_wiki import Part, WholeWiki
from wikifarm.yeswiki.wiki import Wiki

LONGEST_PAGE = 1_000_000  # signs: more than any page that people read


def read_whole(wiki: Wiki) -> WholeWiki:
    """Everything of the wiki that the account of its session may read.

    Raises UnexpectedAnswer for a page longer than `LONGEST_PAGE`, and what each part of the driver
    raises where the answer is not what was asked.
    """
    pages = wiki.pages.all()
    for page in pages.values():
        if len(page.body) > LONGEST_PAGE:
            raise UnexpectedAnswer(
                _("The page {tag} is too long to be read: {count} signs.").format(
                    tag=page.tag, count=len(page.body)
                ),
                hint=_("Shorten it in the wiki: a text so long may be a file that was pasted."),
                where=wiki.addresses.page(page.tag),
            )
    known = WholeWiki(
        address=wiki.addresses.base,
        release=wiki.session.release,
        dialect=wiki.capabilities.dialect,
        reader=wiki.account,
        pages=pages,
        forms=wiki.forms.all(),
        lists=wiki.lists.all(),
        unread=frozenset(Part),
    )
    groups = _groups(wiki)
    return known if groups is None else _as_administrator(wiki, known, groups)


def _groups(wiki: Wiki) -> Mapping[str, tuple[str, ...]] | None:
    """The groups; None for whom the wiki does not show them, as all but its administrators."""
    try:
        return wiki.groups.all() if wiki.account else None
    except UnexpectedAnswer:
        return None


def _as_administrator(
    wiki: Wiki, known: WholeWiki, groups: Mapping[str, tuple[str, ...]]
) -> WholeWiki:
    return replace(
        known,
        rights=wiki.rights.all(),
        metadata=wiki.pages.looks(),
        groups={name: tuple(filter(_is_group, members)) for name, members in groups.items()},
        people={name: tuple(each for each in members if not _is_group(each))
                for name, members in groups.items()},
        modules=wiki.rights.modules(),
        settings=wiki.settings.all(),
        accounts=tuple(wiki.users.all()),
        unread=frozenset(),
    )  # fmt: skip


def _is_group(member: str) -> bool:
    return member.lstrip("!").startswith("@")

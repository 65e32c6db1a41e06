"""Who is in which group, and who may use which action or handler: one request reads it all.

YesWiki keeps both as triples of one property (4.4.4, 4.5.0; docs/yeswiki.md, Groups and rights).
The property must be given: without it the answer also holds the keys of lost passwords.
"""

from __future__ import annotations

from collections.abc import Mapping

from wikifarm.errors import UnexpectedAnswer
from wikifarm.i18n import _
from wikifarm.yeswiki.session import Session
from wikifarm.yeswiki.shapes import maybe, series, text

_VOCABULARY = "http://www.wikini.net/_vocabulary/"
_GROUP = "ThisWikiGroup:"
_KINDS = ("action", "handler")


def rows(session: Session) -> dict[str, str]:
    """Resource -> right, or the members of a group, one a line. Of several the first counts, as for
    YesWiki (TripleStore::getOne): anybody with an account may add another after it.

    Anybody who is logged in gets a list, empty for all but administrators: without the group of
    administrators in it, it is no answer. Raises UnexpectedAnswer.
    """
    answer = session.api_json("triples", {"property": f"{_VOCABULARY}acls"})
    where = session.addresses.api("triples")
    known: dict[str, str] = {}
    for row in series(answer, where) if answer != [] else ():
        known.setdefault(text(row, "resource", where), maybe(row, "value", where))
    if not known.get(f"{_GROUP}admins"):
        raise UnexpectedAnswer(
            _("The wiki does not show its groups to this account."),
            hint=_("Check that the account is in the group of administrators of the wiki."),
            where=session.addresses.base,
        )
    return known


def groups(rows: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Every group with its members: accounts, and `@group` for groups in it."""
    return {
        resource.removeprefix(_GROUP): tuple(
            line.strip() for line in members.split("\n") if line.strip()
        )
        for resource, members in rows.items()
        if resource.startswith(_GROUP)
    }


def module_rights(rows: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """(kind, name) -> the right of each action and handler that has one of its own."""
    return {
        (kind, resource.removeprefix(prefix)): right
        for resource, right in rows.items()
        for kind in _KINDS
        if resource.startswith(prefix := f"{_VOCABULARY}{kind}/")
    }

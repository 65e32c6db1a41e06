"""What a default farm leaves open to a passer-by, found by questions that write nothing.

Each was asked of 4.4.4 and 4.5.0 (docs/yeswiki.md, What a default farm leaves open). Nothing is
concluded from an answer that is not the wiki's own.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from wikifarm.errors import Unreachable
from wikifarm.transport import Answer
from wikifarm.yeswiki import html
from wikifarm.yeswiki.session import Session, speaks_for_wiki
from wikifarm.yeswiki.shown_release import shown_release

MAKER = "yeswiki"  # the type of the field that makes a wiki, in the farm's form
WRITE_RIGHT = 12  # its column
PRIVATE = "private/"
LOST_PASSWORD_PAGE = "MotDePassePerdu"  # noqa: S105 - the name of a page
NOBODY = "nobody@compte.wikifarm.invalid"  # an address that nobody can have

_IMPORTED = "IMPORT_SUCCESSFULL"  # YesWiki's own spelling


class FarmDoor(StrEnum):
    """What a question said."""

    OPEN = "open"
    CLOSED = "closed"
    UNSEEN = "unseen"


def makers(template: str) -> str:
    """Who may make a wiki: the right to write of the field that makes one ("" and "*": anybody).

    It is the only right that is asked: those of the page with the form close nothing.
    """
    for line in template.splitlines():
        columns = [column.strip() for column in line.split("***")]
        if columns[0] == MAKER:
            return columns[WRITE_RIGHT] if len(columns) > WRITE_RIGHT else ""
    return ""


def door(ask: Callable[[Session], FarmDoor], visitor: Session) -> FarmDoor:
    """What one of the questions below gives; a server that does not answer now has not said."""
    try:
        return ask(visitor)
    except Unreachable:
        return FarmDoor.UNSEEN


def archives(visitor: Session) -> FarmDoor:
    """Whether anybody may start a backup of the wiki, and download it."""
    answer = visitor.api("archives/archivingStatus/")
    if not speaks_for_wiki(answer):
        return FarmDoor.UNSEEN
    if answer.status in (401, 403, 404):
        return FarmDoor.CLOSED
    said = answer.status == 200 and answer.text.lstrip().startswith(("{", "["))
    return FarmDoor.OPEN if said else FarmDoor.UNSEEN


def imported_forms(visitor: Session) -> FarmDoor:
    """Whether anybody may import forms: none is sent, so that none is made."""
    answer = visitor.post("BazaR", [("imported-form", "")], query={"vue": "formulaire"})
    if answer.status == 302:
        return FarmDoor.OPEN if _IMPORTED in answer.location else FarmDoor.UNSEEN
    return _closed_if_ours(visitor, answer)


def imported_lists(visitor: Session) -> FarmDoor:
    """The same of lists: the page says that they were imported."""
    answer = visitor.post("BazaR", [("imported-list", "")], query={"vue": "listes"})
    if answer.status == 200 and html.parse(answer.text).css_first(".alert-success") is not None:
        return FarmDoor.OPEN
    return _closed_if_ours(visitor, answer)


def guessed_accounts(visitor: Session) -> FarmDoor:
    """Whether the page of lost passwords says which addresses have an account: asked of one that
    nobody has, so that no message leaves."""
    fields = [("subStep", "1"), ("email", NOBODY)]
    answer = visitor.post(LOST_PASSWORD_PAGE, fields)
    if answer.status == 200 and html.parse(answer.text).css_first(".alert-danger") is not None:
        return FarmDoor.OPEN
    return _closed_if_ours(visitor, answer)


def private_files(visitor: Session) -> FarmDoor:
    """Whether the web server hands out `private/`, where YesWiki puts its backups: it is the one
    that answers here, never the wiki."""
    answer = visitor.file(PRIVATE)
    if answer.status in (403, 404):
        return FarmDoor.CLOSED
    if answer.status == 200 and not _ours(visitor, answer):
        return FarmDoor.OPEN
    return FarmDoor.UNSEEN


def _closed_if_ours(visitor: Session, answer: Answer) -> FarmDoor:
    """Closed where the wiki answered with a page of its own, or refused as its guard does."""
    refused = answer.status in (401, 403) and speaks_for_wiki(answer)
    return FarmDoor.CLOSED if refused or _ours(visitor, answer) else FarmDoor.UNSEEN


def _ours(visitor: Session, answer: Answer) -> bool:
    return shown_release(answer.text, visitor.addresses.base) is not None

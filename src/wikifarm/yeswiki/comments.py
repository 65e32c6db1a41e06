"""Comments: what people say below a page. Each is a page of its own, `Comment3`, that the lists of
pages leave out; removing one removes the answers to it (CommentService, 4.4.4 and 4.5.0)."""

from __future__ import annotations

import re

from wikifarm.model import Comment
from wikifarm.yeswiki.session import Session
from wikifarm.yeswiki.shapes import Row, maybe, odd, series, text

_TAG = re.compile(r"Comment\d+")


def is_comment(tag: str) -> bool:
    """True for a tag as YesWiki gives them to comments; a page made by hand may bear one too."""
    return _TAG.fullmatch(tag) is not None


class Comments:
    """The comments of one wiki, as the account of `session`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> dict[str, Comment]:
        """Every comment below a page that this account may read, by its tag; maybe none."""
        where = self._session.addresses.api("comments")
        told = self._session.api_json("comments")
        if not isinstance(told, list) or len(told) != 1:
            raise odd(where)
        rows = told[0]
        if isinstance(rows, dict):  # what PHP writes of a list from which some were taken out
            rows = list(rows.values())
        known = [_comment(row, where) for row in series(rows, where)] if rows != [] else []
        return {comment.tag: comment for comment in known}


def _comment(row: Row, where: str) -> Comment:
    return Comment(
        text(row, "tag", where),
        text(row, "comment_on", where),
        text(row, "body", where),
        maybe(row, "owner", where),
        maybe(row, "user", where),
        maybe(row, "time", where),
    )

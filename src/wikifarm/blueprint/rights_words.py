"""The rights that forms and pages of people may name: groups, and the author."""

from __future__ import annotations

import re

_NAMED = re.compile(r"(%|@[A-Za-z0-9]+)\Z")


def lets_others_in(rights: str) -> list[str]:
    """The parts of a line of rights that are neither a group nor the author; `[""]` where nothing
    is named, which leaves it to the wiki.

    `!@group` lets in everybody else (AclService::check is one large “or”), and a word alone is the
    account of that name, which anybody may open.
    """
    return [part for part in map(str.strip, rights.split(",")) if not _NAMED.match(part)]

"""The rights that forms and pages of people may name: groups, and the author."""

from __future__ import annotations

import re

from wikifarm.model import canonical

LONGEST_NAME = (
    80  # signs of an account's name (UserController counts bytes: a sign has one or more)
)
_NAMED = re.compile(r"(%|@[A-Za-z0-9]+)\Z")
_NO_NAME = "/"  # a sign that no account's name holds, and no other right begins with


def lets_others_in(rights: str) -> list[str]:
    """The parts of a line of rights that are neither a group nor the author; `[""]` where nothing
    is named, which leaves it to the wiki.

    `!@group` lets in everybody else (AclService::check is one large “or”), and a word alone is the
    account of that name, which anybody may open.
    """
    return [part for part in map(str.strip, rights.split(",")) if not _NAMED.match(part)]


def closed_in_lists(right: str) -> str:
    """A right to read entries, with what keeps them out of the lists of those it does not let in.

    YesWiki asks the database which entries somebody may list by comparing texts
    (`AclService::updateRequestWithACL`, 4.4.4 and 4.5.0): `list LIKE "%NAME%"` and
    `list NOT LIKE "%!NAME%"`, NAME being their account's, where `%` and `_` are jokers as
    everywhere. So whoever is called `part` lists what `@participants` may read. One line more shuts
    them out: each ending of the right after exclamation marks, the shortest ending first. Wherever
    a name fits in the whole, it first fits right after a `!`: the ending that starts with what fits
    comes before all that only hold it, and marks, more of them than a name has signs, leave a joker
    nothing to reach across. The line begins with a sign that no account's name holds: it lets
    nobody in. The same sign stands for the ends of lines, and for what begins one (`@`, `%`): after
    a `!`, those would shut out members and authors.

    A member whose own name stands within the right is shut out of lists too: nothing in that
    request tells the two apart. One whose name holds an end of line is not shut out.

    The parts are put in order, as a right is compared. A right that lets others in stays as it is.
    """
    bare = without_closing(right)
    if not bare or lets_others_in(bare):
        return right
    parts = canonical(bare).split(",")
    text = _NO_NAME.join(parts)
    masked = _NO_NAME.join(_NO_NAME + part[1:] for part in parts)
    marks = "!" * (LONGEST_NAME + 1)
    endings = (masked[at] + text[at + 1 :] for at in reversed(range(len(text))))
    return ",".join([_NO_NAME + "".join(marks + each for each in endings) + marks, *parts])


def without_closing(right: str) -> str:
    """The right without what `closed_in_lists` adds, its parts between commas."""
    parts = (part.strip() for part in right.replace("\r", "").replace("\n", ",").split(","))
    return ",".join(part for part in parts if part and not part.startswith(_NO_NAME))


def is_open_in_lists(right: str) -> bool:
    """True where names that stand within the right, though it does not let them in, list what it
    closes."""
    return canonical(right) != canonical(closed_in_lists(right))

"""The rights that forms and pages of people may name: groups, and the author."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

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


def lets_more_in(before: str, after: str, groups: Mapping[str, Sequence[str]]) -> bool:
    """True unless whoever `after` lets in, `before` lets in too, in lists also. `groups` tells
    which group stands in which: name -> members, `@name` for a group.

    What cannot be told is a yes: two groups of which neither stands in the other let in others.
    """
    parts = set(canonical(before).split(","))
    closed_before = any(part.startswith(_NO_NAME) for part in parts)
    closed_after = any(part.startswith(_NO_NAME) for part in canonical(after).split(","))
    wanted = canonical(without_closing(after)).split(",")
    if not all(_let_in(part, parts, groups) for part in wanted if part not in _NOBODY):
        return True
    return closed_before and not closed_after and wanted != [""]


_NOBODY = ("", "comments-closed")


def _let_in(part: str, before: Collection[str], groups: Mapping[str, Sequence[str]]) -> bool:
    """True where whoever a part of a right lets in, one of `before` lets in; admins always are."""
    if part in before or "*" in before or part == "@admins":
        return True
    if "+" in before and part[:1] not in ("*", "!"):
        return True
    return part.startswith("@") and any(_stands_in(part, each, groups) for each in before)


def _stands_in(group: str, outer: str, groups: Mapping[str, Sequence[str]]) -> bool:
    """True where all members of `group` are members of `outer`, both written `@name`."""
    met, waiting = set[str](), [outer]
    while waiting:
        name = waiting.pop()
        if name not in met:
            met.add(name)
            waiting += [each for each in groups.get(name[1:], ()) if each.startswith("@")]
    return group in met and outer.startswith("@")


def without_closing(right: str) -> str:
    """The right without what `closed_in_lists` adds, its parts between commas."""
    parts = (part.strip() for part in right.replace("\r", "").replace("\n", ",").split(","))
    return ",".join(part for part in parts if part and not part.startswith(_NO_NAME))


def is_open_in_lists(right: str) -> bool:
    """True where names that stand within the right, though it does not let them in, list what it
    closes."""
    return canonical(right) != canonical(closed_in_lists(right))

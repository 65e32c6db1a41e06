"""Who is who in a wiki that somebody made by hand, and its rights without anybody's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from wikifarm.blueprint.rights_words import lets_others_in, without_closing
from wikifarm.model import Rights
from wikifarm.whole_wiki import Part, WholeWiki

ADMINS = "admins"  # YesWiki's own group
MEMBERS, FACILITATORS = "members", "facilitators"  # of a wiki that has no such groups
_GROUP = re.compile(r"[A-Za-z0-9]+\Z")
_KEPT = re.compile(r"!?(?:[*+%]|@([A-Za-z0-9]+))\Z")


@dataclass(frozen=True)
class Roles:
    """The groups of the blueprint, each with the groups in it, and the two that it names.

    `made` are those that the source does not have.
    """

    groups: Mapping[str, tuple[str, ...]]
    members: str
    facilitators: str
    made: tuple[str, ...] = ()


def roles_of(
    whole: WholeWiki, named: Iterable[str], members: str = "", facilitators: str = ""
) -> Roles:
    """The groups of a wiki. `named` are those that its forms of people let read, in order;
    `members` and `facilitators`, what somebody said of them.

    Who facilitates is the group that administers; who is a member, the first that reads the forms
    of people and does not administer, or the first that holds those who facilitate.
    """
    groups = {
        name: tuple(sorted(each for each in inside if _GROUP.match(each.lstrip("@"))))
        for name, inside in sorted(whole.groups.items())
        if _GROUP.match(name)
    }
    administering = _administering(groups)
    facilitators = facilitators or next(iter(sorted(administering)), "") or FACILITATORS
    others = [name for name in groups if name not in {ADMINS, facilitators, *administering}]
    reading = [name for name in named if name in others]
    holding = [name for name in others if f"@{facilitators}" in groups[name]]
    members = members or next(iter([*reading, *holding]), "") or MEMBERS
    made = tuple(name for name in (members, facilitators) if name not in groups)
    if facilitators in made:
        groups[ADMINS] = (*groups.get(ADMINS, ()), f"@{facilitators}")
    for name in made:
        groups[name] = (f"@{facilitators}",) if name == members else ()
    groups[ADMINS] = tuple(each for each in groups.get(ADMINS, ()) if each != f"@{members}")
    known = {f"@{name}" for name in groups}
    groups = {name: tuple(each for each in inside if each in known)
              for name, inside in groups.items()}  # fmt: skip
    return Roles(groups, members, facilitators, made)


def without_accounts(right: str) -> str:
    """A right as a copy has it, whichever groups it has: nobody's name stands in it."""
    return ",".join(part for part, _group in _parts(right)) or f"@{ADMINS}"


def _parts(right: str) -> Iterator[tuple[str, str]]:
    """The parts of a right that name no account, each with the group that it names, if it does."""
    for part in without_closing(right).split(","):
        if match := _KEPT.match(part):
            yield part, match[1] or ""


def _administering(groups: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The groups that stand in the group of administrators, themselves or through others."""
    reached: set[str] = set()
    going = [ADMINS]
    while going:
        inside = [each[1:] for each in groups.get(going.pop(), ()) if each.startswith("@")]
        going += [name for name in inside if name not in reached and name in groups]
        reached |= set(inside) & groups.keys()
    return reached - {ADMINS}


@dataclass(frozen=True)
class RightsCopy:
    """Rights as they are copied: without accounts, and without groups that are not copied."""

    roles: Roles

    def right(self, right: str, nobody: str = f"@{ADMINS}") -> str:
        """One right; `nobody` where only accounts had it."""
        known = {ADMINS, *self.roles.groups}
        kept = (part for part, group in _parts(right) if not group or group in known)
        return ",".join(kept) or nobody

    def page(self, rights: Rights) -> Rights:
        """Those of a page."""
        comment = rights.comment.strip()
        closed = comment in ("", "comments-closed")
        return Rights(
            self.right(rights.read),
            self.right(rights.write),
            "comments-closed" if closed else self.right(comment, "comments-closed"),
        )

    def of_people(self, right: str) -> str:
        """A right of a form of people: groups and the author alone."""
        kept = [part for part in self.right(right, "").split(",") if part]
        closed = [part for part in kept if not lets_others_in(part)]
        if closed and len(closed) == len(kept):
            return ",".join(closed)
        return ""

    @property
    def for_the_group(self) -> str:
        """Who reads people where the source lets others in: the group, and who wrote the card."""
        return f"@{self.roles.members},@{self.roles.facilitators},%"

    @property
    def for_the_author(self) -> str:
        """Who writes there."""
        return f"%,@{self.roles.facilitators}"


def stricter(own: str, usual: str) -> str:
    """The right of the source where it lets in nobody but groups, else the usual one."""
    return usual if own in ("", "*") or lets_others_in(own) else own


def rights_are_known(whole: WholeWiki) -> bool:
    """False for what a visitor read."""
    return Part.RIGHTS not in whole.unread

"""Whom a right of YesWiki lets in, among those whom the audit plays. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wikifarm.operations.community.outcome import Role


@dataclass(frozen=True)
class Reach:
    """The groups of a wiki with their members, and the one that its members are in."""

    groups: Mapping[str, Sequence[str]]
    members: str

    def lets_in(self, right: str, role: Role) -> bool:
        """True where `right` lets this role in, though they own nothing.

        YesWiki looks for one part that says yes, and `!` turns the answer of its part round: so
        `!Ada` lets in everybody but Ada. Of `*`, `+` and `%` the sign alone counts, whatever
        follows it (AclService::check, 4.4.4 and 4.5.0).
        """
        parts = right.replace("\r", "\n").replace(",", "\n").split("\n")
        return any(self._says_yes(part.strip(), role, frozenset()) for part in parts)

    def holds(self, group: str, role: Role) -> bool:
        """True where this role is in the group, by name or by what its members let in."""
        return self._holds(group, role, frozenset())

    def _says_yes(self, part: str, role: Role, above: frozenset[str]) -> bool:
        bare = part.removeprefix("!")
        if not bare or bare.startswith("#"):
            return False
        if bare.startswith("*"):
            inside = True
        elif bare.startswith("+"):
            inside = role is not Role.VISITOR
        elif bare.startswith("@"):
            inside = bare[1:] not in above and self._holds(bare[1:], role, above)
        else:  # the owner, or an account by its name
            inside = False
        return inside != part.startswith("!")

    def _holds(self, group: str, role: Role, above: frozenset[str]) -> bool:
        if group == self.members and role is Role.MEMBER:
            return True
        within = above | {group}
        return any(self._says_yes(line, role, within) for line in self.groups.get(group, ()))

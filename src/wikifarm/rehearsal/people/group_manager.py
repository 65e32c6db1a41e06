"""Groups as 4.5.0 writes them, by its API and by its page: checked, replaced, not logged.

Source: `GroupController` and `GroupManager`, v4.5.0.
"""

from __future__ import annotations

import re

from ..exchange.wiki_request import Request

NO_GROUP = "le groupe n'existe pas"


class GroupRefusal(Exception):
    """Why a group is not written, in YesWiki's words."""


class UnknownMember(GroupRefusal):
    """An account or a group that does not exist is named."""


class NoSuchGroup(UnknownMember):
    """A group that does not exist is named."""

    def __init__(self, before: str = "") -> None:
        super().__init__(before + NO_GROUP)


class BadName(GroupRefusal):
    """The name is taken, by a group or by an account, or holds a sign that it may not."""


def is_known(request: Request, name: str) -> bool:
    """Whether a group, or an account, has this name."""
    return bool(request.wiki.group_named(name) or request.wiki.user(name=name))


def members(request: Request, name: str) -> list[str]:
    """Who is in a group; of an empty one, an empty name. Raises NoSuchGroup."""
    if not is_known(request, name):
        raise NoSuchGroup
    return request.wiki.groups.get(request.wiki.group_named(name), "").split("\n")


def create(request: Request, name: str, wanted: list[str]) -> None:
    """Makes a group. Raises GroupRefusal."""
    if is_known(request, name):
        raise BadName("le groupe existe déjà")
    if re.search(r"[^A-Za-z0-9]", name):
        raise BadName("le nom du groupe n'est pas valide")
    for member in wanted:
        _check(request, name, member, member, "")
    _write(request, name, wanted)


def update(request: Request, name: str, wanted: list[str]) -> None:
    """Replaces the members of a group. Raises GroupRefusal."""
    if name == "admins" and request.user not in wanted:
        raise GroupRefusal("Vous ne pouvez vous supprimer vous-même du groupe admin")
    if not is_known(request, name):
        raise NoSuchGroup
    for member in wanted:
        unknown = f"l'utlisateur n'existe pas : {member} "
        _check(request, name, member, unknown, "included ")
    _write(request, request.wiki.group_named(name) or name, wanted)


def delete(request: Request, name: str) -> None:
    """Removes a group, from the other groups too. Raises GroupRefusal."""
    if name.lower() == "admins":
        raise GroupRefusal(NO_GROUP)
    if not is_known(request, name):
        raise NoSuchGroup
    for other, lines in request.wiki.groups.items():
        kept = [line for line in lines.split("\n") if line != f"@{name}"]
        if len(kept) != len(lines.split("\n")):
            _write(request, other, kept)
    request.wiki.delete_group(request.wiki.group_named(name))


def _check(request: Request, name: str, member: str, unknown: str, included: str) -> None:
    plain = member.removeprefix("!")
    if not plain.startswith("@"):
        if request.wiki.user(name=plain) is None:
            raise UnknownMember(unknown)
    elif not is_known(request, plain[1:]):
        raise NoSuchGroup(included)
    elif _holds(request, plain[1:].lower(), name.lower(), set()):
        raise GroupRefusal("Erreur: vous ne pouvez pas définir un groupe récursivement")


def _holds(request: Request, group: str, name: str, seen: set[str]) -> bool:
    """Whether a group is, or holds, the one called `name`."""
    if group == name:
        return True
    seen.add(group)
    lines = request.wiki.groups.get(request.wiki.group_named(group), "").split("\n")
    inside = [line.strip().removeprefix("!")[1:] for line in lines if "@" in line[:2]]
    return any(_holds(request, other.lower(), name, seen) for other in inside if other not in seen)


def _write(request: Request, name: str, wanted: list[str]) -> None:
    request.refuse_when_asleep("includes/services/TripleStore.php", 200)
    request.wiki.set_group(name, "\n".join(wanted))
    request.admins.clear()

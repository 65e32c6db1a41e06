"""API routes of groups."""

from __future__ import annotations

import re
from functools import partial

from ..exchange.response import Answer
from ..exchange.wiki_request import Visit
from ..people import acls
from .routing import forbidden, route

groups_route = partial(route, where=lambda features: features.groups_by_api)


def _group_names(visit: Visit) -> Answer:
    return visit.json(sorted(acls.groups(visit)))


@route("groups", "ANY", where=lambda features: not features.groups_by_api)
def list_groups_any_method(visit: Visit) -> Answer:
    """Names of groups. POST answers the same list and makes nothing (docs/yeswiki.md, 4.6)."""
    return _group_names(visit) if acls.is_admin(visit) else forbidden()


@groups_route("groups")
def list_groups(visit: Visit) -> Answer:
    """Names of groups."""
    return _group_names(visit) if acls.is_admin(visit) else forbidden()


def _lines(visit: Visit) -> list[str]:
    users = visit.post.get("users")
    if isinstance(users, str):
        return [users]
    return [str(v) for v in users.values()] if isinstance(users, dict) else []


def _unknown_member(visit: Visit, members: list[str]) -> str:
    for member in members:
        name = member.lstrip("!")
        if name.startswith("@"):
            if name[1:] not in acls.groups(visit):
                return name
        elif visit.farm.store.user(visit.w, name=name) is None:
            return name
    return ""


@groups_route("groups", "POST")
def create_group(visit: Visit) -> Answer:
    """Make a group: 422 for a bad or used name, or an unknown member."""
    if not acls.is_admin(visit):
        return forbidden()
    name, members = visit.field("name"), _lines(visit)
    if not name:
        return visit.json({"name": "", "error": "should not be empty"}, 400)
    if not re.fullmatch(r"[A-Za-z0-9]+", name):
        return visit.json({"name": name, "error": "Nom de groupe invalide"}, 422)
    if name in acls.groups(visit):
        return visit.json({"name": name, "error": f"Le groupe {name} existe déjà"}, 422)
    return _write_group(visit, name, members)


@groups_route("groups/{name}")
def group_members(visit: Visit, name: str) -> Answer:
    """Members of a group."""
    if not acls.is_admin(visit):
        return forbidden()
    if name not in acls.groups(visit):
        return visit.json({"name": name, "error": "Groupe inconnu"}, 404)
    return visit.json([m for m in acls.groups(visit)[name].split("\n") if m])


@groups_route("groups/{name}/update", "POST")
def update_group(visit: Visit, name: str) -> Answer:
    """Replace the members of a group."""
    if not acls.is_admin(visit):
        return forbidden()
    if name not in acls.groups(visit):
        return visit.json({"name": name, "error": "Groupe inconnu"}, 404)
    return _write_group(visit, name, _lines(visit))


def _write_group(visit: Visit, name: str, members: list[str]) -> Answer:
    visit.refuse_when_asleep("includes/services/TripleStore.php", 200)
    unknown = _unknown_member(visit, members)
    if unknown:
        return visit.json({"name": name, "error": f"{unknown} n'existe pas"}, 422)
    visit.farm.store.set_group(visit.w, name, "\n".join(members))
    visit.caches.pop("groups", None)
    return visit.json({"name": name, "users": members})


@groups_route("groups/{name}/delete", "POST")
def delete_group(visit: Visit, name: str) -> Answer:
    """Remove a group, but never @admins."""
    if not acls.is_admin(visit):
        return forbidden()
    if name not in acls.groups(visit):
        return visit.json({"name": [name], "error": "Groupe inconnu"}, 404)
    if name == "admins":
        return visit.json({"name": [name], "error": "Ce groupe ne peut être supprimé"}, 422)
    visit.farm.store.run("DELETE FROM groups WHERE wiki = ? AND name = ?", visit.w, name)
    visit.caches.pop("groups", None)
    return visit.json({"deleted": [name]})

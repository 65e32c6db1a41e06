"""API routes of groups."""

from __future__ import annotations

import re
from functools import partial

from ..exchange.response import Response, Stop
from ..exchange.wiki_request import Request
from ..people import acls
from .routing import forbidden, route

groups_route = partial(route, where=lambda features: features.groups_by_api)


def _only_admins(request: Request) -> None:
    if not acls.is_admin(request):
        raise Stop(forbidden())


@route("groups", "ANY", where=lambda features: not features.groups_by_api)
def list_groups_any_method(request: Request) -> Response:
    """Names of groups. POST answers the same list and makes nothing (docs/yeswiki.md, Newer)."""
    _only_admins(request)
    return request.json(sorted(request.wiki.groups))


@groups_route("groups")
def list_groups(request: Request) -> Response:
    """Names of groups."""
    _only_admins(request)
    return request.json(sorted(request.wiki.groups))


def _lines(request: Request) -> list[str]:
    users = request.post.get("users")
    if isinstance(users, str):
        return [users]
    return [str(v) for v in users.values()] if isinstance(users, dict) else []


def _unknown_member(request: Request, members: list[str]) -> str:
    for member in members:
        name = member.lstrip("!")
        if name.startswith("@"):
            if name[1:] not in request.wiki.groups:
                return name
        elif request.wiki.user(name=name) is None:
            return name
    return ""


@groups_route("groups", "POST")
def create_group(request: Request) -> Response:
    """Make a group: 422 for a bad or used name, or an unknown member."""
    _only_admins(request)
    name, members = request.field("name"), _lines(request)
    if not name:
        return request.json({"name": "", "error": "should not be empty"}, 400)
    if not re.fullmatch(r"[A-Za-z0-9]+", name):
        return request.json({"name": name, "error": "Nom de groupe invalide"}, 422)
    if name in request.wiki.groups:
        return request.json({"name": name, "error": f"Le groupe {name} existe déjà"}, 422)
    return _write_group(request, name, members)


@groups_route("groups/{name}")
def group_members(request: Request, name: str) -> Response:
    """Members of a group."""
    _only_admins(request)
    if name not in request.wiki.groups:
        return request.json({"name": name, "error": "Groupe inconnu"}, 404)
    return request.json([m for m in request.wiki.groups[name].split("\n") if m])


@groups_route("groups/{name}/update", "POST")
def update_group(request: Request, name: str) -> Response:
    """Replace the members of a group."""
    _only_admins(request)
    if name not in request.wiki.groups:
        return request.json({"name": name, "error": "Groupe inconnu"}, 404)
    return _write_group(request, name, _lines(request))


def _write_group(request: Request, name: str, members: list[str]) -> Response:
    request.refuse_when_asleep("includes/services/TripleStore.php", 200)
    unknown = _unknown_member(request, members)
    if unknown:
        return request.json({"name": name, "error": f"{unknown} n'existe pas"}, 422)
    request.wiki.set_group(name, "\n".join(members))
    return request.json({"name": name, "users": members})


@groups_route("groups/{name}/delete", "POST")
def delete_group(request: Request, name: str) -> Response:
    """Remove a group, but never @admins."""
    _only_admins(request)
    if name not in request.wiki.groups:
        return request.json({"name": [name], "error": "Groupe inconnu"}, 404)
    if name == "admins":
        return request.json({"name": [name], "error": "Ce groupe ne peut être supprimé"}, 422)
    request.wiki.delete_group(name)
    return request.json({"deleted": [name]})

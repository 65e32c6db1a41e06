"""API routes of groups."""

from __future__ import annotations

from functools import partial

from ..exchange.response import Response, Stop
from ..exchange.wiki_request import Request
from ..people import acls, group_manager
from ..people.group_manager import BadName, GroupRefusal, NoSuchGroup, UnknownMember
from ..php import table
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


@groups_route("groups", "POST")
def create_group(request: Request) -> Response:
    """Make a group: 422 for a bad or used name, or an unknown member."""
    _only_admins(request)
    name, wanted = request.field("name"), list(table(request.post, "users").values())
    if not name:
        return request.json({"name": "", "error": "should not be empty"}, 400)
    try:
        group_manager.create(request, name, wanted)
    except GroupRefusal as refusal:
        return _refused(request, name, refusal)
    return request.json({"name": name, "members": group_manager.members(request, name)})


@groups_route("groups/{name}")
def group_members(request: Request, name: str) -> Response:
    """Members of a group."""
    _only_admins(request)
    try:
        return request.json(group_manager.members(request, name))
    except NoSuchGroup as refusal:
        return request.json({"name": name, "error": str(refusal)}, 404)


@groups_route("groups/{name}/update", "POST")
def update_group(request: Request, name: str) -> Response:
    """Replace the members of a group, by nobody when nothing is posted."""
    _only_admins(request)
    try:
        group_manager.update(request, name, list(table(request.post, "users").values()))
    except GroupRefusal as refusal:
        return _refused(request, name, refusal)
    return request.json(None)


def _refused(request: Request, name: str, refusal: GroupRefusal) -> Response:
    words, status = str(refusal), 400
    if isinstance(refusal, UnknownMember):
        words, status = f"L'identifiant \"{words}\" n'existe pas !", 422
    elif isinstance(refusal, BadName):
        status = 422
    return request.json({"name": name, "error": words}, status)


@groups_route("groups/{name}/delete", "POST", "public@admins")
def delete_group(request: Request, name: str) -> Response:
    """Remove a group, but never @admins."""
    try:
        group_manager.delete(request, name)
    except NoSuchGroup:
        words = f"L'identifiant \"{name}\" n'existe pas !"
        return request.json({"name": [name], "error": words}, 404)
    except GroupRefusal as refusal:
        return request.json({"name": [name], "error": str(refusal)}, 500)
    return request.json({"deleted": [name]})

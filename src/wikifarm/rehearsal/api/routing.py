"""The routes `?api/...`: which exist in each dialect, who may use them, what they answer.

Statuses (docs/yeswiki.md, Newer): unknown route 404, wrong method 405, refused by the route 401,
all empty; refused by the controller 403; exception 500 with `exceptionMessage`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_plus

from ..dialects import Features
from ..exchange.response import Response
from ..exchange.wiki_request import Request
from ..people import acls, sessions

Run = Callable[..., Response]

Where = Callable[[Features], bool]


def everywhere(_features: Features) -> bool:
    """Every dialect has the route."""
    return True


@dataclass(frozen=True)
class ApiRoute:
    """One route. `acl`: public | key (Bearer, or a session) | + | @admins (as key)."""

    pattern: re.Pattern[str]
    methods: tuple[str, ...]
    acl: str
    where: Where
    farm_only: bool
    run: Run


ROUTES: list[ApiRoute] = []


def route(
    path: str,
    methods: str = "GET",
    acl: str = "public",
    where: Where = everywhere,
    farm_only: bool = False,
) -> Callable[[Run], Run]:
    """Register a route; `{x}` is one part of the path, `{x*}` all the rest."""
    regex = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    regex = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", regex)

    def keep(run: Run) -> Run:
        pattern = re.compile(f"^{regex}$")
        ROUTES.append(ApiRoute(pattern, tuple(methods.split()), acl, where, farm_only, run))
        return run

    return keep


def answer(request: Request) -> Response:
    """Run the route that matches, or say why not."""
    path = unquote_plus(request.route).lstrip("/")
    keyed = sessions.recognise_key(request)
    known = False
    for candidate in ROUTES:
        if not candidate.where(request.features) or _hidden(request, candidate, path):
            continue
        match = candidate.pattern.match(path)
        if not match:
            continue
        known = True
        if request.method not in candidate.methods and "ANY" not in candidate.methods:
            continue
        if not _open_by_trap(request, path) and not _allowed(request, candidate.acl, keyed):
            return Response(401, "")
        return candidate.run(request, **match.groupdict())
    return Response(405 if known else 404, "")


def _hidden(request: Request, candidate: ApiRoute, path: str) -> bool:
    """Routes of the extension exist on the farm alone; two traps close some."""
    if candidate.farm_only and (request.wiki.folder or "no_ferme" in request.farm.traps):
        return True
    return "drop_users_api" in request.farm.traps and re.match(r"users(/|$)", path) is not None


def _open_by_trap(request: Request, path: str) -> bool:
    """Archives are open to everybody where the trap says so."""
    return "open_archives" in request.farm.traps and path.partition("/")[0] == "archives"


def _allowed(request: Request, acl: str, keyed: bool) -> bool:
    if acl == "public":
        return True
    if acl == "public+":
        return bool(request.user)
    if acl == "public@admins":
        return acls.is_admin(request)
    session = bool(request.user) and request.features.session_as_key
    if acl == "@admins":
        return (keyed or session) and acls.is_admin(request)
    return keyed or session


def forbidden() -> Response:
    """A controller's refusal: 403 without a body (06)."""
    return Response(403, "")

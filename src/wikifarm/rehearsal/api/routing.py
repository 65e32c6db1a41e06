"""The routes `?api/...`: which exist in each dialect, who may use them, what they answer.

Statuses (docs/yeswiki.md, 4.6): unknown route 404, wrong method 405, refused by the route 401,
all empty; refused by the controller 403; exception 500 with `exceptionMessage`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_plus

from ..dialects import Features
from ..exchange.response import Answer
from ..exchange.wiki_request import Visit
from ..people import acls, cookies

Run = Callable[..., Answer]

Where = Callable[[Features], bool]


def everywhere(_features: Features) -> bool:
    """Every dialect has the route."""
    return True


@dataclass(frozen=True)
class Route:
    """One route. `acl`: public | key (Bearer, or a session) | + | @admins (as key)."""

    pattern: re.Pattern[str]
    methods: tuple[str, ...]
    acl: str
    where: Where
    farm_only: bool
    run: Run


ROUTES: list[Route] = []


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
        ROUTES.append(Route(pattern, tuple(methods.split()), acl, where, farm_only, run))
        return run

    return keep


def answer(visit: Visit) -> Answer:
    """Run the route that matches, or say why not."""
    path = unquote_plus(visit.route).strip("/") if visit.route != "" else ""
    keyed = cookies.recognise_key(visit)
    known = False
    for found in ROUTES:
        if not found.where(visit.features) or _hidden(visit, found, path):
            continue
        match = found.pattern.match(path)
        if not match:
            continue
        known = True
        if visit.method not in found.methods and "ANY" not in found.methods:
            continue
        if not _allowed(visit, found.acl, keyed):
            return Answer(401, "")
        return found.run(visit, **match.groupdict())
    return Answer(405 if known else 404, "")


def _hidden(visit: Visit, found: Route, path: str) -> bool:
    """Routes of the extension exist on the farm alone; two traps close some."""
    if found.farm_only and (visit.w or "no_ferme" in visit.farm.traps):
        return True
    return "drop_users_api" in visit.farm.traps and re.match(r"users(/|$)", path) is not None


def _allowed(visit: Visit, acl: str, keyed: bool) -> bool:
    if acl == "public":
        return True
    if acl == "public+":
        return bool(visit.user)
    if acl == "public@admins":
        return acls.is_admin(visit)
    session = bool(visit.user) and visit.features.session_as_key
    if acl == "@admins":
        return (keyed or session) and acls.is_admin(visit)
    return keyed or session


def forbidden() -> Answer:
    """A controller's refusal: 403 without a body (06)."""
    return Answer(403, "")

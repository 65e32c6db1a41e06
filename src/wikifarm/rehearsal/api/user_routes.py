"""API routes of accounts and of logging in."""

from __future__ import annotations

import secrets
from functools import partial

from ..exchange.response import Response
from ..exchange.wiki_request import ASLEEP, Request
from ..people import acls, sessions, user_manager
from .routing import forbidden, route


@route("users")
def list_users(request: Request) -> Response:
    """Accounts, for administrators (06, 07)."""
    if not acls.is_admin(request):
        return forbidden()
    users = request.wiki.users()
    keys = ("email", "name", "signuptime")
    return request.json([{key: getattr(user, key) for key in keys} for user in users] or None)


@route("users", "POST", "public@admins")
def create_user(request: Request) -> Response:
    """Make an account with a random password (40)."""
    name, email = request.field("name"), request.field("email")
    for key, value in (("name", name), ("email", email)):
        if not value:
            return request.json({"error": f"$_POST['{key}'] should not be empty"}, 400)
    if request.asleep:
        return request.json({"notCreated": [name], "error": ASLEEP}, 400)
    refused = user_manager.refusal(request, name, email)
    if refused:
        return request.json({"notCreated": [name], "error": refused}, 400)
    user = user_manager.create(request.wiki, name, email, secrets.token_urlsafe(20))
    told = {"name": user.name, "email": user.email, "signuptime": user.signuptime}
    if request.features.user_link:
        told["link"] = user_manager.way_in(request, user)
    return request.json({"created": [user.name], "user": told}, noisy=True)


@route("users/{name}", "GET", "key")
def one_user(request: Request, name: str) -> Response:
    """One account, where a method that was forgotten does not stand in the way."""
    if not acls.is_admin(request):
        return forbidden()
    if not request.features.one_account:
        missing = "Call to undefined method YesWiki\\Core\\Service\\UserManager::getOne()"
        raise request.fault(missing, "includes/controllers/ApiController.php", 131, "Error")
    user = request.wiki.user(name=name)
    keys = ("name", "email", "signuptime")
    return request.json({key: getattr(user, key) for key in keys} if user else None)


@route("users/{name}/delete", "POST", "public@admins")
def delete_user(request: Request, name: str) -> Response:
    """Remove an account, with a token in `csrfToken`."""
    if not sessions.csrf_holds(request, request.field("csrfToken")):
        return request.json({"notDeleted": [name], "error": "Invalid CSRF token"}, 401)
    user = request.wiki.user(name=name)
    if user is None:
        return request.json({"notDeleted": [name], "error": "not existing user"}, 400)
    refused = user_manager.why_it_stays(request, user)
    if refused:
        return request.json({"notDeleted": [name], "error": refused}, 400)
    user_manager.remove(request, user)
    return request.json({"deleted": [name]})


login_route = partial(route, where=lambda features: features.login_by_api)


@login_route("login", "POST")
def log_in(request: Request) -> Response:
    """Log in by API, for an hour."""
    name = request.field("username")
    user = request.wiki.user(**({"email": name} if "@" in name else {"name": name}))
    if user is None:
        return request.json({"error": user_manager.UNKNOWN}, 401)
    if not user_manager.check_password(request.field("password"), user.password):
        return request.json({"error": user_manager.WRONG_PASSWORD}, 401)
    sessions.login(request, user, remember=False)
    return me(request)


@login_route("auth/me")
def me(request: Request) -> Response:
    """Who is logged in."""
    if not request.user:
        return request.json({"error": "Pas d'utilisateur connecté."}, 401)
    return request.json({"user": request.user, "isAdmin": acls.is_admin(request)})


@route("auth/{name}", "GET", "key", lambda features: not features.login_by_api)
def auth_probe(request: Request, name: str) -> Response:
    """Older cores answer this path by themselves: 401 (docs/yeswiki.md, Newer)."""
    return request.json({"name": name})

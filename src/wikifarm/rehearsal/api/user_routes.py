"""API routes of accounts and of logging in."""

from __future__ import annotations

import secrets
from functools import partial

from ..exchange.response import Answer
from ..exchange.wiki_request import ASLEEP, Visit
from ..people import acls, cookies, csrf, user_manager
from ..people.user_manager import remove, why_it_stays
from .routing import forbidden, route


@route("users")
def list_users(visit: Visit) -> Answer:
    """Accounts, for administrators (06, 07)."""
    if not acls.is_admin(visit):
        return forbidden()
    found = visit.farm.store.users(visit.w)
    keys = ("email", "name", "signuptime")
    return visit.json([{key: getattr(user, key) for key in keys} for user in found] or None)


@route("users", "POST", "public@admins")
def create_user(visit: Visit) -> Answer:
    """Make an account with a random password (40)."""
    name, email = visit.field("name"), visit.field("email")
    for key, value in (("name", name), ("email", email)):
        if not value:
            return visit.json({"error": f"$_POST['{key}'] should not be empty"}, 400)
    if visit.asleep:
        return visit.json({"notCreated": [name], "error": ASLEEP}, 400)
    refused = user_manager.refusal(visit, name, email)
    if refused:
        return visit.json({"notCreated": [name], "error": refused}, 400)
    user = user_manager.create(visit.farm.store, visit.w, name, email, secrets.token_urlsafe(20))
    told = {"name": user.name, "email": user.email, "signuptime": user.signuptime}
    if visit.features.user_link:
        told["link"] = ""
    return visit.json({"created": [user.name], "user": told}, noisy=True)


@route("users/{name}", "GET", "key")
def one_user(visit: Visit, name: str) -> Answer:
    """One account."""
    if not acls.is_admin(visit):
        return forbidden()
    user = visit.farm.store.user(visit.w, name=name)
    keys = ("name", "email", "signuptime")
    return visit.json({key: getattr(user, key) for key in keys} if user else None)


@route("users/{name}/delete", "POST", "public@admins")
def delete_user(visit: Visit, name: str) -> Answer:
    """Remove an account, with a token in `csrfToken`."""
    if not csrf.csrf_holds(visit, visit.field("csrfToken")):
        return visit.json({"notDeleted": [name], "error": "Invalid CSRF token"}, 401)
    user = visit.farm.store.user(visit.w, name=name)
    if user is None:
        return visit.json({"notDeleted": [name], "error": "not existing user"}, 400)
    refused = why_it_stays(visit, user)
    if refused:
        return visit.json({"notDeleted": [name], "error": refused}, 400)
    remove(visit, user)
    return visit.json({"deleted": [name]})


login_route = partial(route, where=lambda features: features.login_by_api)


@login_route("login", "POST")
def log_in(visit: Visit) -> Answer:
    """Log in by API."""
    name = visit.field("username")
    user = visit.farm.store.user(visit.w, **({"email": name} if "@" in name else {"name": name}))
    if user is None or not user_manager.check_password(visit.field("password"), user.password):
        return visit.json({"error": "Identifiants incorrects"}, 401)
    cookies.login(visit, user, remember=True)
    return me(visit)


@login_route("auth/me")
def me(visit: Visit) -> Answer:
    """Who is logged in."""
    user = visit.farm.store.user(visit.w, name=visit.user) if visit.user else None
    if user is None:
        return visit.json({"error": "not logged in"}, 401)
    told = {"name": user.name, "email": user.email}
    return visit.json({"user": told, "isAdmin": acls.is_admin(visit)})


@route("auth/{name}", "GET", "key", lambda features: not features.login_by_api)
def auth_probe(visit: Visit, name: str) -> Answer:
    """Older cores answer this path by themselves: 401 (docs/yeswiki.md, 4.6)."""
    return visit.json({"name": name})

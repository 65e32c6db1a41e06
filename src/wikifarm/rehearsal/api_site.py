"""API routes of the core: users, groups, pages, login, archives."""

from __future__ import annotations

import re
import secrets
from functools import partial

from . import accounts, bazar_entries, handlers, html, pages, rights
from .api import forbidden, route
from .store import Page, User
from .visit import Answer, Visit

groups_route = partial(route, where=lambda features: features.groups_by_api)
login_route = partial(route, where=lambda features: features.login_by_api)


@route("")
def documentation(visit: Visit) -> Answer:
    """The list of routes, by hand and incomplete as on a real wiki."""
    rows = "".join(
        f"<li><code>GET {visit.href('api', path)}</code></li>"
        for path in ("users", "groups", "pages", "forms", "entries", "archives")
    )
    return html.page(visit, f"<h1>YesWiki API</h1><ul>{rows}</ul>")


# -- users ----------------------------------------------------------------------------------


@route("users")
def list_users(visit: Visit) -> Answer:
    """Accounts, for administrators (06, 07)."""
    if not rights.is_admin(visit):
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
    if rights.is_asleep(visit):
        return visit.json({"notCreated": [name], "error": rights.ASLEEP}, 400)
    refused = accounts.refusal(visit, name, email)
    if refused:
        return visit.json({"notCreated": [name], "error": refused}, 400)
    user = accounts.create(visit.farm.store, visit.w, name, email, secrets.token_urlsafe(20))
    told = {"name": user.name, "email": user.email, "signuptime": user.signuptime}
    if visit.features.user_link:
        told["link"] = ""
    return visit.json({"created": [user.name], "user": told}, noisy=True)


@route("users/{name}", "GET", "key")
def one_user(visit: Visit, name: str) -> Answer:
    """One account."""
    if not rights.is_admin(visit):
        return forbidden()
    user = visit.farm.store.user(visit.w, name=name)
    keys = ("name", "email", "signuptime")
    return visit.json({key: getattr(user, key) for key in keys} if user else None)


@route("users/{name}/delete", "POST", "public@admins")
def delete_user(visit: Visit, name: str) -> Answer:
    """Remove an account, with a token in `csrfToken`."""
    if not accounts.csrf_holds(visit, visit.field("csrfToken")):
        return visit.json({"notDeleted": [name], "error": "Invalid CSRF token"}, 401)
    user = visit.farm.store.user(visit.w, name=name)
    if user is None:
        return visit.json({"notDeleted": [name], "error": "not existing user"}, 400)
    refused = _cannot_go(visit, user)
    if refused:
        return visit.json({"notDeleted": [name], "error": refused}, 400)
    _remove_user(visit, user)
    return visit.json({"deleted": [name]})


def _cannot_go(visit: Visit, user: User) -> str:
    if user.name == visit.user:
        return "Vous ne pouvez pas vous supprimer vous-même."
    for group, members in rights.groups(visit).items():
        if members.split("\n") == [user.name]:
            return f"Cette personne est seule dans un groupe ({group})."
    return ""


def _remove_user(visit: Visit, user: User) -> None:
    store = visit.farm.store
    for group, members in rights.groups(visit).items():
        kept = [line for line in members.split("\n") if line != user.name]
        store.set_group(visit.w, group, "\n".join(kept))
    store.run("UPDATE pages SET owner = '' WHERE wiki = ? AND owner = ?", visit.w, user.name)
    store.run("DELETE FROM users WHERE wiki = ? AND name = ?", visit.w, user.name)
    visit.caches.pop("groups", None)


# -- groups ---------------------------------------------------------------------------------


def _group_names(visit: Visit) -> Answer:
    return visit.json(sorted(rights.groups(visit)))


@route("groups", "ANY", where=lambda features: not features.groups_by_api)
def list_groups_any_method(visit: Visit) -> Answer:
    """Names of groups. POST answers the same list and makes nothing (docs/yeswiki.md, 4.6)."""
    return _group_names(visit) if rights.is_admin(visit) else forbidden()


@groups_route("groups")
def list_groups(visit: Visit) -> Answer:
    """Names of groups."""
    return _group_names(visit) if rights.is_admin(visit) else forbidden()


def _lines(visit: Visit) -> list[str]:
    users = visit.post.get("users")
    if isinstance(users, str):
        return [users]
    return [str(v) for v in users.values()] if isinstance(users, dict) else []


def _unknown_member(visit: Visit, members: list[str]) -> str:
    for member in members:
        name = member.lstrip("!")
        if name.startswith("@"):
            if name[1:] not in rights.groups(visit):
                return name
        elif visit.farm.store.user(visit.w, name=name) is None:
            return name
    return ""


@groups_route("groups", "POST")
def create_group(visit: Visit) -> Answer:
    """Make a group: 422 for a bad or used name, or an unknown member."""
    if not rights.is_admin(visit):
        return forbidden()
    name, members = visit.field("name"), _lines(visit)
    if not name:
        return visit.json({"name": "", "error": "should not be empty"}, 400)
    if not re.fullmatch(r"[A-Za-z0-9]+", name):
        return visit.json({"name": name, "error": "Nom de groupe invalide"}, 422)
    if name in rights.groups(visit):
        return visit.json({"name": name, "error": f"Le groupe {name} existe déjà"}, 422)
    return _write_group(visit, name, members)


@groups_route("groups/{name}")
def group_members(visit: Visit, name: str) -> Answer:
    """Members of a group."""
    if not rights.is_admin(visit):
        return forbidden()
    if name not in rights.groups(visit):
        return visit.json({"name": name, "error": "Groupe inconnu"}, 404)
    return visit.json([m for m in rights.groups(visit)[name].split("\n") if m])


@groups_route("groups/{name}/update", "POST")
def update_group(visit: Visit, name: str) -> Answer:
    """Replace the members of a group."""
    if not rights.is_admin(visit):
        return forbidden()
    if name not in rights.groups(visit):
        return visit.json({"name": name, "error": "Groupe inconnu"}, 404)
    return _write_group(visit, name, _lines(visit))


def _write_group(visit: Visit, name: str, members: list[str]) -> Answer:
    rights.refuse_when_asleep(visit, "includes/services/TripleStore.php", 200)
    unknown = _unknown_member(visit, members)
    if unknown:
        return visit.json({"name": name, "error": f"{unknown} n'existe pas"}, 422)
    visit.farm.store.set_group(visit.w, name, "\n".join(members))
    visit.caches.pop("groups", None)
    return visit.json({"name": name, "users": members})


@groups_route("groups/{name}/delete", "POST")
def delete_group(visit: Visit, name: str) -> Answer:
    """Remove a group, but never @admins."""
    if not rights.is_admin(visit):
        return forbidden()
    if name not in rights.groups(visit):
        return visit.json({"name": [name], "error": "Groupe inconnu"}, 404)
    if name == "admins":
        return visit.json({"name": [name], "error": "Ce groupe ne peut être supprimé"}, 422)
    visit.farm.store.run("DELETE FROM groups WHERE wiki = ? AND name = ?", visit.w, name)
    visit.caches.pop("groups", None)
    return visit.json({"deleted": [name]})


# -- pages ----------------------------------------------------------------------------------


def _page_json(page: Page) -> dict[str, str]:
    return {
        "id": str(page.id), "tag": page.tag, "time": page.time, "body": page.body, "body_r": "",
        "owner": page.owner, "user": page.user, "latest": "Y" if page.latest else "N",
        "handler": "page", "comment_on": "",
    }  # fmt: skip


@route("pages")
def list_pages(visit: Visit) -> Answer:
    """Every readable plain page with its whole body (05)."""
    found = {
        page.tag: _page_json(page)
        for page in visit.farm.store.pages(visit.w, "")
        if not page.tag.startswith(pages.HIDDEN_TAG)
        and not visit.farm.is_hidden(visit.w, page.tag)
        and rights.has_access(visit, "read", page.tag, page)
    }
    return visit.json(found or None)


@route("pages/{tag}")
def one_page(visit: Visit, tag: str) -> Answer:
    """One page: 404 when missing, 403 when not readable."""
    page = visit.farm.page(visit.w, tag, visit.arg("time"))
    if not rights.has_access(visit, "read", tag, page):
        return forbidden()
    if page is None:
        return visit.json(None, 404)
    seen = _as_page(visit, page)
    body = bazar_entries.guarded_body(visit, page)
    shown = handlers.content_of(seen, footer=False)
    return visit.json({**_page_json(page), "body": body, "html": shown, "code": body})


def _as_page(visit: Visit, page: Page) -> Visit:
    """The visit as if the page itself had been asked, for its own rendering."""
    visit.__dict__["page"] = page
    return visit


@route("pages/{tag}", "POST", "public+", lambda features: features.page_save_by_api)
def save_page(visit: Visit, tag: str) -> Answer:
    """Write a page: no token, and no check that somebody else wrote meanwhile."""
    if "body" not in visit.post:
        return visit.json({"error": "body is required"}, 400)
    page = visit.farm.page(visit.w, tag)
    if not rights.has_access(visit, "write", tag, page):
        return forbidden()
    if "refuse_save_once" in visit.farm.traps:
        visit.farm.traps.discard("refuse_save_once")
        return visit.json(_page_json(page) if page else None)
    body = visit.field("body").replace("\r", "")
    if page is None or body.rstrip() != page.body.rstrip():
        pages.save(visit, tag, body)
        pages.track_links(visit, tag, body)
    saved = visit.farm.page(visit.w, tag)
    return visit.json(_page_json(saved) if saved else None)


@route("pages/{tag}", "DELETE", "public+")
def delete_page(visit: Visit, tag: str) -> Answer:
    """Remove a page, without a token; most web servers refuse the method before (42)."""
    page = visit.farm.page(visit.w, tag)
    if page is None:
        return visit.json({"notDeleted": [tag]}, 404)
    if not rights.is_admin(visit) and not rights.is_owner(visit, tag, page.owner):
        return visit.json({"notDeleted": [tag]}, 401)
    visit.farm.delete_page(visit, page)
    return visit.json({"deleted": [tag]})


@route("pages/{tag}/delete", "POST", "public+")
def delete_page_by_post(visit: Visit, tag: str) -> Answer:
    """The same by POST, with a token in `csrfToken`."""
    if not accounts.csrf_holds(visit, visit.field("csrfToken")):
        return visit.json({"notDeleted": [tag], "error": "Invalid CSRF token"}, 401)
    return delete_page(visit, tag)


@route("pages/{tag}/duplicate", "POST", "public+", lambda features: features.page_duplication)
def duplicate_page(visit: Visit, tag: str) -> Answer:
    """Copy content into a free tag, for administrators."""
    if not rights.is_admin(visit) or visit.farm.page(visit.w, tag):
        return Answer(403, '"duplication refused"', "application/json")
    pages.save(visit, tag, visit.field("originalContent"))
    return visit.json({"success": visit.href(tag)})


# -- login, archives, the rest ---------------------------------------------------------------


@login_route("login", "POST")
def log_in(visit: Visit) -> Answer:
    """Log in by API."""
    name = visit.field("username")
    user = visit.farm.store.user(visit.w, **({"email": name} if "@" in name else {"name": name}))
    if user is None or not accounts.check_password(visit.field("password"), user.password):
        return visit.json({"error": "Identifiants incorrects"}, 401)
    accounts.login(visit, user, remember=True)
    return me(visit)


@login_route("auth/me")
def me(visit: Visit) -> Answer:
    """Who is logged in."""
    user = visit.farm.store.user(visit.w, name=visit.user) if visit.user else None
    if user is None:
        return visit.json({"error": "not logged in"}, 401)
    told = {"name": user.name, "email": user.email}
    return visit.json({"user": told, "isAdmin": rights.is_admin(visit)})


@route("auth/{name}", "GET", "key", lambda features: not features.login_by_api)
def auth_probe(visit: Visit, name: str) -> Answer:
    """Older cores answer this path by themselves: 401 (docs/yeswiki.md, 4.6)."""
    return visit.json({"name": name})


def _archives_fault(visit: Visit) -> Answer:
    message = "Not writable archive[privatePath]"
    line = visit.features.line_of_closed_archives
    raise visit.fault(message, "includes/services/ArchiveService.php", line)


@route("archives", "GET POST", "public@admins")
def archives(visit: Visit) -> Answer:
    """A new wiki's archives cannot be written (52, 53)."""
    return _archives_fault(visit)


@route("archives/restorestatus", "GET", "public@admins", lambda features: features.restore_status)
def restore_status(visit: Visit) -> Answer:
    """Nothing is being restored."""
    return visit.json({"started": False, "running": False, "finished": False})


@route("archives/{name}", "GET POST", "public@admins")
def one_archive(visit: Visit, name: str) -> Answer:
    """No archive can exist."""
    return _archives_fault(visit)


@route("remotebackup", "GET POST", "public@admins", lambda features: features.remote_backup)
def remote_backup(visit: Visit) -> Answer:
    """No backup is running."""
    return visit.json({"running": False, "step": "", "messages": []})


@route("webfinger", where=lambda features: features.webfinger)
def webfinger(visit: Visit) -> Answer:
    """Asks for a resource."""
    return visit.json({"error": "resource is required"}, 400)


@route("triples/{resource}", "GET POST", "public+")
def triples(visit: Visit, resource: str) -> Answer:
    """The rehearsal keeps no triple."""
    return visit.json([])


@route("triples/{resource}/delete", "POST", "public+")
def delete_triples(visit: Visit, resource: str) -> Answer:
    """The rehearsal keeps no triple."""
    return visit.json([])


@route("comments")
@route("comments/{tag}")
def comments(visit: Visit, tag: str = "") -> Answer:
    """No comment: they are closed by default."""
    return visit.json([[]])


@route("reactions")
def reactions(visit: Visit) -> Answer:
    """No reaction."""
    return visit.json([])

"""Who may read, write, comment, run an action or a handler.

Grammar and odd corners follow `includes/services/AclService.php` of v4.4.4: a list is an OR of its
lines, administrators always pass, and a page's owner always passes on that page.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..exchange.wiki_request import Visit
from ..store.records import Page

PRIVILEGES = ("read", "write", "comment")

DEFAULTS = {"read": "*", "write": "*", "comment": "comments-closed"}


def default_right(visit: Visit, privilege: str) -> str:
    """The wiki's own default (its configuration), or YesWiki's."""
    value = visit.wiki.config.get(f"default_{privilege}_acl")
    return str(value) if value else DEFAULTS[privilege]


def written_right(visit: Visit, tag: str, privilege: str) -> str | None:
    """The right written for this page, None where the default holds."""
    if "acls" not in visit.caches:
        visit.caches["acls"] = visit.farm.store.acls(visit.w)
    found: dict[tuple[str, str], str] = visit.caches["acls"]
    return found.get((tag, privilege))


def right(visit: Visit, tag: str, privilege: str) -> str:
    """The right that holds for this page."""
    value = written_right(visit, tag, privilege)
    return default_right(visit, privilege) if value is None else value


def set_right(visit: Visit, tag: str, privilege: str, value: str, append: bool = False) -> None:
    """Write a right; commas become lines, as `AclService::save` does."""
    lines = [part.strip() for part in value.replace("\r", "").replace(",", "\n").split("\n")]
    text = "\n".join(lines).strip()
    before = written_right(visit, tag, privilege)
    if append and before:
        text = f"{before}\n{text}"
    visit.farm.store.set_acl(visit.w, tag, privilege, text)
    visit.caches.pop("acls", None)


def groups(visit: Visit) -> dict[str, str]:
    """Groups of the wiki and their members, one a line."""
    if "groups" not in visit.caches:
        visit.caches["groups"] = visit.farm.store.groups(visit.w)
    found: dict[str, str] = visit.caches["groups"]
    return found


def is_admin(visit: Visit, user: str | None = None) -> bool:
    """Whether somebody (the visitor when None) is in @admins."""
    name = visit.user if user is None else user
    known: dict[str, bool] = visit.caches.setdefault("admins", {})
    if name not in known:
        known[name] = bool(name) and in_group(visit, "admins", name)
    return known[name]


def in_group(visit: Visit, group: str, user: str, seen: tuple[str, ...] = ()) -> bool:
    """Membership, nested groups included."""
    if not user or group in seen or group not in groups(visit):
        return False
    asker = _Asker(visit, user, seen=(*seen, group))
    return _passes(asker, groups(visit)[group])


def is_owner(visit: Visit, tag: str, owner: str | None = None) -> bool:
    """Whether the visitor, logged in, owns the page."""
    if not visit.user:
        return False
    if owner is None:
        page = visit.farm.page(visit.w, tag)
        owner = page.owner if page else ""
    return owner == visit.user


def has_access(visit: Visit, privilege: str, tag: str, page: Page | None = None) -> bool:
    """Whether the visitor has this privilege on this page."""
    value = right(visit, tag, privilege)
    if value == "comments-closed" or (value == "*" and privilege == "comment" and not visit.user):
        return False
    if visit.user and is_owner(visit, tag, page.owner if page else None):
        return True
    return check(visit, value, visit.user)


def check(visit: Visit, acl: str, user: str, tag: str = "", creating: bool = False) -> bool:
    """Whether `user` satisfies the list, administrators always. `tag` gives `%` its meaning."""
    if user and is_admin(visit, user):
        return True
    return _passes(_Asker(visit, user, tag, creating), acl)


def satisfies(visit: Visit, acl: str, user: str) -> bool:
    """The same without the privilege of administrators."""
    return _passes(_Asker(visit, user), acl)


@dataclass(frozen=True)
class _Asker:
    """Who asks, about which page; `seen` stops groups that contain each other."""

    visit: Visit
    user: str
    tag: str = ""
    creating: bool = False
    seen: tuple[str, ...] = ()


def _passes(asker: _Asker, acl: str) -> bool:
    lines = acl.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return any(_line(asker, line.strip()) for line in lines)


def _line(asker: _Asker, line: str) -> bool:
    wanted = not line.startswith("!")
    line = line if wanted else line[1:]
    if not line or line.startswith("#") or line == "@":
        return False
    if line[0] == "%" and not asker.creating and not asker.tag:
        return False
    return _holds(asker, line) == wanted


def _holds(asker: _Asker, line: str) -> bool:
    if line[0] == "*":
        return True
    if line[0] == "+":
        return bool(asker.user)
    if line[0] == "%":
        return asker.creating or is_owner(asker.visit, asker.tag)
    if line[0] == "@":
        return in_group(asker.visit, line[1:], asker.user, asker.seen)
    return bool(asker.user) and line == asker.user


def module_right(visit: Visit, kind: str, name: str) -> str:
    """The right written for an action or a handler, '' when anybody may run it."""
    if "modules" not in visit.caches:
        visit.caches["modules"] = visit.farm.store.modules(visit.w)
    found: dict[tuple[str, str], str] = visit.caches["modules"]
    return found.get((kind, name.lower()), "")


def may_run(visit: Visit, kind: str, name: str) -> bool:
    """Whether the visitor may run an action or a handler (`Performer::run`)."""
    value = module_right(visit, kind, name)
    return not value or check(visit, value, visit.user)


def set_module_right(visit: Visit, kind: str, name: str, value: str) -> None:
    """Write the right of an action or a handler; empty opens it again."""
    text = value.replace("\r", "").strip()
    name = name.lower()
    store = visit.farm.store
    store.run("DELETE FROM modules WHERE wiki = ? AND kind = ? AND name = ?", visit.w, kind, name)
    if text:
        store.run("INSERT INTO modules VALUES (?, ?, ?, ?)", visit.w, kind, name, text)
    visit.caches.pop("modules", None)


ADMINS_ONLY = "Op&eacute;ration permise aux administrateurs uniquement"

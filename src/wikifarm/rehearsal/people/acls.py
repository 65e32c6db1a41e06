"""Who may read, write, comment, run an action or a handler.

Grammar and odd corners follow `includes/services/AclService.php` of v4.4.4: a list is an OR of its
lines, administrators always pass, and a page's owner always passes on that page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..exchange.wiki_request import Request
from ..php import TRIMMED
from ..store.collation import is_like
from ..store.records import StoredPage

PRIVILEGES = ("read", "write", "comment")

DEFAULTS = {"read": "*", "write": "*", "comment": "comments-closed"}


def default_right(request: Request, privilege: str) -> str:
    """The wiki's own default (its configuration), or YesWiki's."""
    value = request.wiki.config.get(f"default_{privilege}_acl")
    return str(value) if value else DEFAULTS[privilege]


def written_right(request: Request, tag: str, privilege: str) -> str | None:
    """The right written for this page, None where the default holds; PHP's trim cuts the tag."""
    return request.wiki.acl(tag.strip(TRIMMED), privilege)


def right(request: Request, tag: str, privilege: str) -> str:
    """The right that holds for this page."""
    value = written_right(request, tag, privilege)
    return default_right(request, privilege) if value is None else value


def set_right(request: Request, tag: str, privilege: str, value: str, append: bool = False) -> None:
    """Write a right; commas become lines, as `AclService::save` does."""
    lines = [part.strip() for part in value.replace("\r", "").replace(",", "\n").split("\n")]
    text = "\n".join(lines).strip()
    before = written_right(request, tag, privilege)
    if append and before:
        text = f"{before}\n{text}"
    request.wiki.set_acl(tag, privilege, text)


def is_admin(request: Request, user: str | None = None) -> bool:
    """Whether somebody (the visitor when None) is in @admins."""
    name = request.user if user is None else user
    if name not in request.admins:
        request.admins[name] = bool(name) and in_group(request, "admins", name)
    return request.admins[name]


def in_group(request: Request, group: str, user: str, seen: tuple[str, ...] = ()) -> bool:
    """Membership, nested groups included."""
    group = request.wiki.group_named(group)
    if not user or not group or group in seen:
        return False
    asker = _Asker(request, user, seen=(*seen, group))
    return _passes(asker, request.wiki.groups[group])


def is_owner(request: Request, tag: str, owner: str | None = None) -> bool:
    """Whether the visitor, logged in, owns the page."""
    if not request.user:
        return False
    if owner is None:
        page = request.find(tag)
        owner = page.owner if page else ""
    return owner == request.user


def has_access(request: Request, privilege: str, tag: str, page: StoredPage | None = None) -> bool:
    """Whether the visitor has this privilege on this page."""
    value = right(request, tag, privilege)
    if value == "comments-closed" or (value == "*" and privilege == "comment" and not request.user):
        return False
    if request.user and is_owner(request, tag, page.owner if page else None):
        return True
    return check(request, value, request.user)


def readable(request: Request, pages: Iterable[StoredPage]) -> list[StoredPage]:
    """Those of the pages that the visitor may read."""
    return [page for page in pages if has_access(request, "read", page.tag, page)]


def listed(request: Request, pages: Iterable[StoredPage]) -> list[StoredPage]:
    """Those of the pages that the visitor finds in lists, rights being compared as texts: the name
    of an account finds all that it stands within, whatever the right means.

    Source: `AclService::updateRequestWithACL` of v4.4.4 and v4.5.0, and `EntryManager::search`,
    which does without for administrators.
    """
    if is_admin(request):
        return list(pages)
    needed = ["*"]
    if request.user:
        groups = request.wiki.groups
        needed += ["+", request.user]
        needed += [f"@{group}" for group in groups if in_group(request, group, request.user)]
    by_default = check(request, default_right(request, "read"), request.user)

    def is_listed(page: StoredPage) -> bool:
        right = written_right(request, page.tag, "read")
        if right is None:
            return by_default
        shut_out = any(is_like(right, f"!{part}") for part in needed)
        if not shut_out and any(is_like(right, part) for part in needed):
            return True
        of_owner = bool(request.user) and "%" in right and "!%" not in right
        return of_owner and page.owner == request.user

    return [page for page in pages if is_listed(page)]


def check(request: Request, acl: str, user: str, tag: str = "", creating: bool = False) -> bool:
    """Whether `user` satisfies the list, administrators always. `tag` gives `%` its meaning."""
    if user and is_admin(request, user):
        return True
    return _passes(_Asker(request, user, tag, creating), acl)


def satisfies(request: Request, acl: str, user: str) -> bool:
    """The same without the privilege of administrators."""
    return _passes(_Asker(request, user), acl)


@dataclass(frozen=True)
class _Asker:
    """Who asks, about which page; `seen` stops groups that contain each other."""

    request: Request
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
        return asker.creating or is_owner(asker.request, asker.tag)
    if line[0] == "@":
        return in_group(asker.request, line[1:], asker.user, asker.seen)
    return bool(asker.user) and line == asker.user


def module_right(request: Request, kind: str, name: str) -> str:
    """The right written for an action or a handler, '' when anybody may run it."""
    return request.wiki.modules.get((kind, name.lower()), "")


def may_run(request: Request, kind: str, name: str) -> bool:
    """Whether the visitor may run an action or a handler (`Performer::run`)."""
    value = module_right(request, kind, name)
    return not value or check(request, value, request.user)


ADMINS_ONLY = "Op&eacute;ration permise aux administrateurs uniquement"

"""The ways in that an installed wiki tells of itself: those of its extensions too.

Its handlers and actions stand in the tables of their rights, the routes of its API at `?api`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape

from wikifarm.i18n import _
from wikifarm.yeswiki.audit_routes import (
    ENTRY_HANDLERS,
    Route,
    api_address,
    page_address,
)
from wikifarm.yeswiki.spy_page import KNOWN_ACTIONS

# These write, send, or change who asks, even where the right to read alone is wanted of them.
WRITING_HANDLERS = frozenset({
    "addcomment", "ajaxaddcomment", "ajaxdeletepage", "ajaxedit", "ajaxupload", "api_delete",
    "api_patch", "api_put", "auth", "claim", "dbutf8", "resetstyle", "savemetadatas", "sendmail",
    "update", "upload",
})  # fmt: skip
# YesWiki's own too: what they show of an entry, if anything, is asked by the table.
_QUIET_HANDLERS = frozenset({
    "backlinks", "bazariframe", "epub", "filemanager", "jsonalltags", "loadmetadatas",
    "referrers_sites", "svg", "tagrss",
})  # fmt: skip
# Without a file to give, it fails before YesWiki opens a session (4.4.4, 4.5.0).
_NO_SESSION = frozenset({"download"})
_GET = re.compile(r"GET(?:<[^>]*>|\s)*https?://[^\s<]*\?(api/[^\s<]+)")
_PLACE = re.compile(r"\{(\w+)\}")
_WRITES = re.compile(r"delete|logout|token", re.IGNORECASE)


@dataclass(frozen=True)
class Told:
    """What the wiki tells: names of handlers and actions, routes with `{places}` to fill."""

    handlers: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()

    @property
    def other_actions(self) -> tuple[str, ...]:
        """The actions that are not YesWiki's own, as far as we know."""
        return tuple(name for name in self.actions if name not in KNOWN_ACTIONS)

    @property
    def not_asked(self) -> tuple[str, ...]:
        """The handlers that are known and left alone: they write, or need a file to be there."""
        left = WRITING_HANDLERS | _NO_SESSION
        return tuple(f"/{name}" for name in self.handlers if name in left)


def told(modules: Iterable[str], documentation: str) -> Told:
    """What a wiki tells by its tables of rights ("action listusers") and its page `?api`."""
    names: dict[str, list[str]] = {"handler": [], "action": []}
    for module in modules:
        kind, _space, name = module.partition(" ")
        names[kind].append(name)
    routes = dict.fromkeys(_GET.findall(unescape(documentation)))
    return Told(
        tuple(names["handler"]),
        tuple(names["action"]),
        tuple(route for route in routes if not _WRITES.search(route)),
    )


def entry_ways(wiki: Told, form: str, entry: str, account: str) -> list[Route]:
    """How one entry might be seen by what is not in our own table; `account` wrote it.

    Under its tag in small letters too, where rights may not follow.
    """
    ways = [
        Route(
            page_address(spelling, name),
            _("the right of the handler {name}").format(name=name),
            closable=spelling == entry,
        )
        for name in wiki.handlers
        if name not in {*ENTRY_HANDLERS, *WRITING_HANDLERS, *_NO_SESSION}
        for spelling in ((entry,) if name in _QUIET_HANDLERS else (entry, entry.lower()))
    ]
    places = {"formId": form, "userId": account, "user": account, "group_name": "admins",
              "output": "html"}  # fmt: skip
    advice = _("the right of the route {route}, or the extension that has it")
    ways += [
        Route(_filled(route, places, entry), advice.format(route=_PLACE.sub("…", route)))
        for route in wiki.routes
    ]
    return ways


def _filled(route: str, places: Mapping[str, str], entry: str) -> str:
    path, _sign, query = route.partition("&")
    known = _PLACE.sub(lambda place: places.get(place[1], entry), path.removeprefix("api/"))
    return api_address(known) + (f"&{query}" if query else "")

"""One request to one wiki: what was asked, by whom, and how the answer is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote_plus

from ..defaults.default_pages import FARM_PAGES
from ..dialects import Features
from ..php import multipart, parse, php_json, text
from ..store.records import StoredPage
from ..store.stored_wiki import StoredWiki
from .rehearsal_farm import RehearsalFarm
from .response import JSON, Response, ServerFault

ASLEEP = (
    "Action désactivée car ce wiki est en lecture seule. "
    "Veuillez contacter l'administrateur pour le réactiver."
)


@dataclass
class Request:
    """A request, resolved to a wiki, a page and a handler."""

    farm: RehearsalFarm
    wiki: StoredWiki
    method: str
    query: str
    body: bytes
    headers: Mapping[str, str]
    tag: str = ""
    handler: str = "show"
    route: str = ""
    user: str = ""
    session: str = ""
    remember: bool = True
    """The cookies of the answer last three months; else an hour."""
    forget: bool = False
    """The answer takes them back."""
    inclusions: list[str] = field(default_factory=list)
    entries_open: list[str] = field(default_factory=list)
    late_scripts: list[str] = field(default_factory=list)
    """JSON that actions leave for the end of the page."""
    admins: dict[str, bool] = field(default_factory=dict)
    """Who was looked for in @admins, and is there."""
    entry_owner: str = ""
    """The account that the entry being written is for."""
    fast_view: bool = False
    """The one route of the API that may show a contact button is running."""

    @property
    def features(self) -> Features:
        """What the farm's version does its own way."""
        return self.farm.settings.features

    @property
    def base(self) -> str:
        """The wiki's address, with its final slash."""
        root = self.farm.base_url
        return f"{root}{self.wiki.folder}/" if self.wiki.folder else root

    @cached_property
    def get(self) -> dict[str, object]:
        """The query's parameters (PHP: $_GET), without the page itself."""
        raw = self.query
        first, _, rest = raw.partition("&")
        if "=" not in first:
            raw = rest
        values = parse(raw)
        values.pop("wiki", None)
        return values

    @cached_property
    def post(self) -> dict[str, object]:
        """The body's parameters (PHP: $_POST); JSON bodies give nothing."""
        kind = self.headers.get("content-type", "")
        if self.method != "POST":
            return {}
        if "multipart/form-data" in kind:
            return multipart(self.body, kind)
        if "urlencoded" not in kind:
            return {}
        return parse(self.body.decode("utf-8", "replace"))

    def arg(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return text(self.get, name, default)

    def field(self, name: str, default: str = "") -> str:
        """A posted field."""
        return text(self.post, name, default)

    def param(self, name: str, default: str = "") -> str:
        """A posted field, or else a query parameter (PHP: $_REQUEST)."""
        return self.field(name) or self.arg(name, default)

    @cached_property
    def cookies(self) -> dict[str, list[str]]:
        """Every value of every cookie: a parent's cookie may come along with the wiki's own."""
        cookies: dict[str, list[str]] = {}
        for part in self.headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name:
                cookies.setdefault(name, []).append(unquote_plus(value))
        return cookies

    def href(self, tag: str = "", handler: str = "", params: str = "") -> str:
        """The absolute address of a page; `params` is already encoded."""
        path = quote(tag or self.tag, safe="/:@!$'(),;~*") + (f"/{handler}" if handler else "")
        if "rewrite_mode" in self.farm.traps:
            return f"{self.base}{path}" + (f"?{params}" if params else "")
        return f"{self.base}?{path}" + (f"&{params}" if params else "")

    @property
    def url(self) -> str:
        """The address of this very request."""
        mark = "" if "rewrite_mode" in self.farm.traps else "?"
        if mark:
            return f"{self.base}?{self.query}" if self.query else self.base
        rest = self.query.partition("&")[2] if "=" not in self.query.partition("&")[0] else ""
        rest = rest or (self.query if "=" in self.query else "")
        handler = "" if self.handler == "show" else self.handler
        return self.href(self.tag, handler, rest)

    @cached_property
    def page(self) -> StoredPage | None:
        """The asked page, in the asked revision."""
        time = self.arg("time") if self.handler in ("show", "raw", "html", "xml", "iframe") else ""
        return self.find(self.tag, time)

    def find(self, tag: str, time: str = "") -> StoredPage | None:
        """A page of this wiki."""
        return None if self.hides(tag) else self.wiki.page(tag, time)

    def hides(self, tag: str) -> bool:
        """Whether the missing extension takes a page away."""
        return not self.wiki.folder and "no_ferme" in self.farm.traps and tag in FARM_PAGES

    def flash(self, message: str) -> None:
        """A message for the next page shown in this session."""
        self.farm.flashes.setdefault(self.session, []).append(message)

    def fault(self, message: str, path: str, line: int, kind: str = "Exception") -> ServerFault:
        """An exception thrown from a file of this wiki."""
        folder = f"{self.wiki.folder}/" if self.wiki.folder else ""
        return ServerFault(message, f"/var/www/ferme/{folder}{path}:{line}", kind)

    @property
    def asleep(self) -> bool:
        """Whether the wiki hibernates: its own state, or the trap on every wiki but the farm; or is
        made an archive of, which YesWiki takes for the same."""
        return (
            self.wiki.status == "hibernate"
            or ("asleep" in self.farm.traps and bool(self.wiki.folder))
            or self.wiki.is_archiving
        )

    def refuse_when_asleep(self, path: str, line: int) -> None:
        """Raise the exception that every write of a hibernating wiki meets."""
        if self.asleep:
            raise self.fault(ASLEEP, path, line)

    def json(self, value: Any, status: int = 200, noisy: bool = False) -> Response:
        """A JSON answer; None and empty give {} as in transcripts 35 and 43."""
        if noisy and "mail_noise" in self.farm.traps and isinstance(value, dict):
            value = {"rawOutput": self.farm.mail_noise, **value}
        return Response(status, php_json({} if value is None else value), JSON)

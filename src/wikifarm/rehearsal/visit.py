"""One request to one wiki: what was asked, by whom, and how the answer is written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape as html_escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus

from . import phpform
from .dialects import Features

if TYPE_CHECKING:
    from .app import Farm
    from .store import Page, WikiRow

HTML = "text/html; charset=UTF-8"
JSON = "application/json"


@dataclass
class Answer:
    """What goes back: status, body, type, and more headers."""

    status: int = 200
    body: str = ""
    media: str = HTML
    headers: list[tuple[str, str]] = field(default_factory=list)
    plain: bool = False
    """True for the web server's own answers: no cookie is set."""


class Stop(Exception):
    """Ends the work at once with this answer (PHP: exit)."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class ServerFault(Exception):
    """An uncaught PHP exception, with the server path that YesWiki lets out."""

    def __init__(self, message: str, where: str, kind: str = "Exception") -> None:
        super().__init__(message)
        self.message, self.where, self.kind = message, where, kind


def redirect(url: str) -> Stop:
    """A 302 to an absolute address."""
    return Stop(Answer(302, "", headers=[("location", url)]))


def esc(value: object) -> str:
    """Escaped for HTML, quotes included."""
    return html_escape(str(value), quote=True)


def php_json(value: Any) -> str:
    """JSON as PHP writes it: ASCII only, slashes escaped, no spaces."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/")


def addslashes(value: str) -> str:
    """PHP's addslashes."""
    return re.sub(r"([\\'\"])", r"\\\1", value)


@dataclass
class Visit:
    """A request, resolved to a wiki, a page and a handler."""

    farm: Farm
    wiki: WikiRow
    method: str
    query: str
    body: bytes
    headers: Mapping[str, str]
    tag: str = ""
    handler: str = "show"
    route: str = ""
    user: str = ""
    session: str = ""
    by_token: bool = False
    set_cookies: list[str] = field(default_factory=list)
    page_time: str = ""
    inclusions: list[str] = field(default_factory=list)
    entries_open: list[str] = field(default_factory=list)
    late_scripts: list[str] = field(default_factory=list)
    """JSON that actions leave for the end of the page."""
    caches: dict[str, Any] = field(default_factory=dict)

    @property
    def w(self) -> str:
        """The wiki's folder: the key of its rows in the store."""
        return self.wiki.folder

    @property
    def features(self) -> Features:
        """What the farm's version does its own way."""
        return self.farm.settings.features

    @property
    def base(self) -> str:
        """The wiki's address, with its final slash."""
        root = self.farm.base_url
        return f"{root}{self.w}/" if self.w else root

    @cached_property
    def get(self) -> dict[str, object]:
        """The query's parameters (PHP: $_GET), without the page itself."""
        raw = self.query
        first, _, rest = raw.partition("&")
        if "=" not in first:
            raw = rest
        found = phpform.parse(raw)
        found.pop("wiki", None)
        return found

    @cached_property
    def post(self) -> dict[str, object]:
        """The body's parameters (PHP: $_POST); JSON bodies give nothing."""
        kind = self.headers.get("content-type", "")
        if self.method != "POST":
            return {}
        if "multipart/form-data" in kind:
            return _multipart(self.body, kind)
        if "urlencoded" not in kind:
            return {}
        return phpform.parse(self.body.decode("utf-8", "replace"))

    def arg(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return phpform.text(self.get, name, default)

    def field(self, name: str, default: str = "") -> str:
        """A posted field."""
        return phpform.text(self.post, name, default)

    def param(self, name: str, default: str = "") -> str:
        """A posted field, or else a query parameter (PHP: $_REQUEST)."""
        return self.field(name) or self.arg(name, default)

    @cached_property
    def cookies(self) -> dict[str, list[str]]:
        """Every value of every cookie: a parent's cookie may come along with the wiki's own."""
        found: dict[str, list[str]] = {}
        for part in self.headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name:
                found.setdefault(name, []).append(unquote_plus(value))
        return found

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
    def page(self) -> Page | None:
        """The asked page, in the asked revision."""
        time = self.arg("time") if self.handler in ("show", "raw", "html", "xml", "iframe") else ""
        return self.farm.page(self.w, self.tag, time)

    def flash(self, message: str) -> None:
        """A message for the next page shown in this session."""
        self.farm.flashes.setdefault(self.session, []).append(message)

    def fault(self, message: str, path: str, line: int, kind: str = "Exception") -> ServerFault:
        """An exception thrown from a file of this wiki."""
        folder = f"{self.w}/" if self.w else ""
        return ServerFault(message, f"/var/www/ferme/{folder}{path}:{line}", kind)

    def json(self, value: Any, status: int = 200, noisy: bool = False) -> Answer:
        """A JSON answer; None and empty give {} as in transcripts 35 and 43."""
        if noisy and "mail_noise" in self.farm.traps and isinstance(value, dict):
            value = {"rawOutput": self.farm.mail_noise, **value}
        return Answer(status, php_json({} if value is None else value), JSON)


def _multipart(body: bytes, kind: str) -> dict[str, object]:
    """The fields of a multipart body; files are left out."""
    match = re.search(r'boundary="?([^";]+)', kind)
    pairs: list[str] = []
    for part in body.split(b"--" + (match.group(1) if match else "-").encode()):
        head, _, value = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        if name and b"filename=" not in head:
            text = value.removesuffix(b"\r\n").decode("utf-8", "replace")
            pairs.append(f"{quote(name.group(1).decode())}={quote(text, safe='')}")
    return phpform.parse("&".join(pairs))

"""The farm as an ASGI application: from an address to a wiki, a page, a handler or a route."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from datetime import date
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import (
    accounts,
    actions,
    api,
    api_bazar,
    api_site,
    bazar_action,
    bazar_views,
    farm,
    farm_api,
    handlers,
    hashcash,
    listings,
    login,
    pages,
    rightspages,
    seeding,
)
from .bazar_fields import Field
from .defaults.pages import FARM_PAGES
from .settings import SLOW_SECONDS, FarmSettings
from .store import ENTRY, Page, Store, WikiRow
from .visit import Answer, ServerFault, Stop, Visit, php_json

REGISTERED = (api_bazar, api_site, bazar_action, farm_api, listings, login, rightspages)
"""Modules imported for the actions and routes they register."""

LOG = logging.getLogger(__name__)
REQUESTS_KEPT = 100_000

NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
CAPTIVE = (
    "<!doctype html><html><head><title>Wi-Fi de la gare</title></head><body><h1>Bienvenue</h1>"
    '<form action="/login" method="post"><input name="email"><button>Se connecter</button></form>'
    "</body></html>"
)


def server_page(status: int, text: str) -> Answer:
    """The web server's own answer, before PHP."""
    return Answer(status, NGINX.format(f"{status} {text}"), "text/html", plain=True)


class Farm:
    """The state shared by every request: data, settings, traps, sessions."""

    release = "2020-01-22-1"
    """What a wiki run from git shows, whatever its version (docs/yeswiki.md, 4.6)."""

    def __init__(self, settings: FarmSettings) -> None:
        """Open the data and make the farm's own wiki when it is not there yet."""
        self.settings = settings
        self.traps: set[str] = set(settings.traps)
        self.requests: list[tuple[str, str, str]] = []
        self.sessions: dict[tuple[str, str], str] = {}
        self.flashes: dict[str, list[str]] = {}
        self.half_made: list[tuple[str, str]] = []
        self.store = Store(settings.data)
        with self.store.transaction():
            seeding.seed_farm(self.store, settings)
            self.secret = self.store.secret("cookies", secrets.token_hex(32))

    @property
    def base_url(self) -> str:
        """The farm's address, with its final slash."""
        return self.settings.base_url.rstrip("/") + "/"

    @property
    def base_path(self) -> str:
        """The path part of the farm's address."""
        return urlsplit(self.base_url).path

    @property
    def mail_noise(self) -> str:
        """What PHP prints when the mail library complains (22)."""
        host = urlsplit(self.base_url).hostname
        return f"<strong>Invalid address:  (Reply-To): noreply@{host}</strong><br />\n"

    @staticmethod
    def today() -> str:
        """The day, as it stands in the tag of the log page."""
        return date.today().strftime("%Y%m%d")

    def is_hidden(self, wiki: str, tag: str) -> bool:
        """Whether the missing extension takes a page away."""
        return not wiki and "no_ferme" in self.traps and tag in FARM_PAGES

    def page(self, wiki: str, tag: str, time: str = "") -> Page | None:
        """A page of a wiki."""
        return None if self.is_hidden(wiki, tag) else self.store.page(wiki, tag, time)

    @staticmethod
    def entry_title(page: Page) -> str:
        """The title written in an entry."""
        found = re.search(r'"bf_titre":("(?:[^"\\]|\\.)*")', page.body)
        return str(json.loads(found.group(1))) if found else page.tag

    def title_of(self, visit: Visit) -> str:
        """The visited page's title."""
        return pages.title_from_body(visit, visit.page)

    @staticmethod
    def description_of(visit: Visit) -> str:
        """What the head of the visited page tells of it: entries only."""
        page = visit.page
        return bazar_views.description(visit, page) if page and page.kind == ENTRY else ""

    @staticmethod
    def include(visit: Visit, tag: str) -> str:
        """A page of the frame: menu, title, footer."""
        return actions.include_page(visit, tag)

    @staticmethod
    def entry_shown(visit: Visit, page: Page, included: bool = False) -> str:
        """An entry as a text search reads it, or as `{{include}}` shows it."""
        return bazar_views.view(visit, page, footer=False, included=included)

    def hashcash_value(self, wiki: str) -> int:
        """The value a save must carry on this wiki."""
        return hashcash.current_value(self.secret, wiki)

    def set_config(self, wiki: str, name: str, config: dict[str, Any]) -> None:
        """Change a wiki's settings."""
        sql = "UPDATE wikis SET name = ?, config = ? WHERE folder = ?"
        self.store.run(sql, name, php_json(config), wiki)

    def delete_page(self, visit: Visit, page: Page) -> None:
        """Remove a page, and the wiki that goes with it when it is a farm entry."""
        farm.delete_entry(visit, page)
        pages.delete(visit, page.tag)

    def remove_wiki(self, folder: str) -> None:
        """Remove a wiki and forget who was logged in there."""
        self.store.delete_wiki(folder)
        self.sessions = {key: user for key, user in self.sessions.items() if key[0] != folder}

    def leave_half_made(self, folder: str, name: str = "") -> None:
        """Remember a folder that stays although the request fails."""
        self.half_made.append((folder, name))

    @staticmethod
    def write_wiki_field(visit: Visit, field: Field, data: dict[str, Any]) -> None:
        """See `farm.write_field`."""
        farm.write_field(visit, field, data)

    @staticmethod
    def wiki_inputs(visit: Visit, field: Field, value: str) -> str:
        """See `farm.inputs`."""
        return farm.inputs(visit, field, value)

    # -- one request ---------------------------------------------------------------------
    def respond(self, request: Request, body: bytes) -> Answer:
        """The answer to one request, in one transaction."""
        if "captive" in self.traps:
            self._note(request, "visitor")
            return Answer(200, CAPTIVE, plain=True)
        role = "visitor"
        try:
            with self.store.transaction():
                visit = self._resolve(request, body)
                if isinstance(visit, Answer):
                    return visit
                answer = self._answer(visit)
                if not answer.plain:
                    cookies = accounts.cookie_headers(visit)
                    answer.headers += [("set-cookie", cookie) for cookie in cookies]
                role = visit.user or "visitor"
        finally:
            self._note(request, role)
            self._keep_half_made()
        return self._lost(request, answer)

    def _answer(self, visit: Visit) -> Answer:
        self.store.run("SAVEPOINT work")
        try:
            answer = self._perform(visit)
        except Stop as stop:
            answer = stop.answer
        except ServerFault as fault:
            self.store.run("ROLLBACK TO work")
            told = f"{fault.kind}: {fault.message} in {fault.where}\nStack trace:\n#0 {{main}}"
            answer = visit.json({"exceptionMessage": told}, 500)
        except Exception:
            LOG.exception("the rehearsal farm failed on %s %s", visit.method, visit.query)
            self.store.run("ROLLBACK TO work")
            told = "Error: unexpected in /var/www/ferme/rehearsal:1\nStack trace:\n#0 {main}"
            answer = visit.json({"exceptionMessage": told}, 500)
        self.store.run("RELEASE work")
        return answer

    @staticmethod
    def _perform(visit: Visit) -> Answer:
        accounts.recognise(visit)
        if visit.wiki.status == "half":
            return Answer(500, "")
        if visit.tag == "api":
            return api.answer(visit)
        return handlers.perform(visit)

    def _resolve(self, request: Request, body: bytes) -> Visit | Answer:
        """Which wiki, page and handler; or the web server's own answer."""
        if request.method not in ("GET", "HEAD", "POST") and "allow_delete" not in self.traps:
            return server_page(405, "Not Allowed")
        path = request.url.path
        if self.base_path != "/" and path.startswith(self.base_path.rstrip("/")):
            path = path[len(self.base_path.rstrip("/")) :] or "/"
        first, slash, rest = path.lstrip("/").partition("/")
        wiki = self.store.wiki(first) if first else None
        if wiki is not None and not slash:
            url = f"{self.base_url}{first}/"
            return Answer(301, "", "text/html", [("location", url)], plain=True)
        if wiki is None:
            wiki, rest = self.store.wiki(""), path.lstrip("/")
        if wiki is None:
            raise LookupError("the farm's own wiki is gone")
        script = self._script(request, wiki, rest)
        if script:
            return script
        query = request.url.query
        if rest and rest != "index.php":
            if "rewrite_mode" not in self.traps or rest.startswith(("tools/", "files/")):
                return server_page(404, "Not Found")
            query = f"{rest}&{query}" if query else rest
        headers = dict(request.headers.items())
        method = "GET" if request.method == "HEAD" else request.method
        visit = Visit(self, wiki, method, query, body, headers)
        _read_target(visit)
        return visit

    def _script(self, request: Request, wiki: WikiRow, rest: str) -> Answer | None:
        """The scripts of the edit form's guard."""
        if rest == "tools/security/wp-hashcash-getkey.php" and self.settings.features.hashcash:
            text = hashcash.key_script(self.hashcash_value(wiki.folder))
            return Answer(200, text, plain=True)
        if rest == "tools/security/wp-hashcash-js.php" and self.settings.features.hashcash:
            form = request.query_params.get("formid", "ACEditor")
            text = hashcash.form_script(form, request.query_params.get("siteurl", "/"))
            return Answer(200, text, "application/x-javascript", plain=True)
        if rest == "tools/bazar/libs/bazar.js":
            return Answer(200, ANTISPAM_SCRIPT, "application/javascript", plain=True)
        return None

    def _note(self, request: Request, role: str) -> None:
        query = f"?{request.url.query}" if request.url.query else ""
        if len(self.requests) >= REQUESTS_KEPT:
            del self.requests[: REQUESTS_KEPT // 2]
        self.requests.append((request.method, f"{request.url.path}{query}", role))

    def _keep_half_made(self) -> None:
        made, self.half_made = self.half_made, []
        for folder, name in made:
            with self.store.transaction():
                if self.store.wiki(folder) is None:
                    self.store.add_wiki(folder, name, "half", {})

    def _lost(self, request: Request, answer: Answer) -> Answer:
        creating = request.method == "POST" and "1100" in (request.url.query or request.url.path)
        if creating and answer.status in (201, 302) and "lost_answer" in self.traps:
            self.traps.discard("lost_answer")
            return server_page(504, "Gateway Time-out")
        return answer


ANTISPAM_SCRIPT = """\
document.addEventListener('submit', function (event) {
  var field = event.target.querySelector('[name=antispam]');
  if (field) { field.value = '1'; }
}, true);
"""


def _read_target(visit: Visit) -> None:
    """Tag and handler from the first parameter: `Tag/handler`, or `wiki=Tag/handler`."""
    first = visit.query.partition("&")[0]
    name, equal, value = first.partition("=")
    target = value if name == "wiki" else ("" if equal else name)
    if not target:
        found = re.search(r"(?:^|&)wiki=([^&]*)", visit.query)
        target = found.group(1) if found else ""
    target = unquote_plus(target).strip("/") or "PagePrincipale"
    tag, _, rest = target.partition("/")
    visit.tag = tag
    if tag == "api":
        visit.route = rest
    else:
        visit.handler = rest or "show"


class RehearsalApp:
    """The ASGI callable; `farm` holds what tests look at: traps, requests, store."""

    def __init__(self, settings: FarmSettings) -> None:
        """Open the farm."""
        self.farm = Farm(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        request = Request(scope, receive)
        body = await request.body()
        if "slow" in self.farm.traps:
            await asyncio.sleep(SLOW_SECONDS)
        answer = self.farm.respond(request, body)
        response = Response(answer.body, answer.status, headers={"content-type": answer.media})
        for name, value in answer.headers:
            response.headers.append(name, value)
        await response(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return

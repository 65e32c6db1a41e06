"""The farm as an ASGI application: every answer in one transaction, each trap where it bites."""

from __future__ import annotations

import asyncio
import logging

from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.types import Receive, Scope, Send

from .actions import config_editor, group_editor, layout, listings, login, rights_tables
from .api import (
    archive_routes,
    bazar_routes,
    comment_routes,
    core_routes,
    ferme_routes,
    group_routes,
    page_routes,
    routing,
    triple_routes,
    user_routes,
)
from .bazar import bazar_page, entry_lists, entry_views, text_search
from .exchange.elements import alert, esc
from .exchange.rehearsal_farm import RehearsalFarm
from .exchange.response import Response, ServerFault, Stop
from .exchange.wiki_request import Request
from .ferme import seeding, wiki_admin, wiki_creation, wiki_models
from .handlers import attached_files, bazar_handlers, frame, page_editing, page_views
from .people import acls, sessions
from .rehearsal_settings import SLOW_SECONDS, RehearsalSettings
from .store.database import Store
from .web_server import CAPTIVE, error_page, resolve
from .wikitext import performer

REGISTERED = (
    config_editor, group_editor, layout, listings, login, rights_tables,
    bazar_page, entry_lists, entry_views, text_search, wiki_admin, wiki_creation, wiki_models,
    attached_files, bazar_handlers, page_editing, page_views,
    archive_routes, bazar_routes, comment_routes, core_routes, ferme_routes, group_routes,
    page_routes, triple_routes, user_routes,
)  # fmt: skip
"""Modules imported for the actions, fields, handlers and routes that they register."""

LOG = logging.getLogger(__name__)


class RehearsalApp:
    """The ASGI callable; `farm` holds what tests look at: traps, requests, store."""

    def __init__(self, settings: RehearsalSettings) -> None:
        """Open the data and make the farm's own wiki when it is not there yet."""
        store = Store(settings.data)
        with store.transaction():
            seeding.seed_farm(store, settings)
            self.farm = RehearsalFarm(settings, store)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        http = HttpRequest(scope, receive)
        body = await http.body()
        if "slow" in self.farm.traps:
            await asyncio.sleep(SLOW_SECONDS)
        response = respond(self.farm, http, body)
        answer = HttpResponse(
            response.body if response.file is None else response.file,
            response.status,
            headers={"content-type": response.media},
        )
        for name, value in response.headers:
            answer.headers.append(name, value)
        await answer(scope, receive, send)


def respond(farm: RehearsalFarm, http: HttpRequest, body: bytes) -> Response:
    """The response to one request, in one transaction."""
    address = http.url.path + (f"?{http.url.query}" if http.url.query else "")
    if "captive" in farm.traps:
        farm.note(http.method, address, "visitor")
        return Response(200, CAPTIVE, plain=True)
    role = "visitor"
    try:
        with farm.store.transaction():
            request = resolve(farm, http, body)
            if isinstance(request, Response):
                return request
            response = _respond(request)
            if not response.plain:
                cookies = sessions.cookie_headers(request)
                response.headers += [("set-cookie", cookie) for cookie in cookies]
            role = request.user or "visitor"
    finally:
        farm.note(http.method, address, role)
        farm.keep_half_made()
    creating = http.method == "POST" and "1100" in (http.url.query or http.url.path)
    if creating and response.status in (201, 302) and "lost_answer" in farm.traps:
        farm.traps.discard("lost_answer")
        return error_page(504, "Gateway Time-out")
    return response


def _respond(request: Request) -> Response:
    store = request.farm.store
    store.run("SAVEPOINT work")
    try:
        response = _perform(request)
    except Stop as stop:
        response = stop.response
    except ServerFault as fault:
        store.run("ROLLBACK TO work")
        told = f"{fault.kind}: {fault.message} in {fault.where}\nStack trace:\n#0 {{main}}"
        response = request.json({"exceptionMessage": told}, 500)
    except Exception:
        LOG.exception("the rehearsal farm failed on %s %s", request.method, request.query)
        store.run("ROLLBACK TO work")
        told = "Error: unexpected in /var/www/ferme/rehearsal:1\nStack trace:\n#0 {main}"
        response = request.json({"exceptionMessage": told}, 500)
    store.run("RELEASE work")
    return response


def _perform(request: Request) -> Response:
    sessions.recognise(request)
    if request.wiki.status == "half":
        return Response(500, "")
    return routing.answer(request) if request.tag == "api" else _handle(request)


def _handle(request: Request) -> Response:
    """Run the asked handler. A closed or unknown one is a 200 with a message (78)."""
    name = request.handler.lower()
    if not acls.may_run(request, "handler", name):
        return Response(200, alert(f"Handler {esc(name)} : Accès interdit"))
    run = performer.HANDLERS.get(name)
    if run is None:
        return Response(200, alert(f"Handler {esc(name)} : N'existe pas"))
    try:
        return run(request)
    except ServerFault as fault:  # `Performer::run` shows it in the page, with status 200
        return frame.page(request, performer.fault_shown(fault))


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return

"""The farm as an ASGI application: every answer in one transaction, each trap where it bites."""

from __future__ import annotations

import asyncio
import logging

from starlette.requests import Request
from starlette.responses import Response as HttpResponse
from starlette.types import Receive, Scope, Send

from .actions import config_editor, group_editor, layout, listings, login, rights_tables
from .api import (
    bazar_routes,
    core_routes,
    ferme_routes,
    group_routes,
    page_routes,
    routing,
    user_routes,
)
from .bazar import bazar_page, entry_lists, inclusion, text_search
from .exchange.elements import alert, esc
from .exchange.rehearsal_farm import RehearsalFarm
from .exchange.response import Answer, ServerFault, Stop
from .exchange.wiki_request import Visit
from .ferme import seeding, wiki_admin, wiki_creation, wiki_models
from .handlers import bazar_handlers, frame, page_editing, page_views
from .people import acls, cookies
from .rehearsal_settings import SLOW_SECONDS, RehearsalSettings
from .store.database import Store
from .web_server import CAPTIVE, error_page, resolve
from .wikitext import performer

REGISTERED = (
    config_editor, group_editor, layout, listings, login, rights_tables,
    bazar_page, entry_lists, inclusion, text_search, wiki_admin, wiki_creation, wiki_models,
    bazar_handlers, page_editing, page_views,
    bazar_routes, core_routes, ferme_routes, group_routes, page_routes, user_routes,
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
        request = Request(scope, receive)
        body = await request.body()
        if "slow" in self.farm.traps:
            await asyncio.sleep(SLOW_SECONDS)
        answer = respond(self.farm, request, body)
        response = HttpResponse(answer.body, answer.status, headers={"content-type": answer.media})
        for name, value in answer.headers:
            response.headers.append(name, value)
        await response(scope, receive, send)


def respond(farm: RehearsalFarm, request: Request, body: bytes) -> Answer:
    """The answer to one request, in one transaction."""
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if "captive" in farm.traps:
        farm.note(request.method, address, "visitor")
        return Answer(200, CAPTIVE, plain=True)
    role = "visitor"
    try:
        with farm.store.transaction():
            visit = resolve(farm, request, body)
            if isinstance(visit, Answer):
                return visit
            answer = _answer(visit)
            if not answer.plain:
                headers = cookies.cookie_headers(visit)
                answer.headers += [("set-cookie", cookie) for cookie in headers]
            role = visit.user or "visitor"
    finally:
        farm.note(request.method, address, role)
        farm.keep_half_made()
    creating = request.method == "POST" and "1100" in (request.url.query or request.url.path)
    if creating and answer.status in (201, 302) and "lost_answer" in farm.traps:
        farm.traps.discard("lost_answer")
        return error_page(504, "Gateway Time-out")
    return answer


def _answer(visit: Visit) -> Answer:
    store = visit.farm.store
    store.run("SAVEPOINT work")
    try:
        answer = _perform(visit)
    except Stop as stop:
        answer = stop.answer
    except ServerFault as fault:
        store.run("ROLLBACK TO work")
        told = f"{fault.kind}: {fault.message} in {fault.where}\nStack trace:\n#0 {{main}}"
        answer = visit.json({"exceptionMessage": told}, 500)
    except Exception:
        LOG.exception("the rehearsal farm failed on %s %s", visit.method, visit.query)
        store.run("ROLLBACK TO work")
        told = "Error: unexpected in /var/www/ferme/rehearsal:1\nStack trace:\n#0 {main}"
        answer = visit.json({"exceptionMessage": told}, 500)
    store.run("RELEASE work")
    return answer


def _perform(visit: Visit) -> Answer:
    cookies.recognise(visit)
    if visit.wiki.status == "half":
        return Answer(500, "")
    return routing.answer(visit) if visit.tag == "api" else _handle(visit)


def _handle(visit: Visit) -> Answer:
    """Run the asked handler. A closed or unknown one is a 200 with a message (78)."""
    name = visit.handler.lower()
    if not acls.may_run(visit, "handler", name):
        return Answer(200, alert(f"Handler {esc(name)} : Accès interdit"))
    run = performer.HANDLERS.get(name)
    if run is None:
        return Answer(200, alert(f"Handler {esc(name)} : N'existe pas"))
    try:
        return run(visit)
    except ServerFault as fault:  # `Performer::run` shows it in the page, with status 200
        return frame.page(visit, performer.fault_shown(fault))


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return

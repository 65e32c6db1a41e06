"""Handlers of Bazar: its older JSON service, the feed, the contact form."""

from __future__ import annotations

import json
from urllib.parse import quote

from ..bazar import entry_guard, exports, form_manager, list_manager
from ..exchange.elements import alert, hidden, html_form, labelled
from ..exchange.response import Response, redirect
from ..exchange.wiki_request import Request
from ..people import acls
from ..php import php_json
from ..wikitext.performer import handler
from . import frame
from .page_views import closed, may_read


@handler("json")
def as_json(request: Request) -> Response:
    """Bazar's older service: `demand=` lists, forms, entry, entries, pages."""
    demand = request.param("demand")
    media = "application/json; charset=UTF-8"
    if demand == "lists":
        return Response(200, php_json(list_manager.lists_json(request) or []), media)
    if demand == "forms":
        wanted = request.param("id") or request.param("form")
        known = form_manager.forms(request)
        chosen = [known[wanted]] if wanted in known else ([] if wanted else list(known.values()))
        shown = [form_manager.form_json(request, form) for form in chosen]
        return Response(200, php_json(shown or {}), media)
    if demand == "entry":
        return Response(200, php_json(_one_entry(request)), media)
    if demand == "entries":
        wanted = request.param("id") or request.param("form")
        route = f"forms/{wanted}/entries" if wanted and "," not in wanted else "entries"
        query = f"query={quote('id_typeannonce=' + wanted)}" if "," in wanted else ""
        raise redirect(request.href("api", route, query))
    if demand == "pages":
        raise redirect(request.href("api", "pages"))
    return Response(200, "")


def _one_entry(request: Request) -> object:
    tag = request.param("id_fiche")
    page = request.find(tag)
    if page is None:
        return {"error": f"id_fiche {tag} not found."}
    if not acls.has_access(request, "read", tag, page):
        return {"error": f"You have no right to access to entry '{tag}'."}
    return json.loads(entry_guard.guarded_body(request, page))


@handler("rss")
def rss(request: Request) -> Response:
    """The entries of a form as a feed."""
    return exports.rss(request)


@handler("mail")
def mail(request: Request) -> Response:
    """The contact form of an entry; the rehearsal sends nothing."""
    if not may_read(request):
        return frame.page(request, closed(request))
    if request.post:
        told = "Message non envoyé : la ferme de répétition n'envoie aucun mail."
        return frame.page(request, alert(told, "info"))
    fields = (
        labelled("Votre nom", '<input type="text" name="name">')
        + labelled("Votre adresse mail", '<input type="email" name="email">')
        + labelled("Sujet", '<input type="text" name="subject">')
        + labelled("Message", '<textarea name="message"></textarea>')
        + hidden("type", "contact")
        + '<input type="submit" value="Envoyer">'
    )
    url = request.href(request.tag, "mail", f"field={quote(request.arg('field'))}")
    return frame.page(request, html_form(url, fields, more=' class="ajax-mail-form"'))

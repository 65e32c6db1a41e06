"""Handlers of Bazar: its older JSON service, the feed, the contact form."""

from __future__ import annotations

import json
from urllib.parse import quote

from ..bazar import entry_guard, exports, form_manager, list_manager
from ..exchange.elements import alert, hidden, html_form, labelled
from ..exchange.response import Answer, redirect
from ..exchange.wiki_request import Visit
from ..people import acls
from ..php import php_json
from ..wikitext.performer import handler
from . import frame
from .page_views import closed, may_read


@handler("json")
def as_json(visit: Visit) -> Answer:
    """Bazar's older service: `demand=` lists, forms, entry, entries, pages."""
    demand = visit.param("demand")
    media = "application/json; charset=UTF-8"
    if demand == "lists":
        return Answer(200, php_json(list_manager.lists_json(visit)), media)
    if demand == "forms":
        wanted = visit.param("id") or visit.param("form")
        known = form_manager.forms(visit)
        chosen = [known[wanted]] if wanted in known else ([] if wanted else list(known.values()))
        found = [form_manager.form_json(visit, form) for form in chosen]
        return Answer(200, php_json(found or {}), media)
    if demand == "entry":
        return Answer(200, php_json(_one_entry(visit)), media)
    if demand == "entries":
        wanted = visit.param("id") or visit.param("form")
        route = f"forms/{wanted}/entries" if wanted and "," not in wanted else "entries"
        query = f"query={quote('id_typeannonce=' + wanted)}" if "," in wanted else ""
        raise redirect(visit.href("api", route, query))
    if demand == "pages":
        raise redirect(visit.href("api", "pages"))
    return Answer(200, "")


def _one_entry(visit: Visit) -> object:
    tag = visit.param("id_fiche")
    page = visit.farm.page(visit.w, tag)
    if page is None:
        return {"error": f"id_fiche {tag} not found."}
    if not acls.has_access(visit, "read", tag, page):
        return {"error": f"You have no right to access to entry '{tag}'."}
    return json.loads(entry_guard.guarded_body(visit, page))


@handler("rss")
def rss(visit: Visit) -> Answer:
    """The entries of a form as a feed."""
    return exports.rss(visit)


@handler("mail")
def mail(visit: Visit) -> Answer:
    """The contact form of an entry; the rehearsal sends nothing."""
    if not may_read(visit):
        return frame.page(visit, closed(visit))
    if visit.post:
        told = "Message non envoyé : la ferme de répétition n'envoie aucun mail."
        return frame.page(visit, alert(told, "info"))
    fields = (
        labelled("Votre nom", '<input type="text" name="name">')
        + labelled("Votre adresse mail", '<input type="email" name="email">')
        + labelled("Sujet", '<input type="text" name="subject">')
        + labelled("Message", '<textarea name="message"></textarea>')
        + hidden("type", "contact")
        + '<input type="submit" value="Envoyer">'
    )
    url = visit.href(visit.tag, "mail", f"field={quote(visit.arg('field'))}")
    return frame.page(visit, html_form(url, fields, more=' class="ajax-mail-form"'))

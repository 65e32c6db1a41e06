"""API routes of Bazar: forms and entries."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from ..bazar import entry_guard, entry_manager, entry_views, exports, form_manager
from ..exchange.elements import alert
from ..exchange.response import Response
from ..exchange.wiki_request import Request
from ..people import acls
from ..store.records import ENTRY, Entry
from .routing import route


@route("forms")
def list_forms(request: Request) -> Response:
    """Every form, whole template included, to anybody (04)."""
    known = {n: form_manager.form_json(request, f) for n, f in form_manager.forms(request).items()}
    return request.json(known or None)


@route("forms/{form}")
def one_form(request: Request, form: str) -> Response:
    """One form."""
    known = form_manager.forms(request).get(form)
    return request.json(form_manager.form_json(request, known)) if known else Response(404, "")


@route("forms/{form}/entries")
@route("forms/{form}/entries/{output}")
@route("forms/{form}/entries/{output}/{chosen*}")
def form_entries(request: Request, form: str, output: str = "", chosen: str = "") -> Response:
    """Entries of a form that the visitor may read, in several shapes (35, 36, 59)."""
    query = entry_manager.parse_query(unquote(request.arg("query")))
    if chosen:
        query["id_fiche"] = chosen
    pages = entry_manager.search(request, form, query)
    if output == "json-ld":
        return request.json(exports.json_ld(request, form, pages))
    if output == "geojson":
        return request.json(exports.geojson(request, pages))
    if output == "ical":
        return exports.ical(request, pages)
    if output == "csv" and request.features.csv_by_api:
        return Response(200, exports.csv_text(request, form), "text/csv; charset=UTF-8")
    entries = {page.tag: entry_guard.for_api(request, page) for page in pages}
    if output == "html":
        for page in pages:
            entries[page.tag]["html_output"] = entry_views.view(request, page, False)
    elif request.arg("fields"):
        entries = _only(entries, request.arg("fields").split(","))
    return request.json(entries or None)


def _only(entries: dict[str, Entry], names: list[str]) -> dict[str, Entry]:
    light = {
        tag: {name: entry[name] for name in names if entry.get(name) is not None}
        for tag, entry in entries.items()
    }
    return {tag: entry for tag, entry in light.items() if entry}


@route("entries/bazarlist")
def bazar_list(request: Request) -> Response:
    """Entries as arrays, for the lists drawn in the browser."""
    ids = request.get.get("idtypeannonce") or request.get.get("id") or ""
    wanted = [str(v) for v in ids.values()] if isinstance(ids, dict) else str(ids).split(",")
    display = request.get.get("displayfields")
    extra = [str(v) for v in display.values()] if isinstance(display, dict) else []
    names = ["id_fiche", "bf_titre", *([] if "id" in request.get else ["id_typeannonce"])]
    names += [n for n in dict.fromkeys(extra) if n and n not in names]
    pages = [p for form in wanted for p in entry_manager.search(request, form)]
    rows = []
    for page in pages:
        entry = entry_guard.for_api(request, page)
        rows.append([entry.get(name) for name in names])
    used = {str(p.values.get("id_typeannonce")) for p in pages}
    known: dict[str, Any] = {
        number: form_manager.form_json(request, form)["prepared"]
        for number, form in form_manager.forms(request).items()
        if number in used
    }
    return request.json({"entries": rows, "fieldMapping": names, "filters": [], "forms": known})


@route("entries")
@route("entries/{output}")
@route("entries/{output}/{chosen*}")
def all_entries(request: Request, output: str = "", chosen: str = "") -> Response:
    """Entries of every form. The second part is an output: `api/entries/1/Tag` gives Tag."""
    if output == "html" and chosen and "," not in chosen and request.arg("fields") == "html_output":
        return _fast_view(request, chosen)
    return form_entries(request, "", output, chosen)


def _fast_view(request: Request, tag: str) -> Response:
    """One entry as HTML: the one route of the API that may show a contact button, to those who
    may see the address itself."""
    page = request.find(tag)
    if not acls.has_access(request, "read", tag, page):
        return request.json({tag: {"html_output": alert("Accès interdit", "info")}})
    if page is None or page.kind != ENTRY:
        return request.json(None)
    request.fast_view = True
    return request.json({tag: {"html_output": entry_views.view(request, page)}})


@route("entries/{form}", "POST", "key")
@route("entries/{form}/json-ld", "POST", "key")
def create_entry(request: Request, form: str) -> Response:
    """Make an entry, at the tag that `id_fiche` gives, or change the one that is there."""
    posted: dict[str, object] = {**request.post, "antispam": "1"}
    tag = str(posted.get("id_fiche") or "")
    page = request.find(tag) if tag else None
    if page is not None and page.kind == ENTRY:
        entry = entry_manager.update(request, tag, posted)
    else:
        entry = entry_manager.create(request, form, posted)
    return request.json({"success": request.href(str(entry["id_fiche"]))}, 201, noisy=True)


@route("entry/url/{source*}", "GET", "key")
def entry_by_source(request: Request, source: str) -> Response:
    """Source addresses are not kept in a rehearsal."""
    return Response(404, "")

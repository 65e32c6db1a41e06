"""API routes of Bazar: forms and entries."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from ..bazar import entry_guard, entry_manager, entry_views, exports, form_manager
from ..exchange.elements import alert
from ..exchange.response import Answer
from ..exchange.wiki_request import Visit
from ..people import acls
from ..store.records import ENTRY, Entry
from .routing import route


@route("forms")
def list_forms(visit: Visit) -> Answer:
    """Every form, whole template included, to anybody (04)."""
    found = {n: form_manager.form_json(visit, f) for n, f in form_manager.forms(visit).items()}
    return visit.json(found or None)


@route("forms/{form}")
def one_form(visit: Visit, form: str) -> Answer:
    """One form."""
    found = form_manager.forms(visit).get(form)
    return visit.json(form_manager.form_json(visit, found)) if found else Answer(404, "")


@route("forms/{form}/entries")
@route("forms/{form}/entries/{output}")
@route("forms/{form}/entries/{output}/{chosen*}")
def form_entries(visit: Visit, form: str, output: str = "", chosen: str = "") -> Answer:
    """Entries of a form that the visitor may read, in several shapes (35, 36, 59)."""
    query = entry_manager.parse_query(unquote(visit.arg("query")))
    if chosen:
        query["id_fiche"] = chosen
    found = entry_manager.search(visit, form, query)
    if output == "json-ld":
        return visit.json(exports.json_ld(visit, form, found))
    if output == "geojson":
        return visit.json(exports.geojson(visit, found))
    if output == "ical":
        return exports.ical(visit, found)
    if output == "csv" and visit.features.csv_by_api:
        return Answer(200, exports.csv_text(visit, form), "text/csv; charset=UTF-8")
    entries = {page.tag: entry_guard.for_api(visit, page) for page in found}
    if output == "html":
        for page in found:
            entries[page.tag]["html_output"] = entry_views.view(visit, page, False)
    elif visit.arg("fields"):
        entries = _only(entries, visit.arg("fields").split(","))
    return visit.json(entries or None)


def _only(entries: dict[str, Entry], names: list[str]) -> dict[str, Entry]:
    light = {
        tag: {name: entry[name] for name in names if entry.get(name) is not None}
        for tag, entry in entries.items()
    }
    return {tag: entry for tag, entry in light.items() if entry}


@route("entries/bazarlist")
def bazar_list(visit: Visit) -> Answer:
    """Entries as arrays, for the lists drawn in the browser."""
    ids = visit.get.get("idtypeannonce") or visit.get.get("id") or ""
    wanted = [str(v) for v in ids.values()] if isinstance(ids, dict) else str(ids).split(",")
    display = visit.get.get("displayfields")
    extra = [str(v) for v in display.values()] if isinstance(display, dict) else []
    names = ["id_fiche", "bf_titre", *([] if "id" in visit.get else ["id_typeannonce"])]
    names += [n for n in dict.fromkeys(extra) if n and n not in names]
    found = [p for form in wanted for p in entry_manager.search(visit, form)]
    rows = []
    for page in found:
        entry = entry_guard.for_api(visit, page)
        rows.append([entry.get(name) for name in names])
    used = {str(p.values.get("id_typeannonce")) for p in found}
    known: dict[str, Any] = {
        number: form_manager.form_json(visit, form)["prepared"]
        for number, form in form_manager.forms(visit).items()
        if number in used
    }
    return visit.json({"entries": rows, "fieldMapping": names, "filters": [], "forms": known})


@route("entries")
@route("entries/{output}")
@route("entries/{output}/{chosen*}")
def all_entries(visit: Visit, output: str = "", chosen: str = "") -> Answer:
    """Entries of every form. The second part is an output: `api/entries/1/Tag` gives Tag."""
    if output == "html" and chosen and "," not in chosen and visit.arg("fields") == "html_output":
        return _fast_view(visit, chosen)
    return form_entries(visit, "", output, chosen)


def _fast_view(visit: Visit, tag: str) -> Answer:
    """One entry as HTML: the one route of the API that may show a contact button, to those who
    may see the address itself."""
    page = visit.farm.page(visit.w, tag)
    if not acls.has_access(visit, "read", tag, page):
        return visit.json({tag: {"html_output": alert("Accès interdit", "info")}})
    if page is None or page.kind != ENTRY:
        return visit.json(None)
    visit.caches["fast_view"] = True
    return visit.json({tag: {"html_output": entry_views.view(visit, page)}})


@route("entries/{form}", "POST", "key")
@route("entries/{form}/json-ld", "POST", "key")
def create_entry(visit: Visit, form: str) -> Answer:
    """Make an entry, or change the one that `id_fiche` names; older cores make a second one."""
    posted: dict[str, object] = {**visit.post, "antispam": "1"}
    tag = str(posted.get("id_fiche") or "")
    page = visit.farm.page(visit.w, tag) if tag else None
    if visit.features.api_updates_entries and page is not None and page.kind == ENTRY:
        entry = entry_manager.update(visit, tag, posted)
    else:
        if not visit.features.api_updates_entries:
            posted.pop("id_fiche", None)
        entry = entry_manager.create(visit, form, posted)
    return visit.json({"success": visit.href(str(entry["id_fiche"]))}, 201, noisy=True)


@route("entry/url/{source*}", "GET", "key")
def entry_by_source(visit: Visit, source: str) -> Answer:
    """Source addresses are not kept in a rehearsal."""
    return Answer(404, "")

"""Entries as CSV, RSS, iCal, GeoJSON and JSON-LD, filtered by the visitor's rights."""

from __future__ import annotations

import csv
import io
from typing import Any

from ..exchange.elements import esc
from ..exchange.response import Response
from ..exchange.wiki_request import Request
from ..store.records import StoredPage
from . import entry_guard, entry_manager, entry_views, form_manager
from .form_fields import FormField, known_fields


def csv_text(request: Request, form_id: str) -> str:
    """The entries of a form, one a line; keys first, then one column a field."""
    form = form_manager.forms(request).get(form_id)
    if form is None:
        return ""
    known = [f for f in known_fields(form, request.features) if f.prop]
    columns = [column for field in known for column in _csv_columns(field)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = ["id_fiche", "date_creation_fiche", "date_maj_fiche"]
    writer.writerow(head + [label for label, _, _ in columns])
    for page in entry_manager.search(request, form_id):
        entry = entry_guard.guarded(request, page)
        values = [entry.get(key, "") for key in head]
        for _, name, field in columns:
            value = entry.get(name) or ""
            names = form_manager.options(request, field) if field.is_enum else {}
            values.append(names.get(str(value), value) if not isinstance(value, dict) else "")
        writer.writerow(values)
    return out.getvalue()


def _csv_columns(field: FormField) -> list[tuple[str, str, FormField]]:
    """Label, key and field of each column: a map has two."""
    if field.kind == "map":
        return [(name, name, field) for name in field.columns[1:3]]
    return [(field.label or field.prop, field.prop, field)]


def rss(request: Request) -> Response:
    """The last entries of a form as a feed."""
    form_id = request.arg("id") or request.arg("id_typeannonce")
    entries = entry_manager.search(request, form_id if form_id.isdigit() else "")
    entries.sort(key=lambda p: str(p.values.get("date_creation_fiche")), reverse=True)
    items = ""
    for page in entries[:20]:
        title = esc(page.values.get("bf_titre", ""))
        url = request.href(page.tag)
        items += (
            f"<item><title>{title}</title><link><![CDATA[{url}]]></link>"
            f"<guid><![CDATA[{url}]]></guid><dc:creator>{esc(page.owner)}</dc:creator>"
            f"<description><![CDATA[{_in_cdata(request, page)}]]></description></item>"
        )
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<rss version="2.0" '
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>{esc(request.wiki.name)}</title><link>{esc(request.base)}</link>"
        f"<description></description><language>fr-FR</language>{items}</channel></rss>"
    )
    return Response(200, xml, "application/rss+xml; charset=UTF-8")


def _in_cdata(request: Request, page: StoredPage) -> str:
    """The whole entry, which nothing in it can end."""
    return entry_views.view(request, page).replace("]]>", "]]&gt;")


def geojson(request: Request, entries: list[StoredPage]) -> dict[str, Any]:
    """Places; the properties hold the whole entry, and a blanked map still has its numbers (P1)."""
    features = []
    for page in entries:
        entry = entry_guard.for_api(request, page)
        place = entry.get("geolocation")
        source = place if isinstance(place, dict) else entry
        try:
            numbers = [float(source[f"bf_{name}itude"]) for name in ("long", "lat")]
        except (KeyError, TypeError, ValueError):
            continue
        else:
            point = {"type": "Point", "coordinates": numbers}
            features.append({"type": "Feature", "geometry": point, "properties": entry})
    return {"type": "FeatureCollection", "features": features}


def ical(request: Request, entries: list[StoredPage]) -> Response:
    """Dated entries as a calendar; PRODID gives the release."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0",
             f"PRODID:-//YesWiki//YesWiki doryphore {request.farm.release}//FR"]  # fmt: skip
    for page in entries:
        entry = entry_guard.guarded(request, page)
        start, end = (entry.get(f"bf_date_{k}_evenement") for k in ("debut", "fin"))
        if start and end:
            lines += ["BEGIN:VEVENT", f"UID:{request.href(page.tag)}",
                      f"SUMMARY:{_ical_text(entry.get('bf_titre', ''))}",
                      f"DTSTART{_ical_date(str(start))}", f"DTEND{_ical_date(str(end))}",
                      f"URL:{request.href(page.tag)}", "END:VEVENT"]  # fmt: skip
    lines.append("END:VCALENDAR")
    return Response(200, "\r\n".join(lines) + "\r\n", "text/calendar; charset=UTF-8")


def _ical_text(text: object) -> str:
    return str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _ical_date(value: str) -> str:
    if "T" not in value:
        return f";VALUE=DATE:{value.replace('-', '')[:8]}"
    return f":{value[:19].replace('-', '').replace(':', '')}"


def json_ld(request: Request, form_id: str, entries: list[StoredPage]) -> dict[str, Any]:
    """Entries in an LDP container."""
    form = form_manager.forms(request).get(form_id, {})
    return {
        "@context": form.get("bn_sem_context", ""),
        "@id": request.href("api", f"fiche/{form_id}"),
        "@type": ["ldp:Container", "ldp:BasicContainer"],
        "dcterms:title": form.get("bn_label_nature", ""),
        "ldp:contains": [
            {"@id": request.href(page.tag), "@type": form.get("bn_sem_type", "")}
            | _semantic(request, form, page)
            for page in entries
        ],
    }


def _semantic(request: Request, form: dict[str, str], page: StoredPage) -> dict[str, Any]:
    entry = entry_guard.guarded(request, page)
    return {
        field.columns[14]: entry.get(field.prop, "")
        for field in known_fields(form, request.features)
        if field.columns[14] and field.prop
    }

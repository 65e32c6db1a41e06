"""Actions that show many entries: lists, a map, a calendar."""

from __future__ import annotations

from ..exchange.elements import alert, esc
from ..exchange.wiki_request import Request
from ..php import php_json
from ..store.records import StoredPage
from ..wikitext.page_manager import page_link
from ..wikitext.performer import action
from . import entry_guard, entry_manager
from .entry_views import field_value, view


def _listed(request: Request, arguments: dict[str, str]) -> list[StoredPage]:
    ids = arguments.get("id") or arguments.get("idtypeannonce") or request.arg("id")
    query = entry_manager.parse_query(arguments.get("query", "") or request.arg("query"))
    entries: list[StoredPage] = []
    for number in [part.strip() for part in ids.split(",")] if ids else [""]:
        entries += entry_manager.search(request, number, query)
    if arguments.get("filteruserasowner") == "true":
        entries = [p for p in entries if request.user and p.owner == request.user]
    words = request.arg("q").lower()
    entries = [p for p in entries if words in str(p.values).lower()]
    key = arguments.get("champ", "bf_titre")
    entries.sort(
        key=lambda p: str(p.values.get(key) or "").lower(),
        reverse=arguments.get("ordre", "asc").lower() == "desc",
    )
    limit = arguments.get("nb", "")
    return entries[: int(limit)] if limit.isdigit() else entries


def _count(entries: list[StoredPage]) -> str:
    return alert(f"Il y a {len(entries)} fiche{'s' if len(entries) > 1 else ''}.", "info")


def _columns(arguments: dict[str, str]) -> list[str]:
    """Fields to show beside the title (`columnfields`, `displayfields`, and the table's own)."""
    raw = arguments.get("columnfieldsids") or arguments.get("columnfields") or ""
    raw += "," + arguments.get("displayfields", "")
    names = [part.partition("=")[2] or part for part in raw.split(",")]
    return [n.strip() for n in names if n.strip() and n.strip() != "bf_titre"]


@action("bazaruserpage")
def own_entries(request: Request, arguments: dict[str, str]) -> str:
    """The visitor's own entries."""
    return "<h2>Vos fiches</h2>" + entry_list(request, {"filteruserasowner": "true", **arguments})


@action("bazarliste", "bazartable")
def entry_list(request: Request, arguments: dict[str, str]) -> str:
    """Entries that the visitor may read: one list whatever the template, whole entries by default.

    As in YesWiki a static list writes its entries in the page, a dynamic one asks the API.
    """
    entries = _listed(request, arguments)
    count = _count(entries)
    if not entries:
        return count
    columns = _columns(arguments)
    template = arguments.get("template") or "liste_accordeon"
    static = arguments.get("dynamic") not in ("true", "1")
    if static and template == "map":
        return entry_map(request, arguments)
    item = _whole if static and template == "liste_accordeon" and not columns else entry_line
    parts = (part.partition("=") for part in arguments.get("displayfields", "").split(","))
    if {place: name for place, _, name in parts}.get("title", "bf_titre") != "bf_titre":
        item = _card
    items = "".join(f"<li>{item(request, p, columns)}</li>" for p in entries)
    template = esc(template)
    return f'<div class="bazar-list" data-template="{template}">{count}<ul>{items}</ul></div>'


def _whole(request: Request, page: StoredPage, _columns: list[str]) -> str:
    """An entry folded under its title, with the attributes by which the page filters it."""
    entry = entry_guard.for_api(request, page)
    title = page_link(request, page.tag, str(entry.get("bf_titre") or page.tag))
    shown = f"<summary>{title}</summary>{view(request, page)}"
    return f'<details class="bazar-entry" {entry["html_data"]}>{shown}</details>'


def entry_line(request: Request, page: StoredPage, columns: list[str]) -> str:
    """The title of an entry as its link, then the fields that are asked for."""
    entry = entry_guard.guarded(request, page)
    known = {field.prop: field for field in entry_guard.fields_of(request, entry)}
    shown = []
    for name in columns:
        value = entry.get(name)
        field = known.get(name)
        if value and field:
            shown.append(f"<span>{esc(field.label)} : {field_value(request, field, value)}</span>")
    title = page_link(request, page.tag, str(entry.get("bf_titre") or page.tag))
    return " — ".join([title, *shown])


def _card(request: Request, page: StoredPage, columns: list[str]) -> str:
    """The fields of `displayfields` without their labels, the first one as the link."""
    entry = entry_guard.guarded(request, page)
    known = {field.prop: field for field in entry_guard.fields_of(request, entry)}
    given = [(known[name], entry[name]) for name in columns if name in known and entry.get(name)]
    shown = [f"<span>{field_value(request, field, value)}</span>" for field, value in given[1:]]
    first = str(given[0][1]) if given else str(entry.get("bf_titre") or page.tag)
    return "<br>\n".join([f"<b>{page_link(request, page.tag, first)}</b>", *shown])


@action("bazarcarto", "map")
def entry_map(request: Request, arguments: dict[str, str]) -> str:
    """The map, as a list; places and whole entries stand in a script at the end of the page.

    So it is the page that shows them, after the text of any other action.
    """
    entries = _listed(request, arguments)
    count = _count(entries)
    items = ""
    for page in entries:
        entry = entry_guard.for_api(request, page)
        place = entry.get("geolocation")
        if isinstance(place, dict):
            shown = {"place": place, "data": entry["html_data"], "html": view(request, page)}
            request.late_scripts.append(php_json(shown))
            items += f"<li>{entry_line(request, page, [])}</li>"
    return f'<div class="bazar-map">{count}<ul>{items}</ul></div>'


@action("bazaragenda", "calendrier")
def entry_calendar(request: Request, arguments: dict[str, str]) -> str:
    """The calendar, as a list of dated entries."""
    entries = _listed(request, {"champ": "bf_date_debut_evenement", **arguments})
    items = ""
    for page in entries:
        start = esc(str(page.values.get("bf_date_debut_evenement") or "")[:10])
        items += f'<li><time datetime="{start}">{start}</time> {entry_line(request, page, [])}</li>'
    return f'<div class="bazar-calendar"><ul>{items}</ul></div>'

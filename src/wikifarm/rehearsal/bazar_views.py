"""How entries look: one entry, the form to write one, and lists of them."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

from . import bazar_entries, bazar_forms, html, markup, pages, rights
from .actions import action, format_text
from .bazar_entries import Entry, body_of, can_edit, can_read
from .bazar_fields import DATE_KINDS, MANY_KINDS, Field, known_fields
from .login import bot_guard
from .store import Page
from .visit import Visit, esc, php_json

NESTED = 2
"""How many times an entry may stand inside itself: its text may hold a list of entries."""


def view(visit: Visit, page: Page, footer: bool = True, included: bool = False) -> str:
    """One entry as HTML, without the fields the visitor may not read (`EntryController::view`).

    The right of the page is not looked at: whoever calls this does it, or does not. `included`
    is for `{{include}}`, which takes the entry for the visited page before it is read.
    """
    if visit.entries_open.count(page.tag) >= NESTED:
        return ""
    visit.entries_open.append(page.tag)
    try:
        return _view(visit, page, footer, included)
    finally:
        visit.entries_open.pop()


def _view(visit: Visit, page: Page, footer: bool, included: bool) -> str:
    entry = bazar_entries.guarded(visit, page, at=page.tag if included else "")
    form = bazar_entries.form_of(visit, entry)
    if form is None:
        number = esc(entry.get("id_typeannonce", ""))
        return html.alert(f"Il n'y a pas de formulaire avec l'identifiant {number}.", "info")
    shown = "".join(
        _static(visit, field, entry)
        for field in known_fields(form, visit.features)
        if can_read(visit, field, page.tag, at=page.tag)
    )
    tools = _entry_tools(visit, page) if footer else ""
    info = ""
    if footer and rights.is_admin(visit):
        owner = esc(page.owner or "utilisateur inconnu")
        info = f'<p class="entry-owner"><small>Fiche écrite par {owner}</small></p>'
    name = esc(page.tag)
    article = f'<article class="BAZ_cadre_fiche" data-id_fiche="{name}">{shown}{info}</article>'
    return article + tools


def _entry_tools(visit: Visit, page: Page) -> str:
    links = []
    if visit.tag != page.tag:
        links.append((visit.href(page.tag), "Voir la fiche"))
    if rights.has_access(visit, "write", page.tag, page):
        links.append((visit.href(page.tag, "edit"), "Modifier"))
    if rights.is_admin(visit) or rights.is_owner(visit, page.tag, page.owner):
        links.append((visit.href(page.tag, "deletepage"), "Supprimer"))
    return "".join(f'<a class="btn" href="{esc(url)}">{label}</a> ' for url, label in links)


def _static(visit: Visit, field: Field, entry: Entry) -> str:
    """One field of an entry, '' when it has no value."""
    if field.kind == "labelhtml":
        return field.columns[3]
    if field.kind == "hidden":
        return ""
    if field.kind == "map":
        return _static_map(visit, field, entry)
    value = entry.get(field.prop) if field.prop else None
    if field.prop == "bf_titre":
        return f'<h1 class="BAZ_fiche_titre">{esc(value or "")}</h1>'
    if not value:
        return ""
    return _rubric(field, field.label, _value(visit, field, value))


def _rubric(field: Field, label: str, shown: str) -> str:
    """A field's label and value; blanks as YesWiki's: the search counts them in its extracts."""
    return (
        f'<div class="BAZ_rubrique" data-id="{esc(field.prop)}">\n    '
        f'<span class="BAZ_label">{esc(label)}</span>\n{" " * 16}'
        f'<span class="BAZ_texte">\n{" " * 12}{shown}{" " * 8}</span>\n    </div>'
    )


def _static_map(visit: Visit, field: Field, entry: Entry) -> str:
    """A place is shown where column 7 is 1, on the page of the entry only (`MapField`)."""
    place = entry.get("geolocation")
    place = place if isinstance(place, dict) else entry
    numbers = [str(place.get(name) or "") for name in field.columns[1:3]]
    if field.columns[7] != "1" or visit.tag != entry.get("id_fiche") or not all(numbers):
        return ""
    return _rubric(field, "Position", esc(", ".join(numbers)))


def _value(visit: Visit, field: Field, value: object) -> str:  # noqa: PLR0911 - one a kind
    if field.kind == "email":
        return _email(visit, field, str(value))
    if field.is_enum:
        known = bazar_forms.options(visit, field)
        keys = [str(key) for key in str(value).split(",")]
        return esc(", ".join(known.get(key, "") or key for key in keys))
    if field.kind == "textelong" and field.columns[7] in ("wiki", ""):
        return format_text(visit, str(value))
    if field.kind == "textelong" and field.columns[7] == "html":
        return str(value)
    if field.kind == "link":
        return f'<a href="{esc(value)}">{esc(value)}</a>'
    if field.kind == "yeswiki":
        url = f"{visit.farm.base_url}{value}"
        return f'<a href="{esc(url)}">{esc(url)}</a>'
    return esc(value)


def _email(visit: Visit, field: Field, value: str) -> str:
    if field.contact_form:
        url = visit.href(visit.tag, "mail", f"field={field.prop}")
        button = f'<a class="btn" href="{esc(url)}">\n{" " * 13}Contacter par mail'
        return f"{' ' * 12}{button}\n{' ' * 8}</a>\n    "
    return f'<a href="mailto:{esc(value)}">{esc(value)}</a>'


DESCRIBED = ("description", "bf_description", "content", "bf_content", "soustitre")
DESCRIPTION_LENGTH = 300


def description(visit: Visit, page: Page) -> str:
    """What the head of an entry's page tells of it, to anybody: only field rights are looked at.

    Source: `Utils::getDescriptionFromBody`, v4.4.4: the last of DESCRIBED that has a value, or
    the whole entry; cut after a word.
    """
    entry = bazar_entries.guarded(visit, page)
    known = [str(entry[name]) for name in DESCRIBED if entry.get(name) is not None]
    text = (known[-1] if known else "") or view(visit, page, footer=False)
    text = markup.strip_tags(re.sub(r"(?is)<\s*script\b[^>]*>.*?<\s*/\s*script\s*>", "", text))
    title = str(entry.get("bf_titre") or "")
    text = unescape(text.replace(title, "") if title else text)
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    cut = text.rfind(" ", 0, DESCRIPTION_LENGTH + 1)
    cut = cut if cut > 0 else text.find(" ")
    return f"{text[:cut]}…" if cut > 0 else text


# -- the form -------------------------------------------------------------------------------


def entry_form(visit: Visit, form: dict[str, str], page: Page | None, error: str = "") -> str:
    """The form that writes an entry, refilled with what was posted.

    The right of the page is not looked at (`EntryController::update`): fields that may not be
    read are empty, those that may not be written are absent.
    """
    entry = bazar_entries.guarded(visit, page) if page else {}
    tag = page.tag if page else ""
    inputs = "".join(
        _input(visit, field, entry)
        for field in known_fields(form, visit.features)
        if can_edit(visit, field, tag, creating=not page)
    )
    if visit.features.honeypot and not rights.is_admin(visit):
        inputs += bot_guard()
    inputs += html.hidden("antispam", "0") + html.hidden("id_typeannonce", form["bn_id_nature"])
    if page:
        inputs += html.hidden("id_fiche", page.tag)
    script = f'<script src="{esc(visit.base)}tools/bazar/libs/bazar.js" defer></script>'
    inputs += '<p><button type="submit" class="btn btn-primary">Valider</button></p>' + script
    return error + html.form("", inputs, more=' id="formulaire" name="formulaire"')


def _input(visit: Visit, field: Field, entry: Entry) -> str:  # noqa: PLR0911 - one a kind
    posted = visit.field(field.prop) if field.prop else ""
    kept = entry.get(field.prop)
    value = str((posted or field.default or "") if kept is None else kept)
    if field.kind == "titre":
        return html.hidden("bf_titre", field.name)
    if field.kind == "map":
        place = entry.get("geolocation")
        place = place if isinstance(place, dict) else entry  # a blanked map keeps its numbers
        return "".join(html.hidden(name, str(place.get(name) or "")) for name in field.columns[1:3])
    if field.kind == "labelhtml":
        return field.columns[1]
    if field.kind == "conditionschecking":
        # A labelhtml further on closes it; the rehearsal shows what it holds whatever the answer.
        return f'<div class="conditional" data-condition="{esc(field.columns[1])}">'
    if field.kind == "yeswiki":
        return visit.farm.wiki_inputs(visit, field, value)
    if field.kind in ("utilisateur_wikini", "yeswiki_user"):
        return _account_inputs(visit)
    if field.kind == "hidden":
        return html.hidden(field.name, value)
    if not field.prop and not field.is_enum:
        return ""
    return _control(visit, field, value)


def _control(visit: Visit, field: Field, value: str) -> str:
    """One visible input. In 4.5 a list field without a name has no name attribute (62)."""
    name = f' name="{esc(field.prop)}"' if field.prop else ""
    need = " required" if field.required else ""
    label = field.label + (" *" if field.required else "")
    if field.kind in ("radio", "radiofiche", *MANY_KINDS):
        return _boxes(visit, field, value, label)
    if field.is_enum:
        known = bazar_forms.options(visit, field).items()
        options = "".join(
            f'<option value="{esc(k)}"{" selected" if k == value else ""}>{esc(v)}</option>'
            for k, v in known
        )
        empty = '<option value=""></option>'
        return html.field(label, f"<select{name}{need}>{empty}{options}</select>")
    if field.kind == "textelong":
        return html.field(label, f"<textarea{name}{need}>{esc(value)}</textarea>")
    if field.kind in ("image", "file"):
        return html.field(label, f'<input type="file"{name}>')
    if field.kind in DATE_KINDS and value == "today":
        value = date.today().isoformat()
    kind = {"email": "email", "link": "url"}.get(field.kind, field.columns[7] or "text")
    kind = kind if kind in ("email", "url", "number", "password", "range") else "text"
    kind = "date" if field.kind in DATE_KINDS else kind
    return html.field(label, f'<input type="{kind}"{name} value="{esc(value)}"{need}>')


def _boxes(visit: Visit, field: Field, value: str, label: str) -> str:
    many = field.kind in MANY_KINDS
    chosen = value.split(",")
    boxes = ""
    for key, text in bazar_forms.options(visit, field).items():
        name = f"{field.prop}[{key}]" if many and field.prop else field.prop
        attribute = f' name="{esc(name)}"' if name else ""
        given = "1" if many else key
        kind = "checkbox" if many else "radio"
        checked = " checked" if key in chosen else ""
        boxes += (
            f'<label><input type="{kind}"{attribute} value="{esc(given)}"{checked}> '
            f"{esc(text)}</label>"
        )
    return f"<fieldset><legend>{esc(label)}</legend>{boxes}</fieldset>\n"


def _account_inputs(visit: Visit) -> str:
    if visit.user:
        return html.hidden("nomwiki", visit.user)
    return html.field(
        "Mot de passe", '<input type="password" name="mot_de_passe_wikini" required>'
    ) + html.field(
        "Le même, encore", '<input type="password" name="mot_de_passe_repete_wikini" required>'
    )


# -- lists ----------------------------------------------------------------------------------


def _listed(visit: Visit, arguments: dict[str, str]) -> list[Page]:
    ids = arguments.get("id") or arguments.get("idtypeannonce") or visit.arg("id")
    query = bazar_entries.parse_query(arguments.get("query", "") or visit.arg("query"))
    found: list[Page] = []
    for number in [part.strip() for part in ids.split(",")] if ids else [""]:
        found += bazar_entries.search(visit, number, query)
    if arguments.get("filteruserasowner") == "true":
        found = [p for p in found if visit.user and p.owner == visit.user]
    words = visit.arg("q").lower()
    found = [p for p in found if words in str(body_of(p)).lower()]
    key = arguments.get("champ", "bf_titre")
    found.sort(
        key=lambda p: str(body_of(p).get(key) or "").lower(),
        reverse=arguments.get("ordre", "asc").lower() == "desc",
    )
    limit = arguments.get("nb", "")
    return found[: int(limit)] if limit.isdigit() else found


def _columns(arguments: dict[str, str]) -> list[str]:
    """Fields to show beside the title (`columnfields`, `displayfields`, and the table's own)."""
    raw = arguments.get("columnfieldsids") or arguments.get("columnfields") or ""
    raw += "," + arguments.get("displayfields", "")
    names = [part.partition("=")[2] or part for part in raw.split(",")]
    return [n.strip() for n in names if n.strip() and n.strip() != "bf_titre"]


@action("bazaruserpage")
def own_entries(visit: Visit, arguments: dict[str, str]) -> str:
    """The visitor's own entries."""
    return "<h2>Vos fiches</h2>" + entry_list(visit, {"filteruserasowner": "true", **arguments})


@action("bazarliste", "bazartable")
def entry_list(visit: Visit, arguments: dict[str, str]) -> str:
    """Entries that the visitor may read: one list whatever the template, whole entries by default.

    As in YesWiki a static list writes its entries in the page, a dynamic one asks the API.
    """
    found = _listed(visit, arguments)
    count = html.alert(f"Il y a {len(found)} fiche{'s' if len(found) > 1 else ''}.", "info")
    if not found:
        return count
    columns = _columns(arguments)
    template = arguments.get("template") or "liste_accordeon"
    static = arguments.get("dynamic") not in ("true", "1")
    if static and template == "map":
        return entry_map(visit, arguments)
    item = _whole if static and template == "liste_accordeon" and not columns else _line
    parts = (part.partition("=") for part in arguments.get("displayfields", "").split(","))
    if {place: name for place, _, name in parts}.get("title", "bf_titre") != "bf_titre":
        item = _card
    items = "".join(f"<li>{item(visit, p, columns)}</li>" for p in found)
    template = esc(template)
    return f'<div class="bazar-list" data-template="{template}">{count}<ul>{items}</ul></div>'


def _whole(visit: Visit, page: Page, _columns: list[str]) -> str:
    """An entry folded under its title, with the attributes by which the page filters it."""
    entry = bazar_entries.for_api(visit, page)
    title = pages.page_link(visit, page.tag, str(entry.get("bf_titre") or page.tag))
    shown = f"<summary>{title}</summary>{view(visit, page)}"
    return f'<details class="bazar-entry" {entry["html_data"]}>{shown}</details>'


def _line(visit: Visit, page: Page, columns: list[str]) -> str:
    entry = bazar_entries.guarded(visit, page)
    form = bazar_entries.form_of(visit, entry)
    known = {f.prop: f for f in known_fields(form, visit.features)} if form else {}
    shown = []
    for name in columns:
        value = entry.get(name)
        field = known.get(name)
        if value and field:
            shown.append(f"<span>{esc(field.label)} : {_value(visit, field, value)}</span>")
    title = pages.page_link(visit, page.tag, str(entry.get("bf_titre") or page.tag))
    return " — ".join([title, *shown])


def _card(visit: Visit, page: Page, columns: list[str]) -> str:
    """The fields of `displayfields` without their labels, the first one as the link."""
    entry = bazar_entries.guarded(visit, page)
    form = bazar_entries.form_of(visit, entry)
    known = {f.prop: f for f in known_fields(form, visit.features)} if form else {}
    given = [(known[name], entry[name]) for name in columns if name in known and entry.get(name)]
    shown = [f"<span>{_value(visit, field, value)}</span>" for field, value in given[1:]]
    first = str(given[0][1]) if given else str(entry.get("bf_titre") or page.tag)
    return "<br>\n".join([f"<b>{pages.page_link(visit, page.tag, first)}</b>", *shown])


@action("bazarcarto", "map")
def entry_map(visit: Visit, arguments: dict[str, str]) -> str:
    """The map, as a list; places and whole entries stand in a script at the end of the page.

    So it is the page that shows them, after the text of any other action.
    """
    found = _listed(visit, arguments)
    count = html.alert(f"Il y a {len(found)} fiche{'s' if len(found) > 1 else ''}.", "info")
    items = ""
    for page in found:
        entry = bazar_entries.for_api(visit, page)
        place = entry.get("geolocation")
        if isinstance(place, dict):
            shown = {"place": place, "data": entry["html_data"], "html": view(visit, page)}
            visit.late_scripts.append(php_json(shown))
            items += f"<li>{_line(visit, page, [])}</li>"
    return f'<div class="bazar-map">{count}<ul>{items}</ul></div>'


@action("bazaragenda", "calendrier")
def entry_calendar(visit: Visit, arguments: dict[str, str]) -> str:
    """The calendar, as a list of dated entries."""
    found = _listed(visit, {"champ": "bf_date_debut_evenement", **arguments})
    items = ""
    for page in found:
        start = esc(str(body_of(page).get("bf_date_debut_evenement") or "")[:10])
        items += f'<li><time datetime="{start}">{start}</time> {_line(visit, page, [])}</li>'
    return f'<div class="bazar-calendar"><ul>{items}</ul></div>'

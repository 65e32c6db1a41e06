"""How entries look: one entry, the form to write one, and lists of them."""

from __future__ import annotations

from datetime import date

from . import bazar_entries, bazar_forms, html, pages, rights
from .actions import action, format_text
from .bazar_entries import Entry, body_of, can_edit, can_read
from .bazar_fields import DATE_KINDS, MANY_KINDS, Field, known_fields
from .login import bot_guard
from .store import Page
from .visit import Visit, esc


def view(visit: Visit, page: Page, footer: bool = True, in_api: bool = False) -> str:
    """One entry as HTML, without the fields the visitor may not read."""
    entry = body_of(page)
    form = bazar_entries.form_of(visit, entry)
    if form is None:
        number = esc(entry.get("id_typeannonce", ""))
        return html.alert(f"Il n'y a pas de formulaire avec l'identifiant {number}.", "info")
    shown = "".join(
        _static(visit, field, entry)
        for field in known_fields(form, visit.dialect)
        if can_read(visit, field, page.tag, in_api)
    )
    tools = _entry_tools(visit, page) if footer else ""
    owner = esc(page.owner or "utilisateur inconnu")
    info = f'<p class="entry-owner"><small>Fiche de {owner}</small></p>' if footer else ""
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
    value = entry.get(field.prop) if field.prop else None
    if field.prop == "bf_titre":
        return f'<h1 class="BAZ_fiche_titre">{esc(value or "")}</h1>'
    if not value:
        return ""
    shown = _value(visit, field, value)
    label = "Position" if field.kind == "map" else field.label
    return (
        f'<div class="BAZ_rubrique" data-id="{esc(field.prop)}">'
        f'<span class="BAZ_label">{esc(label)} :</span> '
        f'<span class="BAZ_texte">{shown}</span></div>\n'
    )


def _value(visit: Visit, field: Field, value: object) -> str:  # noqa: PLR0911 - one a kind
    if field.kind == "email":
        return _email(visit, field, str(value))
    if field.is_enum:
        known = bazar_forms.options(visit, field)
        keys = [str(key) for key in str(value).split(",")]
        return esc(", ".join(known.get(key, "") or key for key in keys))
    if field.kind == "map" and isinstance(value, dict):
        return esc(", ".join(str(part) for part in value.values()))
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
        return f'<a class="btn" href="{esc(url)}">Contacter par mail</a>'
    return f'<a href="mailto:{esc(value)}">{esc(value)}</a>'


# -- the form -------------------------------------------------------------------------------


def entry_form(visit: Visit, form: dict[str, str], page: Page | None, error: str = "") -> str:
    """The form that writes an entry, refilled with what was posted."""
    entry = body_of(page) if page else {}
    tag = page.tag if page else ""
    inputs = "".join(
        _input(visit, field, entry)
        for field in known_fields(form, visit.dialect)
        if can_edit(visit, field, tag, creating=not page)
    )
    if visit.dialect == "4.6" and not rights.is_admin(visit):
        inputs += bot_guard()
    inputs += html.hidden("antispam", "0") + html.hidden("id_typeannonce", form["bn_id_nature"])
    if page:
        inputs += html.hidden("id_fiche", page.tag)
    script = f'<script src="{esc(visit.base)}tools/bazar/libs/bazar.js" defer></script>'
    inputs += '<p><button type="submit" class="btn btn-primary">Valider</button></p>' + script
    return error + html.form("", inputs, more=' id="formulaire" name="formulaire"')


def _input(visit: Visit, field: Field, entry: Entry) -> str:  # noqa: PLR0911 - one a kind
    posted = visit.field(field.prop) if field.prop else ""
    value = str(entry.get(field.prop) or posted or field.default or "")
    if field.kind == "titre":
        return html.hidden("bf_titre", field.name)
    if field.kind == "map":
        return "".join(html.hidden(name, str(entry.get(name) or "")) for name in field.columns[1:3])
    if field.kind == "labelhtml":
        return field.columns[1]
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


@action("bazarliste", "bazartable", "bazaruserpage")
def entry_list(visit: Visit, arguments: dict[str, str]) -> str:
    """Entries that the visitor may read; every template is shown as one list."""
    found = _listed(visit, arguments)
    count = html.alert(f"Il y a {len(found)} fiche{'s' if len(found) > 1 else ''}.", "info")
    if not found:
        return count
    columns = _columns(arguments)
    items = "".join(f"<li>{_line(visit, p, columns)}</li>" for p in found)
    template = esc(arguments.get("template", "liste_accordeon"))
    return f'<div class="bazar-list" data-template="{template}">{count}<ul>{items}</ul></div>'


def _line(visit: Visit, page: Page, columns: list[str]) -> str:
    entry = bazar_entries.guarded(visit, page, in_api=False)
    form = bazar_entries.form_of(visit, entry)
    known = {f.prop: f for f in known_fields(form, visit.dialect)} if form else {}
    shown = []
    for name in columns:
        value = entry.get(name)
        field = known.get(name)
        if value and field:
            shown.append(f"<span>{esc(field.label)} : {_value(visit, field, value)}</span>")
    title = pages.page_link(visit, page.tag, str(entry.get("bf_titre") or page.tag))
    return " — ".join([title, *shown])


@action("bazarcarto", "map")
def entry_map(visit: Visit, arguments: dict[str, str]) -> str:
    """The map, as a list of places."""
    found = _listed(visit, arguments)
    count = html.alert(f"Il y a {len(found)} fiche{'s' if len(found) > 1 else ''}.", "info")
    items = ""
    for page in found:
        entry = bazar_entries.guarded(visit, page, in_api=False)
        place = f"{entry.get('bf_latitude') or '?'}, {entry.get('bf_longitude') or '?'}"
        items += f"<li>{_line(visit, page, [])} <small>({esc(place)})</small></li>"
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

"""The form that writes an entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ..exchange.elements import esc, hidden, html_form, labelled
from ..exchange.wiki_request import Request
from ..people import robots
from ..store.records import Entry, StoredPage
from . import entry_guard, form_manager
from .entry_guard import can_edit
from .form_fields import DATE_KINDS, MANY_KINDS, FormField, known_fields

Asking = Callable[[Request, FormField, str], str]

INPUTS: dict[str, Asking] = {}


def asked(*kinds: str) -> Callable[[Asking], Asking]:
    """Register the inputs of the fields of these kinds, given their value."""

    def keep(ask: Asking) -> Asking:
        INPUTS.update(dict.fromkeys(kinds, ask))
        return ask

    return keep


def entry_form(
    request: Request,
    form: dict[str, str],
    page: StoredPage | None,
    error: str = "",
    spelt: str = "",
) -> str:
    """The form that writes an entry, refilled with what was posted.

    The right of the page is not looked at (`EntryController::update`): fields that may not be
    read are empty, those that may not be written are absent. `spelt` is the tag as it was asked:
    under another spelling than the entry's own, no right to read is found.
    """
    other = page is not None and spelt not in ("", page.tag)
    entry = page.values if page and other else entry_guard.guarded(request, page) if page else {}
    tag = spelt or page.tag if page else ""
    inputs = "".join(
        _input(request, field, entry)
        for field in known_fields(form, request.features)
        if can_edit(request, field, tag, creating=not page)
    )
    inputs += (
        robots.honeypot(request)
        + hidden("antispam", "0")
        + hidden("id_typeannonce", form["bn_id_nature"])
    )
    if page:
        inputs += hidden("id_fiche", page.tag)
    script = f'<script src="{esc(request.base)}tools/bazar/libs/bazar.js" defer></script>'
    inputs += '<p><button type="submit" class="btn btn-primary">Valider</button></p>' + script
    return error + html_form("", inputs, more=' id="formulaire" name="formulaire"')


def _input(request: Request, field: FormField, entry: Entry) -> str:  # noqa: PLR0911 - one a kind
    posted = request.field(field.prop) if field.prop else ""
    kept = entry.get(field.prop)
    value = str((posted or field.default or "") if kept is None else kept)
    if field.kind == "titre":
        return hidden("bf_titre", field.name)
    if field.kind == "map":
        place = entry.get("geolocation")
        place = place if isinstance(place, dict) else entry  # a blanked map keeps its numbers
        return "".join(hidden(name, str(place.get(name) or "")) for name in field.columns[1:3])
    if field.kind == "labelhtml":
        return field.columns[1]
    if field.kind == "conditionschecking":
        # A labelhtml further on closes it; the rehearsal shows what it holds whatever the answer.
        return f'<div class="conditional" data-condition="{esc(field.columns[1])}">'
    if field.kind in INPUTS:
        return INPUTS[field.kind](request, field, value)
    if field.kind == "hidden":
        return hidden(field.name, value)
    if not field.prop and not field.is_enum:
        return ""
    return _control(request, field, value)


def _control(request: Request, field: FormField, value: str) -> str:
    """One visible input. In 4.5 a list field without a name has no name attribute (62)."""
    name = f' name="{esc(field.prop)}"' if field.prop else ""
    need = " required" if field.required else ""
    label = field.label + (" *" if field.required else "")
    if field.kind in ("radio", "radiofiche", *MANY_KINDS):
        return _boxes(request, field, value, label)
    if field.is_enum:
        known = form_manager.options(request, field).items()
        options = "".join(
            f'<option value="{esc(k)}"{" selected" if k == value else ""}>{esc(v)}</option>'
            for k, v in known
        )
        empty = '<option value=""></option>'
        return labelled(label, f"<select{name}{need}>{empty}{options}</select>")
    if field.kind == "textelong":
        return labelled(label, f"<textarea{name}{need}>{esc(value)}</textarea>")
    if field.kind in ("image", "file"):
        return labelled(label, f'<input type="file"{name}>')
    if field.kind in DATE_KINDS and value == "today":
        value = date.today().isoformat()
    kind = {"email": "email", "link": "url"}.get(field.kind, field.columns[7] or "text")
    kind = kind if kind in ("email", "url", "number", "password", "range") else "text"
    kind = "date" if field.kind in DATE_KINDS else kind
    return labelled(label, f'<input type="{kind}"{name} value="{esc(value)}"{need}>')


def _boxes(request: Request, field: FormField, value: str, label: str) -> str:
    many = field.kind in MANY_KINDS
    chosen = value.split(",")
    need = " required" if field.required and not many else ""
    boxes = ""
    for key, text in form_manager.options(request, field).items():
        name = f"{field.prop}[{key}]" if many and field.prop else field.prop
        attribute = f' name="{esc(name)}"' if name else ""
        given = "1" if many else key
        kind = "checkbox" if many else "radio"
        checked = " checked" if key in chosen else ""
        boxes += (
            f'<label><input type="{kind}"{attribute} value="{esc(given)}"{checked}{need}> '
            f"{esc(text)}</label>"
        )
    return f"<fieldset><legend>{esc(label)}</legend>{boxes}</fieldset>\n"


@asked("utilisateur_wikini", "yeswiki_user")
def _account_inputs(request: Request, _field: FormField, _value: str) -> str:
    if request.user:
        return hidden("nomwiki", request.user)
    return labelled(
        "Mot de passe", '<input type="password" name="mot_de_passe_wikini" required>'
    ) + labelled(
        "Le même, encore", '<input type="password" name="mot_de_passe_repete_wikini" required>'
    )

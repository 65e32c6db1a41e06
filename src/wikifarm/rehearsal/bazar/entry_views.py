"""How one entry looks: on its page, in a list, inside another page."""

from __future__ import annotations

import re
from html import unescape

from ..exchange.elements import alert, esc
from ..exchange.wiki_request import Request
from ..people import acls
from ..store.records import ENTRY, Entry, StoredPage
from ..wikitext import markup
from ..wikitext.performer import action, format_text, include_page
from . import entry_guard, form_manager
from .entry_guard import can_read
from .form_fields import FormField, known_fields

NESTED = 2
"""How many times an entry may stand inside itself: its text may hold a list of entries."""


def view(request: Request, page: StoredPage, footer: bool = True, included: bool = False) -> str:
    """One entry as HTML, without the fields the visitor may not read (`EntryController::view`).

    The right of the page is not looked at: whoever calls this does it, or does not. `included`
    is for `{{include}}`, which takes the entry for the visited page before it is read.
    """
    if request.entries_open.count(page.tag) >= NESTED:
        return ""
    request.entries_open.append(page.tag)
    try:
        return _view(request, page, footer, included)
    finally:
        request.entries_open.pop()


def _view(request: Request, page: StoredPage, footer: bool, included: bool) -> str:
    entry = entry_guard.guarded(request, page, at=page.tag if included else "")
    form = entry_guard.form_of(request, entry)
    if form is None:
        number = esc(entry.get("id_typeannonce", ""))
        return alert(f"Il n'y a pas de formulaire avec l'identifiant {number}.", "info")
    shown = "".join(
        _static(request, field, entry)
        for field in known_fields(form, request.features)
        if can_read(request, field, page.tag, at=page.tag)
    )
    tools = _entry_tools(request, page) if footer else ""
    info = ""
    if footer and acls.is_admin(request):
        owner = esc(page.owner or "utilisateur inconnu")
        info = f'<p class="entry-owner"><small>Fiche écrite par {owner}</small></p>'
    name = esc(page.tag)
    article = f'<article class="BAZ_cadre_fiche" data-id_fiche="{name}">{shown}{info}</article>'
    return article + tools


def _entry_tools(request: Request, page: StoredPage) -> str:
    links = []
    if request.tag != page.tag:
        links.append((request.href(page.tag), "Voir la fiche"))
    if acls.has_access(request, "write", page.tag, page):
        links.append((request.href(page.tag, "edit"), "Modifier"))
    if acls.is_admin(request) or acls.is_owner(request, page.tag, page.owner):
        links.append((request.href(page.tag, "deletepage"), "Supprimer"))
    return "".join(f'<a class="btn" href="{esc(url)}">{label}</a> ' for url, label in links)


def _static(request: Request, field: FormField, entry: Entry) -> str:
    """One field of an entry, '' when it has no value."""
    if field.kind == "labelhtml":
        return field.columns[3]
    if field.kind == "hidden":
        return ""
    if field.kind == "map":
        return _static_map(request, field, entry)
    value = entry.get(field.prop) if field.prop else None
    if field.prop == "bf_titre":
        return f'<h1 class="BAZ_fiche_titre">{esc(value or "")}</h1>'
    if not value:
        return ""
    return _rubric(field, field.label, field_value(request, field, value))


def _rubric(field: FormField, label: str, shown: str) -> str:
    """A field's label and value; blanks as YesWiki's: the search counts them in its extracts."""
    return (
        f'<div class="BAZ_rubrique" data-id="{esc(field.prop)}">\n    '
        f'<span class="BAZ_label">{esc(label)}</span>\n{" " * 16}'
        f'<span class="BAZ_texte">\n{" " * 12}{shown}{" " * 8}</span>\n    </div>'
    )


def _static_map(request: Request, field: FormField, entry: Entry) -> str:
    """A place is shown where column 7 is 1, on the page of the entry only (`MapField`)."""
    place = entry.get("geolocation")
    place = place if isinstance(place, dict) else entry
    numbers = [str(place.get(name) or "") for name in field.columns[1:3]]
    if field.columns[7] != "1" or request.tag != entry.get("id_fiche") or not all(numbers):
        return ""
    return _rubric(field, "Position", esc(", ".join(numbers)))


def field_value(  # noqa: PLR0911 - one a kind
    request: Request, field: FormField, value: object
) -> str:
    """A value as HTML."""
    if field.kind == "email":
        return _email(request, field, str(value))
    if field.is_enum:
        known = form_manager.options(request, field)
        keys = [str(key) for key in str(value).split(",")]
        return esc(", ".join(known.get(key, "") or key for key in keys))
    if field.kind == "textelong" and field.columns[7] in ("wiki", ""):
        return format_text(request, str(value))
    if field.kind == "textelong" and field.columns[7] == "html":
        return str(value)
    if field.kind == "link":
        return f'<a href="{esc(value)}">{esc(value)}</a>'
    if field.kind == "yeswiki":
        url = f"{request.farm.base_url}{value}"
        return f'<a href="{esc(url)}">{esc(url)}</a>'
    return esc(value)


def _email(request: Request, field: FormField, value: str) -> str:
    if field.contact_form:
        url = request.href(request.tag, "mail", f"field={field.prop}")
        button = f'<a class="btn" href="{esc(url)}">\n{" " * 13}Contacter par mail'
        return f"{' ' * 12}{button}\n{' ' * 8}</a>\n    "
    return f'<a href="mailto:{esc(value)}">{esc(value)}</a>'


DESCRIBED = ("description", "bf_description", "content", "bf_content", "soustitre")

DESCRIPTION_LENGTH = 300


def description(request: Request, page: StoredPage) -> str:
    """What the head of an entry's page tells of it, to anybody: only field rights are looked at.

    Source: `Utils::getDescriptionFromBody`, v4.4.4: the last of DESCRIBED that has a value, or
    the whole entry; cut after a word.
    """
    entry = entry_guard.guarded(request, page)
    known = [str(entry[name]) for name in DESCRIBED if entry.get(name) is not None]
    text = (known[-1] if known else "") or view(request, page, footer=False)
    text = markup.strip_tags(re.sub(r"(?is)<\s*script\b[^>]*>.*?<\s*/\s*script\s*>", "", text))
    title = str(entry.get("bf_titre") or "")
    text = unescape(text.replace(title, "") if title else text)
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    cut = text.rfind(" ", 0, DESCRIPTION_LENGTH + 1)
    cut = cut if cut > 0 else text.find(" ")
    return f"{text[:cut]}…" if cut > 0 else text


@action("include")
def include(request: Request, arguments: dict[str, str]) -> str:
    """A page inside another one, or why not; an entry whatever the right of its page.

    `tools/bazar/actions/include__.php`, v4.4.4, puts the entry in the place of the refusal.
    """
    tag = arguments.get("page", "")
    page = request.find(tag)
    if page is None:
        return alert(f"Action include : la page {esc(tag)} ne semble pas exister...")
    if page.kind == ENTRY:
        shown = view(request, page, footer=False, included=True)
        return f'<div class="include">{shown}</div>'
    if not acls.has_access(request, "read", tag, page):
        quiet = arguments.get("auth") == "noError"
        return "" if quiet else alert(f"Vous n'êtes pas autorisé à lire la page {esc(tag)}.")
    return f'<div class="include">{include_page(request, tag)}</div>'

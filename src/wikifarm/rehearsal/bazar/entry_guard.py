"""What each visitor may read and change of an entry.

Source: `Guard`, `EmailField`, `AclField` of v4.4.4.
"""

from __future__ import annotations

from ..exchange.elements import esc
from ..exchange.wiki_request import Request
from ..people import acls
from ..php import php_json
from ..store.records import ENTRY, Entry, StoredPage
from . import form_manager
from .form_fields import DATE_KINDS, FormField, known_fields


def form_of(request: Request, entry: Entry) -> dict[str, str] | None:
    """The form of an entry."""
    return form_manager.forms(request).get(str(entry.get("id_typeannonce", "")))


def fields_of(request: Request, entry: Entry) -> list[FormField]:
    """The fields of an entry's form, none where there is no such form."""
    form = form_of(request, entry)
    return known_fields(form, request.features) if form else []


CONTACT_HANDLERS = ("show", "iframe", "html", "edit", "editiframe", "mail")


def can_read(request: Request, field: FormField, tag: str, at: str = "") -> bool:
    """Whether a field of an entry may be shown to the visitor (`canRead`).

    `at` is the page that YesWiki takes itself to be on: the entry itself while it renders it.
    """
    allowed = not field.read_acl or acls.check(request, field.read_acl, request.user, tag=tag)
    if not allowed or not field.contact_form:
        return allowed
    at = at or request.tag
    if at == "api":
        return request.fast_view
    if acls.check(request, field.see_email, request.user):
        return True
    return at == tag and request.tag != "api" and request.handler in CONTACT_HANDLERS


def can_edit(request: Request, field: FormField, tag: str, creating: bool = False) -> bool:
    """Whether a field may be changed by the visitor (`canEdit`)."""
    if not field.write_acl:
        return True
    return acls.check(request, field.write_acl, request.user, tag=tag, creating=creating)


def guarded(request: Request, page: StoredPage, at: str = "") -> Entry:
    """An entry with the fields blanked that the visitor may not read (`Guard::checkAcls`).

    Every reading of an entry goes through this, whatever the right of its page; only the list of
    the search and its owner and administrators do without. Only the field's own property is
    blanked: a restricted map keeps its coordinates (P1).
    """
    entry = page.values
    if acls.is_admin(request) or (request.user and page.owner == request.user):
        return entry
    for field in fields_of(request, entry):
        if not can_read(request, field, page.tag, at):
            entry[field.prop] = ""
    return entry


def guarded_body(request: Request, page: StoredPage) -> str:
    """The text of a page as the visitor may read it: an entry's is written again when blanked."""
    if page.kind != ENTRY:
        return page.body
    entry = guarded(request, page)
    return page.body if entry == page.values else php_json(entry)


def for_api(request: Request, page: StoredPage) -> Entry:
    """An entry as the API lists it: values, user, owner, html_data, url (27, 59)."""
    entry = guarded(request, page)
    entry["user"], entry["owner"] = page.user, page.owner
    entry["html_data"] = html_data(request, entry)
    entry["url"] = request.href(page.tag)
    return entry


DATA_KEYS = ("bf_latitude", "bf_longitude", "id_typeannonce", "owner", "date_creation_fiche",
             "date_debut_validite_fiche", "date_fin_validite_fiche", "id_fiche", "statut_fiche",
             "date_maj_fiche")  # fmt: skip


def html_data(request: Request, entry: Entry) -> str:
    """The attributes that a list writes beside an entry: place, owner, dates, choices."""
    fields = fields_of(request, entry)
    shown = {field.prop for field in fields if field.is_enum or field.kind in DATE_KINDS}
    parts = []
    for key, value in entry.items():
        if value and (key in DATA_KEYS or key in shown):
            text = f"[{','.join(value)}]" if isinstance(value, (list, dict)) else str(value)
            parts.append(f'data-{esc(key)}="{esc(text)}" ')
    return "".join(parts)

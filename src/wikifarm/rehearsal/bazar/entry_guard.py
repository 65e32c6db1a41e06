"""What each visitor may read and change of an entry.

Source: `Guard`, `EmailField`, `AclField` of v4.4.4.
"""

from __future__ import annotations

from ..exchange.elements import esc
from ..exchange.wiki_request import Visit
from ..people import acls
from ..php import php_json
from ..store.records import ENTRY, Entry, Page
from . import form_manager
from .form_fields import DATE_KINDS, Field, known_fields


def form_of(visit: Visit, entry: Entry) -> dict[str, str] | None:
    """The form of an entry."""
    return form_manager.forms(visit).get(str(entry.get("id_typeannonce", "")))


CONTACT_HANDLERS = ("show", "iframe", "html", "edit", "editiframe", "mail")


def can_read(visit: Visit, field: Field, tag: str, at: str = "") -> bool:
    """Whether a field of an entry may be shown to the visitor (`canRead`).

    `at` is the page that YesWiki takes itself to be on: the entry itself while it renders it.
    """
    allowed = not field.read_acl or acls.check(visit, field.read_acl, visit.user, tag=tag)
    if not allowed or not field.contact_form:
        return allowed
    at = at or visit.tag
    if at == "api":
        return bool(visit.caches.get("fast_view"))
    if acls.check(visit, field.see_email, visit.user):
        return True
    return at == tag and visit.tag != "api" and visit.handler in CONTACT_HANDLERS


def can_edit(visit: Visit, field: Field, tag: str, creating: bool = False) -> bool:
    """Whether a field may be changed by the visitor (`canEdit`)."""
    if not field.write_acl:
        return True
    return acls.check(visit, field.write_acl, visit.user, tag=tag, creating=creating)


def guarded(visit: Visit, page: Page, at: str = "") -> Entry:
    """An entry with the fields blanked that the visitor may not read (`Guard::checkAcls`).

    Every reading of an entry goes through this, whatever the right of its page; only the list of
    the search and its owner and administrators do without. Only the field's own property is
    blanked: a restricted map keeps its coordinates (P1).
    """
    entry = page.values
    if acls.is_admin(visit) or (visit.user and page.owner == visit.user):
        return entry
    form = form_of(visit, entry)
    for field in known_fields(form, visit.features) if form else []:
        if not can_read(visit, field, page.tag, at):
            entry[field.prop] = ""
    return entry


def guarded_body(visit: Visit, page: Page) -> str:
    """The text of a page as the visitor may read it: an entry's is written again when blanked."""
    if page.kind != ENTRY:
        return page.body
    entry = guarded(visit, page)
    return page.body if entry == page.values else php_json(entry)


def for_api(visit: Visit, page: Page) -> Entry:
    """An entry as the API lists it: values, user, owner, html_data, url (27, 59)."""
    entry = guarded(visit, page)
    entry["user"], entry["owner"] = page.user, page.owner
    entry["html_data"] = html_data(visit, entry)
    entry["url"] = visit.href(page.tag)
    return entry


DATA_KEYS = ("bf_latitude", "bf_longitude", "id_typeannonce", "owner", "date_creation_fiche",
             "date_debut_validite_fiche", "date_fin_validite_fiche", "id_fiche", "statut_fiche",
             "date_maj_fiche")  # fmt: skip


def html_data(visit: Visit, entry: Entry) -> str:
    """The attributes that a list writes beside an entry: place, owner, dates, choices."""
    form = form_of(visit, entry)
    fields = known_fields(form, visit.features) if form else []
    shown = {f.prop for f in fields if f.is_enum or f.kind in DATE_KINDS}
    parts = []
    for key, value in entry.items():
        if value and (key in DATA_KEYS or key in shown):
            text = f"[{','.join(value)}]" if isinstance(value, (list, dict)) else str(value)
            parts.append(f'data-{esc(key)}="{esc(text)}" ')
    return "".join(parts)

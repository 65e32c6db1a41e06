"""Bazar entries: creating, changing, and what each visitor may read of them.

Source: `EntryManager`, `EntryController`, `Guard`, `EmailField`, `AclField` of v4.4.4.
"""

from __future__ import annotations

import json
import re
from typing import Any

from . import accounts, bazar_fields, bazar_forms, pages, rights
from .bazar_fields import DATE_KINDS, Field, known_fields
from .store import ENTRY, Page, now
from .visit import Visit, esc, php_json

Entry = dict[str, Any]

NO_TITLE = "La fiche n'a pas pu &ecirc;tre sauv&eacute;e car elle ne poss&egrave;de pas de titre."
MANAGER = "tools/bazar/services/EntryManager.php"
DROPPED = ("valider", "MAX_FILE_SIZE", "antispam", "mot_de_passe_wikini", "html_data", "url",
           "mot_de_passe_repete_wikini", "incomingurl", "owner", "sendmail")  # fmt: skip
DATA_KEYS = ("bf_latitude", "bf_longitude", "id_typeannonce", "owner", "date_creation_fiche",
             "date_debut_validite_fiche", "date_fin_validite_fiche", "id_fiche", "statut_fiche",
             "date_maj_fiche")  # fmt: skip


class UserFieldRefusal(Exception):
    """An account that the form wanted cannot be made: the form is shown again with this."""


def form_of(visit: Visit, entry: Entry) -> dict[str, str] | None:
    """The form of an entry."""
    return bazar_forms.forms(visit).get(str(entry.get("id_typeannonce", "")))


def body_of(page: Page) -> Entry:
    """The values written in an entry's page."""
    try:
        value = json.loads(page.body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


# -- writing --------------------------------------------------------------------------------


def create(visit: Visit, form_id: str, posted: dict[str, object]) -> Entry:
    """Make an entry. Raises ServerFault, UserFieldRefusal."""
    rights.refuse_when_asleep(visit, MANAGER, 491)
    data: Entry = {**posted, "id_typeannonce": form_id}
    _validate(visit, data)
    form = bazar_forms.forms(visit).get(form_id)
    if form is None:
        raise visit.fault("Trying to access array offset on value of type null", MANAGER, 774,
                          "ErrorException")  # fmt: skip
    data = _prepare(visit, form, data, creating=True)
    tag = str(data["id_fiche"])
    pages.save(visit, tag, php_json(data), ignore_rights=True)
    if visit.caches.get("entry_owner"):
        visit.farm.store.set_owner(visit.w, tag, str(visit.caches["entry_owner"]))
    visit.farm.store.set_kind(visit.w, tag, ENTRY, form_id)
    return data


def update(visit: Visit, tag: str, posted: dict[str, object]) -> Entry:
    """Change an entry; fields not posted are kept. Raises ServerFault, UserFieldRefusal."""
    rights.refuse_when_asleep(visit, MANAGER, 580)
    page = visit.farm.page(visit.w, tag)
    if page is None or not rights.has_access(visit, "write", tag, page):
        raise visit.fault("Vous n'avez pas le droit de modifier cette fiche.", MANAGER, 583)
    before = body_of(page)
    data: Entry = {**posted, "id_fiche": tag, "id_typeannonce": before["id_typeannonce"]}
    form = form_of(visit, before) or {"bn_template": ""}
    for field in known_fields(form, visit.features):
        if not field.prop:
            continue
        if not can_edit(visit, field, tag):
            data.pop(field.prop, None)
        if field.prop in before and field.prop not in data:
            data[field.prop] = before[field.prop]
    _validate(visit, data)
    data = _prepare(visit, form, data, creating=False)
    data["date_creation_fiche"] = before.get("date_creation_fiche", data["date_creation_fiche"])
    pages.save(visit, tag, php_json(data))
    return data


def _validate(visit: Visit, data: Entry) -> None:
    if str(data.get("antispam", "")) in ("", "0"):
        raise visit.fault("Protection antispam", MANAGER, 468)
    if "bf_titre" not in data:
        raise visit.fault(NO_TITLE, MANAGER, visit.features.line_of_missing_title)


def _prepare(visit: Visit, form: dict[str, str], data: Entry, creating: bool) -> Entry:
    """The values as they are written: title first, then each field in its order."""
    fields = known_fields(form, visit.features)
    for field in fields:
        if field.kind == "titre":
            data["bf_titre"] = _filled_title(visit, str(data["bf_titre"]), fields, data)
    if "id_fiche" not in data:
        data["id_fiche"] = pages.wiki_name(visit, str(data["bf_titre"]))
    if not data["id_fiche"]:
        raise visit.fault(
            "$data['id_fiche'] can not be generated from $data['bf_titre'] !", MANAGER, 783
        )
    first = visit.farm.store.revisions(visit.w, data["id_fiche"])
    data["date_creation_fiche"] = first[-1].time if first else now()
    data["statut_fiche"] = "1"
    for field in fields:
        _write_field(visit, field, data, creating)
    data["date_maj_fiche"] = now()
    return {key: value for key, value in data.items() if key not in DROPPED}


def _filled_title(visit: Visit, mask: str, fields: list[Field], data: Entry) -> str:
    """`{{bf_prenom}} {{bf_nom}}` with the posted values; list fields give their label."""
    known = {f.prop: f for f in fields} | {f.name: f for f in fields if f.kind != "titre"}

    def value(match: re.Match[str]) -> str:
        field = known.get(match.group(1))
        raw = str(data.get(field.prop if field else match.group(1), ""))
        return bazar_forms.options(visit, field).get(raw, "") if field and field.is_enum else raw

    return re.sub(r"\{\{(.*?)\}\}", value, mask)


def _write_field(visit: Visit, field: Field, data: Entry, creating: bool) -> None:
    if field.kind == "acls":
        _write_rights(visit, field, data)
    elif field.kind == "map":
        _write_map(field, data)
    elif field.kind == "yeswiki":
        visit.farm.write_wiki_field(visit, field, data)
    elif field.kind in ("utilisateur_wikini", "yeswiki_user"):
        _write_account(visit, field, data)
    elif field.kind in DATE_KINDS and data.get(f"{field.prop}_allday") == "0":
        hour, minutes = (str(data.get(f"{field.prop}_{part}", "00")) for part in
                         ("hour", "minutes"))  # fmt: skip
        data[field.prop] = f"{data.get(field.prop, '')}T{hour}:{minutes}:00+01:00"
    elif field.prop:
        value = data.get(field.prop, field.default if field.kind != "image" else "")
        if isinstance(value, dict):
            value = ",".join(str(k) for k, v in value.items() if str(v) not in ("", "0"))
        data[field.prop] = value


def _write_map(field: Field, data: Entry) -> None:
    latitude, longitude = field.columns[1], field.columns[2]
    if data.get(latitude) and data.get(longitude):
        place = {latitude: data[latitude], longitude: data[longitude]}
        data["geolocation"] = place
    else:
        data.setdefault("geolocation", None)


def _write_rights(visit: Visit, field: Field, data: Entry) -> None:
    """The `acls` line writes the rights of an entry that has none yet, never later (P5)."""
    tag = str(data["id_fiche"])
    wanted = bazar_fields.as_json(field, visit.features, None)
    for privilege, key in zip(
        rights.PRIVILEGES, ("entryReadRight", "entryWriteRight", "entryCommentRight"), strict=True
    ):
        value = str(wanted[key])
        if value in ("user", "#"):
            value = str(data.get("nomwiki", ""))
        if not rights.written_right(visit, tag, privilege):
            rights.set_right(visit, tag, privilege, value)


def _write_account(visit: Visit, field: Field, data: Entry) -> None:
    """Make the account that the form asks for; its holder then owns the entry."""
    store = visit.farm.store
    if data.get("nomwiki") and store.user(visit.w, name=str(data["nomwiki"])):
        name = str(data["nomwiki"])
    else:
        name = pages.base_name(str(data.get(field.columns[1], "")))
        email = str(data.get(field.columns[2], ""))
        password = str(data.get("mot_de_passe_wikini", ""))
        if password != str(data.get("mot_de_passe_repete_wikini", "")) or not password:
            raise UserFieldRefusal("Les deux mots de passe ne sont pas identiques")
        refused = accounts.refusal(visit, name, email)
        if refused:
            raise UserFieldRefusal(refused)
        accounts.create(store, visit.w, name, email, password)
    data["nomwiki"] = name
    visit.caches["entry_owner"] = name
    _add_to_groups(visit, name, field.columns[6])


def _add_to_groups(visit: Visit, name: str, wanted: str) -> None:
    for part in [p.strip() for p in wanted.split(",") if "@" in p]:
        group = part.lstrip("+").lstrip("@")
        known = rights.groups(visit)
        if group in known or part.startswith("+"):
            members = [m for m in known.get(group, "").split("\n") if m]
            if name not in members:
                visit.farm.store.set_group(visit.w, group, "\n".join([*members, name]))
                visit.caches.pop("groups", None)


# -- reading --------------------------------------------------------------------------------


CONTACT_HANDLERS = ("show", "iframe", "html", "edit", "editiframe", "mail")


def can_read(visit: Visit, field: Field, tag: str, at: str = "") -> bool:
    """Whether a field of an entry may be shown to the visitor (`canRead`).

    `at` is the page that YesWiki takes itself to be on: the entry itself while it renders it.
    """
    allowed = not field.read_acl or rights.check(visit, field.read_acl, visit.user, tag=tag)
    if not allowed or not field.contact_form:
        return allowed
    at = at or visit.tag
    if at == "api":
        return bool(visit.caches.get("fast_view"))
    if rights.check(visit, field.see_email, visit.user):
        return True
    return at == tag and visit.tag != "api" and visit.handler in CONTACT_HANDLERS


def can_edit(visit: Visit, field: Field, tag: str, creating: bool = False) -> bool:
    """Whether a field may be changed by the visitor (`canEdit`)."""
    if not field.write_acl:
        return True
    return rights.check(visit, field.write_acl, visit.user, tag=tag, creating=creating)


def guarded(visit: Visit, page: Page, at: str = "") -> Entry:
    """An entry with the fields blanked that the visitor may not read (`Guard::checkAcls`).

    Every reading of an entry goes through this, whatever the right of its page; only the list of
    the search and its owner and administrators do without. Only the field's own property is
    blanked: a restricted map keeps its coordinates (P1).
    """
    entry = body_of(page)
    if rights.is_admin(visit) or (visit.user and page.owner == visit.user):
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
    return page.body if entry == body_of(page) else php_json(entry)


def for_api(visit: Visit, page: Page) -> Entry:
    """An entry as the API lists it: values, user, owner, html_data, url (27, 59)."""
    entry = guarded(visit, page)
    entry["user"], entry["owner"] = page.user, page.owner
    entry["html_data"] = html_data(visit, entry)
    entry["url"] = visit.href(page.tag)
    return entry


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


def search(visit: Visit, form_id: str = "", query: dict[str, str] | None = None) -> list[Page]:
    """Entries that the visitor may read, of one form, that meet a query."""
    found = visit.farm.store.entries(visit.w, form_id)
    if "no_ferme" in visit.farm.traps and not visit.w:
        found = [p for p in found if body_of(p).get("id_typeannonce") != "1100"]
    found = [p for p in found if rights.has_access(visit, "read", p.tag, p)]
    if query:
        found = [p for p in found if _meets(body_of(p), query)]
    return found


def _meets(entry: Entry, query: dict[str, str]) -> bool:
    for key, wanted in query.items():
        name, negated = key.rstrip("!"), key.endswith("!")
        have = str(entry.get(name) or "").split(",")
        any_of = bool(set(have) & {part.strip() for part in wanted.split(",")})
        if any_of == negated:
            return False
    return True


def parse_query(text: str) -> dict[str, str]:
    """`field=value|field=value`."""
    pairs = [part.partition("=") for part in text.split("|") if part]
    return {name: value.strip() for name, _, value in pairs}

"""Bazar entries: creating, changing, searching.

Source: `EntryManager`, `EntryController` of v4.4.4.
"""

from __future__ import annotations

import re

from ..exchange.wiki_request import Visit
from ..people import acls
from ..php import php_json
from ..store.records import ENTRY, Entry, Page, now
from ..wikitext import page_manager, page_names
from . import form_manager
from .entry_guard import can_edit, form_of
from .field_writers import write_field
from .form_fields import Field, known_fields

NO_TITLE = "La fiche n'a pas pu &ecirc;tre sauv&eacute;e car elle ne poss&egrave;de pas de titre."

MANAGER = "tools/bazar/services/EntryManager.php"

DROPPED = ("valider", "MAX_FILE_SIZE", "antispam", "mot_de_passe_wikini", "html_data", "url",
           "mot_de_passe_repete_wikini", "incomingurl", "owner", "sendmail")  # fmt: skip


def create(visit: Visit, form_id: str, posted: dict[str, object]) -> Entry:
    """Make an entry. Raises ServerFault, UserFieldRefusal."""
    visit.refuse_when_asleep(MANAGER, 491)
    data: Entry = {**posted, "id_typeannonce": form_id}
    _validate(visit, data)
    form = form_manager.forms(visit).get(form_id)
    if form is None:
        raise visit.fault("Trying to access array offset on value of type null", MANAGER, 774,
                          "ErrorException")  # fmt: skip
    data = _prepare(visit, form, data)
    tag = str(data["id_fiche"])
    page_manager.save(visit, tag, php_json(data), ignore_rights=True)
    if visit.caches.get("entry_owner"):
        visit.farm.store.set_owner(visit.w, tag, str(visit.caches["entry_owner"]))
    visit.farm.store.set_kind(visit.w, tag, ENTRY, form_id)
    return data


def update(visit: Visit, tag: str, posted: dict[str, object]) -> Entry:
    """Change an entry; fields not posted are kept. Raises ServerFault, UserFieldRefusal."""
    visit.refuse_when_asleep(MANAGER, 580)
    page = visit.farm.page(visit.w, tag)
    if page is None or not acls.has_access(visit, "write", tag, page):
        raise visit.fault("Vous n'avez pas le droit de modifier cette fiche.", MANAGER, 583)
    before = page.values
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
    data = _prepare(visit, form, data)
    data["date_creation_fiche"] = before.get("date_creation_fiche", data["date_creation_fiche"])
    page_manager.save(visit, tag, php_json(data))
    return data


def _validate(visit: Visit, data: Entry) -> None:
    if str(data.get("antispam", "")) in ("", "0"):
        raise visit.fault("Protection antispam", MANAGER, 468)
    if "bf_titre" not in data:
        raise visit.fault(NO_TITLE, MANAGER, visit.features.line_of_missing_title)


def _prepare(visit: Visit, form: dict[str, str], data: Entry) -> Entry:
    """The values as they are written: title first, then each field in its order."""
    fields = known_fields(form, visit.features)
    for field in fields:
        if field.kind == "titre":
            data["bf_titre"] = _filled_title(visit, str(data["bf_titre"]), fields, data)
    if "id_fiche" not in data:
        data["id_fiche"] = page_names.wiki_name(visit, str(data["bf_titre"]))
    if not data["id_fiche"]:
        raise visit.fault(
            "$data['id_fiche'] can not be generated from $data['bf_titre'] !", MANAGER, 783
        )
    first = visit.farm.store.revisions(visit.w, data["id_fiche"])
    data["date_creation_fiche"] = first[-1].time if first else now()
    data["statut_fiche"] = "1"
    for field in fields:
        write_field(visit, field, data)
    data["date_maj_fiche"] = now()
    return {key: value for key, value in data.items() if key not in DROPPED}


def _filled_title(visit: Visit, mask: str, fields: list[Field], data: Entry) -> str:
    """`{{bf_prenom}} {{bf_nom}}` with the posted values; list fields give their label."""
    known = {f.prop: f for f in fields} | {f.name: f for f in fields if f.kind != "titre"}

    def value(match: re.Match[str]) -> str:
        field = known.get(match.group(1))
        raw = str(data.get(field.prop if field else match.group(1), ""))
        return form_manager.options(visit, field).get(raw, "") if field and field.is_enum else raw

    return re.sub(r"\{\{(.*?)\}\}", value, mask)


def search(visit: Visit, form_id: str = "", query: dict[str, str] | None = None) -> list[Page]:
    """Entries that the visitor may read, of one form, that meet a query."""
    found = visit.farm.store.entries(visit.w, form_id)
    if "no_ferme" in visit.farm.traps and not visit.w:
        found = [p for p in found if p.values.get("id_typeannonce") != "1100"]
    found = [p for p in found if acls.has_access(visit, "read", p.tag, p)]
    if query:
        found = [p for p in found if _meets(p.values, query)]
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

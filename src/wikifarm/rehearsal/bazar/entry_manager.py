"""Bazar entries: creating, changing, searching.

Source: `EntryManager`, `EntryController` of v4.4.4.
"""

from __future__ import annotations

import re

from ..exchange.wiki_request import Request
from ..people import acls
from ..php import php_json
from ..rehearsal_settings import FARM_FORM
from ..store.records import ENTRY, Entry, StoredPage, now
from ..wikitext import page_manager, page_names
from . import form_manager
from .entry_guard import can_edit, form_of
from .field_writers import write_field
from .form_fields import FormField, known_fields

NO_TITLE = "La fiche n'a pas pu &ecirc;tre sauv&eacute;e car elle ne poss&egrave;de pas de titre."

MANAGER = "tools/bazar/services/EntryManager.php"

DROPPED = ("valider", "MAX_FILE_SIZE", "antispam", "mot_de_passe_wikini", "html_data", "url",
           "mot_de_passe_repete_wikini", "incomingurl", "owner", "sendmail")  # fmt: skip


def create(request: Request, form_id: str, posted: dict[str, object]) -> Entry:
    """Make an entry. Raises ServerFault, UserFieldRefusal."""
    request.refuse_when_asleep(MANAGER, 491)
    data: Entry = {**posted, "id_typeannonce": form_id}
    _validate(request, data)
    form = form_manager.forms(request).get(form_id)
    if form is None:
        raise request.fault("Trying to access array offset on value of type null", MANAGER, 774,
                          "ErrorException")  # fmt: skip
    data = _prepare(request, form, data)
    tag = str(data["id_fiche"])
    page_manager.save(request, tag, php_json(data), ignore_rights=True)
    if request.entry_owner:
        request.wiki.set_owner(tag, request.entry_owner)
    request.wiki.set_kind(tag, ENTRY, form_id)
    return data


def update(request: Request, tag: str, posted: dict[str, object]) -> Entry:
    """Change an entry; fields not posted are kept. Raises ServerFault, UserFieldRefusal."""
    request.refuse_when_asleep(MANAGER, 580)
    page = request.find(tag)
    if page is None or not acls.has_access(request, "write", tag, page):
        raise request.fault("Vous n'avez pas le droit de modifier cette fiche.", MANAGER, 583)
    before = page.values
    data: Entry = {**posted, "id_fiche": tag, "id_typeannonce": before["id_typeannonce"]}
    form = form_of(request, before) or {"bn_template": ""}
    for field in known_fields(form, request.features):
        if not field.prop:
            continue
        if not can_edit(request, field, tag):
            data.pop(field.prop, None)
        if field.prop in before and field.prop not in data:
            data[field.prop] = before[field.prop]
    _validate(request, data)
    data = _prepare(request, form, data)
    data["date_creation_fiche"] = before.get("date_creation_fiche", data["date_creation_fiche"])
    page_manager.save(request, tag, php_json(data))
    return data


def _validate(request: Request, data: Entry) -> None:
    if str(data.get("antispam", "")) in ("", "0"):
        raise request.fault("Protection antispam", MANAGER, 468)
    if "bf_titre" not in data:
        raise request.fault(NO_TITLE, MANAGER, request.features.line_of_missing_title)


def _prepare(request: Request, form: dict[str, str], data: Entry) -> Entry:
    """The values as they are written: title first, then each field in its order."""
    fields = known_fields(form, request.features)
    for field in fields:
        if field.kind == "titre":
            data["bf_titre"] = _filled_title(request, str(data["bf_titre"]), fields, data)
    if "id_fiche" not in data:
        data["id_fiche"] = page_names.wiki_name(request, str(data["bf_titre"]))
    if not data["id_fiche"]:
        raise request.fault(
            "$data['id_fiche'] can not be generated from $data['bf_titre'] !", MANAGER, 783
        )
    first = request.wiki.revisions(data["id_fiche"])
    data["date_creation_fiche"] = first[-1].time if first else now()
    data["statut_fiche"] = "1"
    for field in fields:
        write_field(request, field, data)
    data["date_maj_fiche"] = now()
    return {key: value for key, value in data.items() if key not in DROPPED}


def _filled_title(request: Request, mask: str, fields: list[FormField], data: Entry) -> str:
    """`{{bf_prenom}} {{bf_nom}}` with the posted values; list fields give their label."""
    known = {f.prop: f for f in fields} | {f.name: f for f in fields if f.kind != "titre"}

    def value(match: re.Match[str]) -> str:
        field = known.get(match.group(1))
        raw = str(data.get(field.prop if field else match.group(1), ""))
        return form_manager.options(request, field).get(raw, "") if field and field.is_enum else raw

    return re.sub(r"\{\{(.*?)\}\}", value, mask)


def search(
    request: Request, form_id: str = "", query: dict[str, str] | None = None
) -> list[StoredPage]:
    """Entries that lists show the visitor, of one form, that meet a query."""
    entries = acls.listed(request, request.wiki.entries(form_id))
    if "no_ferme" in request.farm.traps and not request.wiki.folder:
        entries = [page for page in entries if page.values.get("id_typeannonce") != FARM_FORM]
    return [page for page in entries if _meets(page.values, query)] if query else entries


def _meets(entry: Entry, query: dict[str, str]) -> bool:
    for key, wanted in query.items():
        name, negated = key.rstrip("!"), key.endswith("!")
        have = {_as_written(part) for part in str(entry.get(name) or "").split(",")}
        any_of = bool(have & {_as_written(part) for part in wanted.split(",")})
        if any_of == negated:
            return False
    return True


def _as_written(value: str) -> str:
    """A value as it is looked for in the JSON of an entry: without case, accents escaped."""
    return php_json(value).upper()


def parse_query(text: str) -> dict[str, str]:
    """`field=value|field=value`, or several values between commas."""
    pairs = [part.partition("=") for part in text.split("|") if part]
    return {name: ",".join(part.strip() for part in value.split(",")) for name, _, value in pairs}

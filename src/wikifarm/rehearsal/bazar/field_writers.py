"""What an entry keeps of each kind of field."""

from __future__ import annotations

from collections.abc import Callable

from ..exchange.wiki_request import Request
from ..people import acls, user_manager
from ..store.records import Entry
from ..wikitext import page_names
from . import form_fields
from .form_fields import DATE_KINDS, FormField


class UserFieldRefusal(Exception):
    """An account that the form wanted cannot be made: the form is shown again with this."""


Writer = Callable[[Request, FormField, Entry], None]

WRITERS: dict[str, Writer] = {}


def writer(*kinds: str) -> Callable[[Writer], Writer]:
    """Register what writes the fields of these kinds: values that are more than what was posted."""

    def keep(write: Writer) -> Writer:
        WRITERS.update(dict.fromkeys(kinds, write))
        return write

    return keep


def write_field(request: Request, field: FormField, data: Entry) -> None:
    """Put into `data` what an entry keeps of a field. Raises ServerFault, UserFieldRefusal."""
    if field.kind in WRITERS:
        WRITERS[field.kind](request, field, data)
    elif field.kind in DATE_KINDS and data.get(f"{field.prop}_allday") == "0":
        hour, minutes = (str(data.get(f"{field.prop}_{part}", "00")) for part in
                         ("hour", "minutes"))  # fmt: skip
        data[field.prop] = f"{data.get(field.prop, '')}T{hour}:{minutes}:00+01:00"
    elif field.prop:
        value = data.get(field.prop, field.default if field.kind != "image" else "")
        if isinstance(value, dict):
            value = ",".join(str(k) for k, v in value.items() if str(v) not in ("", "0"))
        data[field.prop] = value


@writer("map")
def _write_map(_request: Request, field: FormField, data: Entry) -> None:
    latitude, longitude = field.columns[1], field.columns[2]
    if data.get(latitude) and data.get(longitude):
        place = {latitude: data[latitude], longitude: data[longitude]}
        data["geolocation"] = place
    else:
        data.setdefault("geolocation", None)


@writer("acls")
def _write_rights(request: Request, field: FormField, data: Entry) -> None:
    """The `acls` line writes the rights of an entry that has none yet, never later (P5)."""
    tag = str(data["id_fiche"])
    wanted = form_fields.as_json(field, request.features, None)
    for privilege, key in zip(
        acls.PRIVILEGES, ("entryReadRight", "entryWriteRight", "entryCommentRight"), strict=True
    ):
        value = str(wanted[key])
        if value in ("user", "#"):
            value = str(data.get("nomwiki", ""))
        if not acls.written_right(request, tag, privilege):
            acls.set_right(request, tag, privilege, value)


@writer("utilisateur_wikini", "yeswiki_user")
def _write_account(request: Request, field: FormField, data: Entry) -> None:
    """Make the account that the form asks for; its holder then owns the entry."""
    if data.get("nomwiki") and request.wiki.user(str(data["nomwiki"])):
        name = str(data["nomwiki"])
    else:
        name = page_names.base_name(str(data.get(field.columns[1], "")))
        email = str(data.get(field.columns[2], ""))
        password = str(data.get("mot_de_passe_wikini", ""))
        if password != str(data.get("mot_de_passe_repete_wikini", "")) or not password:
            raise UserFieldRefusal("Les deux mots de passe ne sont pas identiques")
        refused = user_manager.refusal(request, name, email)
        if refused:
            raise UserFieldRefusal(refused)
        user_manager.create(request.wiki, name, email, password)
    data["nomwiki"] = name
    request.entry_owner = name
    _add_to_groups(request, name, field.columns[6])


def _add_to_groups(request: Request, name: str, wanted: str) -> None:
    for part in [p.strip() for p in wanted.split(",") if "@" in p]:
        group = part.lstrip("+").lstrip("@")
        known = request.wiki.groups
        if group in known or part.startswith("+"):
            members = [m for m in known.get(group, "").split("\n") if m]
            if name not in members:
                request.wiki.set_group(group, "\n".join([*members, name]))

"""The fields of a Bazar form: how a template line is read, and what each kind of field is.

Columns and kinds: `tools/bazar/fields/*.php`, v4.4.4; the property of a list field follows the
dialect (docs/yeswiki.md, "An enum field's property").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any

from ..dialects import Features

COLUMNS = 16

KINDS = {
    "texte": "text", "textelong": "textelong", "titre": "titre", "champs_mail": "email",
    "map": "map", "carte_google": "map", "liste": "liste", "checkbox": "checkbox",
    "radio": "radio", "listefiche": "listefiche", "checkboxfiche": "checkboxfiche",
    "radiofiche": "radiofiche", "listefiches": "listefiches", "listefichesliees": "listefiches",
    "listedatedeb": "listedatedeb", "listedatefin": "listedatefin", "jour": "jour",
    "labelhtml": "labelhtml", "acls": "acls", "utilisateur_wikini": "utilisateur_wikini",
    "yeswiki_user": "yeswiki_user", "inscriptionliste": "inscriptionliste",
    "conditionschecking": "conditionschecking", "bookmarklet": "bookmarklet", "tabs": "tabs",
    "tabchange": "tabchange", "fichier": "file", "image": "image", "lien_internet": "link",
    "tags": "tags", "reactions": "reactions", "calc": "calc", "metadatas": "metadatas",
    "champs_cache": "hidden", "mot_de_passe": "mot_de_passe", "yeswiki": "yeswiki",
}  # fmt: skip
"""Template word -> type in the JSON. An unknown word gives no field and no error."""

LIST_KINDS = ("liste", "checkbox", "radio")

ENTRY_KINDS = ("listefiche", "checkboxfiche", "radiofiche")

ENUM_KINDS = LIST_KINDS + ENTRY_KINDS

MANY_KINDS = ("checkbox", "checkboxfiche")

DATE_KINDS = ("listedatedeb", "listedatefin", "jour")

NO_VALUE = ("labelhtml", "acls", "listefiches", "conditionschecking", "bookmarklet", "tabs",
            "tabchange", "reactions")  # fmt: skip


@dataclass(frozen=True)
class FormField:
    """One line of a template."""

    columns: tuple[str, ...]
    kind: str
    prop: str
    label: str

    @property
    def name(self) -> str:
        """Column 1."""
        return self.columns[1]

    @property
    def default(self) -> str:
        """Column 5."""
        return self.columns[5]

    @property
    def required(self) -> bool:
        """Column 8 is 1."""
        return self.columns[8] == "1"

    @property
    def read_acl(self) -> str:
        """Column 11, one right a line."""
        return self.columns[11].replace(",", "\n")

    @property
    def write_acl(self) -> str:
        """Column 12, one right a line."""
        return self.columns[12].replace(",", "\n")

    @property
    def is_enum(self) -> bool:
        """Whether its values come from a list or from entries."""
        return self.kind in ENUM_KINDS

    @property
    def contact_form(self) -> bool:
        """An e-mail shown as a contact button only."""
        return self.kind == "email" and self.columns[6] == "form"

    @property
    def see_email(self) -> str:
        """Who sees the raw address; administrators by default."""
        return (self.columns[4] or "@admins").replace(",", "\n")


@lru_cache(maxsize=256)
def template_lines(template: str) -> tuple[tuple[str, ...], ...]:
    """The lines kept: not blank, not a comment, at least four columns; padded to 16."""
    kept = []
    for raw in template.split("\n"):
        line = raw.strip()
        columns = tuple(part.strip() for part in line.split("***"))
        if line and not line.startswith("#") and len(columns) > 3:
            kept.append(columns + ("",) * (COLUMNS - len(columns)))
    return tuple(kept)


@lru_cache(maxsize=256)
def fields(template: str, features: Features) -> tuple[tuple[int, FormField], ...]:
    """The fields with their line numbers: unknown words leave a hole."""
    kept = []
    for number, columns in enumerate(template_lines(template)):
        kind = KINDS.get(columns[0])
        if kind:
            kept.append((number, _field(columns, kind, features)))
    return tuple(kept)


def known_fields(form: dict[str, str], features: Features) -> list[FormField]:
    """The fields of a form, in order."""
    return [field for _, field in fields(form["bn_template"], features)]


def _field(columns: tuple[str, ...], kind: str, features: Features) -> FormField:
    label = unescape(columns[2])
    return FormField(columns, kind, _property(columns, kind, features), label)


def _property(columns: tuple[str, ...], kind: str, features: Features) -> str:
    if kind in ENUM_KINDS:
        suffix = columns[6]
        return f"{columns[0]}{columns[1]}{suffix}" if features.list_in_property else suffix
    special = {
        "titre": "bf_titre", "map": "geolocation", "utilisateur_wikini": "nomwiki",
        "yeswiki_user": "nomwiki", "image": f"image{columns[1]}", "file": f"fichier{columns[1]}",
        "inscriptionliste": columns[1].replace("@", "").replace(".", ""),
    }  # fmt: skip
    if kind in NO_VALUE:
        return ""
    return special.get(kind, columns[1])


def as_json(field: FormField, features: Features, options: dict[str, str] | None) -> dict[str, Any]:
    """A field as `prepared` gives it (transcripts 04, 30, 70)."""
    columns = field.columns
    if field.kind == "labelhtml":
        return {"type": "labelhtml", "viewtext": columns[3], "formtext": columns[1]}
    if field.kind == "hidden":
        return {"type": "hidden", "default": columns[5]}
    if field.kind == "acls":
        return _acls_json(columns)
    label = "geolocation" if field.kind == "map" else field.label
    result: dict[str, Any] = {
        "id": field.prop,
        "propertyname": field.prop,
        "label": label,
        "name": columns[6] if field.is_enum else columns[1],
        "type": field.kind,
        "default": None if field.kind == "image" else columns[5],
        "searchable": columns[9],
        "required": field.required,
        "helper": columns[10],
        "read_acl": field.read_acl,
        "write_acl": field.write_acl,
        "sem_type": columns[14],
    }
    return result | _more_json(field, features, options)


def _more_json(  # noqa: PLR0911 - one a kind of field
    field: FormField, features: Features, options: dict[str, str] | None
) -> dict[str, Any]:
    columns = field.columns
    if field.kind == "text":
        return {"maxChars": columns[4], "size": columns[3], "subType": columns[7] or "text",
                "pattern": columns[6]}  # fmt: skip
    if field.is_enum:
        return {"linkedObjectName": columns[1], "queries": columns[15], "options": options or []}
    if field.kind == "email":
        return {"sendMail": columns[9] == "1", "showContactForm": field.contact_form,
                "seeEmailAcls": field.see_email}  # fmt: skip
    if field.kind == "link" and features.video_links:
        return {"displayVideo": False, "ratio": "", "maxWidth": 0, "maxHeight": 0, "class": ""}
    if field.kind == "image":
        return {"authorizedExts": [], "thumbnailHeight": columns[3], "thumbnailWidth": columns[4],
                "imageHeight": columns[5], "imageWidth": columns[6],
                "imageClass": columns[7]}  # fmt: skip
    if field.kind == "file":
        return {"readLabel": "", "authorizedExts": []}
    if field.kind == "map":
        return _map_json(columns)
    return {}


def _map_json(columns: tuple[str, ...]) -> dict[str, Any]:
    postal, town = columns[4], columns[5]
    return {
        "latitudeField": columns[1],
        "longitudeField": columns[2],
        "autocomplete": f"{postal},{town}" if postal and town else None,
        "geolocate": 1 if columns[6].split("|")[0] == "1" else 0,
        "autocompleteFieldnames": {
            "postalCode": postal or "bf_code_postal", "town": town or "bf_ville",
            "street": "bf_adresse", "street1": "bf_adresse1", "street2": "bf_adresse2",
            "county": "", "state": "bf_pays",
        },
    }  # fmt: skip


def _acls_json(columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": "acls",
        "entryReadRight": columns[1] or "*",
        "entryWriteRight": columns[2] or "%",
        "entryCommentRight": columns[3] or "comments-closed",
        "name": columns[6] or None,
        "id": columns[6] or None,
        "propertyName": columns[6] or None,
        "label": columns[4] or "Activer les commentaires sur cette fiche ?",
        "hint": columns[10] or "Droits mis à jour lors de l'enregistrement de la fiche",
        "default": columns[5],
        "askIfActivateComments": columns[7] in ("1", "true", "yes"),
    }

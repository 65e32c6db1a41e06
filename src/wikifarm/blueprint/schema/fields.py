"""The vocabulary of Bazar forms: which field types exist, and what each column of a line means.

One line of a form's template is one field: up to 16 columns joined by `***`. Sources, at v4.4.4 and
in the line that became 4.5: tools/bazar/fields/*.php (what each type reads) and
tools/bazar/presentation/javascripts/form-edit-template/fields/*.js (what the form builder writes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

COLUMNS = 16

_COMMON = {
    1: "name", 2: "label", 3: "size", 4: "max_chars", 5: "default", 6: "pattern", 7: "subtype",
    8: "required", 9: "searchable", 10: "hint", 11: "read", 12: "write", 13: "keywords",
    14: "semantic", 15: "queries",
}  # fmt: skip


class Kind(Enum):
    """What a field is to the person who fills the form."""

    ANSWER = "answer"  # holds what someone typed or chose
    LIST = "list"  # a choice in a list
    LINK = "link"  # a choice among the entries of another form
    LAYOUT = "layout"  # holds nothing: texts, conditions, rights, the mask of the title


@dataclass(frozen=True)
class FieldType:
    """What one type does, and the meaning of its columns (column -> attribute)."""

    name: str
    kind: Kind
    columns: Mapping[int, str]
    needs: tuple[str, ...] = ("name", "label")
    personal: bool = False  # always about a person
    prefixed: bool = False  # its property name is the type then the name (files)


def _answer(
    name: str, *, personal: bool = False, prefixed: bool = False, **changes: str
) -> FieldType:
    return FieldType(name, Kind.ANSWER, _columns(changes), personal=personal, prefixed=prefixed)


def _choice(name: str, kind: Kind) -> FieldType:
    target = "list" if kind is Kind.LIST else "form"
    columns = _columns({"c1": target, "c6": "name", "c7": "display"})
    return FieldType(name, kind, columns, needs=("name", "label", target))


def _layout(name: str, columns: Mapping[int, str], needs: tuple[str, ...] = ()) -> FieldType:
    return FieldType(name, Kind.LAYOUT, columns, needs)


def _columns(changes: Mapping[str, str]) -> Mapping[int, str]:
    return _COMMON | {int(key[1:]): value for key, value in changes.items()}


TYPES: Mapping[str, FieldType] = {
    field_type.name: field_type
    for field_type in (
        _answer("texte"),
        _answer("textelong", c4="rows", c6="max_chars", c7="syntax"),
        _answer("champs_mail", personal=True, c4="address_seen_by", c6="contact_form",
                c9="send_copy"),
        _answer("lien_internet"),
        _answer("jour"),
        _answer("listedatedeb"),
        _answer("listedatefin"),
        _answer("tags"),
        _answer("image", prefixed=True, c3="thumbnail_height", c4="thumbnail_width", c5="height",
                c6="width", c7="align", c13="default_image", c14="max_size"),
        _answer("fichier", prefixed=True, c6="read_label", c7="extensions", c14="max_size"),
        FieldType("champs_cache", Kind.ANSWER, _COMMON, ("name",)),
        FieldType(
            "map", Kind.ANSWER,
            {1: "latitude", 2: "longitude", 4: "postcode_field", 5: "town_field", 6: "autocomplete",
             7: "show_in_entry", 8: "required", 11: "read", 12: "write"},
            ("latitude", "longitude"),
        ),
        FieldType(
            "utilisateur_wikini", Kind.ANSWER,
            _columns({"c1": "name_field", "c2": "email_field", "c6": "groups",
                      "c9": "update_email"}),
            ("name_field", "email_field"), personal=True,
        ),
        *(_choice(name, Kind.LIST) for name in ("liste", "checkbox", "radio")),
        *(_choice(name, Kind.LINK) for name in ("listefiche", "checkboxfiche", "radiofiche")),
        _layout("titre", {1: "mask", 2: "label"}, ("mask",)),
        _layout("labelhtml", {1: "html", 3: "view_html"}),
        _layout("conditionschecking", {1: "condition", 2: "option"}, ("condition",)),
        _layout("bookmarklet", {1: "name", 2: "label", 3: "url_field", 4: "description_field",
                                5: "text", 10: "hint"}, ("name",)),
        _layout("acls", {1: "read", 2: "write", 3: "comment", 4: "label", 5: "default", 6: "name",
                         7: "ask_comments", 10: "hint"}, ("read", "write")),
    )
}  # fmt: skip

# Our words for a type with a subtype: `url` is a `texte` that takes an address, and so on.
ALIASES: Mapping[str, tuple[str, str]] = {
    "url": ("texte", "url"), "number": ("texte", "number"), "range": ("texte", "range"),
}  # fmt: skip

# Types YesWiki knows and this table does not describe: kept as they are when a form is imported.
OTHER_TYPES = frozenset({
    "alerte", "calc", "carte_google", "collaborative_doc", "inscriptionliste", "listefiches",
    "listefichesliees", "metadatas", "mot_de_passe", "reactions", "tabchange", "tabs",
    "yeswiki", "yeswiki_user"
})  # fmt: skip

DATES = frozenset({"jour", "listedatedeb", "listedatefin"})  # types whose answer is a date

RAW = "raw"  # a line kept as it was read


@dataclass(frozen=True)
class Field:
    """One field of a form, in one language.

    `options` holds the attributes proper to the type (FieldType.columns); `extra` the columns that
    no attribute explains, as an imported form had them; `line` the whole line of a `raw` field.
    """

    type: str
    name: str = ""
    label: str = ""
    required: bool = False
    hint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[int, str] = field(default_factory=dict)
    line: str = ""
    purpose: str = ""  # why a person is asked this
    seen_by: str = ""  # who sees the answer
    retention: str = ""  # how long it is kept
    module: str = ""  # asked only when this module is on
    admission: str = ""  # asked only with this admission

    @property
    def kind(self) -> Kind:
        """What the field is to the person who fills the form."""
        return TYPES[self.type].kind if self.type in TYPES else Kind.LAYOUT

    @property
    def word(self) -> str:
        """YesWiki's word for the type, which a `raw` line begins with."""
        return self.line.split("***")[0].strip() if self.type == RAW else self.type

    @property
    def target(self) -> str:
        """The list or the form that the choice is made in; empty for other fields."""
        return self.options.get("list") or self.options.get("form") or ""


def property_name(field: Field, full_name: bool = True, target: str | None = None) -> str:
    """The key under which entries hold the answer to this field; empty when it holds none.

    4.4.4: type + list id + name (EnumField.php, l. 36). 4.5 and later: column 6 alone, where we
    write that same full name, with the list's *key*, which is the id 4.4 makes of its title: so
    exports, queries and facets read the same on both lines, and a wiki migrated from 4.4
    (RefactorEnumFieldPropertyName) ends with what a new wiki has.
    """
    if field.kind in (Kind.LIST, Kind.LINK):
        if full_name and "property" in field.options:
            return field.options["property"]
        return field.type + (field.target if target is None else target) + field.name
    if field.type in _FIXED_PROPERTIES:
        return _FIXED_PROPERTIES[field.type]
    if field.kind is Kind.LAYOUT:
        return ""
    return (field.type if TYPES[field.type].prefixed else "") + field.name


TITLE = "bf_titre"  # YesWiki's own name for the title of an entry
_FIXED_PROPERTIES = {"titre": TITLE, "map": "geolocation", "utilisateur_wikini": "nomwiki"}

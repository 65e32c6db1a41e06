"""A Bazar schema in one language, and the schema that is left for one community."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape

from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.rights_words import closed_in_lists
from wikifarm.blueprint.schema.fields import TITLE, Field, Kind
from wikifarm.model import Rights, Zone

_PAGE = re.compile(r"\?\{(\w+)\}")
_IN_MASK = re.compile(r"\{\{\s*(\w+)\s*\}\}")  # {{bf_name}} in a title
_GROUP = re.compile(r"@(\w+)")
_ROLES = {
    "radio": "radiogroup", "radiofiche": "radiogroup",
    "checkbox": "group", "checkboxfiche": "group",
}  # fmt: skip
_MENUS = ("liste", "listefiche")
_LABEL = '<label style="display:block;font-weight:inherit">'
RIGHTS = ("read", "write", "comment", "address_seen_by")  # what of a field says who may


@dataclass(frozen=True)
class Schema:
    """One form. `fields` holds every line of it in order, the title's mask and the rights too."""

    key: str
    label: str
    fields: tuple[Field, ...]
    zone: Zone = Zone.PRODUCTIONS
    description: str = ""
    conditions: str = ""  # HTML that whoever fills in the form agrees to first
    only_one_entry: bool = False
    only_one_entry_message: str = ""
    semantic_context: str = ""
    semantic_type: str = ""
    title_is_public: bool = False  # what people type in the title may be seen by everybody
    imported: bool = False  # lists and forms are named by the ids of the wiki it came from

    @property
    def title_mask(self) -> str:
        """The mask that makes the title of an entry; empty when people type it (`bf_titre`)."""
        return next((field.options["mask"] for field in self.fields if field.type == "titre"), "")

    @property
    def public_fields(self) -> frozenset[str]:
        """The fields that everybody may see: those of a title that is said to be public."""
        return self.in_title if self.title_is_public else frozenset()

    @property
    def in_title(self) -> frozenset[str]:
        """The fields that a title holds, which YesWiki shows to everybody."""
        return frozenset({TITLE, *_IN_MASK.findall(self.title_mask)})

    @property
    def rights(self) -> Rights | None:
        """Who reads, writes and comments an entry; None leaves it to the wiki's defaults."""
        for field in self.fields:
            if field.type == "acls":
                comment = field.options.get("comment") or "comments-closed"
                return Rights(
                    field.options.get("read", ""), field.options.get("write", ""), comment
                )
        return None

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists it takes its choices from, in order, each once."""
        return tuple(
            dict.fromkeys(field.target for field in self.fields if field.kind is Kind.LIST)
        )

    @property
    def groups(self) -> frozenset[str]:
        """The groups that its rights name: those of its entries and of each field."""
        return frozenset(
            group
            for field in self.fields
            for key in RIGHTS
            for group in _GROUP.findall(field.options.get(key, ""))
        )

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


def tailored(
    schema: Schema,
    community: Community,
    form_ids: Mapping[str, str],
    tags: Mapping[str, str] | None = None,
) -> Schema:
    """The schema for one community: fields of its modules and admission, linked to its forms.

    A choice among the entries of a form that the community does not have is left out. `$writing`
    in the rights becomes who may write productions; `?{Page}` in a text, the tag of that page.
    Hints become text, and the boxes of a question a group that bears its name. Entries of people
    are closed in lists too.
    """
    active = {module.value for module in community.modules}
    kept = [
        part
        for field in schema.fields
        if (not field.module or field.module in active)
        and (not field.admission or field.admission == community.admission)
        and (field.kind is not Kind.LINK or field.target in form_ids or schema.imported)
        for part in _told(_settled(field, community, form_ids, tags or {}), schema.imported)
    ]
    if schema.zone is Zone.PEOPLE:
        kept = [_closed_in_lists(field) for field in kept]
    return replace(schema, fields=tuple(kept))


def _closed_in_lists(field: Field) -> Field:
    if field.type != "acls":
        return field
    read = closed_in_lists(field.options["read"])
    return replace(field, options={**field.options, "read": read})


def _told(field: Field, imported: bool) -> tuple[Field, ...]:
    """A field with what YesWiki tells the mouse or the eye alone: its hint, a picture that shows it
    when pointed at; the question that boxes or a menu answer, and that it is required, which
    nothing ties to them (tools/bazar/templates/layouts/input.twig, inputs/radio.twig and
    inputs/select.twig, 4.4.4 and 4.5.0)."""
    role = _ROLES.get(field.type, "")
    menu = field.type in _MENUS
    if imported or field.kind is Kind.LAYOUT or not (role or menu or field.hint):
        return (field,)
    hint = f'<p class="help-block">{escape(field.hint)}</p>' if field.hint else ""
    bare = replace(field, hint="")
    if menu:
        return _html(f"{hint}{_LABEL}"), bare, _html("</label>")
    if not role:
        return _html(hint), bare
    required = ' aria-required="true"' if field.required and role == "radiogroup" else ""
    group = f'<fieldset role="{role}" aria-label="{escape(field.label)}"{required}>'
    return _html(group + hint), bare, _html("</fieldset>")


def _html(text: str) -> Field:
    return Field("labelhtml", options={"html": text})


def writing_right(community: Community) -> str:
    """Who may write productions, in YesWiki's words: logged in, or everybody."""
    return "*" if community.writing == "open" else "+"


def filling_right(community: Community) -> str:
    """Who may fill in a form, in YesWiki's words: with an account, unless visitors write
    productions or open their account by filling one in."""
    strangers = community.writing == "open" or community.admission == "open"
    return "*" if strangers else "+"


def _settled(
    field: Field, community: Community, form_ids: Mapping[str, str], tags: Mapping[str, str]
) -> Field:
    options = dict(field.options)
    if field.kind is Kind.LINK:
        options["form"] = form_ids.get(field.target, field.target)
    if field.type == "acls":
        right = writing_right(community)
        options = {key: text.replace("$writing", right) for key, text in options.items()}
    if field.type == "labelhtml":
        options = {
            key: _PAGE.sub(lambda link: "?" + tags.get(link[1], link[1]), text)
            for key, text in options.items()
        }
    return replace(field, options=options)

"""A Bazar schema in one language, and the schema that is left for one community."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.schema.fields import Field, Kind
from wikifarm.model import Rights, Zone

_PAGE = re.compile(r"\?\{(\w+)\}")


@dataclass(frozen=True)
class Schema:
    """One form. `fields` holds every line of it in order, the title's mask and the rights too."""

    key: str
    label: str
    fields: tuple[Field, ...]
    zone: Zone = Zone.PRODUCTIONS
    description: str = ""
    only_one_entry: bool = False
    only_one_entry_message: str = ""
    semantic_context: str = ""
    semantic_type: str = ""
    imported: bool = False  # lists and forms are named by the ids of the wiki it came from

    @property
    def title_mask(self) -> str:
        """The mask that makes the title of an entry; empty when people type it (`bf_titre`)."""
        return next((one.options["mask"] for one in self.fields if one.type == "titre"), "")

    @property
    def rights(self) -> Rights | None:
        """Who reads, writes and comments an entry; None leaves it to the wiki's defaults."""
        for one in self.fields:
            if one.type == "acls":
                comment = one.options.get("comment") or "comments-closed"
                return Rights(one.options["read"], one.options["write"], comment)
        return None

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists it takes its choices from, in order, each once."""
        return tuple(dict.fromkeys(one.target for one in self.fields if one.kind is Kind.LIST))

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        for one in self.fields:
            if one.name == name:
                return one
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
    """
    active = {module.value for module in community.modules}
    kept = [
        _settled(one, community, form_ids, tags or {})
        for one in schema.fields
        if (not one.module or one.module in active)
        and (not one.admission or one.admission == community.admission)
        and (one.kind is not Kind.LINK or one.target in form_ids or schema.imported)
    ]
    return replace(schema, fields=tuple(kept))


def writing_right(community: Community) -> str:
    """Who may write productions, in YesWiki's words: logged in, or everybody."""
    return "*" if community.writing == "open" else "+"


def _settled(
    one: Field, community: Community, form_ids: Mapping[str, str], tags: Mapping[str, str]
) -> Field:
    options = dict(one.options)
    if one.kind is Kind.LINK:
        options["form"] = form_ids.get(one.target, one.target)
    if one.type == "acls":
        right = writing_right(community)
        options = {key: text.replace("$writing", right) for key, text in options.items()}
    if one.type == "labelhtml":
        options = {
            key: _PAGE.sub(lambda found: "?" + tags.get(found[1], found[1]), text)
            for key, text in options.items()
        }
    return replace(one, options=options)

"""A Bazar schema in one language, and the schema that is left for one community."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from wikifarm.blueprint.fields import Field, Kind
from wikifarm.model import Module, Rights, Zone


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
    schema: Schema, modules: Iterable[Module], admission: str, form_ids: Mapping[str, str]
) -> Schema:
    """The schema for one community: fields of its modules and admission, linked to its forms.

    A choice among the entries of a form that the community does not have is left out.
    """
    active = {module.value for module in modules}
    kept = [
        _linked(one, form_ids)
        for one in schema.fields
        if (not one.module or one.module in active)
        and (not one.admission or one.admission == admission)
        and (one.kind is not Kind.LINK or one.target in form_ids or schema.imported)
    ]
    return replace(schema, fields=tuple(kept))


def _linked(one: Field, form_ids: Mapping[str, str]) -> Field:
    if one.kind is not Kind.LINK:
        return one
    return replace(one, options={**one.options, "form": form_ids.get(one.target, one.target)})

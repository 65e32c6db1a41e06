"""A blueprint: what the wikis of one kind of community hold, as its `blueprint.yml` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wikifarm.blueprint.manifest.community import Community
from wikifarm.model import Module, Rights, Zone

if TYPE_CHECKING:
    pass

FACILITATORS = "facilitators"  # stands for the accounts of the manifest, in a group


@dataclass(frozen=True)
class FormPlan:
    """A form of the blueprint: which schema, under which id, with which module."""

    key: str
    schema: str
    id: str
    module: Module | None = None


@dataclass(frozen=True)
class PagePlan:
    """A page of the blueprint; `tags` gives its name in each language."""

    key: str
    profile: str
    zone: Zone
    tags: Mapping[str, str]
    module: Module | None = None


@dataclass(frozen=True)
class Blueprint:
    """A checked blueprint. Pages come in the order of the menu; `$writing` is still to settle."""

    folder: Path
    name: str
    version: str
    languages: tuple[str, ...]
    summary: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]
    forms: tuple[FormPlan, ...]
    profiles: Mapping[str, Rights]
    pages: tuple[PagePlan, ...]
    closed: Mapping[str, Rights] = field(default_factory=dict)
    closed_prefixes: Mapping[str, Rights] = field(default_factory=dict)
    action_rights: Mapping[str, str] = field(default_factory=dict)
    handler_rights: Mapping[str, str] = field(default_factory=dict)
    removed_pages: tuple[str, ...] = ()
    removed_forms: tuple[str, ...] = ()
    removed_lists: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    def active_pages(self, community: Community) -> tuple[PagePlan, ...]:
        """The pages of the community's modules, in the order of the menu."""
        return tuple(one for one in self.pages if one.module in {None, *community.modules})

    def active_forms(self, community: Community) -> tuple[FormPlan, ...]:
        """The forms of the community's modules."""
        return tuple(one for one in self.forms if one.module in {None, *community.modules})

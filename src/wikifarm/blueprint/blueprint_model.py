"""A blueprint: what the wikis of one kind of community hold, as its `blueprint.yml` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from wikifarm.blueprint.manifest.community import Community
from wikifarm.model import Module, Rights, Zone

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
    look: Mapping[str, str] = field(default_factory=dict)  # of its own, as `looks` may say it


@dataclass(frozen=True)
class FilePlan:
    """A file of the folder `files/`, for the page of that key; `digest` is its SHA-256."""

    page: str
    path: Path
    digest: str


class Consent(StrEnum):
    """What a yes of a person lets be done."""

    MAILING_LIST = "mailing-list"  # to subscribe them to the community's list
    MAP = "map"  # to show them on the map of the group
    AGREEMENT = "agreement"  # nothing: they say that they have read something


@dataclass(frozen=True)
class ConsentField:
    """A question of consent: the field that asks it, the answer that says yes, what it lets do."""

    name: str
    yes: str
    does: Consent


@dataclass(frozen=True)
class PeoplePlan:
    """What a form of people asks that matters here. `address` is the field of the e-mail, `called`
    those that name the person, in the order in which they are read."""

    form: str  # key of the form
    address: str = ""
    called: tuple[str, ...] = ()
    consents: tuple[ConsentField, ...] = ()


@dataclass(frozen=True)
class LicencePlan:
    """Under which licence the work of a community is, and the page that says it everywhere."""

    page: str  # key of the page
    name: str


@dataclass(frozen=True)
class Who:
    """Who is who in a blueprint: its two groups, its people's forms, the pages that matter."""

    members: str  # the group that people are welcomed into
    facilitators: str  # the group of those who facilitate
    people: tuple[PeoplePlan, ...] = ()
    checklist: str = ""  # key of the page that holds the facilitators' list
    licence: LicencePlan | None = None


@dataclass(frozen=True)
class Blueprint:
    """A checked blueprint. Pages come in the order of the menu; `$writing` is still to settle."""

    folder: Path
    name: str
    version: str
    languages: tuple[str, ...]
    summary: Mapping[str, str]
    who: Who
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
    files: tuple[FilePlan, ...] = ()

    def active_pages(self, community: Community) -> tuple[PagePlan, ...]:
        """The pages of the community's modules, in the order of the menu."""
        return tuple(page for page in self.pages if page.module in {None, *community.modules})

    def active_forms(self, community: Community) -> tuple[FormPlan, ...]:
        """The forms of the community's modules."""
        return tuple(form for form in self.forms if form.module in {None, *community.modules})

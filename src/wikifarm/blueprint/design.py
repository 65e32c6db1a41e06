"""The design: all that the wiki of a community should hold, ready to be compared and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wikifarm.blueprint.blueprint_model import Consent, ConsentField
from wikifarm.blueprint.checklist_file import Fact
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.model import Rights, Zone
from wikifarm.whole_wiki import Attachment


@dataclass(frozen=True)
class DesignedPage:
    """A page of the blueprint, rendered for this community."""

    tag: str
    body: str
    rights: Rights
    zone: Zone = Zone.PRODUCTIONS
    look: Mapping[str, str] = field(default_factory=dict)  # of its own: theme, style, ...


@dataclass(frozen=True)
class DesignedForm:
    """A form of the blueprint; its template is compiled once the server has named the lists."""

    id: str
    schema: Schema
    zone: Zone


@dataclass(frozen=True)
class DesignedList:
    """A list of choices; `key` is our name for it, and the server makes an id of `title`."""

    key: str
    title: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DesignedFile:
    """A file of a page; `digest` is its SHA-256 in hexadecimal."""

    attachment: Attachment
    path: Path
    digest: str

    @property
    def key(self) -> str:
        """What names it in plans and receipts."""
        return f"{self.attachment.page}/{self.attachment.name}"


@dataclass(frozen=True)
class PeopleForm:
    """A form of people. `address` names its field of the e-mail, if it asks for one, and `called`
    those that name the person; `consents` are the questions of consent that it asks; `personal`,
    the questions whose answers are kept in the group, None where all are."""

    form: DesignedForm
    address: str = ""
    consents: tuple[ConsentField, ...] = ()
    called: tuple[str, ...] = ()
    personal: frozenset[str] | None = None

    def consent_to(self, does: Consent) -> ConsentField | None:
        """The question whose yes lets that be done, if this community asks it."""
        return next((field for field in self.consents if field.does is does), None)


@dataclass(frozen=True)
class Licence:
    """The licence of a community's work. `page` is the tag of the page that says it."""

    page: str
    name: str


@dataclass(frozen=True)
class DesignedWho:
    """Who is who in one wiki: groups, forms of people, pages by their tags."""

    members: str
    facilitators: str
    people: tuple[PeopleForm, ...] = ()
    checklist: str = ""
    licence: Licence | None = None

    @property
    def base(self) -> PeopleForm | None:
        """The base of participants: the form of people that asks for an address."""
        return next((people for people in self.people if people.address), None)


@dataclass(frozen=True)
class Design:
    """Everything the wiki should hold. Tags in `closed` are YesWiki's own pages that leak."""

    blueprint: str
    version: str
    language: str
    who: DesignedWho
    pages: tuple[DesignedPage, ...]
    lists: tuple[DesignedList, ...]
    forms: tuple[DesignedForm, ...]
    accounts: Mapping[str, str]  # address of a facilitator -> name of the account
    groups: Mapping[str, tuple[str, ...]]  # name -> members besides the people added by hand
    closed: Mapping[str, Rights]  # pages of YesWiki itself -> rights
    closed_prefixes: Mapping[str, Rights]  # the same for families of pages (administrative logs)
    action_rights: Mapping[str, str]  # action -> right
    handler_rights: Mapping[str, str]  # handler -> right
    removed_pages: tuple[str, ...]  # demonstration pages of a new wiki
    removed_forms: tuple[str, ...]  # labels of demonstration forms; their entries go with them
    removed_lists: tuple[str, ...]
    settings: Mapping[str, str]  # configuration of the wiki (`?GererConfig`)
    files: tuple[DesignedFile, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)  # of the checklist, for these modules
    put_off: tuple[
        DesignedForm, ...
    ] = ()  # of modules that are off: they may stand here from before

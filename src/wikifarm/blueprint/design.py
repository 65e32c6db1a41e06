"""The design: all that the wiki of a community should hold, ready to be compared and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.model import Rights, Zone


@dataclass(frozen=True)
class DesignedPage:
    """A page of the blueprint, rendered for this community."""

    tag: str
    body: str
    rights: Rights
    zone: Zone = Zone.PRODUCTIONS


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
class Design:
    """Everything the wiki should hold. Tags in `closed` are YesWiki's own pages that leak."""

    blueprint: str
    version: str
    language: str
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

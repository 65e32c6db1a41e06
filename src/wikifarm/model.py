"""The things every layer speaks of, as frozen dataclasses: no file, no network, no terminal."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any


class Zone(StrEnum):
    """Who a page or a form is for: people stay in the group, productions are public."""

    PEOPLE = "people"
    PRODUCTIONS = "productions"


class Module(StrEnum):
    """The parts of a community that can be switched on or off."""

    PARTICIPANTS = "participants"
    MAP = "map"
    AGENDA = "agenda"
    MINUTES = "minutes"
    RESOURCES = "resources"
    PROPOSALS = "proposals"
    MAILING_LIST = "mailing-list"


class Dialect(StrEnum):
    """How this farm's YesWiki writes forms and lists; found by probing, never by version number."""

    D44 = "4.4"
    D45 = "4.5"
    D46 = "4.6"


@dataclass(frozen=True)
class Rights:
    """Rights of a page, in YesWiki's words, one right after another separated by commas.

    `*` everybody, `+` logged in, `%` owner, `@group`, `!` not, or an account name.
    """

    read: str
    write: str
    comment: str = "comments-closed"

    def same_as(self, other: Rights) -> bool:
        """True when both let the same people in, however they are written."""
        return all(
            canonical(mine) == canonical(theirs)
            for mine, theirs in (
                (self.read, other.read),
                (self.write, other.write),
                (self.comment, other.comment),
            )
        )


def without_slashes(text: str) -> str:
    """A text without the backslash that the farm writes before each quote (FarmService)."""
    return re.sub(r"\\(['\"\\])", r"\1", text)


def canonical(right: str) -> str:
    """A right as it is compared: its parts in order, one comma between them.

    YesWiki itself writes one part a line.
    """
    parts = [part.strip() for part in right.replace("\r", "").replace("\n", ",").split(",")]
    return ",".join(sorted(part for part in parts if part))


@dataclass(frozen=True)
class Page:
    """A page as the wiki holds it. `revision` is the id that a save must quote as `previous`;
    `author`, the account that wrote it; `time`, when, by the clock of the server."""

    tag: str
    body: str
    revision: str = ""
    owner: str = ""
    author: str = ""
    time: str = field(default="", compare=False)


@dataclass(frozen=True)
class Comment:
    """What somebody said below a page, or in answer to another comment, whose tag is `below`."""

    tag: str
    below: str
    body: str
    owner: str = ""
    author: str = ""
    time: str = ""


@dataclass(frozen=True)
class BazarList:
    """A list of choices. `id` is what the server made of the title; keys never change."""

    id: str
    title: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """A Bazar form as the wiki holds it; `properties` maps a field's name to its property name."""

    id: str
    label: str
    template: str
    description: str = ""
    only_one_entry: bool = False
    semantic_context: str = ""
    semantic_type: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    # Choices of each list that a field offers, by the list's id.
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # Every `bn_*` key, as the wiki tells it.
    told: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Account:
    """An account of a wiki; `since`, when it was opened, by the clock of the server."""

    name: str
    email: str
    since: str = field(default="", compare=False)


@dataclass(frozen=True)
class Overview:
    """What a wiki holds besides its pages, read at once; `lists` None where they are not all seen.

    Each is what the part of the driver with the same name answers for all.
    """

    rights: Mapping[str, Rights]
    accounts: Sequence[Account]
    settings: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]
    modules: Mapping[str, str]
    forms: Mapping[str, Form]
    lists: Mapping[str, BazarList] | None


@dataclass(frozen=True)
class RunRecord:
    """What a run left on a wiki to say that it works there. The wiki numbers and dates it.

    `at` is the last sign that the run gave, `beat` its number, from 1 on; `since` is the first.
    """

    id: int
    run: str
    doing: str  # the command: "verify", "apply", ...
    at: datetime  # by the clock of the server, without its zone
    since: str  # the same, as text
    beat: int = 1


@dataclass(frozen=True)
class OwnArchive:
    """An archive that a wiki made of itself: `link` is where the wiki says that it is."""

    name: str
    size: int
    link: str


TRIED = {(Dialect.D44, False): "4.4.4", (Dialect.D45, True): "4.5.0"}
"""How it writes lists, whether its API writes groups -> the version that was run and does so."""


@dataclass(frozen=True)
class Capabilities:
    """What a farm or a wiki can do, as harmless questions tell (docs/yeswiki.md, Newer)."""

    dialect: Dialect
    ferme_api: bool = False  # ?api/ferme answers
    page_save: bool = False  # POST api/pages/{tag}
    group_write: bool = False  # POST api/groups/{g}/update

    @classmethod
    def kept(cls, fields: Mapping[str, Any]) -> Capabilities:
        """Those kept as JSON. Raises ValueError, KeyError or TypeError for anything else."""
        return cls(**{**fields, "dialect": Dialect(fields["dialect"])})

    @property
    def tried(self) -> str:
        """The version that was run for real and can do the same; nothing where none was."""
        if self.ferme_api or self.page_save:
            return ""
        return TRIED.get((self.dialect, self.group_write), "")


@dataclass(frozen=True)
class FarmWiki:
    """One wiki of the farm, from its entry in form 1100."""

    entry: str  # tag of the farm's entry
    title: str
    folder: str
    url: str
    mark: str = ""  # what wikifarm left in the entry: the id of the community, if it made it
    email: str = ""  # of its contact, which the farm shows to anybody


@dataclass(frozen=True)
class Acquaintance:
    """What a computer keeps of a wiki that it entered: a login that still holds, what the wiki
    could do at that release, and what the farm said of it. `cookies` let in whoever has them, as a
    password does."""

    name: str
    cookies: Sequence[Cookie] = field(default=(), repr=False)
    release: str = ""
    capabilities: Capabilities | None = None
    entry: FarmWiki | None = None


Able = Callable[[], Capabilities]
"""Says what a wiki can do, asking it the first time where nothing told before."""


@dataclass(frozen=True)
class Cookie:
    """One cookie and where it goes back to."""

    name: str
    value: str = field(repr=False)
    domain: str
    path: str


MODEL_PREFIX = "wikifarm-"  # of the names of our models: those of others are never touched


@dataclass(frozen=True)
class FarmModel:
    """What the farm writes into a wiki that is made from it: pages by tag, lists by id, forms by
    number. No file.

    What only the server's operator can put there is empty in one made over HTTP: the rights of
    pages by tag, those of modules ("action listusers"), and the groups that stand in groups.
    """

    pages: Mapping[str, str]
    lists: Mapping[str, BazarList]
    forms: Mapping[str, Mapping[str, str]]
    dialect: Dialect
    label: str = ""  # what people read in the farm's form
    rights: Mapping[str, Rights] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kind: str = ""  # the hash of what it is made for; empty where its content names it

    @cached_property
    def name(self) -> str:
        """Its name on the farm: the hash of what it is made for, or of what it holds."""
        if self.kind:
            return MODEL_PREFIX + self.kind
        lists = {key: [each.title, each.items] for key, each in self.lists.items()}
        content = [self.dialect.value, dict(self.pages), lists,
                {key: dict(form) for key, form in self.forms.items()}]  # fmt: skip
        return MODEL_PREFIX + content_hash(content)

    @property
    def root(self) -> str:
        """A tag that stands nowhere in it: every text that is the tag of the first page of the wiki
        that a model is said to come from, the farm replaces."""
        return self.name.removeprefix(MODEL_PREFIX)


def content_hash(content: Any) -> str:
    """What names a model that holds this, which JSON can say."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


class ListState(StrEnum):
    """Where a mailing list stands at its host."""

    ABSENT = "absent"
    REQUESTED = "requested"  # it waits for a listmaster, or for a person to ask for it
    OPEN = "open"
    CLOSED = "closed"  # its name stays taken
    TAKEN = "taken"  # the name belongs to somebody else
    UNKNOWN = "unknown"  # the host does not let it be seen


@dataclass(frozen=True)
class ListOwner:
    """Someone who owns a list. `name` may be empty."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class WantedList:
    """A mailing list as a community wants it. Every text is on one line."""

    name: str  # the part of its address before the @
    subject: str
    description: str
    owners: tuple[ListOwner, ...]  # the first one founds it
    domain: str = ""  # empty where only the host knows it
    language: str = "fr"
    template: str = "communaute"  # a folder of create_list_templates/ on a Sympa
    topics: str = "other"  # Sympa's word for none

    @property
    def founder(self) -> str:
        """The address on whose behalf the list is asked for."""
        return self.owners[0].email

    @property
    def address(self) -> str:
        """Its address, or its name alone where the domain is not known yet."""
        return f"{self.name}@{self.domain}" if self.domain else self.name


@dataclass(frozen=True)
class FoundList:
    """A mailing list as its host shows it."""

    state: ListState
    address: str = ""
    home: str = ""  # its page at the host
    subject: str = ""
    notes: tuple[str, ...] = ()  # what a person should know: sentences in the user's language

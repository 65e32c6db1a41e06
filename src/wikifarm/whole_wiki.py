"""A whole wiki as it was read: what capture, clone, backup and adoption go by. No network here.

What is about people stands apart (`people`, `accounts`), so that whoever copies a wiki names what
is copied instead of removing what looks personal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wikifarm.model import Account, BazarList, Dialect, Form, Page, Rights

# `{{attach file="x"}}`, and what else shows a file of a page by its name (tools/attach/actions).
_ACTION = re.compile(r"\{\{(?:[^{}]|\{(?!\{)|\}(?!\}))*\}\}")
LOGS = "LogDesActionsAdministratives"  # begins the tags of YesWiki's notes of its administration
_FILE = re.compile(r"""\b(?:attach)?file=(["'])(.*?)\1""")
# What a text shows of the folder of files: `files/Page_name_<date>_<date>.ext`.
_STORED = re.compile(r"\bfiles/([^\s\"'<>()\[\]{}|?#&]+)")
_DATES = re.compile(r"_\d{14}_\d{14}\.(\w+?)_?\Z")
# Other signs lead elsewhere, or act in the expression by which YesWiki looks for the file.
_NAME = re.compile(r"[\w@~=,-][\w@~=,.-]{0,150}\.\w+\Z")


class Part(StrEnum):
    """What only an administrator of a wiki may read of it."""

    RIGHTS = "rights"
    METADATA = "metadata"
    GROUPS = "groups"
    MODULES = "modules"
    SETTINGS = "settings"
    ACCOUNTS = "accounts"


@dataclass(frozen=True, order=True)
class Attachment:
    """A file attached to a page, by the name that texts give it."""

    page: str  # tag
    name: str


@dataclass(frozen=True)
class WholeWiki:
    """All of a wiki but its entries and former revisions, as `reader` may read it ("": a visitor).

    `unread` are the parts that this account may not read: they are empty here, and not known to be.
    """

    address: str
    release: str
    dialect: Dialect
    reader: str
    pages: Mapping[str, Page]
    forms: Mapping[str, Form]
    lists: Mapping[str, BazarList]
    rights: Mapping[str, Rights] = field(default_factory=dict)  # of pages, lists and entries
    metadata: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # tag -> theme, ...
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # -> the groups in it
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # group -> the accounts
    modules: Mapping[str, str] = field(default_factory=dict)  # "action trail" -> its right
    settings: Mapping[str, str] = field(default_factory=dict)
    accounts: tuple[Account, ...] = ()
    unread: frozenset[Part] = frozenset()

    @property
    def files(self) -> tuple[Attachment, ...]:
        """The files that the texts of pages name, each once; of a page that has others too, the
        wiki's administrators see the list (`Attachments.of`)."""
        named = {
            attachment
            for page in self.pages.values()
            for attachment in attachments_in(page, self.pages)
        }
        return tuple(sorted(named))


def attachments_in(page: Page, tags: Iterable[str]) -> Iterator[Attachment]:
    """The files that the text of a page names, whose names can be those of files."""
    for action in _ACTION.finditer(page.body):
        for name in _FILE.finditer(action[0]):
            tag, slash, bare = name[2].rpartition("/")
            attachment = Attachment(tag if slash else page.tag, bare.strip().replace(" ", "_"))
            if is_file_name(attachment.name):
                yield attachment
    known = tuple(tags)
    for stored in _STORED.finditer(page.body):
        shown = attachment_stored(stored[1], known)
        if shown is not None:
            yield shown


def attachment_stored(stored: str, tags: Iterable[str]) -> Attachment | None:
    """What stands in the folder of files under this name; None where it is attached to none of the
    pages `tags` (attach.lib.php, GetFullFilename: tag, name, two dates, `_` where it is no image).
    """
    dates = _DATES.search(stored)
    if dates is None:
        return None
    bare = stored[: dates.start()]
    tag = max((tag for tag in tags if bare.startswith(f"{tag}_")), key=len, default="")
    attachment = Attachment(tag, f"{bare[len(tag) + 1 :]}.{dates[1]}")
    return attachment if tag and is_file_name(attachment.name) else None


def is_file_name(name: str) -> bool:
    """True for what can be the name of an attached file, here and on a server: it has an ending,
    and leads nowhere."""
    return _NAME.match(name) is not None

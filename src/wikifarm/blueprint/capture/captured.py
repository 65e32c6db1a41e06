"""What a capture gives: a blueprint in files, what was left out of it and why, what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wikifarm.blueprint.capture.known_people import Trace
from wikifarm.whole_wiki import Attachment


class LeftKind(StrEnum):
    """What may be left out."""

    PAGE = "page"
    FORM = "form"
    LIST = "list"
    FILE = "file"
    GROUP = "group"


class Why(StrEnum):
    """Why it was left out."""

    MAIL = "mail"  # an address stands in it
    PHONE = "phone"
    NAME = "name"  # of somebody whom the wiki knows
    BAD_NAME = "bad-name"  # a blueprint cannot name it, or another has the same name
    NO_FORM = "no-form"  # no form that is copied uses it
    NO_PAGE = "no-page"  # its page is not copied
    NO_FILE = "no-file"  # it is not there, or empty
    RIGHTS = "rights"  # somebody is named in its rights
    NO_RIGHTS = "no-rights"  # they are empty
    AS_IT_IS = "as-it-is"  # a blueprint cannot describe it as it stands


def why_of(trace: Trace) -> Why:
    """Why a text is left out in which somebody left a trace."""
    return Why(trace.value)


@dataclass(frozen=True)
class LeftOut:
    """One thing that is not copied. `label`: what a form is called, where it goes by its number."""

    kind: LeftKind
    name: str
    why: Why
    label: str = ""

    @property
    def shown(self) -> str:
        """How people know it."""
        return f"{self.label} ({self.name})" if self.label.strip() else self.name

    @property
    def key(self) -> str:
        """How somebody agrees to it by name."""
        return self.name if self.kind is LeftKind.PAGE else f"{self.kind.value}:{self.name}"

    @property
    def may_be_agreed(self) -> bool:
        """True for what somebody may look at, and have copied all the same."""
        return self.why in (Why.MAIL, Why.PHONE, Why.NAME)


@dataclass(frozen=True)
class Captured:
    """A blueprint: the text of each of its files by path, and the files of the wiki to fetch.

    `forms` gives, for each form that is copied, its number at the source, here, and its zone;
    `changed` are sentences on what is not as it was at the source; `unmet`, what somebody agreed to
    by name and that speaks of nobody, or is not there.
    """

    name: str
    texts: Mapping[str, str]
    attachments: tuple[Attachment, ...]
    pages: tuple[str, ...]
    forms: tuple[CapturedForm, ...]
    lists: tuple[str, ...]
    groups: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    changed: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    facilitators: str = ""  # the group of those who facilitate


@dataclass(frozen=True)
class CapturedForm:
    """A form that is copied."""

    source: str  # its number there
    id: str
    label: str
    people: bool

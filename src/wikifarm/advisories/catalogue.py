"""The advisories: the file of the package, or a newer one that a person gave. No host is asked.

Facts compiled from public records (CVE, GHSA, change logs), each with its sources. Rules of use:
a range holds every release from `introduced` up to `fixed`, which is the first that is mended;
where no record names a fix, `last_affected` is the last release that one names, and nothing is said
of those after it; an advisory whose `numbering` is another than the one that programs show (a
former line, a package of a distribution) is listed, and compared with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wikifarm.advisories.release_number import ReleaseNumber, release_number
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import LANGUAGES, _
from wikifarm.json_text import from_json

SHIPPED = "advisories.json"
KEPT = "advisories.json"  # in the state folder: what `advisories update` was given

Product = Literal["yeswiki", "yeswiki-extension-lms", "sympa"]
Severity = Literal["critical", "high", "medium", "low", "unknown"]
# How people's data can be had: read as they stand, with the account of somebody else, by running
# code or reading files on the server, or not at all.
PeopleBy = Literal["direct", "account", "code", "none"]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Line = Annotated[str, Field(min_length=1, max_length=400)]


class _Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Advisory(_Fact):
    """One security notice. `can` goes on from "somebody could", in each language."""

    id: Line
    aliases: tuple[Line, ...] = ()
    product: Product
    component: Line
    introduced: Line
    fixed: Line | None
    last_affected: Line | None = None
    numbering: Line | None = None
    account: bool  # who does it needs an account of their own
    victim: bool  # somebody else must follow a link or open a page
    people: PeopleBy
    severity: Severity
    score: float = Field(default=0, ge=0, le=10)  # the highest CVSS that a record gives
    condition: Line | None = None
    can: dict[str, Line]
    published: Day
    uncertain: bool = False  # a record does not say it all, or is contradicted
    note: Line | None = None
    source: tuple[Line, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _says_it_all(self) -> Advisory:
        if set(self.can) != set(LANGUAGES):
            raise ValueError(f"can: {', '.join(LANGUAGES)}")
        bounds = [bound for bound in (self.introduced, self.fixed) if bound]
        if self.numbering is None and any(release_number(bound) is None for bound in bounds):
            raise ValueError("introduced, fixed: 1.2.3")
        return self

    @property
    def first_mended(self) -> ReleaseNumber | None:
        """The first release where it is mended, if a record names one."""
        return release_number(self.fixed) if self.fixed else None

    @property
    def key(self) -> tuple[bool, bool, bool, bool, bool, int, float, int]:
        """Orders advisories, the gravest first: what anybody can do to people, without more ado."""
        return (
            self.account,
            self.victim,
            self.people == "none",
            self.condition is not None,
            self.uncertain,
            ("critical", "high", "unknown", "medium", "low").index(self.severity),
            -self.score,
            ("direct", "code", "account", "none").index(self.people),
        )


class Catalogue(_Fact):
    """What is known on `date`; `newest_record` is the day of the last notice that was read."""

    format: Literal["wikifarm/advisories/1"] = Field(alias="schema")
    date: Day
    newest_record: Day
    releases: dict[Product, Line]  # the newest known of each program
    advisories: tuple[Advisory, ...] = Field(min_length=1)


def shipped() -> Catalogue:
    """The catalogue of the package."""
    text = resources.files("wikifarm.advisories").joinpath(SHIPPED).read_text("utf-8")
    return parse(text, SHIPPED)


def catalogue(state: Path) -> Catalogue:
    """The newer of the package's file and of the one kept in the state folder.

    Raises InvalidInput where the kept one cannot be used: a wiki is not judged by half.
    """
    path = state / KEPT
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return shipped()
    except (OSError, UnicodeDecodeError):
        text = ""
    return max(parse(text, str(path)), shipped(), key=lambda known: known.date)


def parse(text: str, file: str) -> Catalogue:
    """The catalogue of a file. Raises InvalidInput with every problem at once."""
    try:
        value = from_json(text)
    except ValueError as fault:
        line, column = getattr(fault, "lineno", 0), getattr(fault, "colno", 0)
        raise _invalid([Problem(_("This is not JSON."), "", file, line, column)], file) from None
    try:
        return Catalogue.model_validate(value)
    except ValidationError as error:
        places = (".".join(str(part) for part in mistake["loc"]) for mistake in error.errors())
        problems = [
            Problem(_("It is not what a file of advisories holds there: {place}").format(
                place=place or "{}"), "", file)
            for place in dict.fromkeys(places)
        ]  # fmt: skip
        raise _invalid(problems, file) from None


def _invalid(problems: list[Problem], file: str) -> InvalidInput:
    hint = _("`wikifarm schema advisories` says what it holds; nothing of {file} was used.").format(
        file=file
    )
    return InvalidInput(
        [
            Problem(problem.message, hint, file, problem.line, problem.column, "bad-advisories")
            for problem in problems
        ]
    )


def advisories_schema() -> Mapping[str, Any]:
    """The JSON Schema of a file of advisories."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "wikifarm/advisories/1",
        **Catalogue.model_json_schema(),
    }

"""List and stats: who is there, on a screen; or how many, which tells of nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from wikifarm.blueprint.manifest.community import Community
from wikifarm.i18n import _
from wikifarm.operations.participants.base import (
    Agreement,
    Base,
    Membership,
    Someone,
    entered,
    read_base,
)
from wikifarm.operations.participants.sheet_of_people import Column, as_csv
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome

LEAST = 5  # people: a smaller number could be somebody

Part = TypeVar("Part", bound=Hashable)


@dataclass(frozen=True)
class PeopleOutcome(Outcome):
    """Who is in a community. `questions`: the label of each question of consent, by its field."""

    slug: str
    name: str
    url: str
    people: tuple[Someone, ...]
    questions: Mapping[str, str]

    @property
    def counts(self) -> Mapping[Membership, int]:
        """How many stand where."""
        counts = Counter(person.place for person in self.people)
        return {place: counts[place] for place in Membership}

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "url": self.url,
            "counts": {place.value: count for place, count in self.counts.items()},
            "questions": dict(self.questions),
            "people": [
                {
                    "account": person.account,
                    "name": person.name,
                    "since": person.since,
                    "place": person.place.value,
                    "cards": list(person.cards),
                    "consents": {name: answer.value for name, answer in person.consents.items()},
                }
                for person in self.people
            ],
        }


@dataclass(frozen=True)
class PeopleRows(PeopleOutcome):
    """The same, as the rows of a sheet."""

    is_document: ClassVar[bool] = True

    @property
    def text(self) -> str:
        """A CSV; no cell is a formula in a spreadsheet."""
        return as_csv(self.people, [*whom(), *agreements(self.questions)])


def whom() -> list[Column]:
    """The columns that say who somebody is, and where they stand."""
    words = place_words()
    return [
        (_("account"), lambda person: person.account),
        (_("name"), lambda person: person.name),
        (_("since"), lambda person: person.since),
        (_("state"), lambda person: words[person.place]),
    ]


def agreements(questions: Mapping[str, str]) -> list[Column]:
    """A column for each question of consent."""
    words = answer_words()

    def answered(name: str) -> Column:
        return (questions[name], lambda person: words[person.consents.get(name, Agreement.UNSAID)])

    return [answered(name) for name in questions]


def place_words() -> Mapping[Membership, str]:
    """Where somebody stands, in words."""
    return {
        Membership.WAITING: _("waits to be welcomed"),
        Membership.WELCOMED: _("welcomed"),
        Membership.FACILITATES: _("facilitates"),
        Membership.ACCOUNT: _("account without a card"),
    }


def answer_words() -> Mapping[Agreement, str]:
    """An answer, in words."""
    return {Agreement.YES: _("yes"), Agreement.NO: _("no"), Agreement.UNSAID: _("not said")}


def list_people(context: Context, community: Community, *, rows: bool = False) -> Envelope:
    """Everybody of a community; with `rows`, as a sheet. Reads only."""
    with entered(context, community, reads=True) as run:
        base = read_base(run)
        kind = PeopleRows if rows else PeopleOutcome
        outcome = kind(
            community.slug, community.name, run.outcome.url, base.people, questions_of(base)
        )
    return Envelope("participants list", outcome=outcome, messages=(care(),))


def questions_of(base: Base) -> dict[str, str]:
    """The label of each question of consent, by its field."""
    return {consent.name: base.label(consent.name) for consent in base.form.consents}


def care() -> str:
    """What whoever has people before them should know."""
    return _(
        "These are people, who trusted the group and nobody else: look alone, copy nothing that "
        "you do not need, and close it when you are done."
    )


# -- how many ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class PeopleCounts(Outcome):
    """How many people there are, None for a number that could tell of somebody. `consents`: by the
    label of the question, how many give each answer."""

    slug: str
    name: str
    people: int | None
    places: Mapping[Membership, int | None]
    consents: Mapping[str, Mapping[Agreement, int | None]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "least": LEAST,
            "people": self.people,
            "places": {place.value: count for place, count in self.places.items()},
            "consents": {
                label: {answer.value: count for answer, count in answers.items()}
                for label, answers in self.consents.items()
            },
        }


def count_people(context: Context, community: Community) -> Envelope:
    """Counts only. Everybody counts in each table, so that no two of them have another total."""
    with entered(context, community, reads=True) as run:
        base = read_base(run)
        total = len(base.people)
        outcome = PeopleCounts(
            community.slug,
            community.name,
            total if total >= LEAST else None,
            told(counted(Membership, (person.place for person in base.people))),
            {
                label: told(counted(Agreement, (each.consents[name] for each in base.people)))
                for name, label in questions_of(base).items()
            },
        )
    return Envelope("participants stats", outcome=outcome)


def counted(parts: Iterable[Part], each: Iterable[Part]) -> dict[Part, int]:
    """How many there are in every part, none included."""
    counts = Counter(each)
    return {part: counts[part] for part in parts}


def told(counts: Mapping[Part, int]) -> dict[Part, int | None]:
    """The numbers of a whole in parts; None for those under LEAST, and for as many others as it
    takes, the smallest first, for the total not to give them away: what is hidden is two parts at
    least, and LEAST people together."""
    hidden = {part for part, count in counts.items() if count < LEAST}
    others = sorted(counts.keys() - hidden, key=lambda part: counts[part])
    while others and len(hidden) > 0 and not _covered([counts[part] for part in hidden]):
        hidden.add(others.pop(0))
    return {part: None if part in hidden else count for part, count in counts.items()}


def _covered(hidden: list[int]) -> bool:
    return len(hidden) > 1 and sum(hidden) >= LEAST

"""Export: the base as a file for a facilitator's computer, which nobody else there can read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wikifarm.blueprint.manifest.community import Community
from wikifarm.i18n import _
from wikifarm.moments import today
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.participants.base import (
    CHANGED,
    CREATED,
    Base,
    Someone,
    entered,
    read_base,
)
from wikifarm.operations.participants.held_of_people import Question, questions
from wikifarm.operations.participants.listing import agreements, questions_of, whom
from wikifarm.operations.participants.sheet_of_people import Column, as_csv
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.private_files import refuse_taken, write_new
from wikifarm.result import Envelope, Outcome

FORMAT = "wikifarm/participants/1"


@dataclass(frozen=True)
class ExportedPeople(Outcome):
    """A file that was written, and how many people are in it."""

    slug: str
    file: str
    people: int

    def as_json(self) -> dict[str, Any]:
        return {"slug": self.slug, "file": self.file, "people": self.people}


def export(
    context: Context, community: Community, file: Path | None = None, *, as_json: bool = False
) -> Envelope:
    """Writes everybody into a new file, with their agreements. Raises InvalidInput where something
    has that name. The wiki is only read."""
    kind = "json" if as_json else "csv"
    path = file or context.places.people / f"{community.slug}-{today()}.{kind}"
    refuse_taken(path, "--out")
    with entered(context, community, reads=True) as run:
        base = read_base(run)
        asked = questions(run.work, base.form.form.id)
        text = _json(run, base, asked) if as_json else _csv(base, asked)
    write_new(path, text)
    outcome = ExportedPeople(community.slug, str(path), len(base.people))
    return Envelope("participants export", outcome=outcome, messages=(keep_safe(),))


def keep_safe() -> str:
    """What whoever has people in a file should do with it."""
    return _(
        "This file holds people. Only your account of this computer can read it: do not send it as "
        "it is, do not put it in a shared folder, and delete it once it has served."
    )


def _csv(base: Base, asked: list[Question]) -> str:
    agreed = questions_of(base)
    columns = [*whom(), (_("e-mail"), lambda person: person.email), *agreements(agreed)]
    said = {base.form.address, *base.form.called, *agreed}
    columns += [_column(question) for question in asked if question.name not in said]
    return as_csv(base.people, columns)


def _column(question: Question) -> Column:
    """An answer; those of several cards one under the other."""

    def says(person: Someone) -> str:
        answers = dict.fromkeys(question.answer(card) for card in person.cards.values())
        return "\n".join(answer for answer in answers if answer)

    return question.label, says


def _json(run: CommunityRun, base: Base, asked: list[Question]) -> str:
    told = {
        "format": FORMAT,
        **where_from(run),
        "questions": {question.name: question.label for question in asked},
        "people": [person_as_json(person, asked) for person in base.people],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def where_from(run: CommunityRun) -> dict[str, Any]:
    """Which community a file speaks of, and when it was read (UTC)."""
    community = {"slug": run.community.slug, "name": run.community.name, "url": run.outcome.url}
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "community": community}


def person_as_json(person: Someone, asked: list[Question]) -> dict[str, Any]:
    """Somebody with all that their cards say."""
    return {
        "account": person.account,
        "name": person.name,
        "email": person.email,
        "since": person.since,
        "place": person.place.value,
        "consents": {name: answer.value for name, answer in person.consents.items()},
        "cards": [
            {
                "tag": tag,
                "created": str(card.get(CREATED) or ""),
                "changed": str(card.get(CHANGED) or ""),
                "answers": {question.name: question.answer(card) for question in asked},
            }
            for tag, card in person.cards.items()
        ],
    }

"""What entries say, in words: each question with its answer, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wikifarm.blueprint.schema.fields import Field, Kind, property_name
from wikifarm.engine.step import Work
from wikifarm.engine.steps.bazar import left_standing, list_ids, property_names

TITLE = property_name(
    Field("titre")
)  # of an entry; where no question asks for it, the form makes it
Values = Mapping[str, Any]  # of an entry, by the keys of the wiki


@dataclass(frozen=True)
class Question:
    """A field of the form as the wiki has it. `key`: under which entries hold the answer;
    `choices`: the label of each, where one is chosen."""

    name: str
    label: str
    key: str
    choices: Mapping[str, str]

    def answer(self, entry: Values) -> str:
        """What an entry says, in words; each choice on a line of its own."""
        value = entry.get(self.key)
        if self.choices:
            chosen = (choice.strip() for choice in str(value or "").split(","))
            return "\n".join(self.choices.get(choice, choice) for choice in chosen if choice)
        return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(filter(None, map(_text, value.values())))
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, map(_text, value)))
    return "" if value is None else str(value)


def questions(work: Work, form_id: str) -> list[Question]:
    """Every question of a form: those of its schema in their order, where the blueprint brings it,
    then those that somebody added."""
    stored = work.seen.forms[form_id]
    ours = (*work.design.forms, *left_standing(work))
    designed = next((form for form in ours if form.id == form_id), None)
    known: list[Question] = []
    if designed is not None:
        properties, ids = property_names(work, designed), list_ids(work)
        for field in designed.schema.fields:
            if key := properties.get(field.name, ""):
                of_list = ids.get(field.target, field.target) if field.kind is Kind.LIST else ""
                choices = stored.choices.get(of_list, {})
                known.append(Question(field.name, field.label or field.name, key, choices))
    keys = {question.key for question in known}
    added = (
        Question(name, name, key, {})
        for name, key in stored.properties.items()
        if key and key not in keys and key != (TITLE if designed is not None else "")
    )
    return [*known, *added]

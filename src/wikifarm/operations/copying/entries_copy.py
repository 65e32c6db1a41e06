"""Entries of public forms, copied when they are asked for by the name of their form.

Never those of a form of people, nor one that is closed, nor one that speaks of somebody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wikifarm.blueprint.capture.captured import CapturedForm
from wikifarm.blueprint.capture.form_copy import schema_of
from wikifarm.blueprint.capture.known_people import KnownPeople
from wikifarm.blueprint.rights_words import lets_others_in
from wikifarm.blueprint.schema.fields import TITLE, Field, Kind
from wikifarm.errors import InvalidInput, Problem, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Form
from wikifarm.whole_wiki import WholeWiki
from wikifarm.yeswiki.wiki import Wiki

_FILES = frozenset({"image", "fichier"})
_PLACE = ("latitude", "longitude")  # what a map keeps besides

Values = dict[str, str]


@dataclass(frozen=True)
class EntriesOfForm:
    """The entries of one form: those to be written, and the tags of those that are left out."""

    form: CapturedForm
    entries: tuple[Values, ...]  # by the names of the questions
    left_out: tuple[str, ...]


def forms_named(forms: Sequence[CapturedForm], names: Sequence[str]) -> list[CapturedForm]:
    """The forms that are copied and are called so, or have that number at the source.

    Raises InvalidInput for a name that none has, and for a form of people.
    """
    problems: list[Problem] = []
    chosen: list[CapturedForm] = []
    for name in names:
        known = next(
            (each for each in forms if name.casefold() in (each.label.casefold(), each.source)),
            None,
        )
        if known is None:
            known_names = ", ".join(each.label for each in forms if not each.people)
            message = _("no form that is copied is called “{name}”").format(name=name)
            hint = _("known words: {words}").format(words=known_names)
            problems.append(Problem(message, hint, code="unknown-form"))
        elif known.people:
            message = _("the entries of “{name}” are people: they are never copied")
            problems.append(Problem(message.format(name=known.label), code="people"))
        else:
            chosen.append(known)
    if problems:
        raise InvalidInput(problems)
    return chosen


def read_entries(
    wiki: Wiki, whole: WholeWiki, forms: Sequence[CapturedForm], people: KnownPeople
) -> list[EntriesOfForm]:
    """The entries of these forms that anybody may read and that speak of nobody."""
    return [_of_form(wiki, whole, form, people) for form in forms]


def _of_form(
    wiki: Wiki, whole: WholeWiki, form: CapturedForm, people: KnownPeople
) -> EntriesOfForm:
    told = whole.forms[form.source]
    fields = schema_of(told, "x", whole.dialect).fields
    kept: list[Values] = []
    left: list[str] = []
    for tag, entry in sorted(wiki.entries.of(form.source).items()):
        values = dict(_values(fields, told, entry))
        closed = tag in whole.rights and not lets_others_in(whole.rights[tag].read)
        if closed or any(people.in_text(text) for text in (tag, *values.values())):
            left.append(tag)
        else:
            kept.append(values)
    return EntriesOfForm(form, tuple(kept), tuple(left))


def _values(
    fields: Sequence[Field], form: Form, entry: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Question -> answer; files are left out, as they lie elsewhere."""
    for field in fields:
        names = [field.name] if field.name else [field.options.get(key, "") for key in _PLACE]
        for name in names if field.kind is not Kind.LAYOUT and field.type not in _FILES else ():
            value = entry.get(form.properties.get(name) or name)
            if isinstance(value, str) and value:
                yield name, value
    title = entry.get(TITLE)
    if isinstance(title, str):
        yield TITLE, title


def write_entries(wiki: Wiki, copies: Sequence[EntriesOfForm]) -> int:
    """Writes those that are not there, and answers how many; run again, it writes nothing twice.

    Raises WriteRefused where the wiki does not give one back.
    """
    forms = wiki.forms.all()
    count = 0
    for copy in copies:
        form = forms[copy.form.id]
        wanted = [_here(form, values) for values in copy.entries]
        missing = _missing(wiki, form.id, wanted)
        for values in missing:
            wiki.entries.create(form.id, values)
        if missing and _missing(wiki, form.id, wanted):
            raise WriteRefused(
                _("The wiki did not keep the entries of “{name}”.").format(name=form.label),
                hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
            )
        count += len(missing)
    return count


def _here(form: Form, values: Values) -> Values:
    return {form.properties.get(name) or name: text for name, text in values.items()}


def _missing(wiki: Wiki, form_id: str, wanted: Sequence[Values]) -> list[Values]:
    there = list(wiki.entries.of(form_id).values())
    missing = []
    for values in wanted:
        same = next((entry for entry in there if _same(entry, values)), None)
        if same is None:
            missing.append(values)
        else:
            there.remove(same)  # two may be alike
    return missing


def _same(entry: Mapping[str, Any], values: Values) -> bool:
    return all(str(entry.get(name) or "").split() == text.split() for name, text in values.items())

"""Lists and forms: lists first, since the server makes the ids that forms must name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wikifarm.blueprint.design import DesignedForm, DesignedList
from wikifarm.blueprint.rights_words import lets_more_in
from wikifarm.blueprint.schema.choices import expected_list_id
from wikifarm.blueprint.schema.template import (
    differing_fields,
    form_json,
    normalise,
    properties,
    same_template,
)
from wikifarm.blueprint.schema.template_merge import merge_templates
from wikifarm.engine.changes import Action, Change, unified
from wikifarm.engine.receipt import fingerprint
from wikifarm.engine.step import Step, Work, kept_closed, look_again, read_back
from wikifarm.errors import NotOurs
from wikifarm.i18n import _
from wikifarm.model import BazarList, Form

TEMPLATE = "bn_template"  # the key of the lines of a form's fields


class ListChange(Change[BazarList, DesignedList]):
    """A list of choices."""

    step = "lists"

    @property
    def summary(self) -> str:
        return self.reason or (self.wanted.title if self.wanted else "")

    @property
    def detail(self) -> str:
        """The choices that would come (+), by their keys."""
        if self.existing is None or self.wanted is None:
            return ""
        there = dict(self.existing.items)
        return " ".join(f"+{key}" for key, _label in self.wanted.items if key not in there)

    def text(self, value: BazarList | DesignedList) -> str:
        return "\n".join(f"{key}: {label}" for key, label in value.items)


class ListsStep(Step[ListChange]):
    """The lists of choices. A list is found by its title; choices added by hand stay, and those
    that people took out do not come back."""

    name = ListChange.step

    def plan(self, work: Work) -> list[ListChange]:
        changes = []
        for wanted in work.design.lists:
            now = list_titled(work.seen.lists, wanted.title)
            if now is None:
                changes.append(ListChange(wanted.key, Action.CREATE, wanted=wanted))
            elif new := _new_choices(work, now, wanted):
                grown = replace(wanted, items=(*now.items, *new))
                changes.append(ListChange(wanted.key, Action.UPDATE, now, grown))
            elif dict(wanted.items).keys() - dict(now.items).keys():
                kept = _("edited here by hand: kept")
                changes.append(ListChange(wanted.key, Action.KEEP, now, wanted, kept))
        return changes

    def apply(self, work: Work, changes: Sequence[ListChange]) -> None:
        # Importing twice would make a second list: what is there now decides, not what was.
        work.seen.forget("lists")
        now = {change.key: change for change in self.plan(work) if change.writes}
        writing = [now[change.key] for change in changes if change.key in now]
        lists = work.seen.wiki.lists
        lists.create(
            (change.wanted.title, change.wanted.items)
            for change in writing
            if change.wanted is not None and change.existing is None
        )
        for change in writing:
            if change.wanted is not None and change.existing is not None:
                new = change.wanted.items[len(change.existing.items) :]
                lists.add(change.existing.id, new)
                work.seen.forget("forms")  # one shows the choices of its lists
        work.seen.forget("lists")
        read_back(self, work, writing)


def _new_choices(work: Work, now: BazarList, wanted: DesignedList) -> tuple[tuple[str, str], ...]:
    """The choices that the blueprint gained since it was last applied; none where nothing tells
    which those are."""
    before = work.receipt.choices.get(wanted.key)
    if before is None:
        return ()
    there = dict(now.items)
    return tuple(item for item in wanted.items if item[0] not in there and item[0] not in before)


def choices_applied(work: Work) -> dict[str, tuple[str, ...]]:
    """For the receipt: the choices of each list; nothing of one that lacks some, where no receipt
    told whether people took them out."""
    applied = {}
    for wanted in work.design.lists:
        now, keys = list_titled(work.seen.lists, wanted.title), tuple(dict(wanted.items))
        whole = now is not None and not set(keys) - dict(now.items).keys()
        if whole or wanted.key in work.receipt.choices:
            applied[wanted.key] = keys
    return applied


def left_standing(work: Work) -> tuple[DesignedForm, ...]:
    """The forms of modules that are off which stand in the wiki from before, as it names them."""
    return tuple(
        form
        for form in work.design.put_off
        if form.id in work.seen.forms and work.seen.forms[form.id].label == form.schema.label
    )


def list_titled(lists: Mapping[str, BazarList], title: str) -> BazarList | None:
    """The list with that title; the oldest if a person made a second one."""
    same = [each for each in lists.values() if each.title.strip() == title.strip()]
    return min(same, key=lambda each: (len(each.id), each.id)) if same else None


def list_ids(work: Work) -> dict[str, str]:
    """Our keys -> the ids that the server made, or should make of a list that is still to come."""
    dialect = work.seen.wiki.capabilities.dialect
    ids = {}
    for wanted in work.design.lists:
        made = list_titled(work.seen.lists, wanted.title)
        ids[wanted.key] = made.id if made else expected_list_id(wanted.title, dialect)
    return ids


def property_names(work: Work, form: DesignedForm) -> dict[str, str]:
    """Name of each field -> the key under which entries hold its answer, as this wiki says it."""
    written = work.seen.forms[form.id].properties
    expected = properties(form.schema, work.seen.wiki.capabilities.dialect, list_ids(work))
    return {name: written.get(name) or key for name, key in expected.items()}


@dataclass(frozen=True)
class CompiledForm:
    """A form as the wiki takes it. `json` holds its `bn_*` keys; empty while there is no wiki."""

    id: str
    label: str
    json: Mapping[str, Any] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The lines of its fields."""
        return str(self.json.get(TEMPLATE, ""))


class FormChange(Change[Form, CompiledForm]):
    """A form."""

    step = "forms"

    @property
    def summary(self) -> str:
        label = self.wanted.label if self.wanted else ""
        return label if self.writes else self.reason or label

    @property
    def detail(self) -> str:
        """The fields that would come (+), go (-) or be otherwise (~), by name."""
        if self.existing is None or self.wanted is None:
            return ""
        fields = " ".join(differing_fields(self.existing.template, self.wanted.template))
        return _("; ").join(part for part in (fields, self.reason) if part)

    @property
    def diff(self) -> str:
        return unified(self.key, self.before, self.after) if self.existing else ""

    def text(self, value: Form | CompiledForm) -> str:
        # The dialect of a wiki is known once it is made: until then a form is its label.
        return normalise(value.template) or value.label


class FormsStep(Step[FormChange]):
    """The forms. What people changed in one stays, beside what the blueprint changes there."""

    name = FormChange.step

    def plan(self, work: Work) -> list[FormChange]:
        changes = []
        for form in work.design.forms:
            change = self._compare(work, form)
            if change is not None:
                changes.append(change)
        return changes

    def apply(self, work: Work, changes: Sequence[FormChange]) -> None:
        look_again(self, work, changes, ("forms", "lists"))
        work.seen.wiki.forms.save(
            {change.key: change.wanted.json for change in changes if change.wanted is not None}
        )
        work.seen.forget("forms")
        read_back(self, work, changes)

    def _compare(self, work: Work, form: DesignedForm) -> FormChange | None:
        label = form.schema.label
        now = work.seen.forms.get(form.id)
        # A form is imported over the one that has its label, whatever its number.
        same_label = (each for each in work.seen.forms.values() if each.label == label)
        other = next((each for each in same_label if each.id != form.id), None)
        if now is None:
            if other is not None:
                raise _not_ours(other)
            return FormChange(form.id, Action.CREATE, wanted=compiled(work, form))
        applied = work.receipt.forms.get(form.id)
        if now.label != label and applied is None:
            raise _not_ours(now)
        wanted = compiled(work, form)
        if same_template(now.template, wanted.template):
            return None
        merged = merged_form(work, form.id, now, wanted)
        if merged is None or same_template(merged, now.template):
            return FormChange(
                form.id, Action.KEEP, now, wanted, _why_kept(work, form.id, now, wanted)
            )
        if other is not None:
            raise _not_ours(other)
        if now.label != label:
            raise _renamed(now, label)
        reason = ""
        if not same_template(merged, wanted.template):
            reason = _("merged with what was edited here, or kept closed")
            wanted = replace(wanted, json={**wanted.json, TEMPLATE: merged})
        return FormChange(form.id, Action.UPDATE, now, wanted, reason)


def merged_form(work: Work, form_id: str, now: Form, wanted: CompiledForm) -> str | None:
    """The template that a form should have, what people changed in it kept; None where nothing
    tells what they changed.

    Rights are tightened where the blueprint does; for opening them, see `Work.may_open`.
    """
    base = _base_of(work, form_id, now)
    if base is None:
        return None

    def right(before: str, here: str, there: str) -> str:
        if lets_more_in(here or "*", there or "*", work.design.groups):
            return there if work.may_open(changed=before != there) else here
        return here if before == there else there

    return merge_templates(base, now.template, wanted.template, right)


def _why_kept(work: Work, form_id: str, now: Form, wanted: CompiledForm) -> str:
    """Why a form that differs from the blueprint stays as it is."""
    if _is_opened_by_hand(work, form_id, now, wanted):
        return kept_open()
    opened = merged_form(replace(work, opening=True), form_id, now, wanted)
    closed = opened is not None and not same_template(opened, now.template)
    return kept_closed() if closed else _("edited here by hand: kept")


def _is_opened_by_hand(work: Work, form_id: str, now: Form, wanted: CompiledForm) -> bool:
    """True where a right in the form lets in people whom the blueprint keeps out."""

    def right(_before: str, here: str, there: str) -> str:
        return there if lets_more_in(there or "*", here or "*", work.design.groups) else here

    base = _base_of(work, form_id, now) or now.template
    return not same_template(
        merge_templates(base, now.template, wanted.template, right),
        merge_templates(base, now.template, wanted.template, lambda _was, here, _there: here),
    )


def kept_open() -> str:
    """Why a form stays as it is that somebody opened: what people edit is theirs."""
    return _("edited here by hand, and open to more people than the blueprint lets in: kept")


def _base_of(work: Work, form_id: str, now: Form) -> str | None:
    """The template that what people changed is to be compared with: as last applied, or as a run
    that did not end wrote it."""
    receipt = work.receipt
    if fingerprint(normalise(now.template)) in receipt.begun(FormsStep.name, form_id):
        return now.template
    # A model may bring a form that is as ours were.
    known = (receipt.forms.get(form_id), receipt.found_templates.get(form_id))
    untouched = now.template if fingerprint(now.template) in known else None
    return receipt.templates.get(form_id, untouched)


def compiled(work: Work, form: DesignedForm) -> CompiledForm:
    """The form in the dialect of this wiki and with its list ids."""
    if not work.seen.exists:
        return CompiledForm(form.id, form.schema.label)
    dialect = work.seen.wiki.capabilities.dialect
    json = form_json(form.schema, form.id, dialect, list_ids(work))
    return CompiledForm(form.id, form.schema.label, json)


def _renamed(form: Form, label: str) -> NotOurs:
    """A form is imported over the one of its name: under another name, it would be a new one."""
    return NotOurs(
        _(
            "The form {id} is called “{now}” in this wiki, and “{label}” in the blueprint: it "
            "would be made a second time. Nothing of the forms was written."
        ).format(id=form.id, now=form.label, label=label),
        hint=_(
            "Call it “{label}” in the wiki (page BazaR, Forms), then run the same command again."
        ).format(label=label),
    )


def _not_ours(form: Form) -> NotOurs:
    return NotOurs(
        _("A form of this wiki, “{label}” ({id}), stands in the place that wikifarm needs.").format(
            label=form.label, id=form.id
        ),
        hint=_("Give it another name and number there, or choose other numbers in the blueprint."),
    )

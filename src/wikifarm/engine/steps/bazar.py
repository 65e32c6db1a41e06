"""Lists and forms: lists first, since the server makes the ids that forms must name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wikifarm.blueprint.design import DesignedForm
from wikifarm.blueprint.schema.template import form_json, same_template
from wikifarm.engine.plan import Action, Change
from wikifarm.engine.receipt import fingerprint
from wikifarm.engine.step import Step, Work, read_back
from wikifarm.errors import NotOurs
from wikifarm.i18n import _
from wikifarm.model import BazarList, Form


class ListsStep(Step):
    """The lists of choices. A list is found by its title; choices added by hand stay."""

    name = "lists"

    def plan(self, work: Work) -> list[Change]:
        changes = []
        for wanted in work.design.lists:
            now = list_titled(work.seen.lists, wanted.title)
            if now is None:
                changes.append(Change(self.name, wanted.key, Action.CREATE, wanted.title))
            elif dict(wanted.items).keys() - dict(now.items).keys():
                changes.append(
                    Change(self.name, wanted.key, Action.KEEP, _("edited here by hand: kept"))
                )
        return changes

    def apply(self, work: Work, changes: Sequence[Change]) -> None:
        # Importing twice would make a second list: what is there now decides, not what was.
        work.seen.forget("lists")
        missing = {change.key for change in self.plan(work) if change.writes}
        work.seen.wiki.lists.create(
            (wanted.title, wanted.items) for wanted in work.design.lists if wanted.key in missing
        )
        work.seen.forget("lists")
        read_back(self, work)


def list_titled(lists: Mapping[str, BazarList], title: str) -> BazarList | None:
    """The list with that title; the oldest if a person made a second one."""
    found = [one for one in lists.values() if one.title.strip() == title.strip()]
    return min(found, key=lambda one: (len(one.id), one.id)) if found else None


def list_ids(work: Work) -> dict[str, str]:
    """Our keys -> the ids that the server made; our key itself while the list is still to come."""
    found = {wanted.key: list_titled(work.seen.lists, wanted.title) for wanted in work.design.lists}
    return {key: one.id if one else key for key, one in found.items()}


class FormsStep(Step):
    """The forms. One edited by hand is kept and reported."""

    name = "forms"

    def plan(self, work: Work) -> list[Change]:
        changes = []
        for wanted in work.design.forms:
            change = self._compare(work, wanted)
            if change is not None:
                changes.append(change)
        return changes

    def apply(self, work: Work, changes: Sequence[Change]) -> None:
        keys = {change.key for change in changes}
        work.seen.wiki.forms.save(
            {
                wanted.id: wanted_json(work, wanted)
                for wanted in work.design.forms
                if wanted.id in keys
            }
        )
        work.seen.forget("forms")
        read_back(self, work)

    def _compare(self, work: Work, wanted: DesignedForm) -> Change | None:
        label = wanted.schema.label
        now = work.seen.forms.get(wanted.id)
        if now is None:
            other = next((one for one in work.seen.forms.values() if one.label == label), None)
            if other is not None:
                raise _not_ours(other)
            return Change(self.name, wanted.id, Action.CREATE, label)
        if now.label != label and wanted.id not in work.receipt.forms:
            raise _not_ours(now)
        template = str(wanted_json(work, wanted)["bn_template"])
        if same_template(now.template, template):
            return None
        if work.receipt.forms.get(wanted.id, fingerprint(now.template)) != fingerprint(
            now.template
        ):
            return Change(self.name, wanted.id, Action.KEEP, _("edited here by hand: kept"))
        return Change(self.name, wanted.id, Action.UPDATE, label)


def wanted_json(work: Work, wanted: DesignedForm) -> dict[str, Any]:
    """The `bn_*` keys of a form, in the dialect of this wiki and with its list ids."""
    return form_json(
        wanted.schema,
        wanted.id,
        work.seen.wiki.capabilities.dialect,
        list_ids(work),
    )


def _not_ours(form: Form) -> NotOurs:
    return NotOurs(
        _("A form of this wiki, “{label}” ({id}), stands in the place that wikifarm needs.").format(
            label=form.label, id=form.id
        ),
        hint=_("Give it another name and number there, or choose other numbers in the blueprint."),
    )

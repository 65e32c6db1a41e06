"""Which right is at fault, read in the wiki as it stands: the way in only says where."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from wikifarm.blueprint.schema.template import parse, read_template
from wikifarm.engine.step import Work
from wikifarm.engine.steps.access import ModuleRightsStep, RightsStep
from wikifarm.engine.steps.bazar import FormsStep
from wikifarm.errors import NotOurs
from wikifarm.i18n import _
from wikifarm.operations.audit.leaks import Sentinel, advised
from wikifarm.operations.audit.reach import Reach
from wikifarm.operations.community.outcome import Role

_READ, _WRITE = 11, 12  # columns of a field
_NAMES = (1, 6)  # where a field has its name: of its own, or in a list


def right_at_fault(work: Work, sentinel: Sentinel, field: str) -> str:
    """What to set, where a right of this field or of its form is open; empty where none is."""
    form = work.seen.forms.get(sentinel.form)
    reach = Reach(work.seen.groups, work.design.who.members)
    rows = parse(form.template) if form else []
    if form and field in read_template(form.template).in_title:
        advice = _(
            "the title of the form {form}, which YesWiki shows to everybody, so that {field} is no "
            "part of it; then the rights of that field"
        )
        return advised(advice, sentinel, field)
    for row in rows:
        if _is_of(row, field) and any(_open(row[column], reach) for column in (_READ, _WRITE)):
            advice = _("the rights to read and to write of the field {field}, in the form {form}")
            return advised(advice, sentinel, field)
    rights = next((row[1] for row in rows if row[0] == "acls"), "")
    return (
        ""
        if not _open(rights, reach)
        else advised(_("the line `acls` of the form {form}"), sentinel, field)
    )


def behind(work: Work) -> bool:
    """True where applying the blueprint would set a right: the wiki is older than it is."""
    steps = (ModuleRightsStep(), RightsStep(), FormsStep())
    with suppress(NotOurs):
        return any(change.writes for step in steps for change in step.plan(work))
    return False


def _is_of(row: Sequence[str], field: str) -> bool:
    return any(row[column] == field or row[column].endswith(field) for column in _NAMES)


def _open(right: str, reach: Reach) -> bool:
    return not right or reach.lets_in(right, Role.STRANGER)

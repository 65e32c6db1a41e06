"""Differences: each change of a plan as two texts, what the wiki holds and what it would hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.plan import Action, Change, writes
from wikifarm.engine.step import Work
from wikifarm.engine.steps.access import wanted_members, wanted_rights
from wikifarm.engine.steps.bazar import wanted_json
from wikifarm.engine.steps.content import wanted_body
from wikifarm.model import Rights
from wikifarm.operations.community.site import find_site
from wikifarm.operations.community.work import prepare
from wikifarm.operations.workplace.context import Context


@dataclass(frozen=True)
class Difference:
    """One change: `name` as plans name it ("pages:Charte"), the text before and the text after."""

    name: str
    before: str
    after: str


def differences(
    context: Context, community: Community, changes: Sequence[Change]
) -> list[Difference]:
    """The texts of the changes that would write something. Only reads, and the wiki once more."""
    wanted = writes(changes)
    if not wanted:
        return []
    found = find_site(context, community)
    _blueprint, work = prepare(context, community, found[0] if found else None)
    return [_difference(work, change) for change in wanted]


def _difference(work: Work, change: Change) -> Difference:
    texts = _TEXTS.get(change.step, _summary)
    return Difference(change.id, *texts(work, change))


def _summary(_work: Work, change: Change) -> tuple[str, str]:
    """What has no text of its own: an account, a list, the mailing list, a demonstration page."""
    before = "" if change.action is Action.CREATE else change.key
    after = "" if change.action is Action.DELETE else f"{change.key} {change.summary}".strip()
    return before, after


def _page(work: Work, change: Change) -> tuple[str, str]:
    page = next(one for one in work.design.pages if one.tag == change.key)
    now = work.seen.pages.get(page.tag)
    return now.body if now else "", wanted_body(page, now, work.receipt)


def _rights(work: Work, change: Change) -> tuple[str, str]:
    now = work.seen.rights
    return _told(now.get(change.key)), _told(wanted_rights(work, now)[change.key])


def _told(rights: Rights | None) -> str:
    if rights is None:
        return ""
    return f"read: {rights.read}\nwrite: {rights.write}\ncomment: {rights.comment}"


def _module(work: Work, change: Change) -> tuple[str, str]:
    kind, _space, name = change.key.partition(" ")
    return work.seen.module(kind, name) or "", change.summary


def _group(work: Work, change: Change) -> tuple[str, str]:
    now, wanted = work.seen.group(change.key), wanted_members(work, change.key)
    return "\n".join(now), "\n".join(wanted)


def _form(work: Work, change: Change) -> tuple[str, str]:
    form = next(one for one in work.design.forms if one.id == change.key)
    if not work.seen.exists:
        # The dialect of a wiki is known once it is made.
        return "", form.schema.label
    now = work.seen.forms.get(form.id)
    return now.template if now else "", str(wanted_json(work, form)["bn_template"])


def _setting(work: Work, change: Change) -> tuple[str, str]:
    return work.seen.settings.get(change.key, ""), work.design.settings[change.key]


_TEXTS: dict[str, Callable[[Work, Change], tuple[str, str]]] = {
    "pages": _page,
    "rights": _rights,
    "module-rights": _module,
    "groups": _group,
    "forms": _form,
    "settings": _setting,
}

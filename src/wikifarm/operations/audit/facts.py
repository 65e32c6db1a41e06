"""The facts of the checklist that wikifarm can go and see; each ticks a line of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wikifarm.blueprint.checklist_file import Fact, Look
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.changes import AnyChange
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.step import Work
from wikifarm.engine.steps.content import edited_by_hand
from wikifarm.model import ListState
from wikifarm.moments import today
from wikifarm.operations.audit.content_checks import demonstration_left, licence_shown
from wikifarm.operations.community.community_run import CommunityRun


@dataclass(frozen=True)
class _Sight:
    """What is looked at: a community, its wiki, and if its audit passed (None: it had none)."""

    community: Community
    work: Work
    passed: bool | None


def known_facts(run: CommunityRun) -> frozenset[str]:
    """The facts of the blueprint's checklist that are seen to be so, by name."""
    audit = run.outcome.audit
    return _seen_in(_Sight(run.community, run.work, audit.passed if audit is not None else None))


def foreseen_facts(
    run: CommunityRun, changes: Sequence[AnyChange], *, audited: bool
) -> frozenset[str]:
    """The facts that will be so once `changes` are written and, if `audited`, the audit passed."""
    then = replace(run.work, seen=run.work.seen.once_done(changes))
    return _seen_in(_Sight(run.community, then, True if audited else None))


def _seen_in(sight: _Sight) -> frozenset[str]:
    facts = sight.work.design.facts
    return frozenset(name for name, fact in facts.items() if _LOOKS[fact.look](sight, fact))


def list_facts(run: CommunityRun) -> frozenset[str]:
    """The facts of the receipt, with those that look at the mailing list as it stands now."""
    looking = {name for name, fact in run.work.design.facts.items() if fact.look is Look.LIST_OPEN}
    seen = looking if _opens(run.receipt) else set()
    return frozenset(run.receipt.facts) - looking | seen


def _facilitators(sight: _Sight, fact: Fact) -> bool:
    return len(sight.community.facilitators) >= fact.least


def _controller(sight: _Sight, _fact: Fact) -> bool:
    return bool(sight.community.controller)


def _page_edited(sight: _Sight, fact: Fact) -> bool:
    return fact.page in edited_by_hand(sight.work)


def _audit_passed(sight: _Sight, fact: Fact) -> bool:
    return fact.name in sight.work.receipt.facts if sight.passed is None else sight.passed


def _demonstration_gone(sight: _Sight, _fact: Fact) -> bool:
    return not demonstration_left(sight.work)


def _licence(sight: _Sight, _fact: Fact) -> bool:
    return licence_shown(sight.work)


def _own_entry(sight: _Sight, fact: Fact) -> bool:
    if not fact.form:
        return False
    owners = {str(row.get("owner")) for row in _entries(sight, fact.form)}
    return set(sight.work.design.accounts.values()) <= owners


def _entry_to_come(sight: _Sight, fact: Fact) -> bool:
    if not fact.form:
        return False
    dates = (str(row.get(fact.field, "")) for row in _entries(sight, fact.form))
    return any(date[:10] >= today() for date in dates if date)


def _entries(sight: _Sight, form: str) -> Iterable[Mapping[str, Any]]:
    """The entries of a form; they are asked for only where the table of rights, which names every
    page, list and entry, names something else than pages and lists."""
    seen, logs = sight.work.seen, tuple(sight.work.design.closed_prefixes)
    others = seen.rights.keys() - seen.pages.keys() - seen.lists.keys()
    if all(tag.startswith(logs) for tag in others):
        return ()
    return seen.entries(form).values()


def _list_open(sight: _Sight, _fact: Fact) -> bool:
    return _opens(sight.work.receipt)


def _opens(receipt: Receipt) -> bool:
    return receipt.mailing_list.get("state") == ListState.OPEN.value


_LOOKS: Mapping[Look, Callable[[_Sight, Fact], bool]] = {
    Look.FACILITATORS: _facilitators,
    Look.CONTROLLER: _controller,
    Look.PAGE_EDITED: _page_edited,
    Look.AUDIT: _audit_passed,
    Look.DEMONSTRATION: _demonstration_gone,
    Look.LICENCE: _licence,
    Look.OWN_ENTRY: _own_entry,
    Look.ENTRY_TO_COME: _entry_to_come,
    Look.LIST_OPEN: _list_open,
}

"""The facts of the checklist that wikifarm can go and see; each ticks a line of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wikifarm.blueprint.checklist_file import Fact, Look
from wikifarm.engine.steps.content import edited_by_hand
from wikifarm.model import ListState
from wikifarm.moments import today
from wikifarm.operations.audit.content_checks import demonstration_left, licence_shown
from wikifarm.operations.community.community_run import CommunityRun


def known_facts(run: CommunityRun) -> frozenset[str]:
    """The facts of the blueprint's checklist that are seen to be so, by name."""
    facts = run.work.design.facts
    return frozenset(name for name, fact in facts.items() if _LOOKS[fact.look](run, fact))


def list_facts(run: CommunityRun) -> frozenset[str]:
    """The facts of the receipt, with those that look at the mailing list as it stands now."""
    looking = {name for name, fact in run.work.design.facts.items() if fact.look is Look.LIST_OPEN}
    seen = looking if _list_open(run, None) else set()
    return frozenset(run.receipt.facts) - looking | seen


def _facilitators(run: CommunityRun, fact: Fact) -> bool:
    return len(run.community.facilitators) >= fact.least


def _controller(run: CommunityRun, _fact: Fact) -> bool:
    return bool(run.community.controller)


def _page_edited(run: CommunityRun, fact: Fact) -> bool:
    return fact.page in edited_by_hand(run.work)


def _audit_passed(run: CommunityRun, fact: Fact) -> bool:
    audit = run.outcome.audit
    if audit is None:
        return fact.name in run.receipt.facts
    return audit.passed


def _demonstration_gone(run: CommunityRun, _fact: Fact) -> bool:
    return not demonstration_left(run.work)


def _licence(run: CommunityRun, _fact: Fact) -> bool:
    return licence_shown(run.work)


def _own_entry(run: CommunityRun, fact: Fact) -> bool:
    if not fact.form:
        return False
    owners = {str(row.get("owner")) for row in _entries(run, fact.form)}
    return set(run.work.design.accounts.values()) <= owners


def _entry_to_come(run: CommunityRun, fact: Fact) -> bool:
    if not fact.form:
        return False
    dates = (str(row.get(fact.field, "")) for row in _entries(run, fact.form))
    return any(date[:10] >= today() for date in dates if date)


def _entries(run: CommunityRun, form: str) -> Iterable[Mapping[str, Any]]:
    """The entries of a form; they are asked for only where the table of rights, which names every
    page, list and entry, names something else than pages and lists."""
    seen, logs = run.work.seen, tuple(run.work.design.closed_prefixes)
    others = seen.rights.keys() - seen.pages.keys() - seen.lists.keys()
    if all(tag.startswith(logs) for tag in others):
        return ()
    return seen.entries(form).values()


def _list_open(run: CommunityRun, _fact: Fact | None) -> bool:
    return run.receipt.mailing_list.get("state") == ListState.OPEN.value


_LOOKS: Mapping[Look, Callable[[CommunityRun, Fact], bool]] = {
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

"""The facts of the checklist that wikifarm can go and see; each ticks a line of it."""

from __future__ import annotations

from datetime import UTC, datetime

from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.step import Work
from wikifarm.engine.steps.content import edited_by_hand
from wikifarm.i18n import in_language
from wikifarm.model import ListState
from wikifarm.operations.audit.content import content_checks
from wikifarm.operations.community.outcome import Audit

ENOUGH_FACILITATORS = 2
OPEN_FACT = "mailing-list-open"


def known_facts(community: Community, work: Work, audit: Audit | None) -> frozenset[str]:
    """Lines of the checklist that can be seen to be done: their names in checklist.yml."""
    facts = set()
    if len(community.facilitators) >= ENOUGH_FACILITATORS:
        facts.add("two-facilitators")
    if community.controller:
        facts.add("data-page-filled")
    if work.receipt.mailing_list.get("state") == ListState.OPEN.value:
        facts.add(OPEN_FACT)
    frame = {"CadreDeLaCommunaute", "CommunityFrame"}
    if frame & set(edited_by_hand(work)):
        facts.add("frame-page-edited")
    if (audit is not None and audit.ok and audit.probes and not audit.not_asked) or (
        audit is None and "privacy-audit-passed" in work.receipt.facts
    ):
        facts.add("privacy-audit-passed")
    facts |= _seen_in_checks(work)
    facts |= _seen_in_entries(work)
    return frozenset(facts)


def seen_sentences(facts: frozenset[str], language: str) -> dict[str, str]:
    """What the checklist says, in the community's language, beside a line that was seen done."""
    _ = in_language(language)
    sentences = {
        "two-facilitators": _("seen by wikifarm: two people or more facilitate"),
        "data-page-filled": _("seen by wikifarm: who answers for the data is named"),
        "frame-page-edited": _("seen by wikifarm: the page has been written"),
        "privacy-audit-passed": _("seen by wikifarm: nobody could be seen from outside"),
        "demo-removed": _("seen by wikifarm: no demonstration content is left"),
        "licence-shown": _("seen by wikifarm: the licence is in the footer"),
        "own-cards-filled": _("seen by wikifarm: each facilitator has a card"),
        OPEN_FACT: _("seen by wikifarm: the list is open"),
        "first-meeting-planned": _("seen by wikifarm: a meeting is announced"),
    }
    return {name: sentences[name] for name in facts if name in sentences}


def _seen_in_checks(work: Work) -> set[str]:
    names = {"demo-content": "demo-removed", "licence": "licence-shown"}
    return {names[check.id] for check in content_checks(work) if check.ok and check.id in names}


def _seen_in_entries(work: Work) -> set[str]:
    facts = set()
    forms = {form.schema.key: form.id for form in work.design.forms}
    entries = work.seen.wiki.entries
    if "participants" in forms:
        owners = {str(row.get("owner")) for row in entries.of(forms["participants"]).values()}
        if set(work.design.accounts.values()) <= owners:
            facts.add("own-cards-filled")
    if "rencontres" in forms:
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        dates = (
            str(row.get("bf_date_debut_evenement", ""))
            for row in entries.of(forms["rencontres"]).values()
        )
        if any(date[:10] >= today for date in dates if date):
            facts.add("first-meeting-planned")
    return facts

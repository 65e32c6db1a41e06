"""The checklist and the welcome message: what is left to people, with this community's own links."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from wikifarm.blueprint.blueprint import Blueprint, context_of, render_text
from wikifarm.blueprint.community import Community
from wikifarm.engine.step import Work
from wikifarm.engine.steps.content import edited_by_hand
from wikifarm.errors import LocalStorage, NotOurs
from wikifarm.i18n import _
from wikifarm.operations.context import Context
from wikifarm.operations.outcome import Audit, CommunityOutcome

ENOUGH_FACILITATORS = 2


def checklist(context: Context, communities: Sequence[Community]) -> list[CommunityOutcome]:
    """Writes the checklist and the welcome message again, ticking what can be seen now."""
    from wikifarm.operations.apply import measured, prepare
    from wikifarm.operations.site import find_site

    outcomes = []
    for community in communities:
        outcome = CommunityOutcome(community.slug, community.name)
        outcomes.append(outcome)
        with measured(context, outcome):
            found = find_site(context, community)
            if found is None:
                raise NotOurs(
                    _("The wiki “{slug}” is not made yet.").format(slug=community.slug),
                    hint=_("Make it with `wikifarm apply`."),
                )
            blueprint, work = prepare(context, community, found[0])
            facts = known_facts(community, work, None)
            if "privacy-audit-passed" in work.receipt.facts:
                facts |= {"privacy-audit-passed"}
            write_files(context, community, blueprint, work, outcome, facts)
            outcome.status = "unchanged"
    return outcomes


def known_facts(community: Community, work: Work, audit: Audit | None) -> frozenset[str]:
    """Lines of the checklist that can be seen to be done: their names in checklist.yml."""
    facts = set()
    if len(community.facilitators) >= ENOUGH_FACILITATORS:
        facts.add("two-facilitators")
    if community.controller:
        facts.add("data-page-filled")
    frame = {"CadreDeLaCommunaute", "CommunityFrame"}
    if frame & set(edited_by_hand(work)):
        facts.add("frame-page-edited")
    if (audit is not None and audit.ok and audit.probes) or (
        audit is None and "privacy-audit-passed" in work.receipt.facts
    ):
        facts.add("privacy-audit-passed")
    facts |= _seen_in_checks(work)
    facts |= _seen_in_entries(work)
    return frozenset(facts)


def seen_sentences(facts: frozenset[str]) -> dict[str, str]:
    """What the checklist says beside a line that wikifarm saw done."""
    sentences = {
        "two-facilitators": _("seen by wikifarm: two facilitators or more in the manifest"),
        "data-page-filled": _("seen by wikifarm: the person responsible is named"),
        "frame-page-edited": _("seen by wikifarm: the page was written"),
        "privacy-audit-passed": _("seen by wikifarm: nobody could be seen from outside"),
        "demo-removed": _("seen by wikifarm: no demonstration content is left"),
        "licence-shown": _("seen by wikifarm: the licence is in the footer"),
        "own-cards-filled": _("seen by wikifarm: each facilitator has a card"),
        "first-meeting-planned": _("seen by wikifarm: a meeting is announced"),
    }
    return {name: sentences[name] for name in facts if name in sentences}


def _seen_in_checks(work: Work) -> set[str]:
    from wikifarm.operations.verify import content_checks

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


def write_files(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    work: Work,
    outcome: CommunityOutcome,
    facts: frozenset[str],
) -> None:
    """Writes `checklist/<slug>.md` and `.html`, and `welcome/<slug>.txt`."""
    slug = community.slug
    names = context_of(
        community,
        blueprint,
        farm_url=context.farm.base,
        wiki_url=context.farm.address_of(slug),
        facts=seen_sentences(facts),
    )
    checklists, welcomes = context.places.checklists, context.places.welcomes
    files = {
        checklists / f"{slug}.md": render_text(community, blueprint, "checklist.md", names),
        checklists / f"{slug}.html": render_text(community, blueprint, "checklist.html", names),
        welcomes / f"{slug}.txt": render_text(community, blueprint, "welcome.txt", names),
    }
    for path, text in files.items():
        write_text(path, text)
    outcome.checklist = str(context.places.checklists / f"{slug}.html")
    outcome.welcome = str(context.places.welcomes / f"{slug}.txt")


def write_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all; leaves one that already says the same alone."""
    with suppress(OSError, UnicodeDecodeError):
        if path.read_text("utf-8") == text:
            return
    temporary = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    except OSError as fault:
        raise LocalStorage(
            _("The wiki is ready, but {path} cannot be written ({reason}).").format(
                path=path, reason=fault.strerror
            ),
            hint=_("Free some space, then run `wikifarm checklist`."),
        ) from None

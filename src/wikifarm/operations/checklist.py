"""The checklist and the welcome message: what is left to people, with the community's links."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.compile import texts
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.step import Work
from wikifarm.errors import LocalStorage
from wikifarm.files import write_whole
from wikifarm.i18n import _
from wikifarm.operations.audit.facts import known_facts, seen_sentences
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.community.work import measured, prepare
from wikifarm.operations.workplace.context import Context
from wikifarm.reasons import of_system


def checklist(context: Context, communities: Sequence[Community]) -> list[CommunityOutcome]:
    """Writes the checklist and the welcome message again, ticking what can be seen now."""
    outcomes = []
    for community in communities:
        outcome = CommunityOutcome(community.slug, community.name)
        outcomes.append(outcome)
        with measured(context, outcome):
            wiki = open_wiki(context, community.slug)
            blueprint, work = prepare(context, community, wiki)
            facts = known_facts(community, work, None)
            write_files(context, community, blueprint, work, outcome, facts)
            outcome.status = "unchanged"
    return outcomes


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
    written = texts(
        community,
        blueprint,
        farm_url=context.farm.base,
        wiki_url=context.farm.address_of(slug),
        facts=seen_sentences(facts, community.language),
        mailing_list=work.receipt.mailing_list,
    )
    checklists, welcomes = context.places.checklists, context.places.welcomes
    files = {
        checklists / f"{slug}.md": written["checklist.md"],
        checklists / f"{slug}.html": written["checklist.html"],
        welcomes / f"{slug}.txt": written["welcome.txt"],
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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as fault:
        raise LocalStorage(
            _("The wiki is ready, but {path} cannot be written ({reason}).").format(
                path=path, reason=of_system(fault)
            ),
            hint=_("Free some space, then run `wikifarm checklist`."),
        ) from None

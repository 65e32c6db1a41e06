"""The checklist and the welcome message: what is left to people, with the community's links."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import LocalStorage
from wikifarm.files import write_whole
from wikifarm.i18n import _, in_language
from wikifarm.operations.audit.facts import known_facts
from wikifarm.operations.community.batch import each
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.new_version import told_of_proposals
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.mailing_list.wanted import links
from wikifarm.operations.workplace.context import Context
from wikifarm.reasons import of_system


def checklist(context: Context, communities: Sequence[Community]) -> list[CommunityOutcome]:
    """Writes the checklist and the welcome message again, ticking what can be seen now."""
    return each(context, communities, _write_again)


def _write_again(run: CommunityRun) -> None:
    run.enter()
    run.look_at_software()
    write_files(run, known_facts(run))
    run.outcome.status = "unchanged"


def write_files(run: CommunityRun, facts: frozenset[str]) -> None:
    """Writes `checklist/<slug>.md` and `.html`, and `welcome/<slug>.txt`."""
    slug, places = run.community.slug, run.context.places
    warnings = [
        verdict.sentence(run.community.language)
        for verdict in run.outcome.software
        if verdict.standing != "clear"
    ]
    words = in_language(run.community.language)
    warnings += told_of_proposals(run.work, words, run.compiler.address_of)
    mailing_list = links(run.community, run.receipt.mailing_list)
    texts = run.compiler.texts(facts, mailing_list, warnings)
    page, message = places.checklists / f"{slug}.html", places.welcomes / f"{slug}.txt"
    write_text(places.checklists / f"{slug}.md", texts["checklist.md"])
    write_text(page, texts["checklist.html"])
    write_text(message, texts["welcome.txt"])
    run.outcome.checklist, run.outcome.welcome = str(page), str(message)


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

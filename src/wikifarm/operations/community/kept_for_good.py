"""What a community that stands keeps for good, whatever its manifest says later."""

from __future__ import annotations

from dataclasses import replace

from wikifarm.engine.standing import Standing
from wikifarm.errors import KeptForGood
from wikifarm.i18n import _
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.site import is_called

SETTING = "default_language"  # of a wiki: tells its language where no receipt does


def refuse_other_language(run: CommunityRun) -> None:
    """Raises KeptForGood where the wiki was made in another language.

    Its pages have names in that language, and a form is imported over the one of its label: what
    people wrote would stay behind, in forms that nobody looks at any more.
    """
    community, was = run.community, _language(run)
    if was in ("", community.language):
        return
    raise KeptForGood(
        _(
            "The community “{slug}” was made with “language: {was}”, and its manifest now says "
            "“language: {now}”. A community that stands keeps its language: its pages, its forms "
            "and what people wrote are in it. Nothing was changed."
        ).format(slug=community.slug, was=was, now=community.language),
        hint=_(
            "Put “language: {was}” back in the manifest. For a community in the other language, "
            "write a manifest with another slug and another name: it gets a wiki of its own."
        ).format(was=was),
        where=community.source,
    )


def refuse_other_address(run: CommunityRun) -> None:
    """Raises KeptForGood where its manifest made a wiki at an address that it has no more.

    Only another address under the same name is told from another community.
    """
    context, community = run.context, run.community
    if run.wiki is not None or not community.source:
        return
    for slug, mark in context.journal.asked_from(community.source).items():
        entry = None if slug in run.beside else context.farm.known(slug)
        before = replace(community, slug=slug)
        if entry is None or entry.mark != mark or not is_called(before, community.name, entry):
            continue
        raise KeptForGood(
            _(
                "“{name}” already has a wiki, made from this manifest at the address “{was}”; the "
                "manifest now says “slug: {now}”. The address of a wiki does not change: this "
                "would be a second wiki, an empty one. Nothing was made."
            ).format(name=community.name, was=slug, now=community.slug),
            hint=_(
                "Put “slug: {was}” back in the manifest. For another community, give it another "
                "name, or a manifest of its own."
            ).format(was=slug),
            where=community.source,
        )


def _language(run: CommunityRun) -> str:
    """The language that the wiki was made in; empty where nothing tells."""
    if run.standing is Standing.NEW:
        return ""
    recorded = run.work.recorded
    return (recorded.language if recorded else "") or run.work.seen.settings.get(SETTING, "")

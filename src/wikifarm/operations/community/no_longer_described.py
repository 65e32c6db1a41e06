"""Communities that stand, and that the file which made them describes no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.closing import closings
from wikifarm.engine.journal import named
from wikifarm.errors import WikifarmError
from wikifarm.i18n import _
from wikifarm.operations.describe import described_here
from wikifarm.operations.workplace.context import Context
from wikifarm.result import few


def no_longer_described(context: Context, communities: Sequence[Community]) -> Iterator[str]:
    """A sentence for each file of these communities, which must be all that it describes: those
    whose wikis this computer asked for from it, that stand, and that it does not name any more.

    Costs no request once the farm was read; says nothing where it cannot be.
    """
    slugs = {community.slug for community in communities}
    with suppress(WikifarmError):
        asked, leaving = context.journal.asked(), closings(context.journal)
        for source in sorted({community.source for community in communities} - {""}):
            left = [
                slug
                for slug, mark in asked.get(named(source), {}).items()
                if slug not in slugs
                and slug not in leaving
                and (entry := context.farm.known(slug)) is not None
                and entry.mark == mark
            ]
            elsewhere = {each.slug for each in described_here(context).communities} if left else ()
            gone = [slug for slug in left if slug not in elsewhere]
            if gone:
                yield _(
                    "{file} no longer describes {names}: nothing is done there. Put that back, or "
                    "`wikifarm retire {slug}` closes a community."
                ).format(file=Path(source).name, names=few(gone), slug=gone[0])

"""What the farm shows of the people of a community: the entry that stands there for its wiki.

That entry is public, with its history: a visitor asks it by every kind of way.
"""

from __future__ import annotations

from collections.abc import Iterator

from wikifarm.i18n import _
from wikifarm.model import FarmWiki
from wikifarm.operations.audit.evidence import of_word
from wikifarm.operations.audit.questions import Answered
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Leak, Role
from wikifarm.yeswiki.audit_routes import Route, api_address, page_address
from wikifarm.yeswiki.farm import FORM
from wikifarm.yeswiki.session import is_own


def ask_farm(run: CommunityRun, asked: Answered) -> None:
    """Looks, as a visitor of the farm, for the address of somebody who facilitates."""
    farm, community = run.context.farm, run.community
    entry = farm.find(community.slug)
    # An address that the farm's settings name as the contact is meant to be read.
    people = {person.email for person in community.facilitators} - {run.context.settings.contact}
    if entry is None or not people:
        return
    for route in _routes(entry):
        answer = farm.visitor.ask(route.address)
        asked.probes += 1
        asked.known[Role.VISITOR] += 1
        where = f"{farm.base}{route.id}"
        if not is_own(answer):
            asked.foreign.setdefault(Role.VISITOR, []).append(where)
        elif any(of_word(email).search(answer.text) for email in people):
            asked.seen.append(
                Leak(where, Role.VISITOR, _("an address of a facilitator"), route.advice)
            )


def _routes(entry: FarmWiki) -> Iterator[Route]:
    advice = _("an address of the farm's as the contact of this wiki (`wikifarm apply` does)")
    tag = entry.entry
    for address in (
        page_address(tag),
        page_address(tag, "raw"),
        page_address(tag.lower(), "raw"),
        page_address("BazaR", vue="saisir", action="modif_fiche", id_fiche=tag.lower()),
        page_address("BazaR", "json", demand="entry", id_fiche=tag),
        api_address(f"pages/{tag}"),
        api_address(f"forms/{FORM}/entries/json/{tag}"),
    ):
        yield Route(address, advice)

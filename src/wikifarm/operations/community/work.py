"""What apply, plan, verify and checklist share: the work of one community, measured."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.compile import design
from wikifarm.blueprint.design import Design
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.seen import Seen
from wikifarm.engine.step import Work
from wikifarm.errors import WikifarmError
from wikifarm.model import Dialect
from wikifarm.operations.audit.facts import seen_sentences
from wikifarm.operations.community.accounts import account_names
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.workplace.context import Context
from wikifarm.yeswiki.wiki import Wiki


@contextmanager
def measured(context: Context, outcome: CommunityOutcome) -> Iterator[None]:
    """Counts time and requests into `outcome`, and keeps a foreseen failure there."""
    started = time.monotonic()
    traffic = context.network.traffic
    before = (traffic.get, traffic.post)
    outcome.url = outcome.url or context.farm.address_of(outcome.slug)
    try:
        yield
    except WikifarmError as error:
        outcome.error = error
        outcome.status = "failed"
    finally:
        outcome.seconds = time.monotonic() - started
        outcome.get, outcome.post = traffic.get - before[0], traffic.post - before[1]


def prepare(context: Context, community: Community, wiki: Wiki | None) -> tuple[Blueprint, Work]:
    """The blueprint and the work of one community: what should be, beside what is."""
    blueprint = load_blueprint(community.blueprint, near=Path(community.source).parent)
    seen = Seen(wiki)
    held = seen.receipt or Receipt("", community.slug, community.name)
    facts = frozenset(held.facts)
    wanted = design_for(context, community, blueprint, seen, facts, held.mailing_list)
    return blueprint, Work(community.slug, wanted, seen, held)


def design_for(
    context: Context,
    community: Community,
    blueprint: Blueprint,
    seen: Seen,
    facts: frozenset[str],
    mailing_list: Mapping[str, str],
) -> Design:
    """What the wiki should hold; `facts` are the lines of its checklist already seen done, and
    `mailing_list` what its receipt says of the list."""
    return design(
        community,
        blueprint,
        farm_url=context.farm.base,
        wiki_url=context.farm.address_of(community.slug),
        accounts=account_names(community.facilitators, seen.accounts),
        dialect=seen.wiki.capabilities.dialect if seen.exists else Dialect.D44,
        facts=seen_sentences(facts, community.language),
        mailing_list=mailing_list,
    )

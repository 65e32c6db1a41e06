"""What this computer knows of erasures that it began, by fingerprints: no name is kept here of
somebody who asked to be forgotten. What of them still stands in the wiki is known by these again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from wikifarm.blueprint.capture.known_people import KnownPeople, spellings_in, spelt_whole
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.erasure.erasure_proof import (
    ACCOUNT,
    ADDRESS,
    NAME,
    SURNAME,
    Terms,
    names_of,
)
from wikifarm.operations.erasure.seen_words import accounts_in, addresses_in, whole
from wikifarm.operations.erasure.traces import Traces
from wikifarm.operations.participants.base import Membership, Someone

STEP = "erase"


def fingerprint(run: CommunityRun, text: str) -> str:
    """What the journal knows a text by, in this community alone."""
    key = run.receipt.community.encode()
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()[:20]


@dataclass(frozen=True)
class Earlier:
    """What the runs before knew. `left`: the keys of those that did not end; `known`: of what the
    person is known by; `stays`: of tags."""

    left: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    longest: int = 0  # letters of a name
    stays: frozenset[str] = frozenset()
    subscribed: bool = False
    facilitated: bool = False
    answered: bool = False

    def terms(self, run: CommunityRun, meant: Someone | None) -> Terms:
        """How who went is looked for, without being known. Who bears their account or their address
        now, unless it is who is `meant`, is another."""
        others = [each for each in run.work.seen.accounts
                  if meant is None or each.name != meant.account]  # fmt: skip
        borne = {_of(run, ACCOUNT, each.name) for each in others}
        borne |= {_of(run, ADDRESS, each.email) for each in others}
        told: dict[tuple[str, str], bool] = {}

        def is_known(what: str, text: str) -> bool:
            if (what, text) not in told:
                told[what, text] = _of(run, what, text) in self.known - borne
            return told[what, text]

        def holds(what: str, read: Callable[[str], Iterable[str]], text: str) -> bool:
            return any(is_known(what, each) for each in read(text))

        def spelt(what: str, text: str) -> bool:
            return any(spellings_in(text, self.longest, partial(is_known, what)))

        return {
            ADDRESS: partial(holds, ADDRESS, addresses_in),
            ACCOUNT: partial(holds, ACCOUNT, accounts_in),
            NAME: partial(spelt, NAME),
            SURNAME: partial(spelt, SURNAME),
        }


def _of(run: CommunityRun, what: str, text: str) -> str:
    return fingerprint(run, f"{what} {whole(text) if what in (ACCOUNT, ADDRESS) else text}")


def _asked(run: CommunityRun, word: str) -> str:
    return _of(run, "word", word.strip().casefold())


def mark(run: CommunityRun, person: Someone) -> str:
    """The fingerprint by which somebody is known until the end: another who takes the name of the
    account opens it later."""
    accounts = {each.name: each.since for each in run.work.seen.accounts}
    opened = accounts.get(person.account)
    known = next(iter(person.cards), "") if opened is None else f"{person.account} {opened}"
    return fingerprint(run, known)


def told(
    run: CommunityRun, word: str, known: Traces, stays: Iterable[str], *, subscribed: bool
) -> dict[str, Any]:
    """What the journal keeps of an erasure that begins: whom the word means, and what stays."""
    names = names_of([known.person.name], [known.person.account])
    surnames = KnownPeople.by_surname([known.person.name])
    texts = {
        ACCOUNT: {known.person.account} - {""},
        ADDRESS: known.addresses,
        NAME: names.spellings,
        SURNAME: surnames.spellings,
    }
    return {
        "word": _asked(run, word),
        "known": sorted(_of(run, what, text) for what, each in texts.items() for text in each),
        "longest": max(names.longest, surnames.longest),
        "stays": [fingerprint(run, tag) for tag in stays],
        "subscribed": subscribed,
        "facilitated": known.person.place is Membership.FACILITATES,
        "answered": bool(known.answered),
    }


def earlier(run: CommunityRun, word: str) -> Earlier | None:
    """What is known of the erasures of whom this word means; None where there was none."""
    asked = {_asked(run, word), _of(run, NAME, spelt_whole(word))}
    asked |= {_of(run, what, word.strip()) for what in (ACCOUNT, ADDRESS)}
    journal, slug = run.context.journal, run.community.slug
    lines: list[dict[str, Any]] = [
        line
        for line in journal.entries()
        if (line.get("slug"), line.get("step"), line.get("event")) == (slug, STEP, "intent")
        and asked & {line.get("word"), *line.get("known", ())}
    ]
    if not lines:
        return None
    return Earlier(
        frozenset(line["key"] for line in lines) & journal.open_keys(STEP).get(slug, frozenset()),
        frozenset(mark for line in lines for mark in line.get("known", ())),
        max(line.get("longest", 0) for line in lines),
        frozenset(mark for line in lines for mark in line.get("stays", ())),
        any(line.get("subscribed") is True for line in lines),
        any(line.get("facilitated") is True for line in lines),
        any(line.get("answered") is True for line in lines),
    )

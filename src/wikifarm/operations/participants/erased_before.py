"""What this computer knows of erasures that it began, by fingerprints: no name is kept here of
somebody who asked to be forgotten. What of them still stands in the wiki is known by these again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from wikifarm.blueprint.capture.known_people import bare
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.participants.base import Membership, Someone
from wikifarm.operations.participants.erasure_proof import everything, texts_in
from wikifarm.operations.participants.traces import Traces

STEP = "erase"
LONGEST_NAME = 5  # words
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"\w+")


def fingerprint(run: CommunityRun, text: str) -> str:
    """What the journal knows a text by, in this community alone."""
    key = run.receipt.community.encode()
    return hmac.new(key, text.strip().casefold().encode(), hashlib.sha256).hexdigest()[:20]


def _in_order(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


@dataclass(frozen=True)
class Earlier:
    """What the runs before knew. `left`: the keys of those that did not end; `known`: of what the
    person is known by; `stays`: of tags."""

    left: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    stays: frozenset[str] = frozenset()
    subscribed: bool = False
    facilitated: bool = False


def told(
    run: CommunityRun, word: str, known: Traces, stays: Iterable[str], *, subscribed: bool
) -> dict[str, Any]:
    """What the journal keeps of an erasure that begins: whom the word means, and what stays."""
    person = known.person
    texts = (person.account, *known.addresses, _in_order(_WORD.findall(bare(person.name))))
    return {
        "word": fingerprint(run, word),
        "known": sorted({fingerprint(run, text) for text in texts if text}),
        "stays": [fingerprint(run, tag) for tag in stays],
        "subscribed": subscribed,
        "facilitated": person.place is Membership.FACILITATES,
    }


def earlier(run: CommunityRun, word: str) -> Earlier | None:
    """What is known of the erasures of whom this word means; None where there was none."""
    asked = {fingerprint(run, word), fingerprint(run, _in_order(_WORD.findall(bare(word))))}
    journal, slug = run.context.journal, run.community.slug
    lines: list[dict[str, Any]] = [
        line
        for line in journal.entries()
        if (line.get("slug"), line.get("step"), line.get("event")) == (slug, STEP, "intent")
        and asked & {line.get("word"), line.get("key"), *line.get("known", ())}
    ]
    if not lines:
        return None
    return Earlier(
        frozenset(line["key"] for line in lines) & journal.open_keys(STEP).get(slug, frozenset()),
        frozenset(mark for line in lines for mark in line.get("known", ())),
        frozenset(mark for line in lines for mark in line.get("stays", ())),
        any(line.get("subscribed") is True for line in lines),
        any(line.get("facilitated") is True for line in lines),
    )


def known_again(run: CommunityRun, before: Earlier, word: str) -> tuple[Someone, frozenset[str]]:
    """Somebody of whom nothing is there any more, with their addresses: by the word, and by what
    the texts of the wiki still say of them. Who bears their account or address now is another."""
    others = {each.casefold() for account in run.work.seen.accounts
              for each in (account.name, account.email)}  # fmt: skip
    said = {word}
    for row in everything(run.site).values():
        for text in texts_in(row):
            said |= {each for each in _candidates(text) if fingerprint(run, each) in before.known}
    said = {each for each in said if each.casefold() not in others}
    addresses = frozenset(each.lower() for each in said if "@" in each)
    names = [each for each in said if " " in each]
    accounts = sorted(said - addresses - set(names), key=lambda each: each == word)
    address = next(iter(sorted(addresses)), "")
    account = next((each for each in accounts if "@" not in each), "")
    name = next(iter(sorted(names)), "")
    return Someone(account, name, address, Membership.ACCOUNT, ""), addresses


def _candidates(text: str) -> Iterator[str]:
    """What of a text could be an account, an address or a name."""
    yield from {*_ADDRESS.findall(text), *_WORD.findall(text)}
    words = _WORD.findall(bare(text))
    grams = {
        _in_order(words[first : first + length])
        for length in range(2, LONGEST_NAME + 1)
        for first in range(len(words) - length + 1)
    }
    yield from grams

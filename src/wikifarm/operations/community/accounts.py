"""Names of accounts: short, in ASCII, and not the full name of a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from anyascii import anyascii

from wikifarm.blueprint.manifest.community import Facilitator
from wikifarm.model import Account

FALLBACK = "Animation"
# Letters. YesWiki refuses shorter names, and those of more than 80 (UserController, 4.4.4, 4.5.0).
SHORTEST = 3
LONGEST = 40  # of ours, before a number that tells it from another


def account_names(
    facilitators: Sequence[Facilitator],
    existing: Iterable[Account],
    reserved: Iterable[str] = (),
    fallback: str = FALLBACK,
) -> dict[str, str]:
    """E-mail address -> name of the account, for each facilitator.

    Someone who already has an account with that address keeps its name. Names show to the other
    members of the wiki: they hold a first name and an initial, no more. None is one of `reserved`:
    the accounts and groups that the wiki has or will have, which share one set of names (4.5.0).
    `fallback` is that of somebody whose name gives none.
    """
    known = list(existing)
    by_email = {account.email.lower(): account.name for account in known}
    taken = {account.name.lower() for account in known} | {name.lower() for name in reserved}
    names: dict[str, str] = {}
    for person in facilitators:
        name = by_email.get(person.email.lower()) or _free(short_name(person.name, fallback), taken)
        taken.add(name.lower())
        names[person.email] = name
    return names


def short_name(name: str, fallback: str = FALLBACK) -> str:
    """A first name and an initial; the family name after an initial; neither too short nor long."""
    words = [word for word in (_ascii(part) for part in name.split()) if word]
    if not words:
        return fallback
    first, last = words[0], words[-1] if len(words) > 1 else ""
    short = _capital(first) + (last[:1].upper() if len(first) > 1 else _capital(last))
    short = short[:LONGEST]
    return short if len(short) >= SHORTEST else fallback + (short if len(short) > 1 else "")


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _ascii(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", anyascii(text))


def _free(name: str, taken: set[str]) -> str:
    if name.lower() not in taken:
        return name
    number = 2
    while f"{name}{number}".lower() in taken:
        number += 1
    return f"{name}{number}"

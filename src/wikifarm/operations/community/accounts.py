"""Names of accounts: short, in ASCII, and not the full name of a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from wikifarm.blueprint.manifest.community import Facilitator
from wikifarm.model import Account

FALLBACK = "Animation"


def account_names(
    facilitators: Sequence[Facilitator], existing: Iterable[Account]
) -> dict[str, str]:
    """E-mail address -> name of the account, for each facilitator.

    Someone who already has an account with that address keeps its name. Names show to the other
    members of the wiki: they hold a first name and an initial, no more.
    """
    known = list(existing)
    by_email = {account.email.lower(): account.name for account in known}
    taken = {account.name.lower() for account in known}
    names: dict[str, str] = {}
    for person in facilitators:
        name = by_email.get(person.email.lower()) or _free(_short(person.name), taken)
        taken.add(name.lower())
        names[person.email] = name
    return names


def _short(name: str) -> str:
    words = [word for word in (_ascii(part) for part in name.split()) if word]
    if not words:
        return FALLBACK
    first = words[0][:1].upper() + words[0][1:]
    initial = words[-1][:1].upper() if len(words) > 1 else ""
    short = first + initial
    return short if len(short) > 1 else FALLBACK


def _ascii(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]", "", bare)


def _free(name: str, taken: set[str]) -> str:
    if name.lower() not in taken:
        return name
    number = 2
    while f"{name}{number}".lower() in taken:
        number += 1
    return f"{name}{number}"

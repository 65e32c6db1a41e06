"""The sentinel, a person who does not exist, and what of it must not be seen by whom. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from wikifarm.i18n import _
from wikifarm.operations.audit.evidence import Evidence, of_word
from wikifarm.operations.community.outcome import Leak, Role
from wikifarm.yeswiki.audit_routes import Route

DOMAIN = "wikifarm.invalid"  # reserved: nobody can have an address there (RFC 2606)
ACCOUNT_PREFIX = "WikifarmTemoin"
_KEY = "([0-9a-f]{8})"
_NAME = re.compile(rf"{ACCOUNT_PREFIX}[A-Z][a-z]+{_KEY}")
_ADDRESS = re.compile(rf"[a-z]+-{_KEY}@{re.escape(DOMAIN)}")
# The values of an entry: a word, an address or a site, each ending with the key.
_WORD = re.compile(rf"wf[a-zA-Z0-9]{{0,12}}{_KEY}")
_RESERVED = re.compile(rf"(?:https://)?wf[a-zA-Z0-9]{{0,12}}{_KEY}[@.]{re.escape(DOMAIN)}/?")


@dataclass(frozen=True)
class Sentinel:
    """The person that does not exist: unique strings in every field, no real person.

    Members may see all of it but the fields of `hidden`.
    """

    key: str
    form: str  # the id of its form
    label: str  # its form, as people call it
    values: Mapping[str, str]  # property name -> value posted
    secrets: Mapping[str, Evidence]  # name of a field -> by what its answer is known again
    hidden: frozenset[str] = frozenset()
    word: str = ""  # one of its answers that outsiders must not see, for searches
    attached: tuple[str, ...] = ()  # fields of files that somebody added
    acting: tuple[str, ...] = ()  # added too: filling them opens an account, or writes elsewhere
    entry: str = ""
    account: str = ""

    @property
    def first_field(self) -> str:
        """The name of its first field."""
        return next(iter(self.secrets), "")

    def hidden_from(self, role: Role) -> Mapping[str, Evidence]:
        """What must not be seen by `role`, and by what it is known."""
        if role is Role.MEMBER:
            return {name: seen for name, seen in self.secrets.items() if name in self.hidden}
        account = {"account": of_word(self.account)} if self.account else {}
        return dict(self.secrets) | account


def account_name(key: str, who: str) -> str:
    """The name of a sentinel account; `who` is a role, or the author of the entry."""
    return f"{ACCOUNT_PREFIX}{who.capitalize()}{key}"


def address_of(key: str, who: str) -> str:
    """The address of a sentinel account."""
    return f"{who}-{key}@{DOMAIN}"


def key_of_name(name: str) -> str:
    """The key in the name of an account or page that only an audit names so, whole; or nothing."""
    whole = _NAME.fullmatch(name)
    return whole[1] if whole else ""


def key_of_address(email: str) -> str:
    """The key in an address that only a sentinel account can have, whole; or nothing."""
    whole = _ADDRESS.fullmatch(email.lower())
    return whole[1] if whole else ""


def key_of_entry(row: Mapping[str, object], known: Collection[str]) -> str:
    """The key of an entry that proves by what it holds that an audit wrote it; or nothing.

    The proof: an address where nobody can have one, an author of that key, two words of it, or one
    word of a key that is `known`.
    """
    values = [str(value) for value in row.values()]
    for whole in filter(None, map(_RESERVED.fullmatch, values)):
        return whole[1]
    words = Counter(whole[1] for whole in map(_WORD.fullmatch, values) if whole)
    author = key_of_name(str(row.get("owner") or ""))
    for key, count in words.items():
        if count > 1 or key == author or key in known:
            return key
    return ""


def leaks(role: Role, route: Route, text: str, sentinel: Sentinel) -> list[Leak]:
    """What this answer shows and should not."""
    # What the person who asked typed comes back in a search form: that is an echo, not a leak.
    echoed = [value for _name, value in route.sent]
    return [
        Leak(shown(route, sentinel), role, name, advised(route.advice, sentinel, name))
        for name, seen in sentinel.hidden_from(role).items()
        if seen.search(text) and not any(map(seen.is_all_of, echoed))
    ]


def attached(sentinel: Sentinel) -> list[Leak]:
    """The fields of files that somebody added: no right closes what is attached there."""
    advice = _("the form {form} without the field {field}: what is attached to a card is public")
    return [
        Leak("files/", Role.VISITOR, name, advised(advice, sentinel, name))
        for name in sentinel.attached
    ]


def shown(route: Route, sentinel: Sentinel) -> str:
    """The question as it is told: without the word that was searched for."""
    return route.id.replace(sentinel.word, "…") if sentinel.word else route.id


def advised(advice: str, sentinel: Sentinel, field: str) -> str:
    """An advice for what was seen of this sentinel."""
    form = f"{sentinel.label} ({sentinel.form})"
    return advice.format(form=form, entry=sentinel.entry, field=field)

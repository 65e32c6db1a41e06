"""The receipt: what wikifarm last applied, kept in a page of the wiki that only its admins read.

Any operator on any machine goes on from it. It holds, for each page, the hash and the text as last
applied (the base of a three-way merge) and, for the pages of a new wiki, the hash as it was found:
a page that still has that hash was never edited by hand.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from wikifarm.json_text import from_json

TAG = "WikifarmRecu"
EMPTY = "====== wikifarm ======"  # the page before it is closed: it says nothing yet
# What YesWiki's own pages of administration show apart, all in one answer.
OVERVIEW = "\n".join(
    f"{{{{{action}}}}}"
    for action in (
        "gererdroits", "editactionsacls", "edithandlersacls", "editconfig", "userstable",
        'bazar vue="listes"',
    )
)  # fmt: skip
# The page as a model brings it: nothing is said yet, but an administrator can read everything.
BEGUN = f"{EMPTY}\n\n{OVERVIEW}"
# Several texts under each key.
SERIES = ("groups", "writing", "rights", "looks", "proposals", "choices")
PACKED = ("bases", "templates", "rights", "proposals", "ledger")  # long ones
_BLOCK = re.compile(r"%%\s*(\{.*\})\s*%%", re.DOTALL)
_INTRO = {
    "fr": (
        "====== Reçu de wikifarm ======\n"
        "Cette page est tenue par wikifarm : elle dit ce qu'il a écrit ici, pour qu'un prochain "
        "passage sache ce qui a été modifié à la main et le garde. Seules les personnes qui "
        "administrent ce wiki la voient. Ne la modifiez pas. Plus bas, wikifarm lit d'un coup les "
        "droits, les réglages, les comptes et les listes de ce wiki.\n"
    ),
    "en": (
        "====== wikifarm's receipt ======\n"
        "This page is kept by wikifarm: it says what it wrote here, so that a later run knows what "
        "was edited by hand and keeps it. Only the administrators of this wiki see it. Please do "
        "not edit it. Further down, wikifarm reads at once the rights, settings, accounts and "
        "lists of this wiki.\n"
    ),
}


def fingerprint(text: str) -> str:
    """The hash of a text as receipts keep it; any text that a server may answer has one."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True)
class Receipt:
    """What was applied. `complete` is False while a first creation is under way."""

    community: str  # id of the community, also the mark in the farm's entry
    slug: str
    name: str
    language: str = ""
    blueprint: str = ""
    version: str = ""
    run: str = ""
    complete: bool = False
    number: int = 0  # of times that it was written: one more than the receipt before
    found: Mapping[str, str] = field(default_factory=dict)  # page or list of a new wiki -> hash
    found_forms: Mapping[str, str] = field(default_factory=dict)  # id -> label
    found_templates: Mapping[str, str] = field(default_factory=dict)  # id -> hash
    pages: Mapping[str, str] = field(default_factory=dict)  # tag -> hash as last applied
    bases: Mapping[str, str] = field(default_factory=dict)  # tag -> text as last applied
    forms: Mapping[str, str] = field(default_factory=dict)  # id -> hash of the template
    files: Mapping[str, str] = field(default_factory=dict)  # tag/name -> hash, name on the server
    templates: Mapping[str, str] = field(default_factory=dict)  # id -> template as last applied
    # Tag of a page, or "action NAME" -> what the blueprint said of its rights when last applied.
    rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Tag of a page -> the look of its own as last applied, "theme margot", "style vert.css", ...
    looks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Tag of a page that people and the blueprint changed in one place -> hash of the page that
    # proposes the blueprint's text, and that text.
    proposals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)  # our key -> the server's id
    # Our key of a list -> those of its choices when it was last applied.
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # members we put
    # What a run set out to write, until it ends: pages and forms by the hash of their text, groups
    # by their members. A run that is killed leaves it, and the next one knows its own by it.
    writing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()  # demonstration pages that we removed
    overview: str = ""  # the hash of what the page shows besides
    facts: tuple[str, ...] = ()  # lines of the checklist that wikifarm saw done
    audit: Mapping[str, str] = field(default_factory=dict)  # the last one, if it passed
    mailing_list: Mapping[str, str] = field(default_factory=dict)  # provider, address, state, ...
    ledger_key: str = ""  # of the fingerprints of those seen on the list
    ledger: tuple[str, ...] = ()

    def untouched(self, tag: str, body: str) -> bool:
        """True when the page still is as wikifarm wrote it, or as the new wiki came with it."""
        now = fingerprint(body)
        return now in (self.pages.get(tag), self.found.get(tag), *self.begun("pages", tag))

    def begun(self, step: str, key: str) -> tuple[str, ...]:
        """What runs that did not end set out to write there."""
        return self.writing.get(f"{step}:{key}", ())

    def same_as(self, other: Receipt) -> bool:
        """True when both say the same but for the run that wrote them, and when."""
        return replace(self, run="", number=0) == replace(other, run="", number=0)

    def as_page(self, language: str) -> str:
        """The body of the page."""
        packed = asdict(self)
        for key in PACKED:
            packed[key] = _pack(json.dumps(packed[key], sort_keys=True, ensure_ascii=False))
        data = json.dumps(packed, indent=0, sort_keys=True, ensure_ascii=True)
        intro = _INTRO.get(language, _INTRO["en"])
        # Two percent signs end the block in wiki syntax; JSON has another way to write them.
        block = data.replace("%", "\\u0025")
        return f"{intro}\n%%\n{block}\n%%\n{OVERVIEW}"


def from_page(body: str) -> Receipt | None:
    """The receipt that a page holds; None where it holds none that can be read."""
    block = _BLOCK.search(body)
    if block is None:
        return None
    try:
        data: dict[str, Any] = from_json(block[1])
        for key in PACKED:
            data[key] = from_json(_unpack(data[key])) if data.get(key) else None
        known: dict[str, Any] = {
            key: data[key]
            for key in Receipt.__dataclass_fields__
            if key in data and data[key] is not None
        }
        if not all(_fits(key, value) for key, value in known.items()):
            return None
        json.dumps(known, ensure_ascii=False).encode()  # half a sign is no text of ours
        for key in ("accounts", "removed", "facts", "ledger"):
            known[key] = tuple(known.get(key, ()))
        for key in SERIES:
            known[key] = {name: tuple(value) for name, value in known.get(key, {}).items()}
        return Receipt(**known)
    except (ValueError, TypeError, zlib.error):
        return None


def _fits(key: str, value: Any) -> bool:
    """True for what `as_page` writes under `key`; a person may have typed something else."""
    usual = getattr(Receipt("", "", ""), key)
    if isinstance(usual, tuple):
        return _texts(value, list)
    if not isinstance(usual, dict):
        return type(value) is type(usual)  # a truth value is not a number
    if not _texts(value, dict):
        return False
    return all(_texts(each, list) if key in SERIES else isinstance(each, str)
               for each in value.values())  # fmt: skip


def _texts(value: Any, kind: type[list[Any]] | type[dict[str, Any]]) -> bool:
    """True for a list of texts, or for a dict whose keys are texts."""
    return isinstance(value, kind) and all(isinstance(each, str) for each in value)


def _pack(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _unpack(text: str) -> str:
    decoder = zlib.decompressobj()
    raw = base64.b64decode(text, validate=True)
    return decoder.decompress(raw, 8_000_000).decode()

"""The address of a community on its farm: what is allowed, and a good one made from a title."""

from __future__ import annotations

import re

from anyascii import anyascii

from wikifarm.files import DEVICES
from wikifarm.i18n import _

SHORTEST, LONGEST = 2, 40

# Folders at the root of a YesWiki (4.4.4 and later), and names that servers keep for themselves:
# a wiki of that name would stand in, or hide, a part of the farm. And the words of `credentials`,
# and what names no file on Windows: manifests, checklists and backups are called by the address.
RESERVED = DEVICES | {
    "actions", "admin", "api", "cache", "cgi-bin", "custom", "docker", "docs", "export",
    "extensions", "favicon", "files", "formatters", "handlers", "import", "includes", "index",
    "javascripts", "lang", "mail", "private", "robots", "seal", "setup", "src", "static", "styles",
    "templates", "tests", "themes", "tmp", "tools", "vendor", "wakka", "well-known", "wiki", "www",
    "yeswicli"
}  # fmt: skip

_ALLOWED = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_JOINERS = re.compile(r"(?<=\w)[·•\u2027‧](?=\w)")  # inclusive writing: participant·e·s


def is_slug(text: str) -> bool:
    """True when `text` may be the folder of a wiki: a-z, 0-9, single `-` inside, 2 to 40 of them.

    ferme accepts more, but makes an entry without a wiki for some names (docs/yeswiki.md, 24), and
    letters of either case would clash on some disks.
    """
    return (
        SHORTEST <= len(text) <= LONGEST
        and _ALLOWED.match(text) is not None
        and text not in RESERVED
    )


def why_no_slug(text: str) -> str:
    """What is wrong with an address that is none, in a sentence."""
    told = (
        _("“{slug}” names no file on Windows")
        if text in DEVICES
        else _("“{slug}” is an address that YesWiki keeps for itself")
        if text in RESERVED
        else _(
            "“{slug}” cannot be an address: a-z, 0-9 and “-” only, {shortest} to {longest} "
            "characters"
        )
    )
    return told.format(slug=text, shortest=SHORTEST, longest=LONGEST)


def propose_slug(text: str) -> str:
    """A slug close to `text`; always valid, whatever the text."""
    latin = anyascii(_JOINERS.sub("", text)).lower().replace("`", "")
    words = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")
    slug = _cut(words)
    if slug in RESERVED or len(slug) < SHORTEST:
        slug = _cut("-".join(part for part in ("communaute", slug) if part))
    return slug


def _cut(words: str) -> str:
    """At most 40 characters, cut between words when that leaves half of them."""
    if len(words) <= LONGEST:
        return words
    head = words[: LONGEST + 1].rpartition("-")[0]
    return (head if len(head) >= LONGEST // 2 else words[:LONGEST]).strip("-")

"""The anti-spam value of YesWiki's edit form, computed by arithmetic; the script is never run.

`tools/security/wp-hashcash-getkey.php` answers one line of JavaScript: an array of 32-bit words,
each written `A ^ K`, whose little-endian bytes are the text of a function that adds integers.
The value is the sum of every integer assigned or added there (docs/yeswiki.md, Pages).
"""

from __future__ import annotations

import re
import struct

from wikifarm.errors import UnexpectedAnswer
from wikifarm.i18n import _

_WORD = re.compile(r"\[\d+\]\s*=\s*(\d+)\s*\^\s*(\d+)\s*;")
_TERM = re.compile(r"(?:var\s+[A-Za-z]+\s*=|[A-Za-z]+\s*\+=)\s*(\d+)\s*;")


def value(script: str) -> str:
    """The value to post as `hashcash_value`. Raises UnexpectedAnswer if the script is another."""
    words = [int(a) ^ int(b) for a, b in _WORD.findall(script)]
    if words and all(word < 1 << 32 for word in words):
        text = struct.pack(f"<{len(words)}I", *words).decode("latin-1")
        terms = _TERM.findall(text)
        if terms:
            return str(sum(int(term) for term in terms))
    raise UnexpectedAnswer(
        _("The anti-spam script of this wiki is not one that wikifarm can read."),
        hint=_("Run `wikifarm doctor` and send its answer to the people who make wikifarm."),
    )

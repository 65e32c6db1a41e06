"""The look of its own that a page may have: what of it a blueprint may say.

YesWiki keeps it as metadata of the page (ThemeManager and PageManager, 4.4.4 and 4.5.0). What would
show a file that stands beside the wiki (`bgimg`, a preset that somebody made) is not among it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

FRAME = ("PageFooter", "PageHeader", "PageMenu", "PageMenuHaut", "PageRapideHaut", "PageTitre")
"""The pages around a page: its look may name others in their place."""
KEYS = ("theme", "squelette", "style", "favorite_preset", "lang", *FRAME)
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}\Z")  # the name of a file or a page, no path


def may_be_said(key: str, word: str) -> bool:
    """True for what a blueprint may say of the look of a page."""
    return key in KEYS and _WORD.match(word) is not None


def of_ours(look: Mapping[str, str]) -> dict[str, str]:
    """What of the look that a page has is among what a blueprint may say."""
    return {key: look[key] for key in KEYS if look.get(key)}

"""The release that a wiki shows to anybody: the `?v=` of its own styles and scripts.

It is `yeswiki_release` of the wiki's configuration, not the code that runs (docs/yeswiki.md, Which
release): right on a release that was installed and updated as it should be, a placeholder on a
checkout, old where files were replaced by hand.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_ASSET = re.compile(r"""\b(?:href|src)=["']([^"'?]+\.(?:css|js))\?v=([^"'&]*)["'&]""")
_NUMBER = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")


def shown_release(page: str, base: str) -> str | None:
    """ "4.5.0"; nothing where what the page shows is no number, or several; None where it shows
    none at all, as what is no whole page of a wiki does."""
    host = urlsplit(base).netloc
    values = {
        value for address, value in _ASSET.findall(page) if urlsplit(address).netloc in ("", host)
    }
    if not values:
        return None
    value = values.pop()
    return value if not values and _NUMBER.fullmatch(value) else ""

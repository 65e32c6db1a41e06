"""The release that a Sympa shows on its web pages: a constant of its code (docs/sympa.md).

A distribution may have mended it without a new number.
"""

from __future__ import annotations

import re

_GENERATOR = re.compile(r'<meta\s+name="generator"\s+content="Sympa ([^"]*)"', re.IGNORECASE)


def sympa_release(page: str) -> str:
    """ "6.2.70", or whatever it says; nothing where the page says none, or several."""
    values = set(_GENERATOR.findall(page))
    return str(values.pop()) if len(values) == 1 else ""

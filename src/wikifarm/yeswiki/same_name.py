"""Which names are one for a wiki: its tables tell neither capitals nor accents (collations
`utf8mb4_general_ci` and `utf8mb4_unicode_ci` of MySQL and MariaDB)."""

from __future__ import annotations

import unicodedata

# Letters that one of the two takes for another and that are not made of two signs.
_ALIKE = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "ħ": "h", "þ": "th"}
)


def same_name(name: str) -> str:
    """What two names have alike when a wiki takes them for one."""
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(sign)
    )  # fmt: skip
    return bare.translate(_ALIKE).casefold()

"""E-mail addresses as people give them: what is one, and who it belongs to."""

from __future__ import annotations

import re

# What PHP's FILTER_VALIDATE_EMAIL takes, as YesWiki does of accounts; quoted local parts aside.
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]\Z"
)
_NAMED_EMAIL = re.compile(r"\s*(?P<name>[^<>]*?)\s*<\s*(?P<email>[^<>]*?)\s*>\s*\Z")


def one_line(text: str) -> str:
    """The text on one line, its spaces single."""
    return " ".join(text.split())


def is_email(text: str) -> bool:
    """True for an address that YesWiki accepts and that cannot carry a mail header."""
    return (
        len(text) <= 254
        and _EMAIL.match(text) is not None
        and len(text.split("@", maxsplit=1)[0]) <= 64
    )


def split_email(text: str) -> tuple[str, str]:
    """Name and address of `Prénom Nom <a@b>`; the name is empty for a bare address."""
    match = _NAMED_EMAIL.match(text)
    if match is None:
        return "", text.strip()
    return one_line(match["name"].strip("\"'« »")), match["email"]

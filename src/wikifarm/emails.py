"""E-mail addresses as people give them: what is one, and who it belongs to."""

from __future__ import annotations

import re

# What PHP's FILTER_VALIDATE_EMAIL takes, as YesWiki does of accounts; quoted local parts aside.
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]\Z"
)
_NAMED_EMAIL = re.compile(r"\s*(?P<name>[^<>]*?)\s*<\s*(?P<email>[^<>]*?)\s*>\s*\Z")
# Around a person in a cell or an answer: brackets, quotes, and what stands between two people.
_ADDRESS = re.compile(r"[^\s<>(),;/|\"«»]{1,320}@[^\s<>(),;/|\"«»]{1,320}")
_BETWEEN = re.compile(r"[|;/\n]+")
_AROUND = " \t\r\n\u00a0,:<>()\"'«»"
_AND = re.compile(r"^(?:et|and|&)\s+", re.IGNORECASE)


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


def people_in(text: str) -> list[str]:
    """Each person of a text as people write it, as `Prénom Nom <a@b>` or a bare address.

    Several are parted by `|`, `;`, `/`, `,`, a new line, or `et`. What has no address, or one of
    which a `<` or a `>` is missing, is given as it stands, for the reader to refuse.
    """
    people: list[str] = []
    rest = text
    while match := _ADDRESS.search(rest):
        *alone, name = [_named(part) for part in _BETWEEN.split(rest[: match.start()])]
        people += [part for part in alone if part]
        address = match[0].removeprefix("mailto:")
        opened = rest[: match.start()].rstrip().endswith("<")
        closed = rest[match.end() :].lstrip().startswith(">")
        if opened is not closed:  # half of a person, or of two
            people.append(f"{name} <{address}".strip() if opened else f"{name} {address}>".strip())
        else:
            people.append(f"{name} <{address}>" if name else address)
        rest = rest[match.end() :]
    return people + [part for part in map(_named, _BETWEEN.split(rest)) if part]


def _named(text: str) -> str:
    return _AND.sub("", one_line(text).strip(_AROUND)).strip(_AROUND)

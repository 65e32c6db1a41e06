"""The links that the text of a page makes to other pages of its wiki."""

from __future__ import annotations

import re

# Addresses that YesWiki answers without a page of that name, and what is not a page at all.
_BUILT_IN = frozenset({"doc", "api", "http", "https", "mailto"})

_LINKS = (
    re.compile(r"\[\[\s*([A-Za-z][\w-]*)(?:[/?&][^\s\]]*)?(?:\s[^\]]*)?\]\]"),
    re.compile(r"\]\(\s*\??([A-Za-z][\w-]*)(?:[/?&][^\s)]*)?\s*\)"),
    re.compile(r"\blink=\"\??([A-Za-z][\w-]*)(?:[/?&][^\"]*)?\""),
)


def targets(body: str) -> list[str]:
    """The tags that `body` links to, in order of the alphabet, each once."""
    tags = {match for pattern in _LINKS for match in pattern.findall(body)}
    return sorted(tags - _BUILT_IN)

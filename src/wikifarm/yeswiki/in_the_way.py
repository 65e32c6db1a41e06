"""What answers in the place of a wiki: a redirection, a password, a filter, a server that is full.

It is told for what it is, so that people know whom to ask for what.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from wikifarm.errors import NotYesWiki
from wikifarm.i18n import _
from wikifarm.transport import Answer

_PHP = re.compile(r"<b>(?:Warning|Notice|Deprecated|Fatal error|Parse error)</b>:")
_FILTERS = re.compile(r"mod_?security|cloudflare|just a moment|verifying you are human", re.I)


def in_the_way(answer: Answer) -> NotYesWiki | None:
    """The error for an answer that something before the wiki gave; None where it may be its own."""
    told = _told(answer)
    if told is None:
        return None
    message, hint = told
    return NotYesWiki(message, hint=hint, where=_place(answer.url))


def _told(answer: Answer) -> tuple[str, str] | None:
    to = _elsewhere(answer) if answer.location else ""
    if to:
        return (
            _("{url} sends elsewhere: {to}.").format(url=_place(answer.url), to=to),
            _(
                "If the wiki is there, give that address. If it is a login page, ask who runs the "
                "server to let programs reach the wiki without it."
            ),
        )
    if answer.status == 401 and "www-authenticate" in answer.headers:
        return (
            _("The server asks for a password of its own before the wiki (401)."),
            _("Ask who runs it to let programs reach the wiki without it: wikifarm has none."),
        )
    if answer.status == 406 or (answer.status in (403, 503) and _is_a_filter(answer)):
        return (
            _("A filter before the wiki refuses what wikifarm sent ({status}).").format(
                status=answer.status
            ),
            _(
                "Ask who runs the server to let the texts of this wiki, and programs, through its "
                "filter (ModSecurity, Cloudflare...)."
            ),
        )
    if answer.status == 413:
        return (
            _("The server refuses so long a text (413)."),
            _("Ask who runs it to raise the limit (client_max_body_size, post_max_size)."),
        )
    if _PHP.search(answer.text[:2000]) and not answer.text.lstrip().startswith("<!"):
        return (
            _("This wiki prints warnings of PHP among its data: they cannot be read."),
            _("Ask who runs the server to hide them (display_errors = Off)."),
        )
    return None


def _elsewhere(answer: Answer) -> str:
    """Where it sends, said to be read; empty where that is below the address asked."""
    here = urlsplit(answer.url)
    try:
        target = urljoin(answer.url, answer.location)
        there = urlsplit(target)
    except ValueError:
        return _("an address that is none")
    same = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    return "" if same and there.path.startswith(here.path) else _place(target)


def _is_a_filter(answer: Answer) -> bool:
    """True where the page is not one of a YesWiki: those bear its scripts, or are JSON."""
    if "cf-mitigated" in answer.headers or _FILTERS.search(answer.text):
        return True
    return "yeswiki" not in answer.text.lower() and answer.text.lstrip().startswith("<")


def _place(url: str) -> str:
    """An address without its query, nor a name or a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

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
    return _error(answer, told) if told else None


def instead(answer: Answer) -> NotYesWiki | None:
    """The same for an answer that is known not to be the wiki's: it may send on within its own
    address, and a filter may say that all is well."""
    if 300 <= answer.status < 400:
        return _error(answer, _sent(answer, _target(answer)))
    filtered = _FILTERS.search(answer.text)
    return in_the_way(answer) or (_error(answer, _filtered(answer)) if filtered else None)


def _error(answer: Answer, told: tuple[str, str]) -> NotYesWiki:
    message, hint = told
    return NotYesWiki(message, hint=hint, where=_place(answer.url))


def _told(answer: Answer) -> tuple[str, str] | None:
    to = _elsewhere(answer) if answer.location else ""
    if to:
        return _sent(answer, to)
    if answer.status == 401 and ("www-authenticate" in answer.headers or _is_a_filter(answer)):
        return (
            _("The server asks for a password of its own before the wiki (401)."),
            _("Ask who runs it to let programs reach the wiki without it: wikifarm has none."),
        )
    if answer.status == 406 or (answer.status in (403, 503) and _is_a_filter(answer)):
        return _filtered(answer)
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


def _sent(answer: Answer, to: str) -> tuple[str, str]:
    here = _place(answer.url)
    if to == here:
        return (
            _("{url} sends back to itself without end.").format(url=here),
            _("Ask who runs the server, or what stands before it."),
        )
    return (
        _("{url} sends elsewhere: {to}.").format(url=here, to=to),
        _(
            "If the wiki is there, give that address. If it is a login page, ask who runs the "
            "server to let programs reach the wiki without it."
        ),
    )


def _filtered(answer: Answer) -> tuple[str, str]:
    return (
        _("A filter before the wiki refuses what wikifarm sent ({status}).").format(
            status=answer.status
        ),
        _(
            "Ask who runs the server to let the texts of this wiki, and programs, through its "
            "filter (ModSecurity, Cloudflare...)."
        ),
    )


def _elsewhere(answer: Answer) -> str:
    """Where it sends, said to be read; empty where that is below the address asked."""
    here, target = _place(answer.url), _target(answer)
    return "" if target.startswith(here) else target


def _target(answer: Answer) -> str:
    """Where it sends, said to be read."""
    try:
        return _place(urljoin(answer.url, answer.location)) if answer.location else _nowhere()
    except ValueError:
        return _nowhere()


def _nowhere() -> str:
    return _("an address that is none")


def _is_a_filter(answer: Answer) -> bool:
    """True where the page is not one of a YesWiki: those bear its scripts, or are JSON."""
    if "cf-mitigated" in answer.headers or _FILTERS.search(answer.text):
        return True
    return "yeswiki" not in answer.text.lower() and answer.text.lstrip().startswith("<")


def _place(url: str) -> str:
    """An address without its query, nor a name or a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

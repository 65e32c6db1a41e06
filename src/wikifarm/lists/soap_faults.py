"""What Sympa's faults mean: each `faultcode` and `faultstring` becomes a named error with a cure.

The detail of a fault is never read: the same one comes in French or in English, plain or base64, as
the process that answers happens to be (measured on 6.2.70 and 6.2.76). Sympa 6.2.70, SOAP.pm.
"""

from __future__ import annotations

import re

from wikifarm.errors import (
    AddressRefused,
    BadCredentials,
    ListNotAllowed,
    ListUndecided,
    ListUnknown,
    SessionLost,
    SympaHost,
    UnexpectedAnswer,
    WikifarmError,
)
from wikifarm.i18n import _

# What is compared: the faultstring in lower case, without its last dot.
_MEANINGS: dict[str, type[WikifarmError]] = {
    "unknown list": ListUnknown,
    "undefined list": ListUnknown,
    "not allowed": ListNotAllowed,
    "not enough privileges": ListNotAllowed,
    "not a subscriber to this list": ListNotAllowed,
    "authentication failed": BadCredentials,
    "user not authenticated": SessionLost,
    "could not get email from cookie": SessionLost,
    "user not specified": SessionLost,
    "incorrect syntaxe value": SessionLost,
    "unable to add user": AddressRefused,
    "undef": ListUndecided,
}


def error_of(code: str, string: str, where: str) -> WikifarmError:
    """The error that a fault stands for; UnexpectedAnswer, which shows it, for one not known."""
    word = string.strip().rstrip(".").lower()
    kind = SympaHost if word.startswith("bug in logic") else _MEANINGS.get(word, UnexpectedAnswer)
    return named(kind, where, _one_line(f"{code}: {string}" if code else string))


def named(kind: type[WikifarmError], where: str, fault: str = "") -> WikifarmError:
    """An error of a list server in its usual words; `fault`, what it said, for the unexpected."""
    message, hint = _words(kind, fault)
    return kind(message, hint=hint, where=where)


def _words(kind: type[WikifarmError], fault: str) -> tuple[str, str]:
    """What to tell people, and what they can try."""
    return {
        ListUnknown: (
            _("The list server has no list of that name."),
            _("`wikifarm mailing-list state` shows how things stand; `create` asks for the list."),
        ),
        ListNotAllowed: (
            _("The list server does not let this person do that."),
            _(
                "Only an owner of the list may; who may open one is the server's choice. The "
                "pack of `wikifarm mailing-list server-pack` says what its administrator can set."
            ),
        ),
        BadCredentials: (
            _("The list server refused the application or the password."),
            _(
                "Check WIKIFARM_SYMPA_APP and WIKIFARM_SYMPA_SECRET. The same answer comes when "
                "allow_commands, in the server's trusted_applications.conf, lacks this command."
            ),
        ),
        SessionLost: (
            _("The list server does not know on whose behalf this is asked."),
            _(
                "Run the same command again. If it comes back, the application needs a line of "
                "its own in the server's trusted_applications.conf: "
                "proxy_for_variables USER_EMAIL"
            ),
        ),
        AddressRefused: (
            _("The list server takes no such address."),
            _("Ask the person to check the address in their card."),
        ),
        ListUndecided: (
            _("The list server failed and does not say what it did."),
            _("Run the same command again: it first looks at what was done."),
        ),
        SympaHost: (
            _("The list server does not know itself under this address."),
            _(
                "WIKIFARM_SYMPA_URL must be exactly the soap_url of its sympa.conf, host and "
                "port included (from version 6.2.74 on)."
            ),
        ),
        UnexpectedAnswer: (
            _("The list server did not understand what it was asked ({fault}).").format(
                fault=fault
            ),
            _("This may be a version that wikifarm does not know: please report it."),
        ),
    }[kind]


def _one_line(text: str) -> str:
    """Without the server's own path and line, which are nobody's business here."""
    return re.sub(r" at \S+ line \d+.*", "", " ".join(text.split()))[:120]

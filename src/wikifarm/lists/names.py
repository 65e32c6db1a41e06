"""What is checked before anything is sent: Sympa itself checks little.

A line break in a subject adds parameters to the list's configuration, a template's name may climb
out of its folder, and an owner need not have an address (measured on 6.2.70 and 6.2.76).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from wikifarm.emails import is_email
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.model import WantedList

LONGEST = 50  # characters, in Sympa's own tools (Sympa::Regexps::listname)
SUFFIXES = ("-request", "-owner", "-editor", "-subscribe", "-unsubscribe")
# Names that the robot of a Sympa keeps for itself (Sympa::Aliases::check_new_listname), then those
# that each domain keeps for who runs it (RFC 2142, RFC 5321).
RESERVED = frozenset({
    "bounce", "bounce-test", "listmaster", "sympa", "automatic-lists", "sympa-request",
    "sympa-owner", "sympa-subscribe", "sympa-unsubscribe",
    "abuse", "ftp", "hostmaster", "info", "marketing", "news", "noc", "postmaster", "sales",
    "security", "support", "trouble", "usenet", "uucp", "webmaster", "www", "mailer-daemon", "root",
})  # fmt: skip

_NAME = re.compile(r"[a-z0-9][a-z0-9_.+-]*\Z")
_TEMPLATE = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
_TOPICS = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)?(,[a-z0-9_-]+(/[a-z0-9_-]+)?)*\Z")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+\Z"
)
_MEMBER = re.compile(r"[A-Za-z0-9_./+='&-]+@[A-Za-z0-9.-]+\Z")
# Control characters and the separators of lines: a subject and a description have one line.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def check(wanted: WantedList) -> None:
    """Raises InvalidInput with every reason for which this list must not be asked for."""
    problems = [*_name(wanted), *_texts(wanted), *_words(wanted), *_owners(wanted)]
    if problems:
        raise InvalidInput(problems)


def _name(wanted: WantedList) -> list[Problem]:
    wrong = why_not(wanted.name)
    return [Problem(wrong, choose_another(), code="list-name")] if wrong else []


def why_not(name: str) -> str:
    """Why a list cannot have this name, as a sentence; empty where it can."""
    if len(name) > LONGEST:
        return _("The name of the list has {count} characters; {limit} is the most.").format(
            count=len(name), limit=LONGEST
        )
    if name in RESERVED or name.startswith("bounce+") or name.endswith(SUFFIXES):
        return _("“{name}” is a name that list servers keep for themselves.").format(name=name)
    if not _NAME.match(name):
        return _("“{name}” cannot be the name of a list: a-z, 0-9 and - _ . + only.").format(
            name=name
        )
    return ""


def choose_another(provider: str = "sympa") -> str:
    """What to write in a manifest for a list of another name."""
    return _(
        "Choose another one: `mailing_list: {{provider: {provider}, address: name@domain}}`"
    ).format(provider=provider)


def _texts(wanted: WantedList) -> list[Problem]:
    problems = []
    for text, empty, broken in (
        (
            wanted.subject,
            _("The subject of the list is empty."),
            _("The subject of the list holds a line break."),
        ),
        (
            wanted.description,
            _("The description of the list is empty."),
            _("The description of the list holds a line break."),
        ),
    ):
        if not text.strip():
            problems.append(Problem(empty, code="list-text"))
        elif _BREAKS.search(text):
            problems.append(Problem(broken, _("Write it on one line."), code="list-text"))
    return problems


def _words(wanted: WantedList) -> list[Problem]:
    problems = []
    if not _TEMPLATE.match(wanted.template):
        problems.append(
            Problem(
                _("“{name}” cannot be the name of a template.").format(name=wanted.template),
                _("Small letters, digits, “-” and “_” only: communaute, private_working_group."),
                code="list-template",
            )
        )
    if not _TOPICS.match(wanted.topics):
        problems.append(
            Problem(
                _("“{name}” cannot be the topics of a list.").format(name=wanted.topics),
                _("Words of the host's own list, separated by commas; “other” for none."),
                code="list-topics",
            )
        )
    if wanted.domain and not _DOMAIN.match(wanted.domain):
        problems.append(
            Problem(
                _("“{name}” cannot be the domain of a list.").format(name=wanted.domain),
                code="list-domain",
            )
        )
    return problems


def _owners(wanted: WantedList) -> list[Problem]:
    if not wanted.owners:
        return [Problem(_("The list has no owner."), code="list-owner")]
    return [
        problem
        for owner in wanted.owners
        for problem in (
            _address(owner.email),
            Problem(_("The name of an owner holds a line break."), code="list-owner")
            if _BREAKS.search(owner.name)
            else None,
        )
        if problem is not None
    ]


def _address(email: str) -> Problem | None:
    # A comma or “=” would end the trusted variable that carries the owner's address.
    if fit_for_a_list(email) and "=" not in email:
        return None
    return Problem(
        _("“{email}” cannot own a list: it is not an address that a list server takes.").format(
            email=email
        ),
        _("Use an address made of letters, digits and . _ + - only."),
        code="list-owner",
    )


def fit_for_a_list(email: str) -> bool:
    """True for an address that Sympa takes (Sympa::Regexps::email, less its quoted form)."""
    return is_email(email) and _MEMBER.match(email) is not None


def check_domain(wanted: WantedList, file: str = "") -> None:
    """Raises InvalidInput where a whole address is needed and the domain is not known; `file` is
    where it could be written.
    """
    if wanted.domain:
        return
    problem = Problem(
        _("The domain of the list {name} is not known.").format(name=wanted.name),
        _("Set WIKIFARM_SYMPA_DOMAIN, or write the whole address in the manifest."),
        file,
        code="list-domain",
    )
    raise InvalidInput([problem])


def left_out(topics: Sequence[str]) -> tuple[str, ...]:
    """What to tell of topics that a server dropped without a word."""
    if not topics:
        return ()
    return (
        _("The list server does not know these topics, and left them out: {topics}.").format(
            topics=", ".join(topics)
        ),
    )

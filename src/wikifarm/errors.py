"""Everything that can go wrong, as a tree: each leaf has a stable code and an exit status.

    WikifarmError
    ├── InvalidInput            2  a file, an option or a name is wrong: every problem at once
    ├── ExtraMissing            2  a part of wikifarm that was not installed
    ├── Refused                 7  wikifarm declines to act
    │   ├── SlugTaken              the address belongs to another community
    │   ├── Locked                 another run holds the farm
    │   ├── NotOurs                neither the receipt nor the journal says it is ours
    │   ├── ListTaken              the name of the mailing list is somebody else's
    │   ├── ListNotAllowed         the list server does not let this person do that
    │   ├── TooManyRemovals        more people would go than is believable
    │   └── NotConfirmed           nobody said yes to what cannot be undone
    ├── ServerProblem           8  a server cannot be reached or refuses the credentials
    │   ├── Unreachable            no answer
    │   ├── TlsFailed              the certificate does not prove who answers
    │   ├── NotYesWiki             something else answers (a captive page, another site)
    │   ├── NoFarmExtension        a YesWiki without `ferme`
    │   ├── BadCredentials         name, password or key refused
    │   ├── NotSympa               something else than Sympa's SOAP answers
    │   ├── SympaHost              Sympa does not know itself under this address
    │   ├── SessionLost            Sympa forgot who was logged in
    │   └── DnsSilent              the DNS does not answer: not even that there is no such name
    ├── WikiAsleep, WikiBusy    1  the wiki answers but takes no writing now
    ├── WriteRefused            1  written, read back, and it was not there
    ├── ListUnknown             1  the list server has no such list
    ├── ListUndecided           1  the list server failed and does not say what it did
    ├── AddressRefused          1  the list server takes no such address
    ├── MailNotSent             1  the wiki was asked for a message and did not send it
    ├── HalfMade                1  a creation failed half-way: what is left, and the way on
    ├── UnexpectedAnswer        1  the server answered outside its protocol
    ├── LocalStorage            1  this computer: disk full, folder not writable
    ├── LeakFound               6  the audit saw a participant
    ├── Interrupted           130  Ctrl-C: resumable
    └── Unforeseen              1  a defect of wikifarm

A message says what was and was not done; a hint says the next thing to try. Neither ever holds a
traceback, a server path or a password.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

DONE, FAILED, USAGE, CHANGES, PARTIAL, WAITING, LEAK, REFUSED, SERVER, INTERRUPTED = (
    0, 1, 2, 3, 4, 5, 6, 7, 8, 130,
)  # fmt: skip


class WikifarmError(Exception):
    """A foreseen failure: `code` is stable, `exit` is the status of the command."""

    code: ClassVar[str] = "failed"
    exit: ClassVar[int] = FAILED

    def __init__(self, message: str, *, hint: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where


@dataclass(frozen=True)
class Problem:
    """One mistake of an input: where it stands, what is wrong and how to mend it."""

    message: str
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    code: str = "invalid-input"

    @property
    def where(self) -> str:
        """`file:line:column`, as editors understand it."""
        numbers = [str(number) for number in (self.line, self.column) if number]
        return ":".join([part for part in (self.file, *numbers) if part])


class InvalidInput(WikifarmError):
    """Every problem of what was given, at once."""

    code = "invalid-input"
    exit = USAGE

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(first.message, hint=first.hint, where=first.where)
        self.problems = tuple(problems)


class ExtraMissing(WikifarmError):
    code = "ops-extra"
    exit = USAGE


class Refused(WikifarmError):
    code = "refused"
    exit = REFUSED


class SlugTaken(Refused):
    code = "slug-taken"


class Locked(Refused):
    code = "locked"


class NotOurs(Refused):
    code = "not-ours"


class ListTaken(Refused):
    code = "list-taken"


class ListNotAllowed(Refused):
    code = "list-not-allowed"


class TooManyRemovals(Refused):
    code = "too-many-removals"


class NotConfirmed(Refused):
    code = "not-confirmed"


class ServerProblem(WikifarmError):
    code = "server-problem"
    exit = SERVER


class Unreachable(ServerProblem):
    code = "unreachable"


class TlsFailed(ServerProblem):
    code = "tls-failed"


class NotYesWiki(ServerProblem):
    code = "not-yeswiki"


class NoFarmExtension(ServerProblem):
    code = "no-farm-extension"


class BadCredentials(ServerProblem):
    code = "bad-credentials"


class NotSympa(ServerProblem):
    code = "not-sympa"


class SympaHost(ServerProblem):
    code = "sympa-host"


class SessionLost(ServerProblem):
    code = "session-lost"


class DnsSilent(ServerProblem):
    code = "dns-silent"


class WikiAsleep(WikifarmError):
    code = "wiki-asleep"


class WikiBusy(WikifarmError):
    code = "wiki-busy"


class WriteRefused(WikifarmError):
    code = "write-refused"


class ListUnknown(WikifarmError):
    code = "list-unknown"


class ListUndecided(WikifarmError):
    code = "list-undecided"


class AddressRefused(WikifarmError):
    code = "address-refused"


class MailNotSent(WikifarmError):
    code = "mail-not-sent"


class HalfMade(WikifarmError):
    code = "half-made"


class UnexpectedAnswer(WikifarmError):
    code = "unexpected-answer"


class LocalStorage(WikifarmError):
    code = "local-storage"


class LeakFound(WikifarmError):
    code = "leak-found"
    exit = LEAK


class Interrupted(WikifarmError):
    code = "interrupted"
    exit = INTERRUPTED


class Unforeseen(WikifarmError):
    code = "unforeseen"

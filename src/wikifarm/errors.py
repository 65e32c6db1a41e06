"""Everything that can go wrong, as a tree: each leaf has a stable code and an exit status.

    WikifarmError
    ├── InvalidInput            2  a file, an option or a name is wrong: every problem at once
    ├── ExtraMissing            2  a part of wikifarm that was not installed
    ├── Refused                 7  wikifarm declines to act
    │   ├── SlugTaken              the address belongs to another community
    │   ├── Locked                 another run holds the farm
    │   ├── NotOurs                neither the receipt nor the journal says it is ours
    │   ├── PrivateAddress         it leads to this computer or its network, unless allowed by name
    │   ├── ListTaken              the name of the mailing list is somebody else's
    │   ├── ListNotAllowed         the list server does not let this person do that
    │   ├── TooManyRemovals        more people would go than is believable
    │   ├── KeptForGood            the manifest changes what a community keeps for good
    │   ├── Closed                 the community closes, or is closed: nothing is written there
    │   ├── TooManyChanges         more communities would change than one expects
    │   ├── PlanOutdated           the farm does not give the plan that was kept
    │   ├── NotToWelcome           somebody who does not wait to be welcomed
    │   ├── StillNeeded            somebody without whom the community does not go
    │   └── NotConfirmed           nobody said yes to what cannot be undone
    ├── ServerProblem           8  a server cannot be reached or refuses the credentials
    │   ├── Unreachable            no answer
    │   ├── TlsFailed              the certificate does not prove who answers
    │   ├── NotYesWiki             something else answers (a captive page, another site)
    │   ├── NoFarmExtension        a YesWiki without `ferme`
    │   ├── BadCredentials         name, password or key refused
    │   ├── NotSympa               something else than Sympa's SOAP answers
    │   ├── SympaHost              Sympa does not know itself under this address
    │   ├── SessionLost            the server forgot who was logged in
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
    ├── PasswordsShut           1  where the passwords of wikis are cannot be opened
    ├── LeakFound               6  the audit saw a participant
    ├── AuditBlind              1  the audit could not see: it says nothing
    ├── Interrupted           130  Ctrl-C: resumable
    └── Unforeseen              1  a defect of wikifarm

A message says what was and was not done; a hint says the next thing to try. Neither ever holds a
traceback, a server path or a password.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """The statuses with which the process ends: a promise made to scripts."""

    DONE = 0  # or there was nothing to do
    FAILED = 1
    USAGE = 2  # the command line, or a file given to it, is wrong
    CHANGES = 3  # with --detailed-exitcode: something would change
    PARTIAL = 4  # some communities or machines failed, others are done
    WAITING = 5  # with --detailed-exitcode: a person has something to do first
    LEAK = 6  # the audit saw a participant
    REFUSED = 7
    SERVER = 8  # a server cannot be reached or refuses the credentials
    INTERRUPTED = 130  # as a shell says of Ctrl-C: 128 and the number of the signal


class WikifarmError(Exception):
    """A foreseen failure: `code` is stable, `exit` is the status of the command."""

    code: ClassVar[str] = "failed"
    exit: ClassVar[Exit] = Exit.FAILED

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
    exit = Exit.USAGE

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(first.message, hint=first.hint, where=first.where)
        self.problems = tuple(problems)


class ExtraMissing(WikifarmError):
    """A command needs a library that only an extra of the package brings (`wikifarm[ops]`)."""

    code = "ops-extra"
    exit = Exit.USAGE


class Refused(WikifarmError):
    """wikifarm declines to act, rather than touch or lose what is somebody else's."""

    code = "refused"
    exit = Exit.REFUSED


class SlugTaken(Refused):
    """The address asked for is another community's, or another wiki's: choose another."""

    code = "slug-taken"


class Locked(Refused):
    """Another process holds the lock of this farm: nothing was done, wait for its end."""

    code = "locked"


class NotOurs(Refused):
    """What was named is not there, or nothing proves that it is the community's: left alone."""

    code = "not-ours"


class PrivateAddress(Refused):
    """The address leads to this computer or its own network, and was not allowed by name."""

    code = "private-address"


class KeptForGood(Refused):
    """The manifest changes what a community that stands keeps for good: nothing was written."""

    code = "kept-for-good"


class Closed(Refused):
    """The community closes, or is closed, and nobody said to open it again: nothing was written."""

    code = "community-closed"


class ListTaken(Refused):
    """A list has the name asked for, and no proof makes it the community's: left alone."""

    code = "list-taken"


class ListNotAllowed(Refused):
    """The list server, or the account used there, does not let wikifarm do that."""

    code = "list-not-allowed"


class TooManyRemovals(Refused):
    """A synchronisation would take off more people than a believable base lost."""

    code = "too-many-removals"


class TooManyChanges(Refused):
    """Many communities that stand would change, or something be removed, and nobody said so."""

    code = "too-many-changes"


class NotToWelcome(Refused):
    """Somebody of a community who does not wait to be welcomed."""

    code = "not-to-welcome"


class StillNeeded(Refused):
    """Somebody whom the manifest has facilitate, or alone in a group: nothing was removed."""

    code = "still-needed"


class PlanOutdated(Refused):
    """The farm does not give any more the plan that was kept in a file: nothing was done."""

    code = "plan-outdated"


class NotConfirmed(Refused):
    """What cannot be undone was asked for without a yes, and nobody is there to ask."""

    code = "not-confirmed"


class ServerProblem(WikifarmError):
    """A server could not be asked: nothing is known of what it holds."""

    code = "server-problem"
    exit = Exit.SERVER


class Unreachable(ServerProblem):
    """No answer came, or only one that says to come back: what was sent may have been done."""

    code = "unreachable"


class TlsFailed(ServerProblem):
    """The line to the server is not proven private: nothing secret was sent on it."""

    code = "tls-failed"


class NotYesWiki(ServerProblem):
    """What answers at the address does not speak as a YesWiki does."""

    code = "not-yeswiki"


class NoFarmExtension(ServerProblem):
    """The wiki answers, but has no form that makes wikis."""

    code = "no-farm-extension"


class BadCredentials(ServerProblem):
    """A server refuses the name, password or key, or the account lacks the right needed."""

    code = "bad-credentials"


class NotSympa(ServerProblem):
    """What answers, or runs, in the place of the list server is no Sympa."""

    code = "not-sympa"


class SympaHost(ServerProblem):
    """Sympa has no lists under the address or the domain that the settings give."""

    code = "sympa-host"


class SessionLost(ServerProblem):
    """The server does not know, or no more, on whose behalf it is asked: ask again."""

    code = "session-lost"


class DnsSilent(ServerProblem):
    """The DNS gave no answer about a name, which is not the answer that there is none."""

    code = "dns-silent"


class WikiAsleep(WikifarmError):
    """The wiki hibernates: it can be read, and written once it was woken from the farm."""

    code = "wiki-asleep"


class WikiBusy(WikifarmError):
    """The server is at work on this wiki: the same command will do in a few minutes."""

    code = "wiki-busy"


class WriteRefused(WikifarmError):
    """Reading back did not show what was written: YesWiki may refuse and answer 200."""

    code = "write-refused"


class ListUnknown(WikifarmError):
    """The list server has no list of that name, or shows none to this account."""

    code = "list-unknown"


class ListUndecided(WikifarmError):
    """The list server failed without saying what it did: look before asking again."""

    code = "list-undecided"


class AddressRefused(WikifarmError):
    """The list server takes no such e-mail address; the others are not concerned."""

    code = "address-refused"


class MailNotSent(WikifarmError):
    """The farm was asked for a test message and did not send it."""

    code = "mail-not-sent"


class HalfMade(WikifarmError):
    """The farm failed while making a wiki: the message says what is left, the hint the way on."""

    code = "half-made"


class UnexpectedAnswer(WikifarmError):
    """A server answered outside its protocol: nothing can be concluded from it."""

    code = "unexpected-answer"


class LocalStorage(WikifarmError):
    """A file or a folder of this computer cannot be read or written, or its disk is full."""

    code = "local-storage"


class PasswordsShut(WikifarmError):
    """What keeps the passwords of wikis (a file, a program) cannot be opened from this computer."""

    code = "passwords-shut"


class LeakFound(WikifarmError):
    """The audit saw a participant from outside: do not open this community yet."""

    code = "leak-found"
    exit = Exit.LEAK


class AuditBlind(WikifarmError):
    """The audit could not see what it looks for, or could not ask: nothing says who is private."""

    code = "audit-blind"


class Interrupted(WikifarmError):
    """The person stopped the command: run again, it goes on from there."""

    code = "interrupted"
    exit = Exit.INTERRUPTED


class Unforeseen(WikifarmError):
    """wikifarm met an error that it does not know: a defect to report, with its traceback."""

    code = "unforeseen"

"""Hosts of mailing lists where a person must ask: what is known of each, and the texts to paste.

A program asks for nothing there: the host's own form is filled by the person who will own the list
and the people who run the host decide. Only the list's public page is read, to see where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.lists import names
from wikifarm.lists.host_access import HostAccess
from wikifarm.lists.sympa_addresses import SympaAddresses
from wikifarm.lists.web import NEAREST, SympaWeb, batches
from wikifarm.model import FoundList, ListState, WantedList
from wikifarm.transport import Network

# The form of a Sympa in French (create_list_request.tt2, seen on 6.2.70): not translated, since
# these are the words that people read there.
NAME, KIND, SUBJECT, TOPICS, DESCRIPTION = (
    "Nom de liste", "Type de liste", "Objet", "Public visé", "Description",
)  # fmt: skip
# Framalistes takes no new lists, and keeps those it has.
ELDER = {"framalistes.org": "https://framalistes.org/sympa"}
NEAREST_TITLE = "Paramétrage pour un groupe de travail"
OTHER_TOPIC = "Autre"


@dataclass(frozen=True)
class HostProfile:
    """What is known of a host. What is empty or None is not known; nothing is guessed."""

    key: str  # the provider in a manifest
    name: str
    web: str = ""  # of its Sympa, as https://framagroupes.org/sympa
    domain: str = ""  # of its lists
    contact: str = ""  # the address to write to
    members_only: bool = False
    checked_on: str = ""  # the day these facts were read, as 2026-11-21; not said by the host
    facts: Callable[[], tuple[str, ...]] = tuple  # sentences, in the language in use
    sources: tuple[str, ...] = ()  # where they were read: addresses, or names and dates
    most_subscribers: int | None = None

    def at(self, domain: str) -> HostProfile:
        """The same host for a list of `domain`: pages of another domain would show somebody
        else's list of that name.
        """
        if domain in ("", self.domain) or not self.domain:
            return self
        return replace(self, domain=domain, web=ELDER.get(domain, ""))


def profile(key: str, access: HostAccess | None = None) -> HostProfile:
    """What is known of the host `key`, under what the settings say of it.

    Raises InvalidInput for a key that is none of HOSTS.
    """
    if key not in HOSTS:
        raise InvalidInput(
            [
                Problem(
                    _("“{key}” is not a host of lists that wikifarm knows.").format(key=key),
                    _("Choose one of: {names}.").format(names=", ".join(HOSTS)),
                    code="list-host",
                )
            ]
        )
    return _overridden(HOSTS[key](), access or HostAccess())


def _overridden(known: HostProfile, access: HostAccess) -> HostProfile:
    web = access.web.strip().rstrip("/") or known.web
    # What is known of one place says nothing of the domain of another.
    domain = access.domain.strip() or (known.domain if web == known.web else "")
    name = known.name or domain or urlsplit(web).hostname or _("your list host")
    return replace(
        known, web=web, domain=domain, contact=access.contact.strip() or known.contact, name=name
    )


def _framaliste_facts() -> tuple[str, ...]:
    return (
        _(
            "Framalistes takes no new lists since May 2023: Framasoft opened Framagroupes, in "
            "June 2023, for the new ones."
        ),
        _(
            "According to a page of a third party, without a date: discussion lists only, 500 "
            "subscribers at most, added one by one. Look at the form before you count on more."
        ),
    )


def _infini_facts() -> tuple[str, ...]:
    return (
        _("Infini, in Brest, hosts lists for its members, and not for business."),
        _("No page that we read gives the address of its list server: ask Infini for it."),
    )


def _framaliste() -> HostProfile:
    return HostProfile(
        "framaliste",
        "Framagroupes (Framasoft)",
        web="https://framagroupes.org/sympa",
        domain="framagroupes.org",
        checked_on="2026-11-21",
        facts=_framaliste_facts,
        sources=(
            "framablog.org, 2023-05-23",
            "framablog.org, 2024-06-13",
            "nextinpact.com, article 71731",
            "https://docs.framasoft.org/fr/groupes/",
            "https://blog.liberetonordi.com/",
        ),
        most_subscribers=500,
    )


def _infini() -> HostProfile:
    return HostProfile(
        "infini",
        "Infini",
        members_only=True,
        checked_on="2026-11-21",
        facts=_infini_facts,
        sources=("cooperations.infini.fr, article 6",),
    )


def _other() -> HostProfile:
    return HostProfile("other", "")


HOSTS: Mapping[str, Callable[[], HostProfile]] = {
    "framaliste": _framaliste, "infini": _infini, "other": _other,
}  # fmt: skip


class RequestedHost:
    """A host where a person asks for the list. Only `state` goes to the network."""

    def __init__(self, network: Network, known: HostProfile) -> None:
        self.profile = known
        self.addresses = SympaAddresses(known.web) if known.web else None
        self._network = network

    @property
    def request_form(self) -> str:
        """The address of the host's form, or nothing where it is not known."""
        return self.addresses.request_form() if self.addresses else ""

    def state(self, wanted: WantedList) -> FoundList:
        """Where the list stands, as its public page says: to be asked rarely.

        Whose list it is does not stand there, so TAKEN is never answered. Raises NotSympa and
        Unreachable, which have cures.
        """
        address = self.address(wanted)
        if self.addresses is None:
            note = _("No web address of {host} is known, so nobody can look from here.")
            return FoundList(
                ListState.UNKNOWN, address, notes=(note.format(host=self.profile.name),)
            )
        web = SympaWeb(self._network, self.profile.web)
        state = web.state(wanted.name) or ListState.UNKNOWN
        home = "" if state is ListState.ABSENT else web.home(wanted.name)
        return FoundList(state, address, home, notes=self._notes(state))

    def address(self, wanted: WantedList) -> str:
        """The address of the list, or its name alone where nobody knows the domain."""
        return replace(wanted, domain=wanted.domain or self.profile.domain).address

    def _notes(self, state: ListState) -> tuple[str, ...]:
        notes = {
            ListState.ABSENT: _("{host} shows no such list; one that is hidden looks the same."),
            ListState.REQUESTED: _("The list waits for the people of {host} to accept it."),
            ListState.OPEN: _(
                "The page does not say whose list it is: see that it is yours before you use it."
            ),
            ListState.CLOSED: _("The list is closed, and its name stays taken: choose another."),
        }
        note = notes.get(state, _("{host} does not let strangers see where the list stands."))
        return (note.format(host=self.profile.name),)

    def form_values(self, wanted: WantedList) -> list[tuple[str, str]]:
        """What to write in each field of the host's form, under the words that stand there."""
        names.check(wanted)
        return [
            (NAME, wanted.name),
            (KIND, _kind(wanted)),
            (SUBJECT, wanted.subject),
            (TOPICS, OTHER_TOPIC if wanted.topics == "other" else wanted.topics),
            (DESCRIPTION, wanted.description),
        ]

    def import_lines(self, addresses: Iterable[str]) -> list[str]:
        """What to paste into the host's import page: texts of 500 lines at most, an address each.

        An address that a list server does not take is left out, as one that comes twice.
        """
        return ["\n".join(batch) + "\n" for batch in batches(fit(addresses))]

    def add_mail(self, wanted: WantedList, addresses: Iterable[str], *, quiet: bool = False) -> str:
        """The mail that an owner sends to subscribe these addresses; nothing where none is fit.
        Each is told by the server's own welcome message, unless `quiet`.

        As Sympa::Request::Message and Sympa::CommandDef (6.2.70) read it: a command in the subject
        would be the only one obeyed, so the subject is empty; each line of the body is a command,
        empty lines and lines that begin with # are skipped, and the first that is none ends it, as
        `QUIT` does (a signature follows) and a line `-- `. It must be sent as plain text, from the
        address of an owner; a host may want each command confirmed.
        """
        names.check(wanted)
        verb = "QUIET ADD" if quiet else "ADD"
        commands = [f"{verb} {wanted.name} {one}" for one in fit(addresses)]
        if not commands:
            return ""
        head = [f"From: {wanted.founder}", f"To: sympa@{self._domain(wanted)}", "Subject:", ""]
        return "\n".join([*head, *commands, "QUIT"]) + "\n"

    def _domain(self, wanted: WantedList) -> str:
        domain = wanted.domain or self.profile.domain
        if domain:
            return domain
        raise InvalidInput(
            [
                Problem(
                    _("The domain of the lists of {host} is not known.").format(
                        host=self.profile.name
                    ),
                    _("Set WIKIFARM_{key}_DOMAIN, or write it in the address of the list.").format(
                        key=self.profile.key.upper()
                    ),
                    code="list-domain",
                )
            ]
        )


def _kind(wanted: WantedList) -> str:
    nearest = f"{NEAREST_TITLE} ({NEAREST})"
    if wanted.template == NEAREST:
        return nearest
    return _("{template} where it is offered, else: {nearest}").format(
        template=wanted.template, nearest=nearest
    )


def fit(addresses: Iterable[str]) -> Sequence[str]:
    """Those that a list server takes, in lower case, each once, in their order."""
    cleaned = dict.fromkeys(one.strip().lower() for one in addresses)
    return [one for one in cleaned if names.fit_for_a_list(one)]

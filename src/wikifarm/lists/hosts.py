"""Hosts of mailing lists where a person must ask: where a list stands, and the texts to paste.

A program asks for nothing there: the host's own form is filled by the person who will own the list
and the people who run the host decide. Only the list's public page is read, to see where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.lists import names
from wikifarm.lists.host_profiles import HostProfile
from wikifarm.lists.sympa_addresses import SympaAddresses
from wikifarm.lists.web import NEAREST, SympaWeb, batches
from wikifarm.model import FoundList, ListState, WantedList
from wikifarm.transport import Network

# The form of a Sympa in French (create_list_request.tt2, seen on 6.2.70): not translated, since
# these are the words that people read there.
NAME, KIND, SUBJECT, TOPICS, DESCRIPTION = (
    "Nom de liste", "Type de liste", "Objet", "Public visé", "Description",
)  # fmt: skip
NEAREST_TITLE = "Paramétrage pour un groupe de travail"
OTHER_TOPIC = "Autre"


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
        commands = [f"{verb} {wanted.name} {address}" for address in fit(addresses)]
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
    cleaned = dict.fromkeys(address.strip().lower() for address in addresses)
    return [address for address in cleaned if names.fit_for_a_list(address)]

"""What is known of the hosts of mailing lists where a person asks: facts, with their sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from wikifarm.i18n import _
from wikifarm.lists.host_access import HostAccess

# Framalistes takes no new lists, and keeps those it has.
ELDER = {"framalistes.org": "https://framalistes.org/sympa"}


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

    def under(self, access: HostAccess) -> HostProfile:
        """The same host, where the settings say otherwise."""
        web = access.web.strip().rstrip("/") or self.web
        # What is known of one place says nothing of the domain of another.
        domain = access.domain.strip() or (self.domain if web == self.web else "")
        name = self.name or domain or urlsplit(web).hostname or _("your list host")
        return replace(
            self, web=web, domain=domain, contact=access.contact.strip() or self.contact, name=name
        )


OTHER = HostProfile("other", "")  # a host of which nothing is known


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


FRAMALISTE = HostProfile(
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
INFINI = HostProfile(
    "infini",
    "Infini",
    members_only=True,
    checked_on="2026-11-21",
    facts=_infini_facts,
    sources=("cooperations.infini.fr, article 6",),
)

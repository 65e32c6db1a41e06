"""Every way to have a mailing list, said once: manifests, help, settings and plans read it here.

A provider is one record of PROVIDERS, and a module beside for a host that a program may drive. What
makes its port is imported when it is called: this module is read at every start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.lists.host_access import HostAccess, SympaAccess
from wikifarm.lists.sympa_addresses import links_of

if TYPE_CHECKING:
    from wikifarm.lists.cli import SympaCli
    from wikifarm.lists.sympa import Sympa
    from wikifarm.transport import Network

    Driver = Sympa | SympaCli

NONE = "none"  # the provider of a community without a list
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


@dataclass(frozen=True)
class Provider:
    """One way to have a list. A program drives its host, or a person asks there."""

    name: str  # in manifests and on the command line
    section: str = ""  # of the settings; empty: none
    access: type = HostAccess  # what that section holds
    profile: HostProfile = OTHER
    # Makes what fulfils `engine.ports.ListPort`, of (network, access, slug, quiet); None where the
    # settings give no way in, and always for a host where a person asks.
    port: Callable[[Network, Any, str, bool], Driver | None] | None = None
    # Driven on its own server: whole addresses only, opened again, removed for good.
    from_inside: bool = False
    links: Callable[[str, str], dict[str, str]] = links_of  # of (address, page at the host)


def _over_soap(network: Network, access: SympaAccess, _slug: str, quiet: bool) -> Driver | None:
    from wikifarm.lists.sympa import Sympa

    return Sympa(network, access, quiet=quiet) if access.url else None


def _on_the_server(_network: Network, access: SympaAccess, slug: str, quiet: bool) -> Driver:
    from wikifarm.lists.cli import RemoteFile, SympaCli

    source = None
    if access.include_url:
        url = access.include_url.replace("{slug}", slug)
        source = RemoteFile("participants", url, access.include_user, access.include_password)
    return SympaCli("" if access.ssh == "local" else access.ssh, quiet=quiet, source=source)


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

PROVIDERS: dict[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider(NONE),
        Provider("sympa", "sympa", SympaAccess, port=_over_soap),
        Provider("sympa-cli", "sympa", SympaAccess, port=_on_the_server, from_inside=True),
        Provider("framaliste", "framaliste", profile=FRAMALISTE),
        Provider("infini", "infini", profile=INFINI),
        Provider("other", "other"),
    )
}


def named(name: str) -> Provider:
    """The provider of that name. Raises InvalidInput for a name that is none."""
    if name in PROVIDERS:
        return PROVIDERS[name]
    problem = Problem(
        _("“{key}” is not a host of lists that wikifarm knows.").format(key=name),
        _("Choose one of: {names}.").format(names=", ".join(hosts())),
        code="list-host",
    )
    raise InvalidInput([problem])


def hosts() -> list[str]:
    """The names of those that have lists, one's own server first."""
    return [name for name in PROVIDERS if name != NONE]


def sections() -> dict[str, type]:
    """The sections of the settings that speak of list hosts, with what each holds."""
    return {one.section: one.access for one in PROVIDERS.values() if one.section}


def profile(name: str, access: HostAccess | None = None) -> HostProfile:
    """What is known of a host, under what the settings say of it."""
    return named(name).profile.under(access or HostAccess())

"""Every way to have a mailing list, said once: manifests, help, settings and plans read it here.

A provider is one record of PROVIDERS, and a module beside for what it is made of: a driver for a
host that a program may drive, a profile for one where a person asks. This module is read at every
start: what a record needs is imported when it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _

if TYPE_CHECKING:
    from wikifarm.lists.cli import SympaCli
    from wikifarm.lists.host_access import HostAccess, SympaAccess
    from wikifarm.lists.host_profiles import HostProfile
    from wikifarm.lists.sympa import Sympa
    from wikifarm.transport import Network

    Driver = Sympa | SympaCli

NONE = "none"  # the provider of a community without a list


def _host_access() -> type[HostAccess]:
    from wikifarm.lists.host_access import HostAccess

    return HostAccess


def _sympa_access() -> type[SympaAccess]:
    from wikifarm.lists.host_access import SympaAccess

    return SympaAccess


def _framaliste() -> HostProfile:
    from wikifarm.lists.host_profiles import FRAMALISTE

    return FRAMALISTE


def _infini() -> HostProfile:
    from wikifarm.lists.host_profiles import INFINI

    return INFINI


def _unknown() -> HostProfile:
    from wikifarm.lists.host_profiles import OTHER

    return OTHER


def _links(address: str, home: str) -> dict[str, str]:
    from wikifarm.lists.sympa_addresses import links_of

    return links_of(address, home)


class Provider(NamedTuple):
    """One way to have a list. A program drives its host, or a person asks there."""

    name: str  # in manifests and on the command line
    section: str = ""  # of the settings; empty: none
    access: Callable[[], type] = _host_access  # the class of what that section holds
    profile: Callable[[], HostProfile] = _unknown
    # Makes what fulfils `engine.ports.ListPort`, of (network, access, slug, quiet); None where the
    # settings give no way in, and always for a host where a person asks.
    port: Callable[[Network, Any, str, bool], Driver | None] | None = None
    # Driven on its own server: whole addresses only, opened again, removed for good.
    from_inside: bool = False
    # What may be said of a list, of (its address, its page at the host).
    links: Callable[[str, str], dict[str, str]] = _links


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


PROVIDERS: dict[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider(NONE),
        Provider("sympa", "sympa", _sympa_access, port=_over_soap),
        Provider("sympa-cli", "sympa", _sympa_access, port=_on_the_server, from_inside=True),
        Provider("framaliste", "framaliste", profile=_framaliste),
        Provider("infini", "infini", profile=_infini),
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
    return {
        provider.section: provider.access() for provider in PROVIDERS.values() if provider.section
    }


def profile(name: str, access: HostAccess | None = None) -> HostProfile:
    """What is known of a host, under what the settings say of it."""
    from wikifarm.lists.host_access import HostAccess

    return named(name).profile().under(access or HostAccess())

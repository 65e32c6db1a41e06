"""Which list a community wants, at which host, and whether wikifarm may act on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.blueprint.neutral import fold
from wikifarm.engine.mailing_list import STEP
from wikifarm.engine.ports import ListPort
from wikifarm.engine.receipt import Receipt
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.lists import names
from wikifarm.lists.providers import NONE, named, profile
from wikifarm.model import ListOwner, Module, WantedList
from wikifarm.operations.workplace.context import Context

if TYPE_CHECKING:
    from wikifarm.lists.host_profiles import HostProfile
    from wikifarm.lists.hosts import RequestedHost


def wants_list(community: Community) -> bool:
    """True when the community has a host for its list, and the module switched on."""
    return community.mailing_list != NONE and Module.MAILING_LIST in community.modules


def wanted_list(context: Context, community: Community, receipt: Receipt) -> WantedList:
    """The list as it should be. Its address is the manifest's, else the one known since it was
    asked for, else the community's own at this host.
    """
    sympa = context.lists.sympa
    known = receipt.mailing_list.get("address", "") if _same_host(community, receipt) else ""
    address = community.mailing_list_address.lower() or known  # as Sympa writes names
    name, _at, domain = address.partition("@")
    return WantedList(
        name=name or community.slug,
        domain=domain or _domain(context, community.mailing_list),
        subject=_plain(community.name),
        description=_plain(community.description or community.name),
        owners=tuple(ListOwner(person.email, person.name) for person in community.facilitators),
        language=community.language,
        template=sympa.template,
        topics=sympa.topics,
    )


def check_list(context: Context, community: Community) -> None:
    """Raises InvalidInput for a list that could not be asked for, before anything is made."""
    if not wants_list(community):
        return
    wanted = wanted_list(context, community, Receipt("", community.slug, community.name))
    names.check(wanted)
    if named(community.mailing_list).from_inside:
        names.check_domain(wanted, community.source)


def _same_host(community: Community, receipt: Receipt) -> bool:
    return receipt.mailing_list.get("provider") == community.mailing_list


def _plain(text: str) -> str:
    """On one line, and without what Sympa's templates would act upon."""
    return fold(text).replace("[%", "[ %").replace("%]", "% ]")


def _domain(context: Context, provider: str) -> str:
    return _profile(context, provider).domain


def _profile(context: Context, provider: str, domain: str = "") -> HostProfile:
    access = context.lists.of(named(provider).section)
    return profile(provider, access.public() if access else None).at(domain)


def asked_host(context: Context, provider: str, domain: str = "") -> RequestedHost:
    """The host as a person asks there for a list of `domain`, by default the host's own; one that
    is driven is asked so too, where no program is let in.
    """
    from wikifarm.lists.hosts import RequestedHost

    return RequestedHost(context.list_network, _profile(context, provider, domain))


@dataclass(frozen=True)
class Login:
    """The own account of a person, at a host where wikifarm acts only if asked by name."""

    email: str
    password: str = field(repr=False)


def driven(
    context: Context, community: Community, *, quiet: bool = False, login: Login | None = None
) -> ListPort | None:
    """The host where wikifarm acts by itself; None where a person must ask."""
    provider = named(community.mailing_list)
    access = context.lists.of(provider.section)
    port: ListPort | None = None
    if provider.port is not None:
        port = provider.port(context.list_network, access, community.slug, quiet)
    if port is None and login is not None:
        return _with_account(context, community, login, quiet=quiet)
    return port


def _with_account(
    context: Context, community: Community, login: Login, *, quiet: bool
) -> ListPort | None:
    from wikifarm.lists.account import AccountHost

    domain = community.mailing_list_address.partition("@")[2]
    web = _profile(context, community.mailing_list, domain).web
    if not web:
        problem = Problem(
            _("No web address of the list host is known: there is nowhere to log in."),
            _("Set WIKIFARM_{key}_WEB.").format(key=community.mailing_list.upper()),
            code="no-list-address",
        )
        raise InvalidInput([problem])
    host = AccountHost(context.list_network, web, quiet=quiet)
    host.login(login.email, login.password)
    return host


def is_ours(context: Context, community: Community, wanted: WantedList, receipt: Receipt) -> bool:
    """True when the receipt or the journal says that wikifarm asked for this very list, or that
    someone said it was the community's."""
    if _same_host(community, receipt) and _names(receipt.mailing_list.get("address", ""), wanted):
        return True
    return any(
        entry.get("slug") == community.slug
        and entry.get("step") == STEP
        and _names(str(entry.get("list", "")), wanted)
        for entry in context.journal.entries()
    )


def links(community: Community, known: Mapping[str, str]) -> dict[str, str]:
    """What the pages of the wiki may say of its list; `known` is how its receipt says it stands."""
    provider = named(community.mailing_list)
    address = known.get("address") or community.mailing_list_address
    return {"state": known.get("state", ""), **provider.links(address, known.get("home", ""))}


def _names(address: str, wanted: WantedList) -> bool:
    """True for the address of this list; a domain that is not known on one side is any."""
    name, _at, domain = address.partition("@")
    return name == wanted.name and ("" in (domain, wanted.domain) or domain == wanted.domain)


def known_domains(context: Context) -> list[str]:
    """The domains of the lists that the manifests here ask for; none where one cannot be read,
    which `plan` tells.
    """
    folder = context.places.communities
    try:
        communities = load_manifests([folder]) if folder.is_dir() else []
    except InvalidInput:
        return []
    domains = {
        community.mailing_list_address.partition("@")[2] or _domain(context, community.mailing_list)
        for community in communities
        if wants_list(community)
    }
    return sorted(domain for domain in domains if domain)

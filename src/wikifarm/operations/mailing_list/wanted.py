"""Which list a community wants, at which host, and whether wikifarm may act on it."""

from __future__ import annotations

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
from wikifarm.lists.host_access import HostAccess, SympaAccess
from wikifarm.model import ListOwner, Module, WantedList
from wikifarm.operations.workplace.context import Context

if TYPE_CHECKING:
    from wikifarm.lists.hosts import RequestedHost

REQUESTED = ("framaliste", "infini", "other")  # hosts where a person asks


def wants_list(community: Community) -> bool:
    """True when the community has a host for its list, and the module switched on."""
    return community.mailing_list != "none" and Module.MAILING_LIST in community.modules


def wanted_list(context: Context, community: Community, held: Receipt) -> WantedList:
    """The list as it should be. Its address is the manifest's, else the one known since it was
    asked for, else the community's own at this host.
    """
    sympa = context.lists.sympa
    known = held.mailing_list.get("address", "") if _same_host(community, held) else ""
    address = community.mailing_list_address.lower() or known  # as Sympa writes names
    name, _at, domain = address.partition("@")
    return WantedList(
        name=name or community.slug,
        domain=domain or _domain(context, community.mailing_list),
        subject=_plain(community.name),
        description=_plain(community.description or community.name),
        owners=tuple(ListOwner(one.email, one.name) for one in community.facilitators),
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
    if community.mailing_list == "sympa-cli":
        names.check_domain(wanted, community.source)


def _same_host(community: Community, held: Receipt) -> bool:
    return held.mailing_list.get("provider") == community.mailing_list


def _plain(text: str) -> str:
    """On one line, and without what Sympa's templates would act upon."""
    return fold(text).replace("[%", "[ %").replace("%]", "% ]")


def _domain(context: Context, provider: str) -> str:
    if provider in REQUESTED:
        return asked_host(context, provider).profile.domain
    return context.lists.sympa.domain


def asked_host(context: Context, provider: str, domain: str = "") -> RequestedHost:
    """The host where a person asks for a list of `domain`, by default the host's own; a Sympa
    without an address for programs is one too.
    """
    from wikifarm.lists.hosts import RequestedHost, profile

    if provider in REQUESTED:
        known = profile(provider, context.lists.hosts.get(provider))
        return RequestedHost(context.list_network, known.at(domain))
    sympa = context.lists.sympa
    access = HostAccess(web=sympa.web, domain=sympa.domain)
    return RequestedHost(context.list_network, profile("other", access).at(domain))


@dataclass(frozen=True)
class Login:
    """The own account of a person, at a host where wikifarm acts only if asked by name."""

    email: str
    password: str = field(repr=False)


def driven(
    context: Context, community: Community, *, quiet: bool = False, login: Login | None = None
) -> ListPort | None:
    """The host where wikifarm acts by itself; None where a person must ask."""
    access = context.lists.sympa
    if community.mailing_list == "sympa" and access.url:
        from wikifarm.lists.sympa import Sympa

        return Sympa(context.list_network, access, quiet=quiet)
    if community.mailing_list == "sympa-cli":
        return _command_line(access, community, quiet=quiet)
    return _with_account(context, community, login, quiet=quiet) if login else None


def _command_line(access: SympaAccess, community: Community, *, quiet: bool) -> ListPort:
    from wikifarm.lists.cli import RemoteFile, SympaCli

    source = None
    if access.include_url:
        url = access.include_url.replace("{slug}", community.slug)
        source = RemoteFile("participants", url, access.include_user, access.include_password)
    target = "" if access.ssh in ("", "local") else access.ssh
    return SympaCli(target, quiet=quiet, source=source)


def _with_account(
    context: Context, community: Community, login: Login, *, quiet: bool
) -> ListPort | None:
    from wikifarm.lists.account import AccountHost

    domain = community.mailing_list_address.partition("@")[2]
    web = asked_host(context, community.mailing_list, domain).profile.web
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


def is_ours(context: Context, community: Community, wanted: WantedList, held: Receipt) -> bool:
    """True when the receipt or the journal says that wikifarm asked for this very list, or that
    someone said it was the community's."""
    if _same_host(community, held) and _names(held.mailing_list.get("address", ""), wanted):
        return True
    return any(
        entry.get("slug") == community.slug
        and entry.get("step") == STEP
        and _names(str(entry.get("list", "")), wanted)
        for entry in context.journal.entries()
    )


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
    found = {
        one.mailing_list_address.partition("@")[2] or _domain(context, one.mailing_list)
        for one in communities
        if wants_list(one)
    }
    return sorted(one for one in found if one)

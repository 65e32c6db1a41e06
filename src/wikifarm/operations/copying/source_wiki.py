"""The wiki that is copied: one of this farm, or any YesWiki that one may read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from wikifarm.blueprint.manifest.slugs import is_slug
from wikifarm.errors import InvalidInput, NotOurs, Problem
from wikifarm.i18n import _
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.workplace.context import Context
from wikifarm.transport import Network
from wikifarm.web_addresses import why_not
from wikifarm.yeswiki.addresses import Addresses, base_url
from wikifarm.yeswiki.wiki import Wiki

PASSWORD_VARIABLE = "WIKIFARM_SOURCE_PASSWORD"  # noqa: S105 - its name


@dataclass(frozen=True)
class Source:
    """A wiki to read: its address on this farm, or its web address; with an account or as anybody.

    `allowed` are the hosts of private addresses that may be asked.
    """

    where: str
    account: str = ""
    password: str = ""
    allowed: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Source({self.where!r})"


@contextmanager
def opened(context: Context, source: Source) -> Iterator[Wiki]:
    """The wiki, logged in where that is known how.

    Raises InvalidInput for what is no address, NotOurs where the farm has no such wiki,
    PrivateAddress for one that is not allowed by name, and what a wiki that cannot be read raises.
    """
    slug = on_this_farm(context, source.where)
    if slug:
        yield _of_this_farm(context, slug, source)
        return
    if wrong := why_not(source.where.strip()):
        hint = _("Give the address of a community of this farm, or one that begins with https://.")
        raise InvalidInput([Problem(wrong, hint, code="bad-url")])
    network = Network(
        verify=context.settings.verify_tls,
        traffic=context.network.traffic,
        transport=context.transport,
        public_but=(*source.allowed, *_farm_host(context, source.where)),
    )
    try:
        yield _entered(Wiki(network, Addresses(base_url(source.where))), source)
    finally:
        if context.transport is None:
            network.close()


def _farm_host(context: Context, where: str) -> tuple[str, ...]:
    """The host of the farm, for its own wiki: its address was given by name."""
    farm = context.settings.url and context.farm.base
    return (urlsplit(farm).hostname or "",) if farm and base_url(where) == farm else ()


def on_this_farm(context: Context, where: str) -> str:
    """The address on this farm that is meant, if one is."""
    if is_slug(where):
        return where
    if not context.settings.url or why_not(where.strip()):
        return ""
    farm, wiki = urlsplit(context.farm.base), urlsplit(base_url(where))
    below = wiki.path.removeprefix(farm.path).strip("/")
    here = wiki.netloc == farm.netloc and wiki.path.startswith(farm.path)
    return below if here and is_slug(below) else ""


def _of_this_farm(context: Context, slug: str, source: Source) -> Wiki:
    entry = context.farm.known(slug)
    if entry is None:
        raise NotOurs(
            _("There is no wiki “{slug}” on this farm.").format(slug=slug),
            hint=_("`wikifarm list` shows those of the farm."),
            where=context.farm.base,
        )
    known = context.vault.get(slug) or context.acquaintances.of(slug) is not None
    if known and not source.account:
        return open_wiki(context, slug)
    return _entered(context.farm.wiki(slug), source)


def _entered(wiki: Wiki, source: Source) -> Wiki:
    wiki.capabilities  # noqa: B018 - asks first whether a YesWiki answers, before a password is sent
    if source.account:
        wiki.login(source.account, source.password)
    return wiki

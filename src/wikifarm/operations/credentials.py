"""Credentials: the one place that shows the administrator's password of a wiki, or takes one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wikifarm.errors import InvalidInput, NotOurs, Problem
from wikifarm.i18n import _
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.result import Envelope, Outcome


@dataclass(frozen=True)
class WikiCredentials(Outcome):
    """Who administers a wiki; `password` only where it was asked for."""

    slug: str
    url: str
    account: str
    password: str = field(default="", repr=False)

    def as_json(self) -> dict[str, Any]:
        known = {"slug": self.slug, "url": self.url, "account": self.account}
        return {**known, **({"password": self.password} if self.password else {})}


def show(context: Context, slug: str) -> Envelope:
    """The account and the password that this computer keeps for a wiki; asks the farm nothing."""
    password = context.vault.kept(slug)
    if not password:
        raise NotOurs(
            _("This computer has no password for the wiki “{slug}”.").format(slug=slug),
            hint=_("If you know it, give it with `wikifarm credentials {slug} --set`.").format(
                slug=slug
            ),
        )
    return Envelope("credentials", outcome=_credentials(context, slug, password))


def keep(context: Context, slug: str, password: str) -> Envelope:
    """Keeps a password once the wiki has accepted it. Raises BadCredentials when it does not."""
    if not password:
        raise InvalidInput(
            [
                Problem(
                    _("The password is empty: nothing was kept."),
                    _("Type it when asked, or send it on standard input."),
                    code="no-password",
                )
            ]
        )
    context.farm.wiki(slug).login(WIKI_ADMIN, password)
    context.vault.keep(slug, password)
    return Envelope(
        "credentials",
        outcome=_credentials(context, slug),
        messages=(_("The wiki accepts this password; it is kept on this computer."),),
    )


def _credentials(context: Context, slug: str, password: str = "") -> WikiCredentials:
    return WikiCredentials(slug, context.farm.address_of(slug), WIKI_ADMIN, password)

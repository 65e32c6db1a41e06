"""Credentials: the one place that shows the administrator's password of a wiki, or takes one."""

from __future__ import annotations

from wikifarm.errors import InvalidInput, NotOurs, Problem
from wikifarm.i18n import _
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.result import Envelope


def show(context: Context, slug: str) -> Envelope:
    """The account and the password that this computer keeps for a wiki; asks the farm nothing."""
    password = context.vault.get(slug)
    if not password:
        raise NotOurs(
            _("This computer has no password for the wiki “{slug}”.").format(slug=slug),
            hint=_("If you know it, give it with `wikifarm credentials {slug} --set`.").format(
                slug=slug
            ),
        )
    return Envelope("credentials", data=_account(context, slug) | {"password": password})


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
        data=_account(context, slug),
        messages=(_("The wiki accepts this password; it is kept on this computer."),),
    )


def _account(context: Context, slug: str) -> dict[str, str]:
    return {"slug": slug, "url": context.farm.address_of(slug), "account": WIKI_ADMIN}

"""Commands about the farm and about this computer."""

from __future__ import annotations

from typing import Annotated

import typer

from wikifarm.cli.shared import shared
from wikifarm.i18n import _
from wikifarm.result import Envelope


def init(ctx: typer.Context) -> Envelope:
    """`wikifarm init`."""
    from wikifarm.operations.init import init as operation

    options = shared(ctx)
    return operation(options.directory, farm_url=options.farm)


def doctor(ctx: typer.Context) -> Envelope:
    """`wikifarm doctor`."""
    from wikifarm.operations.doctor import doctor as operation

    return operation(shared(ctx).context())


def status(
    ctx: typer.Context,
    slugs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=_("ADDRESS..."),
            help=_("Addresses of communities; by default, all those known here."),
        ),
    ] = None,
) -> Envelope:
    """`wikifarm status`."""
    from wikifarm.operations.status import status as operation

    return operation(shared(ctx).context(), slugs or ())


def list_wikis(ctx: typer.Context) -> Envelope:
    """`wikifarm list`."""
    from wikifarm.operations.listing import list_wikis as operation

    return operation(shared(ctx).context())


def credentials(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(metavar=_("ADDRESS"), help=_("The community's address."))],
    given: Annotated[
        bool,
        typer.Option(
            "--set", help=_("Store a password, typed when asked or sent on standard input.")
        ),
    ] = False,
) -> Envelope:
    """`wikifarm credentials`: the only command that shows a password."""
    from wikifarm.operations import credentials as operation

    options = shared(ctx)
    if not given:
        return operation.show(options.context(), slug)
    from wikifarm.cli.asking import password

    question = _("Password of the administrator of {slug}").format(slug=slug)
    return operation.keep(
        options.context(), slug, password(question, interactive=options.interactive)
    )

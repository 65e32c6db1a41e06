"""Commands about the people of a community."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wikifarm.cli.shared import Shared, communities_known, shared
from wikifarm.i18n import _
from wikifarm.result import Envelope

if TYPE_CHECKING:
    from wikifarm.blueprint.manifest.community import Community


def _slug() -> typer.models.ArgumentInfo:
    argument: typer.models.ArgumentInfo = typer.Argument(
        metavar=_("ADDRESS"),
        help=_("The community's address."),
        autocompletion=communities_known,
    )
    return argument


def _community(options: Shared, slug: str) -> Community:
    from wikifarm.operations.describe import chosen

    (community,) = chosen([], [slug], default=options.directory / "communities").communities
    return community


def list_people(
    ctx: typer.Context,
    slug: Annotated[str, _slug()],
    rows: Annotated[bool, typer.Option("--csv", help=_("As the rows of a sheet."))] = False,
) -> Envelope:
    """`wikifarm participants list`."""
    from wikifarm.operations.participants.listing import list_people as operation

    options = shared(ctx)
    return operation(options.context(), _community(options, slug), rows=rows)


def stats(ctx: typer.Context, slug: Annotated[str, _slug()]) -> Envelope:
    """`wikifarm participants stats`."""
    from wikifarm.operations.participants.listing import count_people as operation

    options = shared(ctx)
    return operation(options.context(), _community(options, slug))


def export(
    ctx: typer.Context,
    slug: Annotated[str, _slug()],
    name: Annotated[
        str,
        typer.Argument(
            metavar=_("[NAME]"),
            help=_("One person (account, address or name): a copy of all that is held of them."),
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar=_("FILE"), help=_("The file to write; by default, one in participants/.")
        ),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="csv|json",
            help=_("Of everybody: a sheet, or a file for programs. A copy for one is JSON."),
        ),
    ] = "csv",
) -> Envelope:
    """`wikifarm participants export`."""
    from wikifarm.operations.participants.export_people import export as operation

    options = shared(ctx)
    if name:
        from wikifarm.operations.participants.own_copy import own_copy

        return own_copy(options.context(), _community(options, slug), name, _file(options, out))
    if form not in ("csv", "json"):
        raise typer.BadParameter(
            _("“{word}” is neither csv nor json").format(word=form), param_hint="--format"
        )
    return operation(
        options.context(), _community(options, slug), _file(options, out), as_json=form == "json"
    )


def _name() -> typer.models.ArgumentInfo:
    argument: typer.models.ArgumentInfo = typer.Argument(
        metavar=_("NAME"), help=_("Who: their account, their address, or their name.")
    )
    return argument


def welcome(
    ctx: typer.Context, slug: Annotated[str, _slug()], name: Annotated[str, _name()]
) -> Envelope:
    """`wikifarm participants welcome`."""
    from wikifarm.operations.participants.welcome import welcome as operation

    options = shared(ctx)
    return operation(options.context(), _community(options, slug), name)


def password(
    ctx: typer.Context,
    slug: Annotated[str, _slug()],
    name: Annotated[str, _name()],
    out: Annotated[
        Path | None,
        typer.Option(metavar=_("FILE"), help=_("Write the link in this file instead of here.")),
    ] = None,
) -> Envelope:
    """`wikifarm participants password`."""
    from wikifarm.operations.participants.new_password import way_in as operation

    options = shared(ctx)
    return operation(options.context(), _community(options, slug), name, _file(options, out))


def _file(options: Shared, path: Path | None) -> Path | None:
    return options.directory / path.expanduser() if path is not None else None

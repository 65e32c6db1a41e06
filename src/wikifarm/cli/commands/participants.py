"""Commands about the people of a community."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wikifarm.cli.program import as_called, same_place
from wikifarm.cli.shared import Shared, communities_known, community_argument, shared
from wikifarm.i18n import _
from wikifarm.result import Envelope

if TYPE_CHECKING:
    from wikifarm.blueprint.manifest.community import Community
    from wikifarm.operations.erasure.erase import ErasedPerson


def _community(options: Shared, slug: str) -> Community:
    from wikifarm.operations.describe import chosen

    same_place({"participants list": [slug]})
    (community,) = chosen([], [slug], default=options.directory / "communities").communities
    return community


def list_people(
    ctx: typer.Context,
    slug: Annotated[str, community_argument()],
    rows: Annotated[bool, typer.Option("--csv", help=_("As the rows of a sheet."))] = False,
) -> Envelope:
    """`wikifarm participants list`."""
    from wikifarm.operations.participants.listing import list_people as operation

    options = shared(ctx)
    return operation(options.context(), _community(options, slug), rows=rows)


def stats(ctx: typer.Context, slug: Annotated[str, community_argument()]) -> Envelope:
    """`wikifarm participants stats`."""
    from wikifarm.operations.participants.listing import count_people as operation

    options = shared(ctx)
    return operation(options.context(), _community(options, slug))


def export(
    ctx: typer.Context,
    slug: Annotated[str, community_argument()],
    name: Annotated[
        str | None,
        typer.Argument(
            metavar=_("NAME"),
            help=_("One person (account, address or name): a copy of all that is held of them."),
        ),
    ] = None,
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
    if name is not None:  # an empty one, of a script, does not ask for everybody
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
    ctx: typer.Context, slug: Annotated[str, community_argument()], name: Annotated[str, _name()]
) -> Envelope:
    """`wikifarm participants welcome`."""
    from wikifarm.operations.participants.welcome import welcome as operation

    options = shared(ctx)
    return operation(options.context(), _community(options, slug), name)


def password(
    ctx: typer.Context,
    slug: Annotated[str, community_argument()],
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


def erase(
    ctx: typer.Context,
    slug: Annotated[str, community_argument()],
    name: Annotated[str, _name()],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask for a yes."))] = False,
) -> Envelope:
    """`wikifarm participants erase`."""
    from wikifarm.operations.erasure.erase import erase as operation

    options = shared(ctx)
    if not yes and not options.interactive:
        raise typer.BadParameter(_("erasing somebody needs --yes"))
    agreed = None if yes else _agreed(options)
    return operation(options.context(), _community(options, slug), name, agreed)


def _agreed(options: Shared) -> Callable[[ErasedPerson], bool]:
    """What shows what goes, and waits for a yes."""

    def ask(planned: ErasedPerson) -> bool:
        from wikifarm.cli.asking import agreed
        from wikifarm.cli.render.answer import answer
        from wikifarm.cli.render.sheet import paint_for

        options.telling().clear()
        output = options.output
        shown = answer(Envelope("participants erase", outcome=planned), paint_for(output.err))
        output.note(as_called(shown))
        return agreed(_("Erase this person for good?"), default=False)

    return ask


def _dry_run() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--dry-run", help=_("Show what would be done, and stop.")
    )
    return option


def invite(
    ctx: typer.Context,
    slug: Annotated[str, community_argument()],
    file: Annotated[
        Path, typer.Argument(metavar=_("FILE"), help=_("Names and addresses: CSV or workbook."))
    ],
    dry_run: Annotated[bool, _dry_run()] = False,
) -> Envelope:
    """`wikifarm participants import`."""
    from wikifarm.operations.participants.invite import invite as operation

    options = shared(ctx)
    path = options.directory / file.expanduser()
    return operation(options.context(), _community(options, slug), path, dry_run=dry_run)


def duplicate(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar=_("SOURCE"),
            help=_("The community whose base is taken."),
            autocompletion=communities_known,
        ),
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar=_("TARGET"),
            help=_("The community whose base gains its questions."),
            autocompletion=communities_known,
        ),
    ],
    dry_run: Annotated[bool, _dry_run()] = False,
) -> Envelope:
    """`wikifarm participants duplicate`."""
    from wikifarm.operations.participants.duplicate import duplicate as operation

    options = shared(ctx)
    communities = (_community(options, source), _community(options, target))
    return operation(options.context(), *communities, dry_run=dry_run)

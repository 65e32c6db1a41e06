"""Commands that keep what a community made: backups, and what is made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wikifarm.cli.shared import communities_known, shared
from wikifarm.i18n import _
from wikifarm.result import Envelope


def _identity() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--identity", metavar=_("FILE"),
        help=_("The key that opens the file; by default, that of this computer."),
    )  # fmt: skip
    return option


def backup(
    ctx: typer.Context,
    slug: Annotated[
        str,
        typer.Argument(
            metavar=_("ADDRESS"),
            help=_("The community's address."),
            autocompletion=communities_known,
            show_default=False,
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar=_("FILE"), help=_("The file to write: a new one.")),
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_("KEY"),
            help=_(
                "Encrypt it for this public key of age or ssh, or those of a file; may be repeated."
            ),
        ),
    ] = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help=_("Write people in clear: whoever has the file reads them.")),
    ] = False,
    no_revisions: Annotated[
        bool, typer.Option("--no-revisions", help=_("Leave out the earlier texts of pages."))
    ] = False,
    verify: Annotated[
        Path | None,
        typer.Option(
            metavar=_("FILE"),
            help=_("Check a backup: its sums, then the wiki that it makes on this computer."),
        ),
    ] = None,
    identity: Annotated[Path | None, _identity()] = None,
) -> Envelope:
    """`wikifarm backup`."""
    options = shared(ctx)
    if verify is not None:
        from wikifarm.operations.archive.verify_backup import verify_backup

        if slug or out or recipient or plain:
            raise typer.BadParameter(_("it goes alone, with --identity"), param_hint="--verify")
        key = identity or options.settings(one_farm=False).farm.vault.identity
        return verify_backup(verify, key, options.telling())
    from wikifarm.operations.archive.take_backup import backup as operation

    if not slug or out is None:
        raise typer.BadParameter(
            _("say which community, and with --out in which file"), param_hint=_("ADDRESS")
        )
    return operation(
        options.context(),
        slug,
        out,
        recipients=recipient or (),
        in_clear=plain,
        with_revisions=not no_revisions,
    )


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The backup."))],
    slug: Annotated[
        str,
        typer.Argument(
            metavar=_("ADDRESS"),
            help=_("Where to make the wiki; by default, at the address that it had."),
            show_default=False,
        ),
    ] = "",
    identity: Annotated[Path | None, _identity()] = None,
) -> Envelope:
    """`wikifarm restore`."""
    from wikifarm.operations.archive.restore import restore as operation

    return operation(shared(ctx).context(), file, slug, identity=identity)


def export(
    ctx: typer.Context,
    slug: Annotated[
        str,
        typer.Argument(
            metavar=_("ADDRESS"),
            help=_("The community's address."),
            autocompletion=communities_known,
        ),
    ],
    static: Annotated[
        Path,
        typer.Option("--static", metavar=_("FOLDER"), help=_("The folder to write: a new one.")),
    ],
    licence: Annotated[
        str, typer.Option(help=_("The licence of its texts, where no page of the wiki says it."))
    ] = "",
    with_page: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_("PAGE"),
            help=_("A page to put in although a person stands in it; may be repeated."),
        ),
    ] = None,
) -> Envelope:
    """`wikifarm export`."""
    from wikifarm.operations.archive.static_site import export_static

    return export_static(
        shared(ctx).context(), slug, static, licence=licence, agreed=with_page or ()
    )

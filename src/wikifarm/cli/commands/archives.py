"""Commands that keep what a community made: backups, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wikifarm.cli.shared import Shared, community_argument, shared
from wikifarm.i18n import _
from wikifarm.result import Envelope

if TYPE_CHECKING:
    from wikifarm.operations.archive.restore import ToRestore


def _identity() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--identity", metavar=_("FILE"),
        help=_("The key that opens the file; by default, that of this computer."),
    )  # fmt: skip
    return option


def _recipient() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        metavar=_("KEY"),
        help=_(
            "Encrypt it for this public key of age or ssh, or those of a file; may be repeated."
        ),
    )
    return option


def _plain() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--plain", help=_("Write people in clear: whoever has the file reads them.")
    )
    return option


def _licence() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        help=_("The licence of its texts, where no page of the wiki says it.")
    )
    return option


def backup(
    ctx: typer.Context,
    slug: Annotated[str, community_argument()] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar=_("FILE"), help=_("The file to write: a new one.")),
    ] = None,
    recipient: Annotated[list[str] | None, _recipient()] = None,
    plain: Annotated[bool, _plain()] = False,
    no_revisions: Annotated[
        bool, typer.Option("--no-revisions", help=_("Leave out the earlier texts of pages."))
    ] = False,
    yeswiki_archive: Annotated[
        bool,
        typer.Option(
            "--yeswiki-archive",
            help=_(
                "Take beside it the archive that YesWiki makes of the wiki, with its database and "
                "its code: encrypted, always."
            ),
        ),
    ] = False,
    yes: Annotated[
        bool,
        typer.Option("--yes", "-y", help=_("Let YesWiki remove its oldest archives for this one.")),
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

        if slug or out or recipient or plain or yeswiki_archive or yes:
            raise typer.BadParameter(_("it goes alone, with --identity"), param_hint="--verify")
        key = identity or options.settings(one_farm=False).farm.vault.identity
        return verify_backup(verify, key, options.telling())
    from wikifarm.operations.archive.take_backup import backup as operation

    if not slug or out is None:
        raise typer.BadParameter(
            _("say which community, and with --out in which file"), param_hint=_("ADDRESS")
        )
    if yes and not yeswiki_archive:
        raise typer.BadParameter(_("it goes with --yeswiki-archive"), param_hint="--yes")
    asked = _agreed_to_remove(options) if options.interactive else lambda _names: False
    return operation(
        options.context(),
        slug,
        out,
        recipients=recipient or (),
        in_clear=plain,
        with_revisions=not no_revisions,
        own_archive=yeswiki_archive,
        agreed=(lambda _names: True) if yes else asked,
    )


def _agreed_to_remove(options: Shared) -> Callable[[Sequence[str]], bool]:
    """Has the person at the terminal say yes to what YesWiki would remove."""

    def ask(names: Sequence[str]) -> bool:
        from wikifarm.cli.asking import agreed

        options.telling().clear()
        question = _("YesWiki would remove for it, on the server: {names}. Go on?").format(
            names=", ".join(names)
        )
        return agreed(question, default=False)

    return ask


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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show what would be done, and stop."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask for a yes."))] = False,
) -> Envelope:
    """`wikifarm restore`."""
    from wikifarm.operations.archive.restore import restore as operation

    options = shared(ctx)
    if not (yes or dry_run or options.interactive) and file.is_file():
        raise typer.BadParameter(
            _("making a wiki again needs --yes; --dry-run shows first what it would bring")
        )
    agreed = None if yes else _agreed_to_restore(options)
    return operation(
        options.context(), file, slug, identity=identity, agreed=agreed, dry_run=dry_run
    )


def _agreed_to_restore(options: Shared) -> Callable[[ToRestore], bool]:
    """What shows what would be written, and waits for a yes."""

    def ask(planned: ToRestore) -> bool:
        from wikifarm.cli.asking import agreed
        from wikifarm.cli.program import as_called
        from wikifarm.cli.render.answer import answer
        from wikifarm.cli.render.sheet import paint_for

        options.telling().clear()
        output = options.output
        shown = answer(Envelope("restore", outcome=planned), paint_for(output.err))
        output.note(as_called(shown))
        question = _("Go on with this wiki?") if planned.begun else _("Make this wiki?")
        return agreed(question, default=False)

    return ask


def export(
    ctx: typer.Context,
    slug: Annotated[str, community_argument()],
    static: Annotated[
        Path,
        typer.Option("--static", metavar=_("FOLDER"), help=_("The folder to write: a new one.")),
    ],
    licence: Annotated[str, _licence()] = "",
    with_page: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_("PAGE"),
            help=_("A page to put in whatever would leave it out; may be repeated."),
        ),
    ] = None,
) -> Envelope:
    """`wikifarm export`."""
    from wikifarm.operations.archive.static_site import export_static

    return export_static(
        shared(ctx).context(), slug, static, licence=licence, agreed=with_page or ()
    )


def retire(
    ctx: typer.Context,
    slug: Annotated[str, community_argument()],
    step: Annotated[
        str,
        typer.Option(
            metavar="announce|read-only|backup|export|erase|delete|archive|reopen",
            show_default=False,
            help=_(
                "The step to do, or reopen, which takes the leave back; without it, say where it "
                "stands."
            ),
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask for a yes."))] = False,
    at_once: Annotated[
        bool, typer.Option("--at-once", help=_("Do not wait for the day of the step."))
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar=_("FILE"), help=_("The file of the backup: a new one.")),
    ] = None,
    recipient: Annotated[list[str] | None, _recipient()] = None,
    plain: Annotated[bool, _plain()] = False,
    identity: Annotated[Path | None, _identity()] = None,
    static: Annotated[
        Path | None,
        typer.Option("--static", metavar=_("FOLDER"), help=_("The folder of the site of files.")),
    ] = None,
    licence: Annotated[str, _licence()] = "",
    skip_export: Annotated[
        bool, typer.Option("--skip-export", help=_("Make no site of files."))
    ] = False,
    own_code: Annotated[
        bool,
        typer.Option(
            "--own-code",
            help=_("Each wiki of this farm has its own copy of the code: no link leads to it."),
        ),
    ] = False,
) -> Envelope:
    """`wikifarm retire`."""
    from wikifarm.engine.closing import REOPEN, Leave
    from wikifarm.operations.leaving.reopen import reopen
    from wikifarm.operations.leaving.retire import LeaveMeans
    from wikifarm.operations.leaving.retire import retire as operation

    options = shared(ctx)
    words = [*(each.value for each in Leave), REOPEN]
    if step and step not in words:
        raise typer.BadParameter(
            _("known words: {words}").format(words=", ".join(words)), param_hint="--step"
        )
    if step and not yes and not options.interactive:
        raise typer.BadParameter(_("a step of a leave needs --yes"))
    asked = LeaveMeans(
        at_once, out, recipient or (), plain, identity, static, licence, skip_export, own_code
    )
    agreed = None if yes else _agreed(options, slug)
    if step == REOPEN:
        return reopen(options.context(), slug, agreed)
    return operation(options.context(), slug, Leave(step) if step else None, asked, agreed)


def _agreed(options: Shared, slug: str) -> Callable[[str], bool]:
    """Has the person at the terminal say yes to a step."""

    def asks(step: str) -> bool:
        from wikifarm.cli.asking import agreed
        from wikifarm.cli.render.archive_lines import step_words

        options.telling().clear()
        question = _("{slug}: {step}?").format(slug=slug, step=step_words()[step])
        return agreed(question, default=False)

    return asks

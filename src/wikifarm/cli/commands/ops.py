"""Commands about the machines of the farms, played by Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperOption

from wikifarm.cli.shared import Command, Keep, Shared, option, shared
from wikifarm.i18n import _
from wikifarm.result import Envelope

if TYPE_CHECKING:
    from wikifarm.ansible.events import Event
    from wikifarm.operations.ops.playbooks import Tell, Wanted


def init(
    ctx: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar=f"[{_('FOLDER')}]", help=_("Where to write it; by default, ops/.")),
    ] = None,
) -> Envelope:
    """`wikifarm ops init`."""
    from wikifarm.operations.ops.inventory import FOLDER
    from wikifarm.operations.ops.inventory import init as operation

    return operation(folder or shared(ctx).directory / FOLDER)


# -- what they all take ---------------------------------------------------------------------


def _kept(name: str) -> Keep:
    def keep(options: Shared, value: Any) -> None:
        options.asked[name] = value

    return keep


def _which() -> list[TyperOption]:
    """Which machines, and what lets wikifarm in: never a password itself."""
    return [
        option(
            ["--inventory", "-i"], _kept("inventory"), metavar=_("FILE"),
            help=_("The inventory of Ansible; by default, ops/inventory.yml or inventory.yml."),
        ),
        option(
            ["--limit", "-l"], _kept("limit"), metavar=_("FARMS"),
            help=_("These farms of the inventory only, as Ansible names them: one,two or site-*."),
        ),
        option(
            ["--vault-password-file"], _kept("vault_password_file"), metavar=_("FILE"),
            help=_(
                "The file that holds the password of ansible-vault; else, WIKIFARM_VAULT_PASSWORD "
                "in the environment."
            ),
        ),
        option(
            ["--become-password-file"], _kept("become_password_file"), metavar=_("FILE"),
            help=_(
                "The file that holds the password for sudo; else, WIKIFARM_BECOME_PASSWORD in the "
                "environment."
            ),
        ),
    ]  # fmt: skip


def _rehearsed(*, hidden: bool = False) -> list[TyperOption]:
    """To see before doing; `hidden` where there is nothing to do, and scripts may say it anyway."""
    flag = {"is_flag": True, "hidden": hidden}
    return [
        option(
            ["--check"], _kept("check"), help=_("Show what would change, and change nothing."),
            **flag,
        ),
        option(
            ["--diff"], _kept("diff"), help=_("Show the lines that change in the files."), **flag
        ),
        option(
            ["--detailed-exitcode"], _kept("detailed"),
            help=_("With --check, exit 3 when something would change."), **flag,
        ),
    ]  # fmt: skip


class Acting(Command):
    """A command that changes machines."""

    def __init__(self, *args: Any, params: Any = None, **more: Any) -> None:
        super().__init__(*args, params=[*(params or []), *_which(), *_rehearsed()], **more)


class Looking(Command):
    """A command that only looks at machines."""

    def __init__(self, *args: Any, params: Any = None, **more: Any) -> None:
        own = [*_which(), *_rehearsed(hidden=True)]
        super().__init__(*args, params=[*(params or []), *own], **more)


def _wanted(options: Shared, variables: Mapping[str, str] | None = None) -> Wanted:
    from wikifarm.operations.ops.playbooks import Wanted

    settings = options.settings(one_farm=False)
    asked = options.asked
    files = {
        name: Path(asked[name]).expanduser() if name in asked else None
        for name in ("inventory", "vault_password_file", "become_password_file")
    }
    files["inventory"] = files["inventory"] or settings.inventory
    return Wanted(
        folder=options.directory,
        state=settings.state,
        limit=asked.get("limit", ""),
        check=asked.get("check", False),
        diff=asked.get("diff", False),
        detailed=asked.get("detailed", False),
        variables=variables or {},
        **files,
    )


def _telling(options: Shared) -> Tell:
    """Shows the task that goes on, and the machine that has just answered."""
    from wikifarm.ansible.events import HostAnswered, TaskStarted

    progress = options.telling()

    def tell(event: Event) -> None:
        if not isinstance(event, TaskStarted | HostAnswered):
            return
        words = [event.host if isinstance(event, HostAnswered) else "", event.task.role]
        progress.line(": ".join([*filter(None, words), event.task.name]))

    return tell


# -- the commands ---------------------------------------------------------------------------


def provision(ctx: typer.Context) -> Envelope:
    """`wikifarm ops provision`."""
    from wikifarm.operations.ops.playbooks import play

    options = shared(ctx)
    return play("provision", _wanted(options), _telling(options))


def upgrade(ctx: typer.Context) -> Envelope:
    """`wikifarm ops upgrade`: one farm after the other (upgrade.yml)."""
    from wikifarm.operations.ops.playbooks import upgrade as operation

    options = shared(ctx)
    return operation(_wanted(options), _telling(options))


def harden(ctx: typer.Context) -> Envelope:
    """`wikifarm ops harden`."""
    from wikifarm.operations.ops.playbooks import play

    options = shared(ctx)
    return play("harden", _wanted(options), _telling(options))


def models(
    ctx: typer.Context,
    remove_unused: Annotated[
        bool,
        typer.Option(
            "--remove-unused",
            help=_("Remove those put there before that no manifest of communities/ would use."),
        ),
    ] = False,
) -> Envelope:
    """`wikifarm ops models`."""
    from wikifarm.operations.ops.put_models import put_models

    options = shared(ctx)
    context, wanted = options.context(), _wanted(options)
    return put_models(context, wanted, _telling(options), remove_unused=remove_unused)


def backup(ctx: typer.Context, wiki: Annotated[str | None, _wiki()] = None) -> Envelope:
    """`wikifarm ops backup`."""
    from wikifarm.operations.ops.playbooks import backup_variables, play

    options = shared(ctx)
    return play("backup", _wanted(options, backup_variables(wiki)), _telling(options))


def restore(
    ctx: typer.Context,
    snapshot: Annotated[
        str, typer.Option(metavar=_("BACKUP"), help=_("Which backup: the last one, by default."))
    ] = "latest",
    wiki: Annotated[str | None, _wiki()] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask for a yes."))] = False,
) -> Envelope:
    """`wikifarm ops restore`."""
    from wikifarm.operations.ops.playbooks import (
        find_inventory,
        play,
        refuse_without_yes,
        restore_variables,
    )

    options = shared(ctx)
    wanted = _wanted(options, restore_variables(snapshot, wiki))
    inventory = find_inventory(wanted)
    if not yes and not wanted.check:
        if not options.interactive:
            refuse_without_yes(_("Restoring replaces what the farm holds now."))
        if not _agreed_to_restore(snapshot, wiki, wanted.limit or str(inventory)):
            options.warnings.append(_("Nothing was done."))
            return Envelope("ops restore")
    return play("restore", wanted, _telling(options))


def retire(
    ctx: typer.Context,
    wiki: Annotated[
        str, typer.Argument(metavar=_("ADDRESS"), help=_("The wiki to take off its farm."))
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask for a yes."))] = False,
) -> Envelope:
    """`wikifarm ops retire`."""
    from wikifarm.cli.asking import agreed
    from wikifarm.operations.ops.playbooks import (
        backup_variables,
        find_inventory,
        play,
        refuse_without_yes,
    )

    options = shared(ctx)
    wanted = _wanted(options, backup_variables(wiki))
    farms = wanted.limit or str(find_inventory(wanted))
    if not yes and not wanted.check:
        if not options.interactive:
            refuse_without_yes(_("Retiring takes a wiki off its farm for good, once backed up."))
        question = _("Back up the wiki “{wiki}”, then take it off for good ({farms})?")
        if not agreed(question.format(wiki=wiki, farms=farms), default=False):
            options.warnings.append(_("Nothing was done."))
            return Envelope("ops retire")
    return play("retire", wanted, _telling(options))


def sympa(ctx: typer.Context) -> Envelope:
    """`wikifarm ops sympa`."""
    from wikifarm.operations.ops.playbooks import play

    options = shared(ctx)
    return play("sympa", _wanted(options), _telling(options))


def _wiki() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--wiki",
        metavar=_("ADDRESS"),
        help=_("This wiki of the farm only; an empty text is the main one."),
    )
    return option


def _agreed_to_restore(snapshot: str, wiki: str | None, farms: str) -> bool:
    from wikifarm.cli.asking import agreed

    question = (
        _("Put the whole farm back as in the backup “{snapshot}” ({farms})?")
        if wiki is None
        else _("Put the wiki “{wiki}” back as in the backup “{snapshot}” ({farms})?")
    ).format(wiki=wiki, snapshot=snapshot, farms=farms)
    lost = _("What was written there since will be lost.")
    return agreed(f"{lost} {question}", default=False)


def doctor(ctx: typer.Context) -> Envelope:
    """`wikifarm ops doctor`."""
    from wikifarm.operations.ops.playbooks import doctor as operation

    options = shared(ctx)
    return operation(_wanted(options), _telling(options))


def status(ctx: typer.Context) -> Envelope:
    """`wikifarm ops status`."""
    from wikifarm.operations.ops.playbooks import status as operation

    options = shared(ctx)
    return operation(_wanted(options), _telling(options))

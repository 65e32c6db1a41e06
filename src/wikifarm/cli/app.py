"""Every command of wikifarm, in the order in which people meet them."""

from __future__ import annotations

from typing import Annotated

import typer

from wikifarm import __version__
from wikifarm.cli import communities, describe, farms, practice
from wikifarm.cli.shared import Command, Group
from wikifarm.i18n import _


def build() -> typer.Typer:
    """The commands, with their help in the language in use."""
    app = _typer(
        _(
            "Opens learning communities on a YesWiki farm, and proves that people stay private.\n\n"
            "Start with `wikifarm demo`, which needs no farm, or with `wikifarm init`."
        )
    )
    app.callback(cls=Group, invoke_without_command=True)(_root)
    short = {"new-community": _("Open a community.")}
    for name, function, text in (
        ("init", farms.init, _("Write settings and an example in a folder.")),
        ("doctor", farms.doctor, _("Check the farm, the account and this computer.")),
        ("demo", practice.demo, _("Try it all on this computer, without a server.")),
        ("rehearsal", practice.rehearsal, _("Serve a practice farm on this computer.")),
        ("new-community", communities.new_community, _(
            "Open a community, from its name to its checklist. On a terminal, asks for what is "
            "missing, shows what will be done and waits for a yes; in a script, goes on."
        )),
        ("plan", communities.plan, _("Show what `apply` would change.")),
        ("apply", communities.apply, _("Make the wikis what their files say.")),
        ("verify", communities.verify, _("Check from outside that nobody can be seen.")),
        ("status", farms.status, _("Show where each community stands.")),
        ("list", farms.list_wikis, _("List the wikis of the farm.")),
        ("checklist", communities.checklist, _("Write the facilitators' checklists again.")),
        ("credentials", farms.credentials, _("Show or store the password of a wiki.")),
        ("schema", describe.schema, _("Print a JSON Schema, for programs.")),
    ):  # fmt: skip
        app.command(name, cls=Command, help=text, short_help=short.get(name))(function)
    blueprint = _typer(_("Blueprints and descriptions of Bazar forms."))
    blueprint.callback(cls=Group)(_nothing)
    blueprint.command(
        "import-form", cls=Command, help=_("Print the description of a form of any YesWiki.")
    )(describe.import_form)
    app.add_typer(blueprint, name="blueprint", cls=Group)
    return app


def _typer(text: str) -> typer.Typer:
    return typer.Typer(
        help=text,
        cls=Group,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=False,
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    )


def _nothing() -> None:
    """Nothing before a command of the group."""


def _root(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help=_("Show the version."))] = False,
) -> None:
    if version:
        typer.echo(f"wikifarm {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())

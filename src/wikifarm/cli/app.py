"""Every command of wikifarm, in the order in which people meet them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from wikifarm import __version__
from wikifarm.cli.commands import (
    archives,
    communities,
    copies,
    descriptions,
    farms,
    mailing_lists,
    ops,
    participants,
    practice,
)
from wikifarm.cli.program import as_called
from wikifarm.cli.shared import Command, Group, Reporting
from wikifarm.i18n import _


def build() -> typer.Typer:
    """The commands, with their help in the language in use."""
    app = _typer(
        _(
            "Opens learning communities on a YesWiki farm, and proves that people stay private.\n\n"
            "Start with `wikifarm demo`, which needs no farm, or with `wikifarm init`."
        )
    )
    begin, care, people = _("Begin"), _("Look after communities"), _("People")
    keep, farm, more = _("Copy and keep"), _("Farms and machines"), _("Blueprints and programs")

    class All(Group):
        panels = (begin, care, people, keep, farm, more)

    app.callback(cls=All, invoke_without_command=True)(_root)
    _add(app, [
        ("init", farms.init, _("Write settings and an example in a folder.")),
        ("doctor", farms.doctor, _(
            "Check the farm, the account and this computer; with “mail”, whether messages arrive."
        )),
        ("demo", practice.demo, _("Try it all on this computer, without a server.")),
        ("rehearsal", practice.rehearsal, _("Serve a practice farm on this computer.")),
        ("new-community", communities.new_community, _(
            "Open a community, from its name to its checklist. On a terminal, asks for what is "
            "missing, shows what will be done and waits for a yes; in a script, goes on."
        )),
    ], {
        "new-community": _("Open a community."),
        "doctor": _("Check the farm, this computer, or the mail."),
    }, panel=begin)  # fmt: skip
    _add(app, [
        ("plan", communities.plan, _("Show what `apply` would change.")),
        ("apply", communities.apply, _("Make the wikis what their files say.")),
        ("verify", communities.verify, _("Check from outside that nobody can be seen.")),
        ("status", communities.status, _("Show where each community stands.")),
        ("list", communities.list_wikis, _("List the wikis of the farm.")),
    ], cls=Reporting, panel=care)  # fmt: skip
    _add(app, [
        ("checklist", communities.checklist, _("Write the facilitators' checklists again.")),
        ("adopt", farms.adopt, _(
            "Take over a wiki of this farm: one that another computer made, or that somebody made "
            "by hand. Writes nothing in it; says what is open there, and what `apply` would change."
        )),
    ], {
        "adopt": _("Take over a wiki that another computer or somebody made."),
    }, panel=care)  # fmt: skip
    _add(app, [
        ("clone", copies.clone, _(
            "Open a community like another wiki, without its people: pages, rights, menus, forms, "
            "lists, groups and files. Says first what is copied, what is not and why; ends with "
            "the audit."
        )),
        ("backup", archives.backup, _(
            "Keep in one file all that can be read of a wiki; or check such a file (--verify)."
        )),
        ("restore", archives.restore, _("Make a wiki again from its backup.")),
        ("export", archives.export, _("Make a web site of files of what a community published.")),
        ("retire", archives.retire, _(
            "Close a community decently, one step a run: announce it, let nobody write, back up, "
            "make a site of files, erase people, then remove the wiki or leave it for reading."
        )),
    ], {
        "clone": _("Open a community like another wiki."),
        "backup": _("Keep a whole wiki in one file."),
        "retire": _("Close a community decently, step by step."),
    }, panel=keep)  # fmt: skip
    _add(app, [
        ("credentials", farms.credentials, _("Show, store or share the passwords of wikis.")),
    ], panel=farm)  # fmt: skip
    _add(app, [
        ("schema", descriptions.schema, _("Print a JSON Schema, for programs.")),
    ], panel=more)  # fmt: skip
    lists = _typer(_("The mailing lists of communities: open them, and keep their subscribers."))
    lists.callback(cls=Group)(_nothing)
    _add(lists, [
        ("plan", mailing_lists.plan, _("Show which lists would be asked for.")),
        ("create", mailing_lists.create, _("Ask for the lists that are not there.")),
        ("state", mailing_lists.state, _("Show where each list stands.")),
        ("confirm", mailing_lists.confirm, _("Say that a list is the community's.")),
        ("sync", mailing_lists.sync, _("Make the subscribers follow the base of participants.")),
        ("audit", mailing_lists.audit, _("Compare the subscribers with the base.")),
        ("close", mailing_lists.close, _("Close a list that wikifarm opened.")),
        ("server-pack", mailing_lists.server_pack, _(
            "Write what the administrator of a Sympa needs to let wikifarm in."
        )),
    ], {"server-pack": _("Write what a Sympa's administrator needs.")})  # fmt: skip
    _group(app, _people(), "participants", people, _("Look after people."))
    _group(app, lists, "mailing-list", people, _("Open and keep lists."))
    _group(app, _machines(), "ops", farm, _("Look after the machines."))
    blueprint = _typer(_("Blueprints and descriptions of Bazar forms."))
    blueprint.callback(cls=Group)(_nothing)
    _add(blueprint, [
        ("list", copies.list_blueprints, _("List those shipped and those of this folder.")),
        ("show", copies.show, _("Show what a blueprint holds.")),
        ("check", copies.check, _("Check a blueprint whole: every mistake at once.")),
        ("new", copies.new, _("Begin a blueprint of your own, from the one that is shipped.")),
        ("capture", copies.capture, _(
            "Make a blueprint of a wiki that somebody built: its pages, rights, forms, lists, "
            "groups and files, and nobody. What speaks of a person is named and left out."
        )),
        ("diff", communities.blueprint_diff, _(
            "Show what the blueprint says otherwise than when each community was last applied, and "
            "which pages people edited there."
        )),
        ("upgrade", communities.blueprint_upgrade, _(
            "Bring the communities to the version of the blueprint that is here: what people "
            "edited stays, and is merged."
        )),
        ("import-form", descriptions.import_form, _(
            "Print the description of a form of any YesWiki."
        )),
        ("models", descriptions.models, _(
            "List the models that wikifarm put on the farm, to make wikis in one go."
        )),
    ], {
        "capture": _("Make a blueprint of a wiki."),
        "diff": _("Show what a new version changes."),
        "upgrade": _("Bring communities to a new version."),
    })  # fmt: skip
    _group(app, blueprint, "blueprint", more, _("Blueprints and descriptions of Bazar forms."))
    advisories = _typer(
        _("The known holes of YesWiki and Sympa that wikifarm warns of. No host is asked.")
    )
    advisories.callback(cls=Group)(_nothing)
    _add(advisories, [
        ("list", descriptions.list_advisories, _("List the advisories, and say of what day.")),
        ("update", descriptions.update_advisories, _("Use a newer file of advisories.")),
    ])  # fmt: skip
    _group(app, advisories, "advisories", farm, _("The known holes of YesWiki."))
    return app


def _people() -> typer.Typer:
    """The commands of `wikifarm participants`."""
    people = _typer(
        _("The people of a community: who is there, what is held of them, who comes and goes.")
    )
    people.callback(cls=Group)(_nothing)
    _add(people, [
        ("list", participants.list_people, _("Show who is there, and who waits.")),
        ("stats", participants.stats, _("Show how many there are: numbers only, none of a few.")),
        ("export", participants.export, _(
            "Write everybody in a file that your account of this computer alone can read."
        )),
        ("welcome", participants.welcome, _("Let somebody into the group whose card waits.")),
        ("password", participants.password, _(
            "Make a link by which somebody chooses a new password, where no mail reaches them."
        )),
        ("import", participants.invite, _(
            "Invite the people of a list: an account for each, and nothing in their name."
        )),
        ("duplicate", participants.duplicate, _(
            "Bring the questions that a community added to its base into another's; never a card."
        )),
        ("erase", participants.erase, _(
            "Remove all that the wiki and the mailing list hold of somebody, and look that it is "
            "gone. No copy is kept."
        )),
    ], {
        "password": _("Make a link to choose a new password."),
        "duplicate": _("Bring the questions of a base into another."),
        "erase": _("Remove all that is held of somebody."),
    })  # fmt: skip
    return people


def _machines() -> typer.Typer:
    """The commands of `wikifarm ops`."""
    machines = _typer(
        _(
            "The machines of the farms, through Ansible: install them, upgrade them, look after "
            "them.\n\nStart with `wikifarm ops init`."
        )
    )
    machines.callback(cls=Group)(_nothing)
    _add(machines, [("init", ops.init, _("Prepare the description of the machines."))])
    _add(machines, [
        ("provision", ops.provision, _(
            "Make farms of machines that run Debian. Run again, it changes only what differs."
        )),
        ("upgrade", ops.upgrade, _(
            "Bring the farms to the release that the inventory names, one after the other: back "
            "up, change, check. Stops at the first that fails."
        )),
        ("harden", ops.harden, _(
            "Slow those who try passwords or addresses, close what YesWiki leaves open, add "
            "security headers and Debian's security upgrades."
        )),
        ("models", ops.models, _(
            "Put on the farm the models of the communities described here, with their rights and "
            "groups: their wikis are then made in one go."
        )),
        ("backup", ops.backup, _("Back up the farms now.")),
        ("restore", ops.restore, _("Put a farm back as in a backup.")),
        ("retire", ops.retire, _("Take a wiki off its farm, once it is backed up.")),
        ("sympa", ops.sympa, _("Make list servers of machines that run Debian.")),
    ], {
        "provision": _("Make farms of machines that run Debian."),
        "upgrade": _("Bring the farms to a newer release."),
        "harden": _("Close what a default farm leaves open."),
        "models": _("Put on the farm what its wikis are made from."),
    }, cls=ops.Acting)  # fmt: skip
    _add(machines, [
        ("doctor", ops.doctor, _("Look at the machines: what is wrong, and what to do.")),
        ("status", ops.status, _("Show where each farm stands, a line each.")),
    ], cls=ops.Looking)  # fmt: skip
    return machines


def _add(
    app: typer.Typer,
    commands: Sequence[tuple[str, Callable[..., Any], str]],
    short: Mapping[str, str] | None = None,
    cls: type[Command] = Command,
    panel: str | None = None,
) -> None:
    """Adds commands: name, function, help; `short` where the list of commands needs another.
    `panel`: what a person wants to do with them, above them in that list."""
    for name, function, text in commands:
        short_help = (short or {}).get(name)
        app.command(name, cls=cls, help=text, short_help=short_help, rich_help_panel=panel)(
            function
        )


def _group(app: typer.Typer, group: typer.Typer, name: str, panel: str, short: str) -> None:
    """Adds a group of commands."""
    app.add_typer(group, name=name, cls=Group, short_help=short, rich_help_panel=panel)


def _typer(text: str) -> typer.Typer:
    return typer.Typer(
        help=as_called(text),
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

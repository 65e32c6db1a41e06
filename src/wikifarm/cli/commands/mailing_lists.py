"""Commands about the mailing lists of communities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wikifarm.cli.shared import Shared, communities_known, community_argument, shared
from wikifarm.i18n import _
from wikifarm.lists.providers import PROVIDERS, hosts
from wikifarm.result import Envelope

if TYPE_CHECKING:
    from wikifarm.blueprint.manifest.community import Community
    from wikifarm.operations.community.outcome import CommunityOutcome
    from wikifarm.operations.mailing_list.wanted import Login


def _slugs() -> typer.models.ArgumentInfo:
    argument: typer.models.ArgumentInfo = typer.Argument(
        metavar=_("ADDRESS..."),
        help=_("Addresses of communities; by default, all those of communities/ with a list."),
        autocompletion=communities_known,
    )
    return argument


def _names() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--names", help=_("Show the addresses too: they are personal data.")
    )
    return option


def _subscribers() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--subscribers", metavar=_("FILE"),
        help=_("The subscribers as the host exports them, where wikifarm cannot ask it."),
    )  # fmt: skip
    return option


def _login_option() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--login", metavar="E-MAIL",
        help=_(
            "At a host where a person asks: do it with this person's own account, where the host "
            "agrees. The password is asked for, or read on standard input."
        ),
    )  # fmt: skip
    return option


def _login(options: Shared, email: str) -> Login | None:
    if not email:
        return None
    from wikifarm.cli.asking import password
    from wikifarm.operations.mailing_list.wanted import Login

    question = _("Password of {email} at the list host").format(email=email)
    return Login(email, password(question, interactive=options.interactive))


def _detailed() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--detailed-exitcode", help=_("Exit 5 when something waits for a person.")
    )
    return option


def _chosen(options: Shared, slugs: list[str] | None) -> list[Community]:
    """The communities named; without a name, those that want a list."""
    from wikifarm.operations.describe import chosen
    from wikifarm.operations.mailing_list.wanted import wants_list

    communities = chosen([], slugs or [], default=options.directory / "communities").communities
    return (
        communities if slugs else [community for community in communities if wants_list(community)]
    )


def _answer(word: str, outcomes: list[CommunityOutcome], *, detailed: bool = False) -> Envelope:
    from wikifarm.operations.community.outcome import envelope

    return envelope(f"mailing-list {word}", outcomes, detailed=detailed, in_full=True)


def plan(
    ctx: typer.Context,
    slugs: Annotated[list[str] | None, _slugs()] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help=_("Exit 3 when something would change."))
    ] = False,
) -> Envelope:
    """`wikifarm mailing-list plan`."""
    from wikifarm.operations.mailing_list.commands import plan as operation

    options = shared(ctx)
    outcomes = operation(options.context(), _chosen(options, slugs))
    return _answer("plan", outcomes, detailed=detailed_exitcode)


def create(
    ctx: typer.Context,
    slugs: Annotated[list[str] | None, _slugs()] = None,
    login: Annotated[str, _login_option()] = "",
    detailed_exitcode: Annotated[bool, _detailed()] = False,
) -> Envelope:
    """`wikifarm mailing-list create`."""
    from wikifarm.operations.mailing_list.commands import create as operation

    options = shared(ctx)
    outcomes = operation(options.context(), _chosen(options, slugs), _login(options, login))
    return _answer("create", outcomes, detailed=detailed_exitcode)


def state(
    ctx: typer.Context,
    slugs: Annotated[list[str] | None, _slugs()] = None,
    wait: Annotated[
        float,
        typer.Option(
            metavar="MINUTES", min=0,
            help=_("Look again for so long, less and less often, while one waits for someone."),
        ),
    ] = 0,
    detailed_exitcode: Annotated[bool, _detailed()] = False,
) -> Envelope:  # fmt: skip
    """`wikifarm mailing-list state`."""
    from wikifarm.operations.mailing_list.commands import state as operation

    options = shared(ctx)
    outcomes = operation(options.context(), _chosen(options, slugs), wait=wait * 60)
    return _answer("state", outcomes, detailed=detailed_exitcode)


def confirm(
    ctx: typer.Context,
    slug: Annotated[str, community_argument()],
    address: Annotated[
        str, typer.Argument(metavar=_("LIST"), help=_("The list's address, if it is another one."))
    ] = "",
) -> Envelope:
    """`wikifarm mailing-list confirm`."""
    from wikifarm.operations.mailing_list.commands import confirm as operation

    options = shared(ctx)
    (community,) = _chosen(options, [slug])
    return _answer("confirm", [operation(options.context(), community, address)])


def sync(
    ctx: typer.Context,
    slugs: Annotated[list[str] | None, _slugs()] = None,
    remove: Annotated[
        bool,
        typer.Option("--remove", help=_("Also unsubscribe those whose card says yes no more.")),
    ] = False,
    max_removals: Annotated[
        int | None,
        typer.Option(
            "--max-removals", metavar="N", min=0,
            help=_("Allow so many removals; by default, half of the list."),
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show what would be done, and stop."))
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help=_("Send no message to those who come or go."))
    ] = False,
    names: Annotated[bool, _names()] = False,
    subscribers: Annotated[Path | None, _subscribers()] = None,
    login: Annotated[str, _login_option()] = "",
    detailed_exitcode: Annotated[bool, _detailed()] = False,
) -> Envelope:  # fmt: skip
    """`wikifarm mailing-list sync`."""
    from wikifarm.operations.mailing_list.sync import Asked
    from wikifarm.operations.mailing_list.sync import sync as operation

    options = shared(ctx)
    communities = _one_export(options, slugs, subscribers)
    account = _login(options, login)
    asked = Asked(remove, max_removals, dry_run, quiet, names, subscribers, account)
    outcomes = operation(options.context(), communities, asked)
    return _answer("sync", outcomes, detailed=detailed_exitcode)


def audit(
    ctx: typer.Context,
    slugs: Annotated[list[str] | None, _slugs()] = None,
    names: Annotated[bool, _names()] = False,
    subscribers: Annotated[Path | None, _subscribers()] = None,
) -> Envelope:
    """`wikifarm mailing-list audit`."""
    from wikifarm.operations.mailing_list.sync import Asked
    from wikifarm.operations.mailing_list.sync import audit as operation

    options = shared(ctx)
    asked = Asked(names=names, subscribers=subscribers)
    communities = _one_export(options, slugs, subscribers)
    return _answer("audit", operation(options.context(), communities, asked))


def _one_export(
    options: Shared, slugs: list[str] | None, subscribers: Path | None
) -> list[Community]:
    communities = _chosen(options, slugs)
    if subscribers is not None and len(communities) != 1:
        raise typer.BadParameter(
            _("one file speaks of one list: name its community"), param_hint="--subscribers"
        )
    return communities


def close(
    ctx: typer.Context,
    slug: Annotated[str, community_argument()],
    purge: Annotated[
        bool,
        typer.Option(
            "--purge",
            help=_("Remove it for good, with its archives ({providers} only).").format(
                providers=", ".join(host for host in hosts() if PROVIDERS[host].from_inside)
            ),
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Do not ask for a yes."))] = False,
) -> Envelope:
    """`wikifarm mailing-list close`."""
    from wikifarm.operations.mailing_list.commands import close as operation

    options = shared(ctx)
    (community,) = _chosen(options, [slug])
    question = (
        _("Remove the list of “{name}” for good, with its archives?")
        if purge
        else _(
            "Close the list of “{name}”? Nobody will be subscribed any more, and its name stays "
            "taken."
        )
    ).format(name=community.name)
    if not yes:
        if not options.interactive:
            raise typer.BadParameter(_("closing a list needs --yes"))
        from wikifarm.cli.asking import agreed

        if not agreed(question):
            options.warnings.append(_("Nothing was done."))
            return _answer("close", [])
    return _answer("close", [operation(options.context(), community, purge=purge)])


def server_pack(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar=_("FOLDER"), help=_("Where to write it."))],
) -> Envelope:
    """`wikifarm mailing-list server-pack`."""
    from wikifarm.operations.mailing_list.server_pack import server_pack as operation

    shared(ctx)
    return operation(folder)

"""Commands about communities: open one, and plan, apply, verify many."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from wikifarm.cli.program import as_called, same_place
from wikifarm.cli.shared import (
    Shared,
    advisories_option,
    communities_known,
    shared,
    strict_about,
)
from wikifarm.i18n import _
from wikifarm.lists.providers import NONE, hosts
from wikifarm.result import Envelope, few

if TYPE_CHECKING:
    from wikifarm.blueprint.manifest.reading import Described
    from wikifarm.operations.community.caution import KeptPlan
    from wikifarm.operations.community.community_run import CommunityRun
    from wikifarm.operations.community.outcome import CommunitiesOutcome, CommunityOutcome
    from wikifarm.operations.describe import Wishes
    from wikifarm.operations.status import StatusOutcome

JOBS = 4  # communities at once: what a farm of two processors bears
PLAN = ".json"  # how a kept plan ends
FULL = "full"  # --audit: every community


def new_community(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar=_("NAME"), help=_("Its name, as people read it."))
    ] = "",
    slug: Annotated[
        str,
        typer.Option(
            metavar=_("ADDRESS"), help=_("Its address on the farm; by default, made from the name.")
        ),
    ] = "",
    facilitator: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_('"NAME <E-MAIL>"'),
            help=_("Someone who facilitates it; once for each person."),
        ),
    ] = None,
    territory: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("Where it lives."))] = "",
    blueprint: Annotated[
        str, typer.Option(metavar=_("NAME"), help=_("The blueprint, by name or folder."))
    ] = "",
    with_modules: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="MODULE", help=_("Switch a module on; may be repeated.")),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="MODULE", help=_("Switch a module off; may be repeated.")),
    ] = None,
    mailing_list: Annotated[
        str,
        typer.Option(metavar="|".join((*hosts(), NONE)), help=_("Who hosts its mailing list.")),
    ] = "",
    admission: Annotated[
        str, typer.Option(metavar="two-step|open|invited", help=_("How people join it."))
    ] = "",
    writing: Annotated[
        str, typer.Option(metavar="connected|open", help=_("Who may write productions."))
    ] = "",
    language: Annotated[
        str, typer.Option(metavar="fr|en", help=_("The language of the community."))
    ] = "",
    description: Annotated[
        str, typer.Option(metavar=_("TEXT"), help=_("What brings it together, in a few sentences."))
    ] = "",
    rhythm: Annotated[str, typer.Option(metavar=_("TEXT"), help=_("When it meets."))] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show what would be done, and stop."))
    ] = False,
    yes: Annotated[bool, yes_option()] = False,
    no_input: Annotated[bool, no_input_option()] = False,
    audit: Annotated[str, audit_option()] = FULL,
    detailed_exitcode: Annotated[
        bool,
        typer.Option("--detailed-exitcode", help=_("Exit 5 when something waits for a person.")),
    ] = False,
    advisories: Annotated[str, advisories_option()] = "warn",
) -> Envelope:
    """`wikifarm new-community`."""
    from wikifarm.operations.community.outcome import envelope
    from wikifarm.operations.copying.blueprints_here import blueprint_here
    from wikifarm.operations.describe import Wishes, community
    from wikifarm.operations.new_community import new_community as operation

    options = shared(ctx)
    strict = strict_about(advisories)
    place = blueprint_here(options.context().places, blueprint) if blueprint else ""
    named = f"./{os.path.relpath(place)}" if place != blueprint else blueprint
    wishes = Wishes(
        name, slug, tuple(facilitator or ()), territory, named, tuple(with_modules or ()),
        tuple(without or ()), mailing_list, admission, writing, language, description, rhythm,
    )  # fmt: skip
    asking = options.interactive and not no_input
    folder = options.directory / "communities"
    told = _asked(options, wishes, folder) if asking else wishes
    wanted = community(told, folder)
    outcome = operation(
        options.context(),
        wanted,
        dry_run=dry_run,
        audit=audit_scope(audit)["audit"],
        agreed=with_a_yes(options) if asking and not yes else None,
        typed=told != wishes,
    )
    return envelope("new-community", [outcome], detailed=detailed_exitcode, strict=strict)


def _asked(options: Shared, wishes: Wishes, folder: Path) -> Wishes:
    """The wishes with what was asked on the terminal. A farm that cannot be asked is told before
    anybody types."""
    from wikifarm.cli.interview import complete
    from wikifarm.operations.new_community import in_the_way

    context = options.context()
    context.farm.listed()
    context.check_account()
    return complete(wishes, folder, partial(in_the_way, context))


def with_a_yes(options: Shared) -> Callable[[CommunityOutcome], bool]:
    """What waits for a yes to the plan of a community."""

    def agreed(planned: CommunityOutcome) -> bool:
        from wikifarm.operations.community.outcome import envelope

        return _agreed(options, envelope("new-community", [planned]))

    return agreed


def _agreed(options: Shared, shown: Envelope) -> bool:
    """Shows a plan on the terminal, and waits for a yes."""
    from wikifarm.cli import asking
    from wikifarm.cli.render.answer import answer
    from wikifarm.cli.render.sheet import paint_for

    options.telling().clear()
    output = options.output
    paint = paint_for(output.err)
    output.note(as_called(answer(shown, paint, verbose=output.verbose, asking=True)))
    if asking.agreed(_("Do this?")):
        return True
    output.plan_told = True
    options.warnings.append(_("Nothing was done."))
    return False


# -- what several commands take -------------------------------------------------------------


def yes_option() -> typer.models.OptionInfo:
    text = _(
        "Do not ask for a yes before starting; outside a terminal (a script, cron), none is asked."
    )
    option: typer.models.OptionInfo = typer.Option("--yes", "-y", help=text)
    return option


def no_input_option() -> typer.models.OptionInfo:
    text = _("Never ask anything, even on a terminal.")
    option: typer.models.OptionInfo = typer.Option("--no-input", help=text)
    return option


def _paths() -> typer.models.ArgumentInfo:
    argument: typer.models.ArgumentInfo = typer.Argument(
        metavar=_("PATH..."),
        help=_(
            "Files of communities, folders of them, CSV files, or addresses of communities; by "
            "default, communities/."
        ),
        autocompletion=communities_known,
    )
    return argument


def _named(slugs: list[str] | None) -> list[str] | None:
    """Where a script has nothing to put there, all communities are not meant."""
    bare = [slug.strip() for slug in slugs or ()]
    if not all(bare):
        raise typer.BadParameter(_("the address of a community is expected"))
    return bare or slugs


def _only() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--only",
        metavar=_("ADDRESS"),
        help=_("This community only; may be repeated."),
        autocompletion=communities_known,
        callback=_named,
    )
    return option


def _max_failures() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--max-failures", metavar="N", min=0, help=_("Stop after more than N failures.")
    )
    return option


def _jobs() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--jobs",
        metavar="N",
        min=1,
        max=16,
        help=_("Communities at once; fewer while the farm is slow or says that it is too much."),
    )
    return option


def _a_number(value: float) -> float:
    """NaN is neither under the least nor over the most."""
    if math.isnan(value):
        raise typer.BadParameter(_("must be a number"))
    return value


def _pause() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--pause",
        metavar=_("SECONDS"),
        min=0,
        max=3600,
        callback=_a_number,
        show_default=False,
        help=_("Wait so long between a community and the next."),
    )
    return option


def audit_option(text: str = "") -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--audit",
        metavar="full|canary|none",
        show_default=False,
        help=text
        or _(
            "Verify privacy everywhere (by default), in the first community of each kind "
            "(`canary`), or nowhere (never with real people)."
        ),
    )
    return option


def audit_scope(word: str) -> dict[str, bool]:
    """What it asks of `apply`. Raises what Typer shows for a word that is none of them."""
    scopes = {
        FULL: {"audit": True},
        "canary": {"audit": True, "canary": True},
        "none": {"audit": False},
    }
    if word not in scopes:
        raise typer.BadParameter(
            _("“{word}” is none of {words}").format(word=word, words=", ".join(scopes)),
            param_hint="--audit",
        )
    return scopes[word]


def _detailed(text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option("--detailed-exitcode", help=text)
    return option


def _skip_invalid() -> typer.models.OptionInfo:
    text = _("Leave out the communities that are described wrongly: by default, nothing starts.")
    option: typer.models.OptionInfo = typer.Option("--skip-invalid", help=text)
    return option


def _yes_change() -> typer.models.OptionInfo:
    text = _("Do change N communities that stand, many as they are, and remove things.")
    option: typer.models.OptionInfo = typer.Option("--yes-change", metavar="N", min=0, help=text)
    return option


def _loosen() -> typer.models.OptionInfo:
    text = _("Let rights open to more people where the blueprint does; otherwise they stay closed.")
    option: typer.models.OptionInfo = typer.Option("--loosen", help=text)
    return option


def _take_template() -> typer.models.OptionInfo:
    text = _("Have this page as the blueprint writes it again, once a copy is kept; repeatable.")
    option: typer.models.OptionInfo = typer.Option(metavar="PAGE", help=text)
    return option


def _chosen(
    options: Shared,
    paths: list[Path] | None,
    only: list[str] | None,
    *,
    skip_invalid: bool | None = None,
    audit: str = FULL,
    out: Path | None = None,
) -> Described:
    """`skip_invalid`: None where the command has no such option."""
    from wikifarm.errors import InvalidInput
    from wikifarm.operations.describe import chosen

    leave_out = bool(skip_invalid)
    _same_place(options, paths, only, skip_invalid=leave_out, audit=audit)
    default = options.directory / "communities"
    try:
        described = chosen(paths or [], only or [], default=default, skip_invalid=leave_out)
    except InvalidInput as error:
        if skip_invalid is False and any(problem.line for problem in error.problems):
            options.warnings.append(
                _(
                    "Nothing was done. Correct the lines named here and run the same command "
                    "again; --skip-invalid leaves them out for now."
                )
            )
        raise
    read = [*(paths or [default]), *(Path(each.source) for each in described.communities)]
    _spare(options, read, out)
    options.warnings += _hidden_rows(described)
    return described


def _hidden_rows(described: Described) -> Iterator[str]:
    """That somebody filtered a sheet does not mean that what it hides is not to be."""
    if described.hidden:
        yield _(
            "Rows that the sheet does not show (hidden, or filtered) were read as the others: "
            "{places}. Take out of the file those that are not to be."
        ).format(places=few(described.hidden))


def _spare(options: Shared, read: Sequence[Path], out: Path | None = None) -> None:
    """Raises what Typer shows where the command would write over what it reads, twice over the same
    file, or what would be read for what it is not."""
    report = options.report.path if options.report is not None else None
    for option, path in (("--report", report), ("--out", out)):
        if path is not None and any(_same_file(path, each) for each in read):
            raise typer.BadParameter(
                _("“{path}” is what this command reads: it would be lost").format(path=path),
                param_hint=option,
            )
    if report is not None and _would_be_read(report, read):
        raise typer.BadParameter(
            _(
                "“{path}” would be read as communities, with the other files of its folder: choose "
                "another folder, or a name that begins with “_”"
            ).format(path=report),
            param_hint="--report",
        )
    if out is not None and out.suffix != PLAN:
        raise typer.BadParameter(
            _("“{path}” does not end with {ending}: `wikifarm apply` would not know a plan").format(
                path=out, ending=PLAN
            ),
            param_hint="--out",
        )
    if report is not None and out is not None and report.absolute() == out.absolute():
        raise typer.BadParameter(
            _("“{path}” cannot be the plan and the report").format(path=out), param_hint="--out"
        )


def _would_be_read(report: Path, read: Sequence[Path]) -> bool:
    """True where it would stand in a folder that is read, and be taken for a description."""
    from wikifarm.blueprint.manifest.reading import SUFFIXES
    from wikifarm.blueprint.sources import is_read

    folder = report.absolute().parent
    there = any(_same_file(folder, each) for each in read if each.is_dir())
    return there and is_read(report, SUFFIXES)


def _same_file(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)


def _same_place(
    options: Shared,
    paths: Sequence[Path] | None,
    only: Sequence[str] | None,
    *,
    skip_invalid: bool = False,
    audit: str = FULL,
    kept: Path | None = None,
) -> None:
    """What is told to type is about what this command line was about: the folder, the farm, the
    communities, those that were left out; and the plan where that is `kept` in a file."""
    at = [f"--directory={options.directory}"] if options.directory != Path() else []
    at += [f"--farm={options.farm}"] if options.farm else []
    where = [*at, *map(str, paths or ()), *(f"--only={slug}" for slug in only or ())]
    less = ["--skip-invalid"] if skip_invalid else []
    doing = [*where, *less, *(f"--take-template={tag}" for tag in sorted(options.taken_back))]
    doing += ["--loosen"] if options.opening else []
    doing += [f"--audit={audit}"] if audit != FULL else []
    applying = [*at, str(kept), *less] if kept else doing
    same_place({"plan": doing, "apply": applying, "verify": where})


def plan(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, _paths()] = None,
    only: Annotated[list[str] | None, _only()] = None,
    skip_invalid: Annotated[bool, _skip_invalid()] = False,
    jobs: Annotated[int, _jobs()] = JOBS,
    detailed_exitcode: Annotated[bool, _detailed(_("Exit 3 when something would change."))] = False,
    take_template: Annotated[list[str] | None, _take_template()] = None,
    loosen: Annotated[bool, _loosen()] = False,
    audit: Annotated[
        str, audit_option(_("The `--audit` that `apply` will be given: everywhere by default."))
    ] = FULL,
    out: Annotated[
        Path | None,
        typer.Option(metavar=_("FILE"), help=_("Keep the plan there, for `wikifarm apply FILE`.")),
    ] = None,
) -> Envelope:
    """`wikifarm plan`."""
    options = shared(ctx)
    options.jobs = jobs
    options.taken_back, options.opening = frozenset(take_template or ()), loosen
    scope = audit_scope(audit)
    described = _chosen(options, paths, only, skip_invalid=skip_invalid, audit=audit, out=out)
    told = {"detailed": detailed_exitcode, "in_full": bool(only)}
    shown = _plan("plan", options, described, scope, **told)
    _say_left_out(options, paths, only, described)
    if out is not None:
        from wikifarm.operations.community.caution import keep_plan

        asked = paths or [options.directory / "communities"], only or [], take_template or []
        outcomes = cast("CommunitiesOutcome", shown.outcome).communities
        keep_plan(out, options.context().farm.base, asked, outcomes, opening=loosen, audit=audit)
        _same_place(options, paths, only, skip_invalid=skip_invalid, kept=out)
    return shown


def _say_left_out(
    options: Shared,
    paths: Sequence[Path] | None,
    only: Sequence[str] | None,
    described: Described,
) -> None:
    """Tells which communities the files describe no more, where all that they describe is known."""
    from wikifarm.operations.community.no_longer_described import no_longer_described
    from wikifarm.operations.describe import parted

    if not only and not parted(paths or [])[0] and not described.problems:
        options.warnings += no_longer_described(options.context(), described.communities)


def _plan(
    command: str, options: Shared, described: Described, scope: dict[str, bool], **told: bool
) -> Envelope:
    """Shows what `apply` would do with the audits of that scope; `told` is for the envelope."""
    from wikifarm.operations.community.outcome import envelope
    from wikifarm.operations.plan import plan as operation

    planned = operation(options.context(), described.communities, **scope)
    return envelope(command, planned, described=described, **told)


def apply(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, _paths()] = None,
    only: Annotated[list[str] | None, _only()] = None,
    skip_invalid: Annotated[bool, _skip_invalid()] = False,
    max_failures: Annotated[int | None, _max_failures()] = None,
    jobs: Annotated[int, _jobs()] = JOBS,
    pause: Annotated[float, _pause()] = 0.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show what would change: same as `plan`."))
    ] = False,
    yes: Annotated[bool, yes_option()] = False,
    take_template: Annotated[list[str] | None, _take_template()] = None,
    loosen: Annotated[bool, _loosen()] = False,
    yes_change: Annotated[int | None, _yes_change()] = None,
    no_input: Annotated[bool, no_input_option()] = False,
    audit: Annotated[str | None, audit_option()] = None,
    detailed_exitcode: Annotated[
        bool, _detailed(_("Exit 5 when something waits for a person."))
    ] = False,
    advisories: Annotated[str, advisories_option()] = "warn",
) -> Envelope:
    """`wikifarm apply`."""
    from wikifarm.operations.community.caution import read_plan

    options = shared(ctx)
    options.jobs, options.pause = jobs, pause
    strict = strict_about(advisories)
    kept = read_plan(paths[0]) if paths and paths[0].suffix == PLAN else None
    if kept is not None:
        if len(paths or ()) > 1:
            raise typer.BadParameter(_("a plan says itself which files it is of: give it alone"))
        _spare(options, paths or ())
        if only:
            kept = kept.of(only)
        paths, only = list(kept.paths), only or list(kept.only)
        take_template = [*kept.taken_back, *(take_template or [])]
        loosen = loosen or kept.opening
        foreseen = kept.audit or FULL
        if audit not in {None, foreseen}:
            message = _("this plan foresees --audit={audit}: give that, or nothing")
            raise typer.BadParameter(message.format(audit=foreseen), param_hint="--audit")
        audit = foreseen
    options.taken_back, options.opening = frozenset(take_template or ()), loosen
    audit = audit or FULL
    scope = audit_scope(audit)
    described = _chosen(options, paths, only, skip_invalid=skip_invalid, audit=audit)
    if dry_run:
        told = {"detailed": detailed_exitcode, "in_full": bool(only)}
        shown = _plan("apply", options, described, scope, **told)
        _say_left_out(options, paths, only, described)
        return shown
    applied = _applied(
        "apply",
        options,
        described,
        max_failures=max_failures,
        yes_change=yes_change,
        asking=options.interactive and not (yes or no_input),
        scope=scope,
        kept=kept,
        in_full=bool(only),
        detailed=detailed_exitcode,
        strict=strict,
    )
    _say_left_out(options, paths, only, described)
    return applied


def _applied(
    command: str,
    options: Shared,
    described: Described,
    *,
    max_failures: int | None,
    yes_change: int | None,
    asking: bool,
    scope: dict[str, bool],
    kept: KeptPlan | None = None,
    leave: Callable[[CommunityRun], bool] | None = None,
    in_full: bool,
    **told: bool,
) -> Envelope:
    """Applies what is described, once who must has agreed; `told` is for the envelope."""
    from wikifarm.operations.apply import apply as operation
    from wikifarm.operations.community.caution import refuse_many
    from wikifarm.operations.community.outcome import envelope

    context = options.context()

    def caution(planned: list[CommunityOutcome]) -> bool:
        refuse_many(planned, yes_change)
        if kept is not None:
            kept.check(context.farm.base, planned)
        writes = any(change.writes for outcome in planned for change in outcome.planned)
        shown = envelope("plan", planned, described=described, in_full=in_full)
        return not (asking and writes) or _agreed(options, shown)

    outcomes = operation(
        context,
        described.communities,
        max_failures=max_failures,
        caution=caution,
        shown=asking,
        leave=leave,
        **scope,
    )
    return envelope(command, outcomes, described=described, in_full=in_full, **told)


def blueprint_diff(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, _paths()] = None,
    only: Annotated[list[str] | None, _only()] = None,
    jobs: Annotated[int, _jobs()] = JOBS,
) -> Envelope:
    """`wikifarm blueprint diff`."""
    from wikifarm.operations.upgrade.blueprint_diff import blueprint_diff as operation

    options = shared(ctx)
    options.jobs = jobs
    return operation(options.context(), _chosen(options, paths, only).communities)


def blueprint_upgrade(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, _paths()] = None,
    only: Annotated[list[str] | None, _only()] = None,
    max_failures: Annotated[int | None, _max_failures()] = None,
    jobs: Annotated[int, _jobs()] = JOBS,
    pause: Annotated[float, _pause()] = 0.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show what would be done, and stop."))
    ] = False,
    yes: Annotated[bool, yes_option()] = False,
    loosen: Annotated[bool, _loosen()] = False,
    yes_change: Annotated[int | None, _yes_change()] = None,
    no_input: Annotated[bool, no_input_option()] = False,
    audit: Annotated[str, audit_option()] = FULL,
    advisories: Annotated[str, advisories_option()] = "warn",
) -> Envelope:
    """`wikifarm blueprint upgrade`."""
    from wikifarm.operations.community.outcome import envelope
    from wikifarm.operations.upgrade.blueprint_upgrade import is_up_to_date, plan_upgrade

    options = shared(ctx)
    options.jobs, options.pause, options.opening = jobs, pause, loosen
    strict, scope = strict_about(advisories), audit_scope(audit)
    described = _chosen(options, paths, only)
    command, in_full = "blueprint upgrade", bool(only)
    if dry_run:
        context = options.context()
        planned = plan_upgrade(context, described.communities, audit=scope["audit"])
        return envelope(command, planned, described=described, in_full=in_full)
    return _applied(
        command,
        options,
        described,
        max_failures=max_failures,
        yes_change=yes_change,
        asking=options.interactive and not (yes or no_input),
        scope=scope,
        leave=is_up_to_date,
        in_full=in_full,
        strict=strict,
    )


def verify(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, _paths()] = None,
    only: Annotated[list[str] | None, _only()] = None,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help=_("Also compare what outsiders are answered before and after somebody comes."),
        ),
    ] = False,
    jobs: Annotated[int, _jobs()] = JOBS,
    advisories: Annotated[str, advisories_option()] = "warn",
) -> Envelope:
    """`wikifarm verify`."""
    from wikifarm.operations.audit.verify import verify as operation
    from wikifarm.operations.community.outcome import envelope

    options = shared(ctx)
    options.jobs = jobs
    strict = strict_about(advisories)
    outcomes = operation(options.context(), _chosen(options, paths, only).communities, deep=deep)
    return envelope("verify", outcomes, strict=strict, in_full=bool(only))


def checklist(
    ctx: typer.Context,
    paths: Annotated[list[Path] | None, _paths()] = None,
    only: Annotated[list[str] | None, _only()] = None,
) -> Envelope:
    """`wikifarm checklist`."""
    from wikifarm.operations.checklist import checklist as operation
    from wikifarm.operations.community.outcome import envelope

    options = shared(ctx)
    return envelope(
        "checklist",
        operation(options.context(), _chosen(options, paths, only).communities),
        in_full=True,
    )


def status(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar=_("PATH..."),
            help=_(
                "Addresses of communities, or files of them; by default, those of communities/, "
                "those made from here, and those that the farm says wikifarm made."
            ),
            autocompletion=communities_known,
        ),
    ] = None,
    only: Annotated[list[str] | None, _only()] = None,
    drifted: Annotated[
        bool,
        typer.Option(
            "--drifted",
            help=_("Only those that `apply` would change, or that were opened by hand."),
        ),
    ] = False,
    pending: Annotated[
        bool,
        typer.Option(
            "--pending", help=_("Only those where people or the mailing list wait for somebody.")
        ),
    ] = False,
    jobs: Annotated[int, _jobs()] = JOBS,
    advisories: Annotated[str, advisories_option()] = "warn",
) -> Envelope:
    """`wikifarm status`."""
    from wikifarm.blueprint.manifest.reading import load_valid
    from wikifarm.operations.describe import parted
    from wikifarm.operations.status import status as operation

    options = shared(ctx)
    options.jobs = jobs
    strict = strict_about(advisories)
    _same_place(options, paths, only)
    slugs, files = parted(paths or [])
    described = load_valid(files) if files else None
    options.warnings += _hidden_rows(described) if described else ()
    answer = operation(
        options.context(),
        [*slugs, *(only or ())],
        described,
        whole_farm=True,
        drifted=drifted,
        pending=pending,
        strict=strict,
    )
    outcome = cast("StatusOutcome", answer.outcome)
    if outcome.looked_at and not outcome.states:
        options.warnings += _none_shown(outcome, drifted=drifted, pending=pending)
    return answer


def _none_shown(outcome: StatusOutcome, *, drifted: bool, pending: bool) -> Iterator[str]:
    """What it means that nothing is left to show of those that were looked at: of those alone of
    which it is known."""
    part = _("{count} of {total} could be looked at for that (`wikifarm status` shows all).")
    told = [
        (drifted, outcome.compared,
         _("`wikifarm apply` would change none of them, and none was opened by hand.")),
        (pending, outcome.read,
         _("There is none of them in which people, or the mailing list, wait for somebody.")),
    ]  # fmt: skip
    for asked, known, text in told:
        if asked and known == outcome.looked_at:
            yield text
        elif asked:
            count = part.format(count=known, total=outcome.looked_at)
            yield f"{count} {text}" if known else count


def list_wikis(
    ctx: typer.Context,
    only: Annotated[list[str] | None, _only()] = None,
) -> Envelope:
    """`wikifarm list`."""
    from wikifarm.operations.list_wikis import list_wikis as operation

    return operation(shared(ctx).context(), only or ())

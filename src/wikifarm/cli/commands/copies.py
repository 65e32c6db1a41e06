"""Commands about copies of wikis, and the blueprints that come of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from wikifarm.cli.commands.communities import (
    audit_option,
    audit_scope,
    no_input_option,
    with_a_yes,
    yes_option,
)
from wikifarm.cli.shared import Shared, advisories_option, shared, strict_about
from wikifarm.i18n import LANGUAGES, _
from wikifarm.result import Envelope

if TYPE_CHECKING:
    from wikifarm.blueprint.capture.capture_wiki import CaptureWishes
    from wikifarm.operations.copying.begun_clone import BegunClone
    from wikifarm.operations.copying.captured_blueprint import CapturedBlueprint
    from wikifarm.operations.copying.clone import Cloned
    from wikifarm.operations.copying.source_wiki import Source


def _source() -> typer.models.ArgumentInfo:
    argument: typer.models.ArgumentInfo = typer.Argument(
        metavar="SOURCE",
        help=_("A community of this farm, by its address; or the web address of any YesWiki."),
    )
    return argument


def _agree() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--agree",
        metavar=_("NAME"),
        help=_("Copy this page, form or file although somebody is named in it; may be repeated."),
    )
    return option


def _members() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        metavar=_("GROUP"), help=_("The group that people are welcomed into.")
    )
    return option


def _facilitators() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        metavar=_("GROUP"), help=_("The group of those who facilitate.")
    )
    return option


def _user() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--user",
        metavar=_("NAME"),
        help=_(
            "The account to read it with; its password is asked, or WIKIFARM_SOURCE_PASSWORD. "
            "By default, yours where this computer has it, else a visitor's."
        ),
    )
    return option


def _allow() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--allow-private",
        metavar=_("HOST"),
        help=_("Read it although it is at a private address; may be repeated."),
    )
    return option


def _language() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        metavar="|".join(LANGUAGES), help=_("The language of its pages.")
    )
    return option


def capture(
    ctx: typer.Context,
    source: Annotated[str, _source()],
    name: Annotated[str, typer.Argument(metavar=_("NAME"), help=_("Of the blueprint."))],
    agree: Annotated[list[str] | None, _agree()] = None,
    members: Annotated[str, _members()] = "",
    facilitators: Annotated[str, _facilitators()] = "",
    user: Annotated[str, _user()] = "",
    allow_private: Annotated[list[str] | None, _allow()] = None,
    language: Annotated[str, _language()] = "fr",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show what it would hold, and stop."))
    ] = False,
) -> Envelope:
    """`wikifarm blueprint capture`."""
    from wikifarm.operations.copying.captured_blueprint import capture_blueprint

    options = shared(ctx)
    asked = _asked(name, agree, members, facilitators, language)
    read = _read(options, source, user, allow_private)
    return capture_blueprint(options.context(), read, asked, dry_run=dry_run)


def clone(
    ctx: typer.Context,
    source: Annotated[str, _source()],
    slug: Annotated[
        str, typer.Argument(metavar=_("ADDRESS"), help=_("The address of the new community."))
    ],
    name: Annotated[str, typer.Option(help=_("Its name; by default, that of the source."))] = "",
    facilitator: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_('"NAME <E-MAIL>"'),
            help=_("Someone who facilitates it; once for each person."),
        ),
    ] = None,
    with_entries: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_("FORM"),
            help=_("Copy the entries of this public form too, by its name; may be repeated."),
        ),
    ] = None,
    agree: Annotated[list[str] | None, _agree()] = None,
    members: Annotated[str, _members()] = "",
    facilitators: Annotated[str, _facilitators()] = "",
    user: Annotated[str, _user()] = "",
    allow_private: Annotated[list[str] | None, _allow()] = None,
    language: Annotated[str, _language()] = "fr",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show what would be done, and stop."))
    ] = False,
    yes: Annotated[bool, yes_option()] = False,
    no_input: Annotated[bool, no_input_option()] = False,
    audit: Annotated[str, audit_option()] = "full",
    advisories: Annotated[str, advisories_option()] = "warn",
) -> Envelope:
    """`wikifarm clone`."""
    from dataclasses import replace

    from wikifarm.operations.community.outcome import envelope
    from wikifarm.operations.copying.captured_blueprint import unmet
    from wikifarm.operations.copying.clone import clone as operation
    from wikifarm.operations.describe import Wishes

    options = shared(ctx)
    strict = strict_about(advisories)
    asking = options.interactive and not no_input
    read = _read(options, source, user, allow_private)
    cloned = operation(
        options.context(),
        read,
        Wishes(name, slug, tuple(facilitator or ())),
        _asked("", agree, members, facilitators, language),
        agreed=lambda captured: _shown(
            options, captured, asking=asking and not yes and not dry_run
        ),
        with_entries=tuple(with_entries or ()),
        dry_run=dry_run,
        audit=audit_scope(audit)["audit"],
        plan_agreed=with_a_yes(options) if asking and not yes else None,
    )
    if cloned.community is None:
        shown = cloned.captured
        lacking = tuple(unmet(shown)) if shown is not None else ()
        return Envelope("clone", outcome=shown or Envelope("clone").outcome, messages=lacking)
    whole = envelope("clone", [cloned.community], strict=strict)
    return replace(
        whole, messages=(*_told_of_the_copy(cloned, shown=not options.output.json), *whole.messages)
    )


def _told_of_the_copy(cloned: Cloned, *, shown: bool) -> Iterator[str]:
    """What is read of a copy, once it is made; `shown`: people were told before what it lacks."""
    from wikifarm.operations.copying.captured_blueprint import unmet

    if cloned.captured is not None:
        yield from unmet(cloned.captured)
        captured = cloned.captured.captured
        if shown:
            return
        if captured.left_out:
            names = ", ".join(each.key for each in captured.left_out)
            yield _("Left out of the copy: {names}.").format(names=names)
        for each in captured.changed:
            yield _("Otherwise than there: {what}.").format(what=each)
    else:
        again = (
            _("Made of what an earlier run read of that wiki; remove {files} to read it anew.")
            if cloned.to_remove
            else _("Made of what an earlier run read of that wiki, kept in {folder}.")
        )
        files = ", ".join(map(str, cloned.to_remove))
        yield again.format(folder=cloned.folder, files=files)
        if cloned.begun is not None:
            yield from _counted(cloned.begun)


def _counted(begun: BegunClone) -> Iterator[str]:
    """What an earlier run named of what a copy lacks."""
    if begun.left_out:
        yield _(
            "The copy leaves out {count} pages, forms and other things of its source: that run "
            "named each."
        ).format(count=begun.left_out)
    if begun.changed:
        yield _(
            "The copy has {count} things otherwise than its source: that run named each."
        ).format(count=begun.changed)


def _shown(options: Shared, captured: CapturedBlueprint, *, asking: bool) -> bool:
    """Shows what would be copied, and waits for a yes where somebody is there to be asked."""
    from wikifarm.cli import asking as questions
    from wikifarm.cli.render.answer import body
    from wikifarm.cli.render.sheet import paint_for

    options.telling().clear()
    if not options.output.json:
        told = Envelope("clone", outcome=captured)
        paint = paint_for(options.output.err)
        options.output.note(body(told, paint, verbose=options.output.verbose) + "\n")
    return not asking or questions.agreed(_("Copy this, and make the community of it?"))


def _asked(
    name: str, agree: list[str] | None, members: str, facilitators: str, language: str
) -> CaptureWishes:
    from wikifarm.blueprint.capture.capture_wiki import CaptureWishes

    if language not in LANGUAGES:
        raise typer.BadParameter(
            _("wikifarm does not speak “{code}”: French and English only.").format(code=language)
        )
    return CaptureWishes(name, language, frozenset(agree or ()), members, facilitators)


def _read(options: Shared, source: str, user: str, allowed: list[str] | None) -> Source:
    from wikifarm.operations.copying.source_wiki import PASSWORD_VARIABLE, Source

    password = os.environ.get(PASSWORD_VARIABLE, "") if user else ""
    if user and not password and options.interactive:
        from wikifarm.cli.asking import secret

        password = secret(_("Password of {name}").format(name=user))
    return Source(source, user, password, tuple(allowed or ()))


def list_blueprints(ctx: typer.Context) -> Envelope:
    """`wikifarm blueprint list`."""
    from wikifarm.operations.copying.blueprints_here import list_blueprints as operation

    return operation(shared(ctx).context().places)


def check(
    ctx: typer.Context,
    blueprint: Annotated[
        str, typer.Argument(metavar=_("BLUEPRINT"), help=_("Its name, or its folder."))
    ],
) -> Envelope:
    """`wikifarm blueprint check`."""
    from wikifarm.operations.copying.blueprints_here import check_blueprint as operation

    return operation(shared(ctx).context().places, blueprint, "check")


def show(
    ctx: typer.Context,
    blueprint: Annotated[
        str, typer.Argument(metavar=_("BLUEPRINT"), help=_("Its name, or its folder."))
    ],
) -> Envelope:
    """`wikifarm blueprint show`."""
    from wikifarm.operations.copying.blueprints_here import check_blueprint as operation

    return operation(shared(ctx).context().places, blueprint, "show")


def new(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar=_("NAME"), help=_("Of the blueprint."))],
) -> Envelope:
    """`wikifarm blueprint new`."""
    from wikifarm.operations.copying.blueprints_here import new_blueprint as operation

    return operation(shared(ctx).context(), name)

"""Commands that practise on this computer: the demonstration and the rehearsal farm."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from wikifarm.cli.shared import shared
from wikifarm.i18n import _
from wikifarm.rehearsal import DEFAULT_DIALECT, DIALECTS
from wikifarm.result import Envelope


def _dialect() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        metavar="|".join(DIALECTS),
        help=_("The version of YesWiki that it imitates: 4.4.4, 4.5.0, or 4.6 as read, not run."),
    )
    return option


def _port() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        metavar="N",
        min=0,
        max=65535,
        show_default=False,
        help=_("The port; by default, a free one."),
    )
    return option


def demo(
    ctx: typer.Context,
    port: Annotated[int, _port()] = 0,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar=_("FOLDER"),
            help=_("Keep everything in this folder; else it is removed at the end."),
        ),
    ] = None,
    dialect: Annotated[str, _dialect()] = DEFAULT_DIALECT,
    leave: Annotated[
        bool, typer.Option("--exit", help=_("End once the community is open and verified."))
    ] = False,
) -> Envelope:
    """`wikifarm demo`."""
    from wikifarm.operations.demo import Practice
    from wikifarm.operations.demo import demo as operation

    options = shared(ctx)
    with operation(Practice(data, port, dialect, stays=not leave), options.telling()) as envelope:
        if leave or not envelope.ok:
            return envelope
        options.output.show(envelope)
        if not options.output.json:
            options.output.note(_("The farm answers until Ctrl-C."))
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    return envelope


def rehearsal(
    ctx: typer.Context,
    port: Annotated[int, _port()] = 0,
    data: Annotated[
        Path, typer.Option(metavar=_("FOLDER"), help=_("Where the farm keeps its data."))
    ] = Path("rehearsal"),
    dialect: Annotated[str, _dialect()] = DEFAULT_DIALECT,
    trap: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_("NAME"), help=_("Something that goes wrong on purpose; may be repeated.")
        ),
    ] = None,
) -> Envelope:
    """`wikifarm rehearsal`."""
    from wikifarm.cli.render.answer import answer
    from wikifarm.cli.render.sheet import Paint
    from wikifarm.operations.demo import (
        Practice,
        PracticeFarm,
        port_taken,
        rehearsal_settings,
        remember_port,
        usual_port,
    )
    from wikifarm.rehearsal import serve

    output = shared(ctx).output
    practice = Practice(data, port, dialect, tuple(trap or ()))
    settings = rehearsal_settings(practice, data.absolute())
    port = usual_port(practice, data.absolute())

    def ready(url: str) -> None:
        remember_port(data.absolute(), url)
        farm = PracticeFarm(url, settings.admin, settings.password, settings.token)
        # With --json, this line is the one object: programs wait for it, then use the farm.
        output.shown = Envelope("rehearsal", outcome=farm)
        output.line(json.dumps(farm.as_json()) if output.json else answer(output.shown, Paint()))

    try:
        serve(settings, port=port, on_ready=ready)
    except OSError as fault:
        raise port_taken(port, fault) from None
    return Envelope("rehearsal")

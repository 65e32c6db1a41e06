"""Commands that describe: JSON Schemas, and forms brought from other wikis."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wikifarm.cli.shared import shared
from wikifarm.i18n import _
from wikifarm.result import Envelope


def schema(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[envelope|manifest|bazar|blueprint|advisories]",
            help=_(
                "Of the answers of --json, of a community, of a Bazar form, of a blueprint, or of "
                "a file of advisories."
            ),
        ),
    ] = "envelope",
) -> Envelope:
    """`wikifarm schema`."""
    from wikifarm.operations.schemas import schema as operation

    return operation(name)


def import_form(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help=_("The address of the wiki."))],
    form_id: Annotated[str, typer.Argument(metavar=_("NUMBER"), help=_("The number of the form."))],
) -> Envelope:
    """`wikifarm blueprint import-form`."""
    from wikifarm.operations.schemas import import_form as operation

    return operation(shared(ctx).context(), url, form_id)


def models(
    ctx: typer.Context,
    remove_unused: Annotated[
        bool,
        typer.Option(
            "--remove-unused",
            help=_("Remove those of wikifarm that no manifest of communities/ would use."),
        ),
    ] = False,
) -> Envelope:
    """`wikifarm blueprint models`."""
    from wikifarm.operations.models import list_models as operation

    return operation(shared(ctx).context(), remove_unused=remove_unused)


def list_advisories(ctx: typer.Context) -> Envelope:
    """`wikifarm advisories list`."""
    from wikifarm.operations.known_holes import list_advisories as operation

    return operation(shared(ctx).settings(one_farm=False).state)


def update_advisories(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar=_("FILE"), help=_("A file of advisories, newer than ours."))
    ],
) -> Envelope:
    """`wikifarm advisories update`."""
    from wikifarm.operations.known_holes import update as operation

    return operation(shared(ctx).settings(one_farm=False).state, file)

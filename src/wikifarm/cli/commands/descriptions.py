"""Commands that describe: JSON Schemas, and forms brought from other wikis."""

from __future__ import annotations

from typing import Annotated

import typer

from wikifarm.cli.shared import shared
from wikifarm.i18n import _
from wikifarm.result import Envelope


def schema(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[envelope|manifest|bazar|blueprint]",
            help=_("Of the answers of --json, of a community, of a Bazar form, or of a blueprint."),
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

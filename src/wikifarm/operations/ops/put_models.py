"""Ops models: the operator of a farm's server puts there what its wikis are made from.

The same models as over HTTP, with what no page of the farm lets anybody send: rights and groups.
"""

from __future__ import annotations

import json
from dataclasses import replace

from wikifarm.errors import InvalidInput, Problem
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _
from wikifarm.operations.models import kinds_asked_for
from wikifarm.operations.ops.playbooks import Tell, Wanted, find_inventory, play
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope
from wikifarm.yeswiki.farm_models import as_told


def put_models(
    context: Context, wanted: Wanted, tell: Tell, *, remove_unused: bool = False
) -> Envelope:
    """Has models.yml put the models of the communities described here on the server of the farm.

    Raises InvalidInput where nothing is described, or where this computer has not yet seen what
    the farm puts into a new wiki; see `playbooks.play` for the rest.
    """
    find_inventory(wanted)  # before the farm is asked anything
    models = [as_told(kind.whole) for kind in kinds_asked_for(context)]
    if not models:
        raise InvalidInput(
            [
                Problem(
                    _("There is no model to put on the farm. Nothing was done."),
                    _(
                        "A model keeps what the farm puts into a new wiki, which this computer "
                        "sees when it makes one: describe your communities in {folder}, make the "
                        "first with `wikifarm apply`, then run this again."
                    ).format(folder=context.places.communities),
                    code="no-model",
                )
            ]
        )
    file = context.folder / "models.json"
    make_private(context.folder)
    write_whole(file, json.dumps({"farm": context.farm.base, "models": models}), PRIVATE)
    variables = {"wikifarm_models_file": str(file)}
    if remove_unused:
        variables["wikifarm_models_remove_unused"] = "true"
    return play("models", replace(wanted, variables=variables), tell)

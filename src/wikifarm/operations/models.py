"""The models that wikifarm put on the farm: which ones are there, and removing what nothing uses.

A wiki owes nothing to the model that it was made from: removing one costs the next creation that
would have used it the time to put it back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from wikifarm.blueprint.farm_model import KindModels
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.errors import NotOurs
from wikifarm.i18n import _
from wikifarm.model import MODEL_PREFIX
from wikifarm.operations.community.origin import models_of
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome
from wikifarm.yeswiki.farm_models import PAGE, FarmModels


@dataclass(frozen=True)
class ListedModel:
    """A model of ours on the farm. `used`: a manifest of this folder would have its wiki made from
    it; `removed`: it was there."""

    name: str
    label: str
    offered: bool
    used: bool
    removed: bool = False


@dataclass(frozen=True)
class ModelsOutcome(Outcome):
    """The models of a farm that are ours."""

    farm: str
    models: tuple[ListedModel, ...]

    def as_json(self) -> dict[str, Any]:
        return {"farm": self.farm, "models": [asdict(model) for model in self.models]}


def list_models(context: Context, *, remove_unused: bool = False) -> Envelope:
    """Our models on the farm; with `remove_unused`, those that no manifest here asks for go.

    Raises NotOurs where the farm lets this account have no part in its models.
    """
    models = context.farm.models
    installed = models.all() if models is not None else None
    if models is None or installed is None:
        raise NotOurs(
            _("This farm does not let this account see its models. Nothing was changed."),
            hint=_(
                "Its page {page} must be there, and WIKIFARM_FARM_ADMIN and WIKIFARM_FARM_PASSWORD "
                "those of one of its administrators. Without models, wikis are made page by page."
            ).format(page=PAGE),
            where=context.farm.base,
        )
    used = {each.name for kind in kinds_asked_for(context) for each in (kind.light, kind.whole)}
    ours = sorted(name for name in installed if name.startswith(MODEL_PREFIX))
    rows = []
    for name in ours:
        going = remove_unused and name not in used
        if going:
            _remove(context, models, name)
        model = installed[name]
        rows.append(ListedModel(name, model.label, model.offered, name in used, removed=going))
    return Envelope("blueprint models", outcome=ModelsOutcome(context.farm.base, tuple(rows)))


def _remove(context: Context, models: FarmModels, name: str) -> None:
    with context.lock():  # no wiki of this computer is being made from it
        models.remove(name)


def kinds_asked_for(context: Context) -> list[KindModels]:
    """The models that the manifests of this folder would have, each kind once; none while this
    computer has not seen what the farm puts into a new wiki."""
    folder = context.places.communities
    release = context.farm.offer().release
    kinds = {}
    for community in load_manifests([folder]) if folder.is_dir() else ():
        blueprint = context.blueprint(community)
        kind = models_of(context, community, blueprint, release)
        if kind is not None:
            kinds[kind.whole.name] = kind
    return list(kinds.values())

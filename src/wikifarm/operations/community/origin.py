"""What a new wiki is made from: a model where the farm takes them, else its default content.

The first wiki that is made on a farm is made page by page, and teaches what the farm itself puts
into a new one; the models of the next ones keep that. A farm of another release is learned anew.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.design import DesignedPage
from wikifarm.blueprint.farm_model import CommunityKind, KindModels, NewContent
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.schema.template import same_template
from wikifarm.engine import receipt as receipts
from wikifarm.engine.journal import MODEL
from wikifarm.engine.seen import Seen
from wikifarm.engine.standing import as_made
from wikifarm.engine.steps.access import OWN_RIGHTS
from wikifarm.errors import UnexpectedAnswer, Unreachable, WriteRefused
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.model import (
    MODEL_PREFIX,
    BazarList,
    Capabilities,
    Dialect,
    FarmModel,
    Zone,
    canonical,
)
from wikifarm.operations.workplace.context import Context
from wikifarm.result import few
from wikifarm.yeswiki.farm import Offer
from wikifarm.yeswiki.farm_models import DEFAULT, FarmModels
from wikifarm.yeswiki.wiki import Wiki


@dataclass(frozen=True)
class Origin:
    """What a wiki is made from: `model`, or the default content where it is None; `notes` tell a
    person why. `able`: what the wiki will be able to do, where that is known. `whole` is False
    where the model holds pages and lists of the farm's own that this computer does not know."""

    model: FarmModel | None = None
    able: Capabilities | None = None
    notes: tuple[str, ...] = ()
    whole: bool = True

    @property
    def name(self) -> str:
        """The name that the farm knows it by."""
        return self.model.name if self.model is not None else DEFAULT


def origin_of(context: Context, community: Community, blueprint: Blueprint, offer: Offer) -> Origin:
    """What the wiki of `community` should be made from; the model is put on the farm if need be."""
    models = context.farm.models
    if models is None:
        return _page_by_page(_("making models takes the password of an administrator of the farm"))
    known = _known(context, offer.release)
    if known is None:
        return _by_name(context, community, blueprint, offer) or _page_by_page(
            _("this computer has made none yet on this farm in its present version")
        )
    kind = models_of(context, community, blueprint, offer.release)
    if kind is None:
        return _page_by_page(_("no model can hold all that this blueprint keeps of a new wiki"))
    notes: tuple[str, ...] = ()
    if kind.whole.name in offer.models:
        if _proven(context, kind.whole.name) is not False:
            return Origin(kind.whole, known.able)
        spoilt = _("The farm does not give what the model {name} holds, which its server has: "
                   "this wiki was made without it.")  # fmt: skip
        notes = (spoilt.format(name=kind.whole.name),)
    refused = _refused(context, community.slug, models, offer, kind.light)
    origin = _page_by_page(refused) if refused else Origin(kind.light, known.able)
    return replace(origin, notes=notes + origin.notes)


def _by_name(
    context: Context, community: Community, blueprint: Blueprint, offer: Offer
) -> Origin | None:
    """What the operator of the farm put there for this kind, where this computer has not seen yet
    what the farm itself puts into a new wiki."""
    if not any(name.startswith(MODEL_PREFIX) for name in offer.models):
        return None
    dialect = context.farm.capabilities.dialect
    least = _kind(context, community, blueprint, offer.release, dialect).least
    there = least.name in offer.models and _proven(context, least.name) is not False
    # A wiki runs the code of its farm, which alone makes wikis.
    able = replace(context.farm.capabilities, ferme_api=False)
    return Origin(least, able, whole=False) if there else None


def _refused(
    context: Context, slug: str, models: FarmModels, offer: Offer, model: FarmModel
) -> str:
    """Why the wiki of `slug` cannot be made from the model; empty once the farm offers it."""
    if _proven(context, model.name) is False:
        return _("the farm does not give what its model holds")
    if model.name not in offer.models:
        context.journal.intent(slug, MODEL, model=model.name)
        try:
            models.install(model)
        except (WriteRefused, UnexpectedAnswer, Unreachable) as refused:
            return str(refused)
        context.journal.outcome(slug, MODEL, model=model.name)
    return ""


def models_of(
    context: Context, community: Community, blueprint: Blueprint, release: str
) -> KindModels | None:
    """The models for communities of this kind on this farm; None where there can be none, or while
    nobody saw what the farm puts into a new wiki in that release."""
    known = _known(context, release)
    if known is None:
        return None
    kind = _kind(context, community, blueprint, release, known.able.dialect)
    return kind.models(known.came)


def _kind(
    context: Context, community: Community, blueprint: Blueprint, release: str, dialect: Dialect
) -> CommunityKind:
    url = context.farm.base
    receipt = DesignedPage(receipts.TAG, receipts.BEGUN, OWN_RIGHTS, Zone.PEOPLE)
    return CommunityKind.of(
        community, blueprint, receipt, farm_url=url, dialect=dialect, release=release
    )


def _page_by_page(why: str) -> Origin:
    note = _("This wiki is made page by page, which is slower: {why}.")
    return Origin(notes=(note.format(why=why.rstrip(".")),))


def looked_at(context: Context, slug: str, origin: Origin, seen: Seen, wiki: Wiki) -> list[str]:
    """Looks at the wiki of `slug`, where nothing was written yet: what a person should know of it.

    Made from a model, it proves or disproves it; as the farm makes it, it tells what that is.
    """
    if origin.model is None:
        _learn(context, seen, wiki)
        return []
    besides = _besides(seen, origin.model, whole=origin.whole)
    proven = _holds(seen, origin.model, whole=origin.whole) and not besides
    if _proven(context, origin.name) is not proven:
        context.journal.outcome(slug, MODEL, model=origin.name, proven=proven)
    if proven:
        return []
    if besides:
        return [
            _(
                "This wiki came with what its model {name} does not hold: {names}. Somebody may "
                "have changed that model on the farm: look at these in the wiki before people "
                "come, and remove what nobody knows. wikifarm makes the next ones without it."
            ).format(name=origin.name, names=few(besides))
        ]
    return [
        _(
            "The farm did not put into this wiki all that its model {name} holds: wikifarm wrote "
            "what was missing, and makes the next ones without that model."
        ).format(name=origin.name)
    ]


def _proven(context: Context, name: str) -> bool | None:
    """What the last wiki that this computer had made from the model proved; None: there is none."""
    proven = None
    for entry in context.journal.entries():
        if entry.get("step") == MODEL and entry.get("model") == name and "proven" in entry:
            proven = entry["proven"] is True
    return proven


def _holds(seen: Seen, model: FarmModel, *, whole: bool) -> bool:
    """True where the wiki holds all of the model; of the lists of its forms, where it is known
    `whole`. Pages that people wrote meanwhile are theirs."""
    account = seen.wiki.account
    pages = (seen.pages.get(tag) for tag in model.pages)
    whole = all(
        page is not None and (page.author != account or page.body == model.pages[page.tag])
        for page in pages
    )
    lists = all(seen.lists.get(key) == each for key, each in model.lists.items())
    forms = all(
        key in seen.forms
        and (not whole or same_template(seen.forms[key].template, form["bn_template"]))
        for key, form in model.forms.items()
    )
    rights = all(
        tag in seen.rights and seen.rights[tag].same_as(each)
        for tag, each in model.rights.items()
        if tag in seen.pages  # a page to come is in no table yet
    )
    modules = all(
        # What this version of YesWiki does not have is not to be closed.
        seen.modules.get(key, canonical(each)) == canonical(each)
        for key, each in model.modules.items()
    )
    groups = all(set(each) <= set(seen.group(name)) for name, each in model.groups.items())
    return whole and lists and forms and rights and modules and groups


def _besides(seen: Seen, model: FarmModel, *, whole: bool) -> list[str]:
    """The names of what the wiki came with and the model does not hold: nothing does that, unless
    somebody changed it on the farm, whoever it says wrote it; of pages and lists only where it is
    known `whole`."""
    account = seen.wiki.account
    ours = {*model.pages, receipts.TAG}
    pages = [tag for tag in seen.pages if tag not in ours]
    forms = [form.label for key, form in seen.forms.items() if key not in model.forms]
    lists = [each.title for key, each in seen.lists.items() if key not in model.lists]
    members = [
        f"{member} (@{group})"
        for group, there in seen.groups.items()
        for member in there
        if member != account and member not in model.groups.get(group, ())
    ]
    return [*forms, *members, *((*pages, *lists) if whole else ())]


# -- what the farm itself puts into a new wiki ----------------------------------------------


@dataclass(frozen=True)
class _NewWiki:
    """A new wiki of this farm as it comes: what it holds, and what it can do."""

    came: NewContent
    able: Capabilities


def _learn(context: Context, seen: Seen, wiki: Wiki) -> None:
    """Keeps what a wiki came with, unless people wrote in it already."""
    release = wiki.session.release
    if not release or not as_made(seen):
        return
    told = {
        "release": release,
        "able": asdict(wiki.capabilities),
        "pages": {tag: page.body for tag, page in seen.pages.items()},
        "lists": {key: [each.title, each.items] for key, each in seen.lists.items()},
        "forms": {key: form.label for key, form in seen.forms.items()},
        "modules": sorted(seen.modules),
    }
    with suppress(OSError):  # it only spares requests later; the journal tells of a full disk
        make_private(context.folder)
        write_whole(_file(context), json.dumps(told), PRIVATE)


def _known(context: Context, release: str) -> _NewWiki | None:
    """How a new wiki of this farm comes in that release; None while none was seen."""
    try:
        told: dict[str, Any] = from_json(_file(context).read_text("utf-8"))
        if not release or told["release"] != release:
            return None
        lists = {
            str(key): BazarList(str(key), title, tuple((str(a), str(b)) for a, b in items))
            for key, (title, items) in told["lists"].items()
        }
        modules = frozenset(map(str, told["modules"]))
        content = NewContent(dict(told["pages"]), lists, dict(told["forms"]), modules)
        return _NewWiki(content, Capabilities.kept(told["able"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _file(context: Context) -> Path:
    return context.folder / "new-wiki.json"

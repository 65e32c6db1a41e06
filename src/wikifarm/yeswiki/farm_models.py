"""The models of a farm, through its page for them, which only its administrators may use.

Its form takes what the script of the page reads of another wiki (ferme-import.js), and asks nothing
of that wiki: what it says is written as a model named after the wiki's address (docs/yeswiki.md,
Models).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from threading import Lock
from typing import Any

from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.model import MODEL_PREFIX, FarmModel
from wikifarm.transport import Answer
from wikifarm.yeswiki import html
from wikifarm.yeswiki.bazar_lists import as_written
from wikifarm.yeswiki.session import Session, unexpected

PAGE = "ModelesWiki"
DEFAULT = "default-content"
STALE = 6  # seconds that PHP may go on with the settings of before (2 unless set: opcache)

_FORM = "form#yw-import-from-url"
_BOX = "config["


@dataclass(frozen=True)
class Installed:
    """A model that stands on the farm. `offered`: people are offered it for a new wiki."""

    name: str
    label: str
    offered: bool


class FarmModels:
    """The models of one farm, as an administrator of it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._turn = Lock()  # offering sends back what is offered: one at a time

    def all(self) -> dict[str, Installed] | None:
        """Every model by its name; None where the farm has no page that shows and takes them."""
        answer = self._session.page(PAGE)
        if answer.status not in {200, 403, 404}:
            raise unexpected(answer)
        return _shown(answer)

    def install(self, model: FarmModel) -> None:
        """Puts a model on the farm and has it offered, beside those that are.

        One that stands there is not written again: somebody may be making a wiki from it. Raises
        WriteRefused where the farm does not show it afterwards.
        """
        with self._turn:
            models = self._with(model)
        if models is None or model.name not in models or not models[model.name].offered:
            raise WriteRefused(
                _("The farm did not keep the model {name}.").format(name=model.name),
                hint=_("The folder custom/wiki-models of the farm must be writable."),
                where=self._session.addresses.base,
            )

    def _with(self, model: FarmModel) -> dict[str, Installed] | None:
        """The models as the farm shows them, once it was asked for what they lack."""
        models = self.all()
        if models is not None and model.name not in models:
            models = _shown(self._session.post(PAGE, _posted(model)))
        if models is None or model.name not in models or models[model.name].offered:
            return models
        names = [each.name for each in models.values() if each.offered]
        boxes = [(f"{_BOX}{_box(name)}]", "on") for name in (*names, model.name)]
        return _shown(self._session.post(PAGE, [*boxes, ("save_config", "")]))

    def remove(self, name: str) -> None:
        """Removes a model of ours; the wikis that were made from it are not concerned."""
        if not name.startswith(MODEL_PREFIX):
            raise ValueError(name)
        answer = self._session.page(PAGE, query={"delete_model": name})
        for _second in range(STALE):
            if answer.status != 302:
                break
            # It is no longer offered: asked again it goes, once PHP reads its settings anew.
            answer = self._session.page(PAGE, query={"delete_model": name})
            if answer.status == 302:
                time.sleep(1.0)
        models = _shown(answer)
        if models is None or name in models:
            raise WriteRefused(
                _("The farm did not remove the model {name}.").format(name=name),
                hint=_("Remove it by hand, on the page {page} of the farm.").format(page=PAGE),
                where=self._session.addresses.base,
            )


def _shown(answer: Answer) -> dict[str, Installed] | None:
    """The models that the page shows; None where it is not the page that takes them."""
    document = html.parse(answer.text)
    if document.css_first(_FORM) is None:
        return None
    models = {}
    for box in document.css(f'input[name^="{_BOX}"]'):
        name = (box.attributes.get("name") or "").removeprefix(_BOX).removesuffix("]")
        item = box.parent.parent if box.parent is not None else None
        label = item.css_first(".model-label") if item is not None else None
        name = name.removesuffix(".sql")
        models[name] = Installed(
            name, label.text().strip() if label is not None else "", "checked" in box.attributes
        )
    return models if DEFAULT in models else None


def _box(name: str) -> str:
    return f"{DEFAULT}.sql" if name == DEFAULT else name


def _posted(model: FarmModel) -> list[tuple[str, str]]:
    """What the form of the page sends. A model has for name the address that it is said to come
    from; one without a scheme is asked for nothing by the farm."""
    return [
        ("url-import", f"{model.name}/?{model.root}"),
        ("model_label", model.label),
        ("wiki-import-forms", _packed(model.forms)),
        ("wiki-import-lists", _packed(_lists(model))),
        ("wiki-import-entries", _packed({})),
        ("wiki-import-pages", _packed(_pages(model))),
    ]


def as_told(model: FarmModel) -> dict[str, Any]:
    """All that a model holds, as the program of the server takes it: everything in the words that
    YesWiki keeps, one right a line."""
    return {
        "name": model.name,
        "label": model.label,
        "pages": _pages(model),
        "lists": _lists(model),
        "forms": {key: dict(form) for key, form in model.forms.items()},
        "rights": {tag: {kind: _stored(right) for kind, right in asdict(each).items()}
                   for tag, each in model.rights.items()},
        "modules": {key: _stored(right) for key, right in model.modules.items()},
        "groups": {name: list(members) for name, members in model.groups.items()},
    }  # fmt: skip


def _stored(right: str) -> str:
    return right.replace(",", "\n")


def _pages(model: FarmModel) -> list[dict[str, str]]:
    return [{"tag": tag, "body": body} for tag, body in model.pages.items()]


def _lists(model: FarmModel) -> dict[str, Any]:
    return {
        key: as_written(each.title, each.items, model.dialect) for key, each in model.lists.items()
    }


def _packed(told: Mapping[str, Any] | list[Any]) -> str:
    """As the page's script sends it: the farm decodes the entities before it reads the JSON."""
    return escape(json.dumps(told))

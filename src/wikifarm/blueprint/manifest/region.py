"""What the communities of a region share: `region.yml`, beside the files that describe them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wikifarm.blueprint.locate import find_blueprint
from wikifarm.blueprint.manifest.community import DEFAULT_BLUEPRINT
from wikifarm.blueprint.manifest.mistakes import translated
from wikifarm.blueprint.manifest.validation import RegionModel, how_to_say_modules
from wikifarm.blueprint.sources import Document, did_you_mean, read_yaml
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.model import Module

NAMES = ("region.yml", "region.yaml")


class Regions:
    """The settings of the folders where communities are described, each read once.

    What is wrong in them goes to `problems`; what is right counts all the same, so that a mistake
    there is not told again at every community.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self._read: dict[Path, Mapping[str, Any]] = {}

    def beside(self, document: Document) -> Mapping[str, Any]:
        """The settings that stand in the folder of the document's file."""
        return self.of_folder(Path(document.file).parent)

    def of_folder(self, folder: Path) -> Mapping[str, Any]:
        """The settings of a folder; nothing where it has none."""
        if folder not in self._read:
            self._read[folder] = self._settings(folder)
        return self._read[folder]

    def _settings(self, folder: Path) -> Mapping[str, Any]:
        path = next((folder / name for name in NAMES if (folder / name).exists()), None)
        document = read_yaml(path, self._problems) if path else None
        if document is None or not is_region(document) or document.value is None:
            return {}
        if not isinstance(document.value, dict):
            message = _("the settings of a region are lines “key: value”")
            self._problems.append(document.problem(message, code="wrong-type"))
            return {}
        wrong = set()
        try:
            RegionModel.model_validate(document.value)
        except ValidationError as error:
            self._problems += [translated(fault, document, RegionModel) for fault in error.errors()]
            wrong = {fault["loc"][0] for fault in error.errors()}
        check_modules(document, self._problems)
        check_blueprint(document, self._problems)
        return {key: value for key, value in document.value.items() if key not in wrong}


def is_region(document: Document) -> bool:
    """True for the settings of a region; a file of that name with a slug is a community's."""
    has_slug = isinstance(document.value, dict) and "slug" in document.value
    return Path(document.file).name.lower() in NAMES and not has_slug


def check_modules(document: Document, problems: list[Problem]) -> None:
    """Reports the modules that nobody knows."""
    asked = document.value.get("modules")
    words = {module.value for module in Module}
    for index, word in enumerate(asked if isinstance(asked, list | dict) else ()):
        if str(word) not in words:
            place: str | int = index if isinstance(asked, list) else str(word)
            message = _("no module is called “{word}”").format(word=word)
            signed = str(word)[:1] in "+-"
            hint = how_to_say_modules(str(word)) if signed else did_you_mean(str(word), words)
            problems.append(
                document.key_problem(message, "modules", place, hint=hint, code="unknown-module")
            )


def check_blueprint(document: Document, problems: list[Problem]) -> None:
    """Reports a blueprint that is not there, seen from the document's folder."""
    name = document.value.get("blueprint")
    if not isinstance(name, str) or name.strip() == DEFAULT_BLUEPRINT:
        return
    try:
        find_blueprint(name.strip(), near=Path(document.file).parent)
    except InvalidInput as error:
        problems += [
            document.problem(problem.message, "blueprint", hint=problem.hint, code=problem.code)
            for problem in error.problems
        ]

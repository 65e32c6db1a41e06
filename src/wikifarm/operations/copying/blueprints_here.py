"""The blueprints that a manifest may name: those shipped, and those of this folder."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wikifarm.blueprint.blueprint_file import load_blueprint, schema_folder
from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.locate import FILE, find_blueprint, known_blueprints
from wikifarm.blueprint.manifest.community import DEFAULT_BLUEPRINT
from wikifarm.blueprint.sources import Problems, read_text
from wikifarm.errors import InvalidInput, LocalStorage
from wikifarm.files import write_whole
from wikifarm.i18n import _, language
from wikifarm.operations.copying.captured_blueprint import free_folder
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.places import Places
from wikifarm.reasons import of_system
from wikifarm.result import Envelope, Outcome


@dataclass(frozen=True)
class CheckedBlueprint(Outcome):
    """A blueprint that is whole, and what it holds; `folder`, where it is."""

    name: str
    version: str
    summary: str
    languages: tuple[str, ...]
    folder: str
    pages: tuple[str, ...]
    forms: tuple[str, ...]
    people: tuple[str, ...]
    groups: tuple[str, ...]
    attached: tuple[str, ...]  # page/file

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class BlueprintsHere(Outcome):
    """The blueprints that can be read."""

    blueprints: tuple[CheckedBlueprint, ...]

    def as_json(self) -> dict[str, Any]:
        return {"blueprints": [asdict(each) for each in self.blueprints]}


def list_blueprints(places: Places) -> Envelope:
    """Those shipped and those of `blueprints/`; one that is not whole is told as a note."""
    names = [*known_blueprints(), *(str(file.parent) for file in _own(places))]
    told: list[CheckedBlueprint] = []
    broken: list[str] = []
    for name in names:
        try:
            told.append(_checked(load_blueprint(name)))
        except InvalidInput as wrong:
            sentence = _("{path} is not whole: {reason}.")
            broken.append(sentence.format(path=name, reason=wrong.message))
    return Envelope("blueprint list", outcome=BlueprintsHere(tuple(told)), messages=tuple(broken))


def _own(places: Places) -> list[Path]:
    files = sorted(places.blueprints.glob(f"*/{FILE}"))
    return [file for file in files if not file.parent.name.startswith(".")]


def check_blueprint(places: Places, name: str, command: str) -> Envelope:
    """What a blueprint holds. Raises InvalidInput with every problem of it."""
    return Envelope(
        f"blueprint {command}", outcome=_checked(load_blueprint(blueprint_here(places, name)))
    )


def blueprint_here(places: Places, name: str) -> str:
    """A name of `blueprints/` as the path of its folder; another stays as it is."""
    own = places.blueprints / name
    there = name and name not in known_blueprints() and (own / FILE).is_file()
    return str(own.resolve()) if there else name


def new_blueprint(context: Context, name: str) -> Envelope:
    """A blueprint of this folder that begins as the shipped one, with its Bazar schemas, to be
    edited. Raises Refused where something stands there."""
    folder = free_folder(context, name)
    source = find_blueprint(DEFAULT_BLUEPRINT)
    try:
        shutil.copytree(source, folder)
        shutil.copytree(schema_folder(source), folder / "bazar_schemas", dirs_exist_ok=True)
        text = read_text(folder / FILE, Problems()) or ""
        line = f"name: {DEFAULT_BLUEPRINT}"
        write_whole(folder / FILE, text.replace(line, f"name: {name}", 1))
    except OSError as fault:
        raise LocalStorage(
            _("The blueprint cannot be written to {path} ({reason}).").format(
                path=folder, reason=of_system(fault)
            ),
            hint=_("Free some space or choose another folder with --directory."),
        ) from None
    return Envelope("blueprint new", outcome=_checked(load_blueprint(str(folder.resolve()))))


def _checked(blueprint: Blueprint) -> CheckedBlueprint:
    summaries = dict(blueprint.summary)
    return CheckedBlueprint(
        blueprint.name,
        blueprint.version,
        summaries.get(language()) or next(iter(summaries.values()), ""),
        blueprint.languages,
        str(blueprint.folder),
        tuple(page.key for page in blueprint.pages),
        tuple(form.key for form in blueprint.forms),
        tuple(plan.form for plan in blueprint.who.people),
        tuple(blueprint.groups),
        tuple(f"{file.page}/{file.path.name}" for file in blueprint.files),
    )

"""Reads the communities that people describe, in YAML or in a spreadsheet's CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wikifarm.blueprint.locate import find_blueprint
from wikifarm.blueprint.manifest.community import (
    DEFAULT_BLUEPRINT,
    Community,
    Facilitator,
    Territory,
)
from wikifarm.blueprint.manifest.slugs import propose_slug
from wikifarm.blueprint.manifest.spreadsheet import read_csv
from wikifarm.blueprint.manifest.validation import ManifestModel
from wikifarm.blueprint.sources import Document, Problems, did_you_mean, files_of, read_yaml
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.lists import names
from wikifarm.lists.providers import NONE, PROVIDERS, hosts
from wikifarm.model import Module

SUFFIXES = (".yml", ".yaml", ".csv")

# A map shows participants, and proposals are kept among them.
NEEDS = {Module.MAP: Module.PARTICIPANTS, Module.PROPOSALS: Module.PARTICIPANTS}


def default_modules(provider: str = NONE) -> frozenset[Module]:
    """The modules of a manifest that names none: all, and the mailing list when it has a host."""
    return frozenset(Module) - ({Module.MAILING_LIST} if provider == NONE else set())


def load_manifests(paths: Sequence[Path]) -> list[Community]:
    """The communities of manifests, of folders of manifests, and of CSV files (one a row).

    Raises InvalidInput with every problem of every file at once.
    """
    problems = Problems()
    documents: list[Document] = []
    for path in files_of(paths, SUFFIXES):
        if path.suffix.lower() == ".csv":
            documents += read_csv(path, problems)
        elif (document := read_yaml(path, problems)) is not None:
            documents.append(document)
    _refuse_same_slugs(documents, problems)
    read = [_community(document, problems) for document in documents]
    if not documents and not problems:
        problems.append(_nothing_found(paths))
    problems.stop()
    return [community for community in read if community is not None]


def community_from(value: dict[str, Any], name: str = "") -> Community:
    """The community that `value` describes, checked as a manifest; `name` stands for its file.

    Raises InvalidInput with every problem at once.
    """
    problems = Problems()
    community = _community(Document(name, value), problems)
    problems.stop()
    assert community is not None  # noqa: S101 - no community without a problem
    return community


def _nothing_found(paths: Sequence[Path]) -> Problem:
    names = ", ".join(str(path) for path in paths)
    message = _("no community found in {paths}").format(paths=names)
    return Problem(
        message,
        _("a community is described by a .yml file, or by a row of a .csv file"),
        names,
        code="empty",
    )


def _community(document: Document, problems: Problems) -> Community | None:
    if not isinstance(document.value, dict):
        message = _("a manifest is made of lines “key: value”")
        problems.append(document.problem(message, hint="slug: rennes", code="wrong-type"))
        return None
    before = len(problems)
    model: ManifestModel | None = None
    try:
        model = ManifestModel.model_validate(document.value)
    except ValidationError as error:
        problems += [_translated(mistake, document) for mistake in error.errors()]
    modules = _modules(document, model, problems)
    _check_blueprint(document, problems)
    if model is not None and Module.MAILING_LIST in modules:
        _check_list_name(document, model, problems)
    return _frozen(model, modules, document.file) if model and len(problems) == before else None


def _frozen(model: ManifestModel, modules: frozenset[Module], file: str) -> Community:
    place = model.territory
    return Community(
        name=model.name,
        slug=model.slug,
        facilitators=tuple(Facilitator(who.name, who.email) for who in model.facilitators),
        territory=Territory(place.label, place.latitude, place.longitude, place.zoom),
        language=model.language,
        blueprint=model.blueprint,
        modules=modules,
        admission=model.admission,
        writing=model.writing,
        description=model.description,
        rhythm=model.rhythm,
        contact=model.contact,
        controller=model.controller,
        mailing_list=model.mailing_list.provider,
        mailing_list_address=model.mailing_list.address,
        links=tuple((link.label, link.url) for link in model.links),
        source=file,
    )


def _modules(
    document: Document, model: ManifestModel | None, problems: Problems
) -> frozenset[Module]:
    """The modules switched on; reports unknown ones and those whose need is switched off."""
    asked = document.value.get("modules")
    words = {module.value for module in Module}
    for index, word in enumerate(asked if isinstance(asked, list | dict) else ()):
        if str(word) not in words:
            place: str | int = index if isinstance(asked, list) else str(word)
            message = _("no module is called “{word}”").format(word=word)
            hint = did_you_mean(str(word), words)
            problems.append(
                document.key_problem(message, "modules", place, hint=hint, code="unknown-module")
            )
    if model is None:
        return frozenset()
    chosen = {module: module in default_modules(model.mailing_list.provider) for module in Module}
    chosen |= {Module(word): on for word, on in model.modules.items() if word in words}
    _check_needs(document, model, chosen, problems)
    return frozenset(module for module, on in chosen.items() if on)


def _check_needs(
    document: Document, model: ManifestModel, chosen: dict[Module, bool], problems: Problems
) -> None:
    for module, needed in NEEDS.items():
        if chosen[module] and not chosen[needed]:
            message = _("the module “{module}” needs “{needed}”, which is switched off").format(
                module=module.value, needed=needed.value
            )
            hint = _("switch “{needed}” on, or “{module}” off too").format(
                module=module.value, needed=needed.value
            )
            problems.append(
                document.problem(message, "modules", needed.value, hint=hint, code="module-needs")
            )
    if chosen[Module.MAILING_LIST] and model.mailing_list.provider == NONE:
        message = _("the module “mailing-list” needs to know who hosts the list")
        first, *others = hosts()
        known = [
            _("or {name}").format(name=host) for host in others if PROVIDERS[host].profile().name
        ]
        hint = _("add: mailing_list: {first} ({others})").format(
            first=first, others=", ".join(known)
        )
        problems.append(
            document.problem(message, "modules", "mailing-list", hint=hint, code="module-needs")
        )


def _check_blueprint(document: Document, problems: Problems) -> None:
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


def _check_list_name(document: Document, model: ManifestModel, problems: Problems) -> None:
    """Without an address of its own, a list bears the name of its community's."""
    address = model.mailing_list.address.lower()
    name = address.partition("@")[0] or model.slug
    wrong = names.why_not(name)
    if wrong and name:
        key = ("mailing_list", "address") if address else ("slug",)
        hint = names.choose_another(model.mailing_list.provider)
        problems.append(document.problem(wrong, *key, hint=hint, code="list-name"))


def _refuse_same_slugs(documents: Sequence[Document], problems: Problems) -> None:
    seen: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        slug = document.value.get("slug") if isinstance(document.value, dict) else None
        if isinstance(slug, str | int) and str(slug).strip():
            seen[str(slug).strip().casefold()].append(document)
    for slug, holders in seen.items():
        for document in holders[1:]:
            first = holders[0]
            where = f"{first.file}:{first.position('slug')[0]}"
            message = _("the address “{slug}” is already that of {where}").format(
                slug=slug, where=where
            )
            hint = _("two communities cannot share an address; capitals make no difference")
            problems.append(document.problem(message, "slug", hint=hint, code="duplicate-slug"))


def _translated(error: Any, document: Document) -> Problem:
    """One error of pydantic's as a sentence for people, at its place in the file."""
    path = tuple(part for part in error["loc"] if isinstance(part, int) or part != "[key]")
    context = error.get("ctx", {})
    kind = str(error["type"])
    if "message" in context and "hint" in context:
        return document.problem(context["message"], *path, hint=context["hint"], code=kind)
    name = ".".join(str(part) for part in path)
    if kind == "extra_forbidden":
        hint = did_you_mean(str(path[-1]), _known_keys(path))
        return document.key_problem(_("unknown key “{name}”").format(name=name), *path, hint=hint)
    if kind == "missing":
        return document.problem(_("“{name}” is missing").format(name=name), *path,
                                hint=_missing_hint(path, document), code="missing")  # fmt: skip
    sentence, code = _sentence(kind, context)
    return document.problem(
        _("“{name}” {sentence}").format(name=name, sentence=sentence), *path, code=code
    )


def _missing_hint(path: tuple[str | int, ...], document: Document) -> str:
    if path == ("slug",) and isinstance(document.value.get("name"), str):
        return _("proposed: {slug}").format(slug=propose_slug(document.value["name"]))
    return ""


def _sentence(kind: str, context: dict[str, Any]) -> tuple[str, str]:
    if kind in ("greater_than_equal", "less_than_equal"):
        limit = context.get("ge", context.get("le"))
        if kind == "greater_than_equal":
            return _("must be at least {limit}").format(limit=limit), "out-of-range"
        return _("must be at most {limit}").format(limit=limit), "out-of-range"
    if kind in ("string_too_long", "too_long"):
        return _("may have at most {limit} characters").format(
            limit=context["max_length"]
        ), "too-long"
    if kind in ("string_too_short", "too_short"):
        return _("must not be empty"), "missing"
    expected = {
        "bool": _("must be true or false"),
        "float": _("must be a number"),
        "int": _("must be a whole number"),
        "string": _("must be a text"),
        "list": _("must be a list, one item a line, each after “- ”"),
        "dict": _("must be made of lines “key: value”"),
        "model": _("must be made of lines “key: value”"),
    }
    return expected.get(kind.split("_", maxsplit=1)[0], _("is not valid")), "wrong-type"


def _known_keys(path: tuple[str | int, ...]) -> list[str]:
    """The keys that stand beside the last one of `path`, read from the model's JSON Schema."""
    schema = ManifestModel.model_json_schema()
    here: dict[str, Any] = schema
    for part in path[:-1]:
        here = here.get("items", {}) if isinstance(part, int) else here["properties"].get(part, {})
        if "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
    return list(here.get("properties", {}))


def manifest_schema() -> dict[str, Any]:
    """The JSON Schema of a manifest, for editors; it also allows the short forms."""
    schema = ManifestModel.model_json_schema()
    schema |= {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "wikifarm/manifest/1",
    }
    properties = schema["properties"]
    text = {"type": "string"}
    names = [module.value for module in Module]
    properties["facilitators"] |= {"minItems": 1}
    properties["facilitators"]["items"] = {"anyOf": [properties["facilitators"]["items"], text]}
    for key in ("territory", "mailing_list"):
        properties[key] = {"anyOf": [{"$ref": properties[key]["$ref"]}, text]}
    properties["modules"] = {
        "anyOf": [
            {"type": "object", "properties": {name: {"type": "boolean"} for name in names},
             "additionalProperties": False},
            {"type": "array", "items": {"enum": names}},
        ]
    }  # fmt: skip
    for key, words in _CHOICES.items():
        properties[key]["enum"] = list(words)
    schema["required"] = ["name", "slug", "facilitators"]
    return schema


_CHOICES = {
    "language": ("fr", "en"),
    "admission": ("two-step", "open", "invited"),
    "writing": ("connected", "open"),
}

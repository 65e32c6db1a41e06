"""Reads the communities that people describe, in YAML or in a spreadsheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wikifarm.blueprint.manifest.community import Community, Facilitator, Territory
from wikifarm.blueprint.manifest.mistakes import translated
from wikifarm.blueprint.manifest.region import Regions, check_blueprint, check_modules, is_region
from wikifarm.blueprint.manifest.spreadsheet import read_sheet
from wikifarm.blueprint.manifest.validation import ManifestModel, completed
from wikifarm.blueprint.manifest.workbook import WORKBOOKS
from wikifarm.blueprint.sources import Document, Problems, files_of, in_order, read_yaml, set_aside
from wikifarm.errors import Problem
from wikifarm.i18n import _
from wikifarm.lists import names
from wikifarm.lists.providers import NONE, PROVIDERS, hosts
from wikifarm.model import Module

KEPT_PLAN = b'"schema": "wikifarm-plan/'  # how a file of `plan --out` begins, after its brace
SUFFIXES = (".yml", ".yaml", ".csv", *WORKBOOKS)

# A map shows participants, and proposals are kept among them.
NEEDS = {Module.MAP: Module.PARTICIPANTS, Module.PROPOSALS: Module.PARTICIPANTS}


@dataclass(frozen=True)
class Described:
    """What files describe: the communities that are right; of the others, who and what is wrong."""

    communities: list[Community]
    left_out: tuple[str, ...] = ()  # "brest (bretagne.csv:17)"
    problems: tuple[Problem, ...] = ()
    hidden: tuple[
        str, ...
    ] = ()  # where a row stands that its sheet does not show: "bretagne.ods:17"


def default_modules(provider: str = NONE) -> frozenset[Module]:
    """The modules of a manifest that names none: all, and the mailing list when it has a host."""
    return frozenset(Module) - ({Module.MAILING_LIST} if provider == NONE else set())


def load_manifests(paths: Sequence[Path]) -> list[Community]:
    """The communities of manifests, of folders of them, of lists of them in one YAML file, and of
    spreadsheets (one a row). A `region.yml` beside a file completes what its communities leave out.

    Raises InvalidInput with every problem of every file at once.
    """
    return load_all(paths).communities


def load_all(paths: Sequence[Path]) -> Described:
    """The same, with what there is to say of these files."""
    described, problems = _describe(paths)
    problems += described.problems
    problems.stop()
    return described


def load_valid(paths: Sequence[Path]) -> Described:
    """The same, less the communities in which something is wrong.

    Raises InvalidInput with every problem where a whole file is wrong, or every community.
    """
    described, problems = _describe(paths)
    if problems or not described.communities:
        problems += described.problems
        problems.stop()
    return described


def _describe(paths: Sequence[Path]) -> tuple[Described, Problems]:
    """What the files describe, and what is wrong with whole files."""
    problems = Problems()
    regions = Regions(problems)
    documents: list[Document] = []
    for path in _files(paths):
        if _is_kept_plan(path):
            message = _("{file} is a plan that was kept: it describes no community")
            hint = _("`wikifarm apply {file}` does it").format(file=path)
            problems.append(Problem(message.format(file=path), hint, str(path), code="kept-plan"))
        elif path.suffix.lower() in (".csv", *WORKBOOKS):
            documents += read_sheet(path, problems)
        elif (document := read_yaml(path, problems)) is not None and not is_region(document):
            documents += document.items()
    problems[:] = map(_with_cure, problems)
    shared = _refuse_same_slugs(documents)
    right: list[Community] = []
    wrong: list[Document] = []
    for document in documents:
        community = _community(document, regions.beside(document), document.faults)
        if community is None or document.faults or document in shared:
            wrong.append(document)
        else:
            right.append(community)
    if not documents and not problems:
        problems.append(_nothing_found(paths))
    faults = in_order(fault for document in wrong for fault in document.faults)
    hidden = tuple(_where(document) for document in documents if document.hidden)
    return Described(right, tuple(map(_told, wrong)), tuple(faults), hidden), problems


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files, less the workbooks of a folder that were saved as CSV beside."""
    files = list(files_of(paths, SUFFIXES))
    return [
        path
        for path in files
        if path in paths
        or path.suffix.lower() not in WORKBOOKS
        or path.with_suffix(".csv") not in files
    ]


def _with_cure(problem: Problem) -> Problem:
    """Communities may be in as many files as one likes."""
    if problem.code != "too-large":
        return problem
    hint = _("share its communities out between several files of one folder, and give that folder")
    return replace(problem, hint=hint)


def _is_kept_plan(path: Path) -> bool:
    try:
        if path.suffix != ".json" or not path.is_file():
            return False
        with path.open("rb") as file:
            return KEPT_PLAN in file.read(100)
    except (OSError, ValueError):
        return False  # reading it tells why


def _where(document: Document) -> str:
    return f"{document.file}:{document.position()[0]}"


def _told(document: Document) -> str:
    """Which community a document is of, as far as it says, and where it stands."""
    value = document.value if isinstance(document.value, dict) else {}
    where = _where(document)
    name = str(value.get("slug") or value.get("name") or "")
    return f"{name} ({where})" if name else where


def community_from(
    value: dict[str, Any], name: str = "", *, folder: Path | None = None
) -> Community:
    """The community that `value` describes, checked as a manifest; `name` stands for its file.

    What the region of `folder` says completes it. Raises InvalidInput with every problem at once.
    """
    problems = Problems()
    document = Document(name, value)
    region = Regions(problems).of_folder(folder) if folder else {}
    community = _community(document, region, problems)
    problems.stop()
    assert community is not None  # noqa: S101 - no community without a problem
    return community


def _nothing_found(paths: Sequence[Path]) -> Problem:
    names = ", ".join(str(path) for path in paths)
    message = _("no community found in {paths}").format(paths=names)
    hint = _("a community is described by a .yml file, or by a row of a .csv file")
    aside = [each for path in paths if path.is_dir() for each in set_aside(path, SUFFIXES)]
    if aside:
        hint = _(
            "files whose name begins with “_” do not count: copy {file} under another name, and "
            "describe your communities there"
        ).format(file=aside[0])
    return Problem(message, hint, names, code="empty")


def _community(
    document: Document, region: Mapping[str, Any], problems: list[Problem]
) -> Community | None:
    if not isinstance(document.value, dict):
        message = _("a manifest is made of lines “key: value”")
        problems.append(document.problem(message, hint="slug: rennes", code="wrong-type"))
        return None
    before = len(problems)
    model: ManifestModel | None = None
    try:
        model = ManifestModel.model_validate(completed(document.value, region))
    except ValidationError as error:
        problems += [translated(error, document, ManifestModel) for error in error.errors()]
    check_modules(document, problems)
    modules = _modules(document, model, problems)
    check_blueprint(document, problems)
    if model is not None:
        _check_place(document, model, problems)
    if model is not None and Module.MAILING_LIST in modules:
        _check_list_name(document, model, problems)
    return _frozen(model, modules, document.file) if model and len(problems) == before else None


def _check_place(document: Document, model: ManifestModel, problems: list[Problem]) -> None:
    """Half a place would leave the map where YesWiki puts it, and nobody would be told."""
    place = model.territory
    given = [name for name in ("latitude", "longitude") if getattr(place, name) is not None]
    if len(given) == 1:
        problems.append(
            document.problem(
                _(
                    "a place needs both its latitude and its longitude: “{name}” stands alone"
                ).format(name=document.called("territory", given[0])),
                "territory",
                given[0],
                code="missing",
            )
        )


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
    document: Document, model: ManifestModel | None, problems: list[Problem]
) -> frozenset[Module]:
    """The modules switched on; reports those whose need is switched off."""
    if model is None:
        return frozenset()
    words = {module.value for module in Module}
    chosen = {module: module in default_modules(model.mailing_list.provider) for module in Module}
    chosen |= {Module(word): on for word, on in model.modules.items() if word in words}
    _check_needs(document, model, chosen, problems)
    return frozenset(module for module, on in chosen.items() if on)


def _check_needs(
    document: Document, model: ManifestModel, chosen: dict[Module, bool], problems: list[Problem]
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


def _check_list_name(document: Document, model: ManifestModel, problems: list[Problem]) -> None:
    """Without an address of its own, a list bears the name of its community's."""
    address = model.mailing_list.address.lower()
    name = address.partition("@")[0] or model.slug
    wrong = names.why_not(name)
    if wrong and name:
        key = ("mailing_list", "address") if address else ("slug",)
        hint = names.choose_another(model.mailing_list.provider)
        problems.append(document.problem(wrong, *key, hint=hint, code="list-name"))


def _refuse_same_slugs(documents: Sequence[Document]) -> list[Document]:
    """Those of which nobody can say whose the address is: the first of them, and the others, where
    it is told."""
    seen: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        slug = document.value.get("slug") if isinstance(document.value, dict) else None
        if isinstance(slug, str | int) and str(slug).strip():
            seen[str(slug).strip().casefold()].append(document)
    shared = [holders for holders in seen.values() if len(holders) > 1]
    for first, *others in shared:
        slug = str(first.value["slug"]).strip()
        where = f"{first.file}:{first.position('slug')[0]}"
        for document in others:
            message = _("the address “{slug}” is already that of {where}").format(
                slug=slug, where=where
            )
            hint = _("two communities cannot share an address; capitals make no difference")
            document.faults.append(
                document.problem(message, "slug", hint=hint, code="duplicate-slug")
            )
    return [document for holders in shared for document in holders]


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

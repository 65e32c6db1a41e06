"""What pydantic refuses of a manifest, told to people: one sentence, at its place in the file."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from wikifarm.blueprint.manifest.slugs import propose_slug
from wikifarm.blueprint.sources import Document, did_you_mean
from wikifarm.errors import Problem
from wikifarm.i18n import _


def translated(error: Any, document: Document, model: type[BaseModel]) -> Problem:
    """One error of pydantic's as a sentence for people, at its place in the file."""
    path = tuple(part for part in error["loc"] if isinstance(part, int) or part != "[key]")
    context = error.get("ctx", {})
    kind = str(error["type"])
    if "message" in context and "hint" in context:
        hint = context["hint"]
        if kind == "missing-facilitator" and document.names:
            hint = _missing_hint(path, document)
        return document.problem(context["message"], *path, hint=hint, code=kind)
    name = document.called(*path)
    if kind == "extra_forbidden":
        hint = did_you_mean(str(path[-1]), _known_keys(path, model))
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
    if document.names:
        return _(
            "write it in the column “{name}” of this row: of merged cells, only the first is filled"
        ).format(name=document.called(*path))
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
        "finite": _("must be a number"),
        "int": _("must be a whole number"),
        "string": _("must be a text"),
        "list": _("must be a list, one item a line, each after “- ”"),
        "dict": _("must be made of lines “key: value”"),
        "model": _("must be made of lines “key: value”"),
    }
    return expected.get(kind.split("_", maxsplit=1)[0], _("is not valid")), "wrong-type"


def _known_keys(path: tuple[str | int, ...], model: type[BaseModel]) -> list[str]:
    """The keys that stand beside the last one of `path`, read from the model's JSON Schema."""
    schema = model.model_json_schema()
    here: dict[str, Any] = schema
    for part in path[:-1]:
        here = here.get("items", {}) if isinstance(part, int) else here["properties"].get(part, {})
        if "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
    return list(here.get("properties", {}))

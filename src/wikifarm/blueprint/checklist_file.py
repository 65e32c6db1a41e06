"""The checklist of a blueprint: what is left to people, with what the tool has already seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from wikifarm.blueprint.sources import Document, Problems, did_you_mean, read_yaml
from wikifarm.i18n import _
from wikifarm.model import Module

FILE = "checklist.yml"
SCHEMA = "wikifarm/checklist/1"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_ITEM_KEYS = {"id", "module", "page", "auto"}


def phases(
    folder: Path,
    language: str,
    modules: Collection[Module],
    page_url: Callable[[str], str | None],
    facts: Collection[str],
) -> list[dict[str, Any]]:
    """The phases that concern the community, as its templates read them.

    `page_url` gives the address of a page, or None when the community has no such page. `facts` are
    what the tool has seen (`auto`): those items are done; a mapping also gives the sentence that
    says so. A phase without items is left out. A blueprint without a checklist has no phase.
    """
    sentences = facts if isinstance(facts, Mapping) else dict.fromkeys(facts, "")
    found = []
    for phase in _read(folder):
        items = [
            {
                "id": item["id"],
                "text": item[language],
                "url": (page_url(item["page"]) if "page" in item else None) or "",
                "done": item.get("auto") in sentences,
                "seen": sentences.get(item.get("auto", ""), ""),
                "auto": item.get("auto", ""),
            }
            for item in phase["items"]
            if "module" not in item or item["module"] in set(modules)
        ]
        if items:
            found.append({"id": phase["id"], "title": phase[language], "items": items})
    return found


@lru_cache(maxsize=8)
def _read(folder: Path) -> list[dict[str, Any]]:
    """The phases as the file holds them (checked when the blueprint was loaded)."""
    problems = Problems()
    document = read_yaml(folder / FILE, problems) if (folder / FILE).is_file() else None
    problems.stop()
    return list(document.value["phases"]) if document else []


def check_checklist(
    folder: Path, pages: Collection[str], languages: Collection[str], problems: Problems
) -> None:
    """The problems of a blueprint's `checklist.yml`, when it has one."""
    if not (folder / FILE).is_file():
        return
    document = read_yaml(folder / FILE, problems)
    if document is None:
        return
    value = document.value if isinstance(document.value, dict) else {}
    if value.get("schema") != SCHEMA or not isinstance(value.get("phases"), list):
        message = _("a checklist begins with “schema: {schema}”, then “phases:”").format(
            schema=SCHEMA
        )
        problems.append(document.problem(message, code="wrong-schema"))
        return
    seen: set[str] = set()
    for path, one in _all(value["phases"], document, problems):
        _check_one(document, path, one, languages, problems)
        identifier = str(one.get("id"))
        if identifier in seen:
            message = _("“{name}” is used twice").format(name=identifier)
            problems.append(document.problem(message, *path, code="duplicate-name"))
        seen.add(identifier)
        for key, known in (("page", pages), ("module", list(Module))):
            if key in one and one[key] not in set(known):
                message = _("“{word}” is not known here").format(word=one[key])
                hint = did_you_mean(str(one[key]), [str(word) for word in known])
                problems.append(
                    document.problem(message, *path, key, hint=hint, code=f"unknown-{key}")
                )


def _all(
    listed: list[Any], document: Document, problems: Problems
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Each phase, then each of its items, with its place."""
    for number, phase in enumerate(listed):
        path: tuple[str | int, ...] = ("phases", number)
        if not isinstance(phase, dict) or not isinstance(phase.get("items"), list):
            message = _("a phase has an id, a text in each language, and items")
            problems.append(document.problem(message, *path, code="wrong-type"))
            continue
        yield path, phase
        for index, item in enumerate(phase["items"]):
            if isinstance(item, dict):
                yield (*path, "items", index), item
            else:
                message = _("an item has an id and a text in each language")
                problems.append(document.problem(message, *path, "items", index, code="wrong-type"))


def _check_one(
    document: Document,
    path: tuple[str | int, ...],
    one: Mapping[str, Any],
    languages: Collection[str],
    problems: Problems,
) -> None:
    if not _ID.match(str(one.get("id") or "")):
        message = _("an id is made of a-z, 0-9 and “-”")
        problems.append(document.problem(message, *path, code="bad-id"))
    for language in languages:
        if not isinstance(one.get(language), str):
            message = _("“{name}” needs a text in each language: fr, en").format(name=one.get("id"))
            problems.append(document.problem(message, *path, code="missing-language"))
    for key in set(one) - _ITEM_KEYS - set(languages) - {"items"}:
        message = _("unknown key “{name}”").format(name=key)
        hint = did_you_mean(key, _ITEM_KEYS)
        problems.append(document.key_problem(message, *path, key, hint=hint))

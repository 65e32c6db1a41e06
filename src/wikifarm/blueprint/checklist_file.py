"""The checklist of a blueprint: what is left to people, with what the tool has already seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from wikifarm.blueprint.sources import Document, Problems, did_you_mean, read_yaml
from wikifarm.i18n import _
from wikifarm.model import Module

FILE = "checklist.yml"
SCHEMA = "wikifarm/checklist/1"
# What a checklist without `facts:` is shown.
FACTS_EXAMPLE = "facts: {NAME: {look: audit, seen: {fr: …, en: …}}}"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_ITEM_KEYS = {"id", "module", "page", "auto"}


class Look(StrEnum):
    """Where wikifarm looks to see that a line of the checklist is done."""

    FACILITATORS = "facilitators"  # the manifest names `least` people or more
    CONTROLLER = "controller"  # the manifest says who answers for the data
    PAGE_EDITED = "page-edited"  # people have written in `page`
    AUDIT = "audit"  # the privacy audit has seen nobody
    DEMONSTRATION = "demonstration"  # nothing is left of the demonstration
    LICENCE = "licence"  # the page of the licence says it
    OWN_ENTRY = "own-entry"  # each facilitator has an entry in `form`
    ENTRY_TO_COME = "entry-to-come"  # the date in `field` of an entry of `form` is not past
    LIST_OPEN = "list-open"  # the mailing list is open


_NEEDS: Mapping[Look, tuple[str, ...]] = {
    Look.FACILITATORS: ("least",),
    Look.PAGE_EDITED: ("page",),
    Look.OWN_ENTRY: ("form",),
    Look.ENTRY_TO_COME: ("form", "field"),
}


@dataclass(frozen=True)
class Fact:
    """Something that wikifarm can go and see, which ticks the lines that name it (`auto`)."""

    name: str
    look: Look
    page: str = ""  # key of the page
    form: str = ""  # key of the form
    field: str = ""
    least: int = 0


def facts_of(folder: Path) -> dict[str, Fact]:
    """The facts of a blueprint's checklist, by name."""
    return {
        name: Fact(
            name,
            Look(told["look"]),
            str(told.get("page", "")),
            str(told.get("form", "")),
            str(told.get("field", "")),
            int(told.get("least", 0)),
        )
        for name, told in _facts(folder).items()
    }


def phases(
    folder: Path,
    language: str,
    modules: Collection[Module],
    page_link: Callable[[str], tuple[str, str] | None],
    facts: Collection[str],
) -> list[dict[str, Any]]:
    """The phases that concern the community, as its templates read them.

    `page_link` gives the title and the address of a page, or None when the community has no such
    page: a link has to say where it leads. `facts` are the names of those that the tool has seen:
    their items are done, and say so. A phase without items is left out. A blueprint without a
    checklist has no phase.
    """
    content = _read(folder)
    sentences = {
        name: told["seen"][language] for name, told in _facts(folder).items() if name in facts
    }
    concerned = []
    for phase in content.get("phases", ()):
        items = []
        for item in phase["items"]:
            if "module" in item and item["module"] not in modules:
                continue
            title, url = (page_link(item["page"]) if "page" in item else None) or ("", "")
            items.append(
                {
                    "id": item["id"],
                    "text": item[language],
                    "page": title,
                    "url": url,
                    "done": item.get("auto") in sentences,
                    "seen": sentences.get(item.get("auto", ""), ""),
                    "auto": item.get("auto", ""),
                }
            )
        if items:
            concerned.append({"id": phase["id"], "title": phase[language], "items": items})
    return concerned


@lru_cache(maxsize=8)
def _read(folder: Path) -> Mapping[str, Any]:
    """The file as it is (checked when the blueprint was loaded); empty where there is none."""
    problems = Problems()
    document = read_yaml(folder / FILE, problems) if (folder / FILE).is_file() else None
    problems.stop()
    return document.value if document else {}


def _facts(folder: Path) -> Mapping[str, Any]:
    return _read(folder).get("facts") or {}


def check_checklist(
    folder: Path,
    pages: Collection[str],
    dates: Mapping[str, Collection[str] | None],
    languages: Collection[str],
    problems: Problems,
) -> None:
    """The problems of a blueprint's `checklist.yml`, when it has one.

    `dates` names, for each form of the blueprint, its fields that hold a date; None: not known.
    """
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
    facts = value.get("facts") or {}
    known: Mapping[str, Collection[str]] = {
        "page": pages,
        "form": dates,
        "module": [module.value for module in Module],
        "auto": facts if isinstance(facts, dict) else (),
        "look": [look.value for look in Look],
    }
    _check_facts(document, facts, languages, known, problems)
    _check_dates(document, facts, dates, problems)
    ids: set[str] = set()
    for path, thing in _all(value["phases"], document, problems):
        _check_one(document, path, thing, languages, problems)
        identifier = str(thing.get("id"))
        if identifier in ids:
            message = _("“{name}” is used twice").format(name=identifier)
            problems.append(document.problem(message, *path, code="duplicate-name"))
        ids.add(identifier)
        _check_words(document, path, thing, known, problems)


def _check_facts(
    document: Document,
    facts: Any,
    languages: Collection[str],
    known: Mapping[str, Collection[str]],
    problems: Problems,
) -> None:
    if not isinstance(facts, dict):
        message = _("“{name}” must be made of lines “key: value”").format(name="facts")
        problems.append(document.problem(message, "facts", code="wrong-type"))
        return
    for name, told in facts.items():
        path = ("facts", name)
        if not isinstance(told, dict):
            message = _("“{name}” must be made of lines “key: value”").format(name=name)
            problems.append(document.problem(message, *path, code="wrong-type"))
            continue
        look = str(told.get("look"))
        needs = ("look", *(_NEEDS.get(Look(look), ()) if look in set(Look) else ()))
        for key in needs:
            if key not in told:
                message = _("“{name}” says nothing of “{key}”").format(name=name, key=key)
                problems.append(document.problem(message, *path, code="missing"))
        for key in told:
            if key not in (*needs, "seen"):
                message = _("unknown key “{name}”").format(name=key)
                hint = did_you_mean(key, (*needs, "seen"))
                problems.append(document.key_problem(message, *path, key, hint=hint))
        _check_words(document, path, told, known, problems)
        least = told.get("least", 1)
        if isinstance(least, bool) or not isinstance(least, int) or least < 1:
            message = _("“{name}” {sentence}").format(
                name="least", sentence=_("must be a whole number, 1 or more")
            )
            problems.append(document.problem(message, *path, "least", code="wrong-type"))
        seen = told.get("seen")
        if not isinstance(seen, dict) or not all(_is_text(seen.get(word)) for word in languages):
            message = _("“{name}” needs a text in each language: fr, en").format(name=name)
            problems.append(document.problem(message, *path, code="missing-language"))


def _check_dates(
    document: Document, facts: Any, dates: Mapping[str, Collection[str] | None], problems: Problems
) -> None:
    """The field of a date is one of its form; a form that is not known is told elsewhere."""
    for name, told in facts.items() if isinstance(facts, dict) else ():
        fields = dates.get(str(told.get("form"))) if isinstance(told, dict) else None
        if fields is not None and "field" in told and told["field"] not in fields:
            message = _("“{word}” is not known here").format(word=told["field"])
            hint = did_you_mean(told["field"], fields)
            problem = document.problem(
                message, "facts", name, "field", hint=hint, code="unknown-field"
            )
            problems.append(problem)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _check_words(
    document: Document,
    path: tuple[str | int, ...],
    thing: Mapping[str, Any],
    known: Mapping[str, Collection[str]],
    problems: Problems,
) -> None:
    """The words of a line that must be known: a page, a form, a module, a fact, where to look."""
    for key, words in known.items():
        if key in thing and not (isinstance(thing[key], str) and thing[key] in words):
            message = _("“{word}” is not known here").format(word=thing[key])
            hint = did_you_mean(str(thing[key]), words)
            if key == "auto" and not words:
                hint = FACTS_EXAMPLE
            problems.append(document.problem(message, *path, key, hint=hint, code=f"unknown-{key}"))


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
    thing: Mapping[str, Any],
    languages: Collection[str],
    problems: Problems,
) -> None:
    if not _ID.match(str(thing.get("id") or "")):
        message = _("an id is made of a-z, 0-9 and “-”")
        problems.append(document.problem(message, *path, code="bad-id"))
    for language in languages:
        if not isinstance(thing.get(language), str):
            message = _("“{name}” needs a text in each language: fr, en").format(
                name=thing.get("id")
            )
            problems.append(document.problem(message, *path, code="missing-language"))
    for key in set(thing) - _ITEM_KEYS - set(languages) - {"items"}:
        message = _("unknown key “{name}”").format(name=key)
        hint = did_you_mean(key, _ITEM_KEYS)
        problems.append(document.key_problem(message, *path, key, hint=hint))

"""The code knows no name of a shipped blueprint: another one's names serve as well.

Looked for in every text of the code but its docstrings, alone or as a word of a longer text:
groups, forms, pages and their tags, profiles, fields, lists, answers that agree, facts, the
licence. The pages under `closed` and the group `admins` are YesWiki's own, whatever the blueprint.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from wikifarm.blueprint.locate import known_blueprints
from wikifarm.blueprint.shipped import data_folder
from wikifarm.blueprint.sources import Problems, read_yaml
from wikifarm.model import Module

SOURCE = Path(__file__).parent.parent / "src" / "wikifarm"
ANYWHERE = ("",)

# name -> (where it may stand, why): as few as can be, and none that is no longer needed.
ALLOWED: Mapping[str, tuple[tuple[str, ...], str]] = {
    Module.PARTICIPANTS.value: (ANYWHERE, "a module, and the word of help and messages"),
    "members": (ANYWHERE, "the role that `who:` gives a group, and the word of messages"),
    "open": (ANYWHERE, "a manifest's word (admission, writing), a state of a list, and a verb"),
    "animation": (
        ("blueprint/manifest/spreadsheet.py",),
        "the French head of a column: who facilitates",
    ),
    "communaute-apprenante": (
        ("blueprint/manifest/community.py",),
        "the blueprint of a manifest that names none",
    ),
    "bf_titre": (
        (
            "blueprint/schema/fields.py", "blueprint/schema/schema_checks.py",
            "operations/audit/attempts.py", "operations/audit/likeness.py",
            "operations/archive/static_site.py", "operations/doctor/farm_checks.py",
            "yeswiki/farm.py",
        ),
        "YesWiki's own name for the title of any entry (EntryManager::validate)",
    ),
    "bf_mail": (
        (
            "blueprint/schema/personal.py", "operations/doctor/farm_checks.py",
            "yeswiki/farm.py",
        ),
        "of form 1100 of the extension `ferme`; and one of the names by which a field of any form "
        "is taken to be about a person",
    ),
    "bf_auteurs": (
        ("operations/archive/static_site.py",),
        "one of the names by which a field of any form is taken to say who signs",
    ),
    "PageCss": (
        ("operations/archive/static_site.py", "operations/archive/told_before.py"),
        "what the themes of YesWiki show around every page, in any wiki",
    ),
    "CC-BY-SA": (
        ("operations/archive/static_site.py",),
        "the name of the licence, in any text",
    ),
    "bf_description": (
        ("operations/doctor/farm_checks.py", "yeswiki/farm.py"),
        "of form 1100 of the extension `ferme`",
    ),
    "ListeOuiNon": (
        ("operations/doctor/farm_checks.py", "yeswiki/farm.py"),
        "the list of form 1100 of the extension `ferme`",
    ),
    "bf_prenom": (
        ("blueprint/schema/personal.py",),
        "one of the names by which a field of any form is taken to be about a person",
    ),
    "bf_nom": (
        ("blueprint/schema/personal.py",),
        "one of the names by which a field of any form is taken to be about a person",
    ),
    "oui": (
        (
            "blueprint/capture/people_plan.py", "blueprint/manifest/validation.py",
            "operations/workplace/settings.py", "yeswiki/farm.py", "yeswiki/pages.py",
        ),
        "the French yes in settings, manifests and forms made by hand; what YesWiki's own pages "
        "ask, to delete",
    ),
    "PagePrincipale": (
        ("yeswiki/audit_routes.py", "yeswiki/session.py"),
        "the root page of every YesWiki",
    ),
    "BacASable": (("yeswiki/audit_routes.py",), "a page that comes with every YesWiki"),
    **dict.fromkeys(
        ("PageFooter", "PageMenuHaut", "PageTitre"),
        (("blueprint/looks.py",), "a key of the metadata of pages (ThemeManager.php)"),
    ),
    "PageRapideHaut": (
        ("blueprint/looks.py", "yeswiki/needed_pages.py"),
        "a key of the metadata of pages, and where every YesWiki shows its form of logins",
    ),
    "PageLogin": (
        ("yeswiki/needed_pages.py",), "shown by YesWiki in the place of a page that is closed"
    ),
}  # fmt: skip


class Place(NamedTuple):
    """Where a name stands in the code."""

    file: str
    line: int
    name: str


def yaml(path: Path) -> Mapping[str, Any]:
    document = read_yaml(path, Problems())
    assert document is not None
    value: Mapping[str, Any] = document.value
    return value


def names_of_blueprints() -> Iterator[str]:
    """The names that the `blueprint.yml` and `checklist.yml` of each shipped blueprint give."""
    for key in known_blueprints():
        folder = data_folder("templates") / key
        blueprint = yaml(folder / "blueprint.yml")
        who = blueprint["who"]
        yield from (key, str(blueprint["name"]), who["licence"]["name"])
        yield from set(blueprint["groups"]) - {"admins"}
        yield from blueprint["profiles"]
        for form, plan in blueprint["forms"].items():
            yield from (form, str(plan.get("schema", form)))
        for page, plan in blueprint["pages"].items():
            tag = plan.get("tag", page)
            yield from (page, *(tag.values() if isinstance(tag, dict) else [tag]))
        for people in who["people"].values():
            yield from (consent["yes"] for consent in people.get("consents", {}).values())
        yield from yaml(folder / "checklist.yml")["facts"]


def names_of_answers() -> Iterator[str]:
    """The names of the shipped fields and lists, which stand inside the names of properties."""
    for path in data_folder("bazar_schemas").glob("*.yml"):
        value = yaml(path)
        yield from value.get("lists", {})
        for field in value.get("fields", ()):
            yield from (field[key] for key in ("name", "latitude", "longitude") if key in field)


@lru_cache
def names() -> frozenset[str]:
    return frozenset([*names_of_blueprints(), *names_of_answers()])


@lru_cache
def pattern() -> re.Pattern[str]:
    """A name as a word; one of a field or a list also glued to what stands before it."""
    answers = frozenset(names_of_answers())
    longest_first = sorted(names(), key=lambda name: (-len(name), name))
    words = (
        re.escape(name) if name in answers else rf"(?<![\w-]){re.escape(name)}"
        for name in longest_first
    )
    return re.compile(rf"({'|'.join(words)})(?![\w-])")


def texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every text of a module but its docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield node


def matched(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The names that a regular expression of the module was written for.

    One that takes a name and the same name backwards takes any word: it knows none.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) != "re.compile":
            continue
        written = node.args[0]
        if isinstance(written, ast.Constant) and isinstance(written.value, str):
            expression = re.compile(written.value)
            for name in names():
                if expression.fullmatch(name) and not expression.fullmatch(name[::-1]):
                    yield node.lineno, name


@lru_cache
def places() -> frozenset[Place]:
    """Every place of the code where a name stands; the rehearsal farm imitates another program."""
    seen = set()
    for path in sorted(SOURCE.rglob("*.py")):
        file = path.relative_to(SOURCE).as_posix()
        if file.startswith("rehearsal/"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        seen |= {Place(file, line, name) for line, name in matched(tree)}
        seen |= {
            Place(file, text.lineno, word)
            for text in texts(tree)
            if isinstance(text.value, str)
            for word in pattern().findall(text.value)
        }
    return frozenset(seen)


def allowed(place: Place) -> bool:
    where, _reason = ALLOWED.get(place.name, ((), ""))
    return where == ANYWHERE or place.file in where


def test_the_code_knows_no_name_of_a_shipped_blueprint() -> None:
    told = sorted(f"{place.file}:{place.line}: {place.name}"
                  for place in places() if not allowed(place))  # fmt: skip
    assert told == []


@pytest.mark.parametrize("name", ALLOWED)
def test_no_name_is_allowed_that_the_code_no_longer_bears(name: str) -> None:
    where, reason = ALLOWED[name]
    files = {place.file for place in places() if place.name == name}
    assert reason
    assert files if where == ANYWHERE else set(where) == files


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Charte", "Charte"),
        ("?AnimerIci&x", "AnimerIci"),
        ("@participants,%", "participants"),
        ("radioListeOuiNonbf_consent_liste", "bf_consent_liste"),
        ("checkboxListeThemes", "ListeThemes"),
        ("PeopleMap", "PeopleMap"),
    ],
)
def test_a_name_is_seen_wherever_it_hides(text: str, name: str) -> None:
    assert name in pattern().findall(text)


@pytest.mark.parametrize("text", ["CharteX", "participantsx", "bf_titre_long", "Cartes", "reopen"])
def test_a_longer_word_is_another_word(text: str) -> None:
    assert pattern().findall(text) == []

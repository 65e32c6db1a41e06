"""The house holds: arrows point down, nothing runs in circles, a name means one thing.

What docs/architecture.md draws, read from the imports of the code itself.
"""

from __future__ import annotations

import ast
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "wikifarm"
# From the top down. What is not named here stands on the ground: words that every layer shares.
FLOORS = (
    ("__main__",),
    ("cli",),
    ("operations",),
    ("engine",),
    ("blueprint",),
    ("yeswiki", "lists", "ansible", "advisories"),
    ("transport", "dns"),
)
GROUND = len(FLOORS)
ONE_SEAM = {
    "httpx": "transport",
    "tenacity": "transport",
    "dns": "dns",
    "idna": "dns",
    "publicsuffixlist": "operations",
    "python_calamine": "blueprint",
    "pyrage": "operations",
    "keyring": "operations",
    "ruamel": "blueprint",
    "ansible_runner": "ansible",
    "starlette": "rehearsal",
    "uvicorn": "rehearsal",
    "jinja2": "blueprint",
    "merge3": "engine",
    "filelock": "engine",
}
# The same inside the rehearsal farm: YesWiki's own services, actions, extensions, handlers, API.
REHEARSAL_FLOORS = (
    ("__main__",),
    ("server",),
    ("application",),
    ("api", "web_server"),
    ("handlers",),
    ("ferme",),
    ("bazar",),
    ("actions",),
    ("wikitext",),
    ("people",),
    ("exchange",),
    ("store", "defaults"),
    ("rehearsal_settings",),
    ("dialects", "php"),
)
MOST_IN_A_ROOM = 16  # modules of a folder, when they are not all of one kind
# A protocol's or a command's small change: one a thing, and all of one kind.
OF_ONE_KIND = {"yeswiki": "one module a thing of a wiki"}
# A variable of such a name does not say what it holds: a page, a form, an address, an answer.
NAMELESS = ("one", "found", "held")
# All are `Receipt.found`, a key of the receipts that wikis already hold.
MOST_NAMELESS = 7


@dataclass(frozen=True)
class Import:
    """One import: the module that asks, what it asks for, and whether it does when it is loaded."""

    of: str
    wanted: str
    at_once: bool


def module_name(path: Path) -> str:
    """`operations.apply` for operations/apply.py; a package by its own name."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package, read."""
    return {
        module_name(path): ast.parse(path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }


def imports(name: str) -> Iterator[Import]:
    """What a module imports, inside functions too; not what only a type checker reads."""
    package = (SOURCE / name.replace(".", "/")).is_dir()
    folder = ["wikifarm", *name.split("."), *([""] if package else [])]

    def walk(node: ast.AST, *, at_once: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.ImportFrom):
                source = child.module or ""
                if child.level:
                    source = ".".join(filter(None, [*folder[: -child.level], source]))
                for alias in child.names:
                    whole = f"{source}.{alias.name}"
                    inner = whole.removeprefix("wikifarm.")
                    known = whole.startswith("wikifarm.") and inner in modules()
                    yield Import(name, whole if known else source, at_once)
            elif isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(name, alias.name, at_once)
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from walk(child, at_once=at_once and not inside)

    yield from walk(modules()[name], at_once=True)


def floor(name: str, floors: tuple[tuple[str, ...], ...] = FLOORS) -> int:
    """0 at the top; larger is lower."""
    room = name.partition(".")[0]
    return next((number for number, rooms in enumerate(floors) if room in rooms), len(floors))


def own(wanted: str) -> str | None:
    """The module of wikifarm that an import names, or None."""
    if wanted == "wikifarm" or not wanted.startswith("wikifarm."):
        return None
    return wanted.removeprefix("wikifarm.")


def arrows() -> list[tuple[str, str, bool]]:
    """(from, to, at once) of every import of wikifarm's own."""
    return [
        (name, target, each.at_once)
        for name in modules()
        for each in imports(name)
        if (target := own(each.wanted)) is not None
    ]


def test_no_arrow_points_up() -> None:
    up = [
        (name, target)
        for name, target, _at_once in arrows()
        if floor(target) < floor(name) or (floor(name) == GROUND and floor(target) < GROUND)
    ]
    assert up == []


def test_no_arrow_points_up_in_the_rehearsal_farm() -> None:
    inside = [
        (name.removeprefix("rehearsal."), target.removeprefix("rehearsal."))
        for name, target, _at_once in arrows()
        if name.startswith("rehearsal.")
    ]
    assert len(inside) > 100
    assert [
        (name, target)
        for name, target in inside
        if name.partition(".")[0] != target.partition(".")[0]
        and floor(target, REHEARSAL_FLOORS) <= floor(name, REHEARSAL_FLOORS)
    ] == []


def test_the_outside_stands_beside_itself() -> None:
    """A wiki knows nothing of lists, nor of machines; the rehearsal farm nothing of anything."""
    rooms = ("yeswiki", "lists", "ansible", "rehearsal")
    across = [
        (name, target)
        for name, target, _at_once in arrows()
        if (room := name.partition(".")[0]) in rooms
        and (target.partition(".")[0] in rooms or room == "rehearsal")
        and target.partition(".")[0] != room
    ]
    assert across == []


def test_nothing_runs_in_a_circle() -> None:
    after: dict[str, set[str]] = defaultdict(set)
    for name, target, _at_once in arrows():
        if name != target:
            after[name].add(target)
    met: dict[str, int] = {}
    circles: list[list[str]] = []

    def visit(name: str, way: list[str]) -> None:
        met[name] = 1
        for target in sorted(after[name]):
            if met.get(target) == 1:
                circles.append([*way[way.index(target) :], target] if target in way else [target])
            elif target not in met:
                visit(target, [*way, target])
        met[name] = 2

    for name in sorted(modules()):
        if name not in met:
            visit(name, [name])
    assert circles == []


@pytest.mark.parametrize(("library", "room"), ONE_SEAM.items())
def test_a_library_has_one_seam(library: str, room: str) -> None:
    users = {
        name.partition(".")[0]
        for name in modules()
        for each in imports(name)
        if each.wanted.partition(".")[0] == library
    }
    assert users == {room}


def test_no_room_is_crowded() -> None:
    rooms: dict[str, int] = defaultdict(int)
    for path in SOURCE.rglob("*.py"):
        if path.name != "__init__.py":
            rooms[str(path.parent.relative_to(SOURCE))] += 1
    crowded = {
        room: count
        for room, count in rooms.items()
        if count > MOST_IN_A_ROOM and room not in OF_ONE_KIND
    }
    assert crowded == {}


def test_a_name_means_one_thing() -> None:
    files: dict[str, list[str]] = defaultdict(list)
    classes: dict[str, list[str]] = defaultdict(list)
    for name, tree in modules().items():
        last = name.rpartition(".")[2]
        if last not in ("", "__main__") and not (SOURCE / name.replace(".", "/")).is_dir():
            files[last].append(name)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                classes[node.name].append(name)
    twice = {what: where for what, where in {**files, **classes}.items() if len(where) > 1}
    assert twice == {}


def test_names_say_the_thing() -> None:
    uses: Counter[str] = Counter()
    for path in sorted(SOURCE.rglob("*.py")):
        with tokenize.open(path) as file:
            uses[str(path.relative_to(SOURCE))] += sum(
                token.type == tokenize.NAME and token.string in NAMELESS
                for token in tokenize.generate_tokens(file.readline)
            )
    assert uses.total() <= MOST_NAMELESS, uses.most_common(5)


OWN_JSON = {"json_text", "cli.report.places_map", "operations.schemas"}  # one reader, and own files


def test_json_of_others_is_read_where_no_nesting_breaks() -> None:
    """`json.loads` ends in a RecursionError, which nobody foresees, for `[[[[...`."""
    readers = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("loads", "load")
        and isinstance(node.value, ast.Name)
        and node.value.id == "json"
    }
    assert {name for name in readers if not name.startswith("rehearsal")} <= OWN_JSON

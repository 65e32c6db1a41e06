"""The tree of errors is the one that its module draws; statuses stay plain numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from wikifarm import errors
from wikifarm.errors import Exit, Unforeseen, WikifarmError
from wikifarm.result import failed

_LINE = re.compile(r"(?P<drawn>[ │├└─]*)(?P<names>\w+(?:, \w+)*)(?: +(?P<exit>\d+)\b)?.*")


def all_under(kind: type[WikifarmError]) -> Iterator[type[WikifarmError]]:
    """`kind` and what is derived from it in the module."""
    yield kind
    for one in kind.__subclasses__():
        if one.__module__ == errors.__name__:
            yield from all_under(one)


ALL = list(all_under(WikifarmError))


def drawn() -> dict[str, tuple[str, int]]:
    """Each name of the drawing, with the name above it and the status it ends with."""
    assert errors.__doc__ is not None
    tree: dict[str, tuple[str, int]] = {}
    above = [("", Exit.FAILED.value)]
    for line in errors.__doc__.split("\n\n")[1].splitlines():
        found = _LINE.fullmatch(line)
        assert found is not None, line
        depth = (len(found["drawn"]) - 4) // 4
        del above[depth + 1 :]
        status = int(found["exit"] or above[-1][1])
        names = found["names"].split(", ")
        tree |= dict.fromkeys(names, (above[-1][0], status))
        above.append((names[-1], status))
    return tree


def test_the_tree_of_the_module_is_the_tree_of_the_code() -> None:
    held = {
        one.__name__: ("" if one is WikifarmError else one.__mro__[1].__name__, one.exit.value)
        for one in ALL
    }
    assert drawn() == held


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_each_error_says_what_it_means(kind: type[WikifarmError]) -> None:
    said = vars(kind).get("__doc__")
    assert said, "no docstring of its own"
    assert re.fullmatch(r"[^\n]+\.", said), said


def test_each_error_has_a_code_of_its_own() -> None:
    codes = [vars(one)["code"] for one in ALL]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_a_status_is_a_plain_number_for_scripts() -> None:
    envelope = failed("plan", Unforeseen("x"))
    assert json.loads(json.dumps(envelope.as_json()))["exit"] == 1
    assert " ".join(f"{status}" for status in Exit) == "0 1 2 3 4 5 6 7 8 130"

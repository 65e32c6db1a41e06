"""YAML from people: nothing is constructed, nothing explodes, every mistake has its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wikifarm.blueprint.sources import dump_yaml, parse_yaml, read_yaml
from wikifarm.errors import Problem


def parsed(text: str) -> tuple[object, list[Problem]]:
    found: list[Problem] = []
    document = parse_yaml(text, "x.yml", found)
    return (document.value if document else None), found


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: [1", "yaml", 1),
        ("a: 1\na: 2", "duplicate-key", 2),
        ("a: &x 1\nb: *x", "yaml-alias", 2),
        ("a: !!python/object/apply:os.system [ls]", "yaml-tag", 1),
        ("a: !ruby x", "yaml-tag", 1),
        ("a: " + "[" * 50 + "]" * 50, "too-deep", 1),
        ("---\na: 1\n---\nb: 1", "yaml", 3),
        ('a: "\\x07"', "control-character", 1),
        ('a: "\\ud800"', "control-character", 1),
        ("? [a]\n: b", "yaml", 1),
        ("a:\n" + "  - 1\n" * 30_000, "too-large", 19_997),
    ],
)
def test_what_is_unsafe_or_broken_is_refused_at_its_line(text: str, code: str, line: int) -> None:
    value, found = parsed(text)
    assert value is None
    assert [(one.code, one.line) for one in found] == [(code, line)]


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(b"#" * 1_000_001)
    found: list[Problem] = []
    assert read_yaml(tmp_path / "a.yml", found) is None
    assert found[0].code == "too-large"


def test_a_file_in_another_encoding_says_where(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes("name: x\nplace: Café".encode("latin-1"))
    found: list[Problem] = []
    assert read_yaml(tmp_path / "a.yml", found) is None
    assert (found[0].code, found[0].line, found[0].column) == ("encoding", 2, 11)


@pytest.mark.parametrize(("text", "number"), [("1e3", 1000.0), ("+33", 33), ("1.50", 1.5)])
def test_a_number_is_one_and_shows_as_it_was_written(text: str, number: float) -> None:
    value, _found = parsed(f"[{text}]")
    assert value == [number]
    assert isinstance(value, list) and str(value[0]) == text
    assert parsed(dump_yaml(value)) == ([number], [])


def test_words_stay_words() -> None:
    value, _found = parsed("{a: yes, b: no, c: oui, d: true, e: 035, f: 35, g: 1.5, h: ~, i: '35'}")
    assert value == {
        "a": "yes", "b": "no", "c": "oui", "d": True, "e": "035", "f": 35, "g": 1.5, "h": None,
        "i": "35",
    }  # fmt: skip


# What a file may hold: the reader refuses control characters and halves of characters.
TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t\x85")
) | st.text("0123456789.+-eExo_:#'\"{}[],&*!|>%@`~ \nyesnoTruFalsl")


@settings(max_examples=1500)
@given(TEXTS)
def test_a_written_text_reads_the_same(text: str) -> None:
    value = {"one": text, "list": [text, {"in": text}]}
    read, found = parsed(dump_yaml(value))
    assert found == []
    assert read == value

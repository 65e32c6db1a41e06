"""Choosing among manifests: by file, by folder, by the address of a community."""

from __future__ import annotations

from pathlib import Path

import pytest

from wikifarm.errors import InvalidInput
from wikifarm.operations.describe import Wishes, chosen, community


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    default = tmp_path / "communities"
    default.mkdir()
    for slug in ("brest", "rennes"):
        _manifest(default / f"{slug}.yml", slug)
    _manifest(tmp_path / "ailleurs.yml", "ailleurs")
    return default


def _manifest(path: Path, slug: str) -> None:
    text = f"name: {slug}\nslug: {slug}\nfacilitators: [Ana <ana@example.org>]\n"
    path.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("paths", "only", "slugs"),
    [
        ([], [], ["brest", "rennes"]),
        ([], ["rennes"], ["rennes"]),
        (["rennes"], [], ["rennes"]),
        (["rennes", "ailleurs.yml"], [], ["rennes", "ailleurs"]),
        (["ailleurs.yml"], [], ["ailleurs"]),
    ],
)
def test_communities_are_chosen(
    folder: Path, paths: list[str], only: list[str], slugs: list[str]
) -> None:
    given = [folder.parent / path if "." in path else Path(path) for path in paths]
    described = chosen(given, only, default=folder)
    assert [community.slug for community in described.communities] == slugs


def test_what_a_command_line_lacks_is_told_with_its_option(folder: Path) -> None:
    for wishes, codes in (
        (Wishes(), ["missing", "missing-facilitator"]),
        (Wishes(name="Rennes"), ["missing-facilitator"]),
        (Wishes(facilitators=("Ana <ana@example.org>",)), ["missing"]),
        (Wishes(name="Rennes", slug="À!"), ["missing-facilitator", "slug"]),
    ):
        with pytest.raises(InvalidInput) as refused:
            community(wishes, folder)
        assert [problem.code for problem in refused.value.problems] == codes
        hints = " ".join(problem.hint for problem in refused.value.problems)
        assert ("--facilitator" in hints, "`wikifarm new-community`" in hints) == (
            "missing-facilitator" in codes, "missing" in codes
        )  # fmt: skip
        assert "facilitators: [" not in hints  # the words of a file, and there is none


@pytest.mark.parametrize(("paths", "only"), [(["renes"], []), ([], ["renes"])])
def test_an_unknown_address_is_told_with_the_nearest(
    folder: Path, paths: list[str], only: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        chosen([Path(path) for path in paths], only, default=folder)
    (problem,) = refused.value.problems
    assert problem.code == "unknown-community" and "rennes" in problem.hint
    assert problem.where == ""  # commands that have no --only ask here too


def test_a_name_that_was_left_out_is_told_with_what_is_wrong(folder: Path) -> None:
    (folder / "rennes.yml").write_text("name: Rennes\nslug: rennes\n")
    described = chosen([], [], default=folder, skip_invalid=True)
    assert [community.slug for community in described.communities] == ["brest"]
    assert described.left_out == (f"rennes ({folder / 'rennes.yml'}:1)",)
    with pytest.raises(InvalidInput) as refused:
        chosen([], ["rennes"], default=folder, skip_invalid=True)
    assert [each.code for each in refused.value.problems] == [
        "unknown-community", "missing-facilitator",
    ]  # fmt: skip

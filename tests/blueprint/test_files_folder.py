"""The files of a blueprint's pages: each at its place, and nothing from elsewhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from wikifarm.blueprint import files_folder
from wikifarm.blueprint.files_folder import files_of
from wikifarm.blueprint.sources import Problems


def put(folder: Path, path: str, content: bytes = b"x") -> Path:
    file = folder / "files" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def codes(folder: Path) -> list[str]:
    problems = Problems()
    list(files_of(folder, ["Accueil", "Plans"], problems))
    return [problem.code for problem in problems]


def test_the_files_of_each_page(tmp_path: Path) -> None:
    path = put(tmp_path, "Plans/plan_du-lieu.pdf", b"plan")
    put(tmp_path, "Accueil/.DS_Store")
    problems = Problems()
    files = list(files_of(tmp_path, ["Accueil", "Plans"], problems))
    assert problems == []
    assert [(file.page, file.path) for file in files] == [("Plans", path)]
    assert files[0].digest == hashlib.sha256(b"plan").hexdigest()


def test_a_blueprint_without_files(tmp_path: Path) -> None:
    assert list(files_of(tmp_path, ["Accueil"], Problems())) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("Plan/plan.pdf", "unknown-page"),
        ("seul.pdf", "unknown-page"),
        ("Plans/sans-fin", "bad-name"),
        ("Plans/deux mots.pdf", "bad-name"),
        ("Plans/Nul.pdf", "bad-name"),
        ("Plans/plan(1).pdf", "bad-name"),
        ("Plans/dossier.d/plan.pdf", "bad-name"),
    ],
)
def test_what_cannot_be_attached_is_named(tmp_path: Path, path: str, code: str) -> None:
    put(tmp_path, path)
    assert codes(tmp_path) == [code]


def test_names_that_one_server_takes_as_equal(tmp_path: Path) -> None:
    put(tmp_path, "Plans/Plan.pdf")
    put(tmp_path, "Plans/plan.PDF")
    assert codes(tmp_path) == ["duplicate-name"]


def test_a_file_from_elsewhere_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret.pdf"
    outside.write_bytes(b"x")
    blueprint = tmp_path / "blueprint"
    put(blueprint, "Plans/plan.pdf").unlink()
    (blueprint / "files/Plans/plan.pdf").symlink_to(outside)
    assert codes(blueprint) == ["outside"]


def test_empty_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "Plans/vide.pdf", b"")
    put(tmp_path, "Plans/plan.pdf", b"x" * 2000)
    monkeypatch.setattr(files_folder, "LARGEST", 1000)
    assert codes(tmp_path) == ["file-size", "file-size"]

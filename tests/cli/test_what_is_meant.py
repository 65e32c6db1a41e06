"""What somebody meant, told or done as they meant it."""

from __future__ import annotations

from pathlib import Path

import pytest

from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.rehearsal import RunningFarm

from .conftest import Cli

FACILITATOR = ("--facilitator", "Ada Lovelace <ada@example.org>")


def test_a_blueprint_of_this_folder_is_meant_by_its_name(
    cli: Cli, with_farm: RunningFarm, manifest: Path
) -> None:
    assert cli("apply", "--yes", "--audit", "none").exit == 0
    captured = cli("blueprint", "capture", "rennes", "ours")
    assert "--blueprint ours" in captured.out
    made = cli("new-community", "Autre", "--blueprint", "ours", *FACILITATOR, "--no-input",
               "--audit", "none")  # fmt: skip
    assert made.exit == 0, made.err
    (described,) = load_manifests([manifest.parent / "autre.yml"])
    assert described.blueprint == "../blueprints/ours"


@pytest.mark.parametrize(
    ("lang", "known", "code"),
    [("fr", "les droits de ses pages", "metadata"), ("en", "the looks of its pages", "metadata")],
)
def test_what_a_visitor_does_not_read_is_said_in_words(
    cli: Cli, with_farm: RunningFarm, manifest: Path, lang: str, known: str, code: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert cli("apply", "--yes", "--audit", "none").exit == 0
    monkeypatch.setenv("WIKIFARM_STATE_DIR", str(tmp_path / "elsewhere"))
    told = cli("blueprint", "capture", "rennes", "ours", "--dry-run", "--lang", lang)
    assert known in told.out
    assert code not in told.out


def test_what_is_not_there_or_reserved_is_told_so(
    cli: Cli, with_farm: RunningFarm, manifest: Path
) -> None:
    assert cli("apply", "--yes", "--audit", "none").exit == 0
    (absent,) = cli("restore", "nowhere.zip", "autre", "--json").json()["errors"]
    assert "nowhere.zip" in absent["message"]
    command = ("backup", "rennes", "--out", "rennes.zip")
    (missing,) = cli(*command, "--recipient", "team.pub", "--json").json()["errors"]
    assert (missing["code"], "team.pub" in missing["message"]) == ("unreadable", True)
    assert cli(*command, "--plain").exit == 0
    (taken,) = cli(*command, "--plain", "--json").json()["errors"]
    assert "--out" in taken["hint"]
    (kept,) = cli("restore", "rennes.zip", "tools", "--yes", "--json").json()["errors"]
    assert "keeps for itself" in kept["message"]

"""Every shell block of the docs runs as written, and every example applies."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.french_spaces import NO_BREAK, typeset
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.rehearsal import RehearsalSettings, RunningFarm
from wikifarm.transport import Network
from wikifarm.yeswiki.farm import Farm, NewWiki

ROOT = Path(__file__).parent.parent
MARKDOWN = [
    *(path for path in sorted(ROOT.glob("*.md")) if path.name != "CHANGELOG.md"),
    *(path for folder in ("docs", "templates", "playbooks", "benchmarks")
      for path in sorted((ROOT / folder).rglob("*.md"))),
]  # fmt: skip
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PASSWORD = "MotDePasseDesDocs1"
BY_HAND = "potager"  # a wiki of the farm that somebody opened by its form


def _blocks() -> list[tuple[str, str]]:
    return [
        (f"{path.relative_to(ROOT)}:{path.read_text('utf-8')[: found.start()].count(chr(10)) + 1}",
         found[1])
        for path in DOCS
        for found in re.finditer(r"^```sh\n(.*?)^```", path.read_text("utf-8"), re.M | re.S)
    ]  # fmt: skip


BLOCKS = _blocks()


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFarm]:
    settings = RehearsalSettings(data=tmp_path_factory.mktemp("farm"), password=PASSWORD)
    with RunningFarm(settings) as running:
        farm = Farm(Network(), running.url, "WikiAdmin", PASSWORD, "")
        farm.create(
            NewWiki("Potager", "", BY_HAND, "x", "x@example.org", "WikiAdmin", PASSWORD, "")
        )
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the project's, where the blocks of one page follow one another."""
    made = tmp_path_factory.mktemp("docs")
    for name in ("examples", "templates"):
        shutil.copytree(ROOT / name, made / name)
    return made


@pytest.mark.xdist_group("docs")  # the blocks of one page follow one another
@pytest.mark.parametrize(("place", "block"), BLOCKS, ids=[place for place, _block in BLOCKS])
def test_a_shell_block_runs(place: str, block: str, farm: RunningFarm, folder: Path) -> None:
    if "./run tests" in block or "./run check" in block:
        pytest.skip("this block is the test command itself: running it here would never end")
    script = block.replace("./run demo", "./run demo --exit --port 0")
    script = script.replace("./run ", f"{sys.executable} -m wikifarm ")
    environment = {
        **os.environ,
        "WIKIFARM_FARM_URL": farm.url,
        "WIKIFARM_FARM_ADMIN": "WikiAdmin",
        "WIKIFARM_FARM_PASSWORD": PASSWORD,
        "WIKIFARM_STATE_DIR": str(folder / "state"),
        "WIKIFARM_LANG": "fr",
        "MOT_DE_PASSE": PASSWORD,
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{place}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr


def test_the_region_of_the_examples_has_200_places_of_brittany_and_nobody_real() -> None:
    communities = load_manifests([ROOT / "examples" / "bretagne.csv"])
    assert len({community.name for community in communities}) == len(communities) == 200
    for community in communities:
        place = community.territory
        assert place.latitude and place.longitude
        assert 47.2 < place.latitude < 48.95 and -5.2 < place.longitude < -0.95, community.name
        assert all(who.email.endswith("@example.org") for who in community.facilitators)


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_french_is_set_as_french(path: Path) -> None:
    """`python -m tests.french_spaces PATH` mends it."""
    text = path.read_text("utf-8")
    assert typeset(text).splitlines() == text.splitlines()


def test_code_keeps_its_spaces() -> None:
    text = "Voici :\n\n```sh\necho « a » ; b\n```\n\nUn `a ; b\nc :` puis : « d » !\n"
    set_so = text.replace("Voici :", f"Voici{NO_BREAK}:")
    assert typeset(text) == set_so.replace(
        "puis : « d » !", f"puis{NO_BREAK}: «{NO_BREAK}d{NO_BREAK}»{NO_BREAK}!"
    )

"""Every command with a blueprint that shares no name with the shipped one, in every dialect."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.blueprints import (
    ATELIER,
    CARDS,
    ENTRY_RIGHTS,
    IMPRINT,
    KEY_RING,
    POST_BOX,
    RULES,
    change_form,
)
from wikifarm.rehearsal import DIALECTS, RehearsalSettings, RunningFarm
from wikifarm.transport import Network
from wikifarm.yeswiki.farm import Farm
from wikifarm.yeswiki.wiki import Wiki

from .conftest import Cli

PASSWORD = "secret-of-farm"
NEW = [
    "new-community", "The mending room", "--slug", "mending", "--language", "en",
    "--facilitator", "Camille Le Goff <camille@example.org>",
    "--facilitator", "Dominique Perrin <dominique@example.org>",
]  # fmt: skip
MANIFEST = Path("communities/mending.yml")

Ask = Callable[..., dict[str, Any]]


@contextmanager
def a_farm(dialect: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningFarm]:
    data.mkdir()
    with RunningFarm(RehearsalSettings(data=data, dialect=dialect, password=PASSWORD)) as farm:
        monkeypatch.setenv("WIKIFARM_FARM_URL", farm.url)
        monkeypatch.setenv("WIKIFARM_FARM_PASSWORD", PASSWORD)
        yield farm


@pytest.fixture
def ask(cli: Cli) -> Ask:
    """`ask("plan", exit=3)`: the `data` of a command, which must end so."""

    def call(*arguments: str, exit: int = 0) -> dict[str, Any]:
        ran = cli(*arguments, "--json")
        answer = ran.json()
        assert ran.exit == exit, answer["errors"]
        assert isinstance(answer["data"], dict)
        return answer["data"]

    return call


def entered(farm: RunningFarm, ask: Ask) -> Wiki:
    """The wiki, as its administrator, with what `credentials` tells."""
    known = ask("credentials", "mending")
    wiki = Farm(Network(), farm.url, "WikiAdmin", PASSWORD).wiki("mending")
    wiki.login(known["account"], known["password"])
    return wiki


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_community_goes_through_every_command(
    dialect: str, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_farm(dialect, tmp_path / "farm", monkeypatch) as farm:
        (made,) = ask(*NEW, "--blueprint", str(ATELIER))["communities"]
        assert made["status"] == "created"
        assert made["audit"]["probes"] > 250
        assert (made["audit"]["leaks"], made["audit"]["not_asked"]) == ([], [])
        assert [check["id"] for check in made["audit"]["checks"] if not check["ok"]] == []
        assert set(made["groups"]) == {"keepers", "makers", "admins"}
        zones = {form["id"]: form["zone"] for form in made["forms"]}
        assert zones == {CARDS: "people", "32": "people", "33": "productions"}
        assert {RULES, KEY_RING} < set(made["pages"]) and POST_BOX not in made["pages"]

        (planned,) = ask("plan", "--detailed-exitcode")["communities"]
        assert planned["planned"] == []
        (again,) = ask("apply", "--audit", "none")["communities"]
        assert again["status"] == "unchanged"
        (state,) = ask("status")["states"]
        assert (state["state"], state["blueprint"], state["version"]) == (
            "in-place", "atelier", "0.3",
        )  # fmt: skip
        assert ask("list")["wikis"][0]["slug"] == "mending"

        wiki = entered(farm, ask)
        page = wiki.pages.read(RULES)
        assert page is not None
        wiki.pages.save(RULES, page.body + "\n\nPut the saw back.", page.revision)
        ask("checklist")
        ticked = Path("checklist/mending.md").read_text("utf-8")
        for item in ("rules", "unseen", "samples", "imprint"):
            assert f"- [x] {item}:" in ticked
        for item in ("keepers", "answer", "evening", "cards"):
            assert f"- [ ] {item}:" in ticked
        assert f"?{KEY_RING}" in Path("welcome/mending.txt").read_text("utf-8")

        change_form(wiki, CARDS, "***bf_story***", ENTRY_RIGHTS, "*")
        (opened,) = ask("verify", exit=6)["communities"]
        assert {leak["seen"] for leak in opened["audit"]["leaks"]} == {"bf_story"}
        assert opened["errors"][0]["code"] == "leak-found"
        assert "bf_story" in opened["errors"][0]["message"]


def test_a_blueprint_in_a_folder_is_named_from_its_manifest(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command is given from one folder, and the manifest is kept in another."""
    shutil.copytree(ATELIER, "ours/atelier")
    asked = [*NEW, "--blueprint", "ours/atelier", "--audit", "none"]
    with a_farm("4.5", tmp_path / "farm", monkeypatch):
        assert ask(*asked)["communities"][0]["status"] == "created"
        assert "blueprint: ../ours/atelier\n" in MANIFEST.read_text("utf-8").replace('"', "")
        assert ask("plan", str(MANIFEST), "--audit", "none")["communities"][0]["planned"] == []
        assert ask(*asked)["communities"][0]["status"] == "unchanged"


def test_modules_bring_their_pages_and_questions_and_take_them_away(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_farm("4.4", tmp_path / "farm", monkeypatch) as farm:
        off = ["participants", "map", "proposals", "agenda"]
        without = [word for module in off for word in ("--without", module)]
        made = ask(*NEW, "--blueprint", str(ATELIER), *without)["communities"][0]
        assert made["forms"] == []
        assert made["audit"]["probes"] == 0 and made["audit"]["not_asked"]
        assert set(made["pages"]) == {"TheWorkbench", RULES, IMPRINT, KEY_RING}
        text = MANIFEST.read_text("utf-8")
        MANIFEST.write_text(text.replace("participants: false", "participants: true"), "utf-8")
        (later,) = ask("apply", "--audit", "none")["communities"]
        assert [form["id"] for form in later["forms"]] == [CARDS]
        template = entered(farm, ask).forms.all()[CARDS].template
        assert "bf_handle" in template and "bf_pinned" not in template


def test_the_schemas_for_editors_know_the_blueprint(ask: Ask) -> None:
    from jsonschema import Draft202012Validator

    from wikifarm.blueprint.sources import Problems, read_yaml

    checked = {
        "blueprint": [ATELIER / "blueprint.yml"],
        "bazar": [path for path in (ATELIER / "bazar_schemas").glob("*.yml")
                  if path.name != "lists.yml"],
    }  # fmt: skip
    for name, paths in checked.items():
        validator = Draft202012Validator(ask("schema", name)["schema"])
        for path in paths:
            document = read_yaml(path, Problems())
            assert document is not None
            assert [error.message for error in validator.iter_errors(document.value)] == []


def test_a_new_version_is_shown_then_brought(
    ask: Ask, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ATELIER, "ours/atelier")
    asked = [*NEW, "--blueprint", "ours/atelier", "--audit", "none"]
    with a_farm("4.5", tmp_path / "farm", monkeypatch):
        ask(*asked)
        description, rules = Path("ours/atelier/blueprint.yml"), f"ours/atelier/en/pages/{RULES}"
        text = description.read_text("utf-8").replace('"0.3"', '"0.4"')
        opened = text.replace(f"{RULES}: {{profile: posted", f"{RULES}: {{profile: inside")
        description.write_text(opened, "utf-8")
        page = Path(f"{rules}.wiki.j2")
        page.write_text(page.read_text("utf-8") + "Sweep the floor.\n", "utf-8")

        shown = cli("blueprint", "diff", "mending", "--verbose", "--lang", "en")
        assert shown.exit == 0
        assert "The mending room (atelier 0.3 → 0.4)" in shown.out
        assert "+Sweep the floor." in shown.out
        assert f"{RULES} (to read * → @makers,@keepers)" in shown.out
        planned = cli("blueprint", "upgrade", "mending", "--dry-run", "--lang", "en")
        assert "The blueprint goes from atelier 0.3 to atelier 0.4." in planned.err
        (done,) = ask("blueprint", "upgrade", "mending", "--audit", "none")["communities"]
        assert [step["id"] for step in done["steps"]] == [f"rights:{RULES}", f"pages:{RULES}"]
        assert ask("blueprint", "diff", "mending")["versions"][0]["differences"] == []
        description.write_text(text.replace('"0.4"', '"0.5"'), "utf-8")
        ask("plan", "mending", "--loosen", "--audit", "none", "--out", "plan.json")
        (opening,) = ask("apply", "plan.json")["communities"]
        assert [step["outcome"] for step in opening["steps"]] == ["done"]

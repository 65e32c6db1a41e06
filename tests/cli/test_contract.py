"""`--json` answers exactly one object, true to its schema, whatever happens."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from wikifarm.rehearsal import RunningFarm
from wikifarm.transport import Network
from wikifarm.yeswiki.farm import Farm, NewWiki

from .conftest import Cli, Process, Ran

SCHEMA = json.loads(
    resources.files("wikifarm").joinpath("schemas/envelope.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)


def held(ran: Ran, *, crash: bool = False) -> dict[str, Any]:
    """The envelope, checked."""
    found = ran.json()
    assert crash or "unforeseen" not in [one["code"] for one in found["errors"]]
    problems = [
        f"{'/'.join(map(str, one.absolute_path))}: {one.message}"
        for one in VALIDATOR.iter_errors(found)
    ]
    assert not problems
    assert found["exit"] == ran.exit
    assert found["ok"] == (not found["errors"])
    assert ran.err == ""
    return found


COMMANDS = [
    ["init"],
    ["doctor"],
    ["demo", "--exit", "--dialect", "9"],
    ["rehearsal", "--trap", "nope"],
    ["new-community", "Une commune", "--facilitator", "Ada L <ada@example.org>"],
    ["new-community"],
    ["plan"],
    ["apply"],
    ["apply", "--dry-run"],
    ["verify"],
    ["status"],
    ["list"],
    ["checklist"],
    ["adopt", "rennes"],
    ["backup", "rennes", "--out", "rennes.zip", "--plain"],
    ["backup", "--verify", "nowhere.zip"],
    ["restore", "nowhere.zip", "--yes"],
    ["export", "rennes", "--static", "site"],
    ["retire", "rennes"],
    ["retire", "rennes", "--step", "announce", "--yes"],
    ["retire", "rennes", "--step", "reopen", "--yes"],
    ["credentials", "rennes"],
    ["credentials", "export", "wikis.age"],
    ["credentials", "import", "wikis.age"],
    ["credentials", "seal"],
    ["credentials"],
    ["doctor", "mail"],
    ["mailing-list", "plan"],
    ["mailing-list", "create"],
    ["mailing-list", "state"],
    ["mailing-list", "confirm", "rennes"],
    ["mailing-list", "sync"],
    ["mailing-list", "audit"],
    ["mailing-list", "close", "rennes", "--yes"],
    ["mailing-list", "server-pack", "pack"],
    ["mailing-list"],
    ["participants", "list", "rennes"],
    ["participants", "stats", "rennes"],
    ["participants", "export", "rennes"],
    ["participants", "export", "rennes", "Ada"],
    ["participants", "welcome", "rennes", "Ada"],
    ["participants", "password", "rennes", "Ada"],
    ["participants", "erase", "rennes", "Ada", "--yes"],
    ["participants", "import", "rennes", "people.csv"],
    ["participants", "duplicate", "rennes", "quimper"],
    ["participants"],
    ["ops", "init"],
    ["ops", "provision"],
    ["ops", "upgrade"],
    ["ops", "harden"],
    ["ops", "backup"],
    ["ops", "restore", "--yes"],
    ["ops", "doctor"],
    ["ops", "status"],
    ["ops"],
    ["schema"],
    ["schema", "nope"],
    ["schema", "advisories"],
    ["advisories", "list"],
    ["advisories", "update", "nowhere.json"],
    ["advisories"],
    ["blueprint", "import-form", "http://127.0.0.1:1/", "1"],
    ["blueprint", "models"],
    ["blueprint", "diff"],
    ["blueprint", "upgrade", "--yes"],
    ["blueprint"],
]
FAULTS = [
    [],
    ["--help"],
    ["--version"],
    ["plan", "--help"],
    ["nope"],
    ["plan", "--nope"],
    ["backup"],
    ["backup", "rennes", "--out", "rennes.zip"],
    ["backup", "rennes", "--verify", "nowhere.zip"],
    ["backup", "rennes", "--out", "rennes.zip", "--plain", "--yeswiki-archive"],
    ["backup", "rennes", "--out", "rennes.zip", "--plain", "--yes"],
    ["restore", "nowhere.zip"],
    ["retire", "rennes", "--step", "nope"],
    ["retire", "rennes", "--step", "delete"],
    ["plan", "--max-failures", "x"],
    ["apply", "--max-failures", "x"],
    ["plan", "--only"],
    ["doctor", "extra"],
    ["--lang", "xx", "plan"],
    ["plan", "nowhere.yml"],
    ["plan", "--only", "nope"],
    ["doctor", "nope"],
    ["doctor", "--advisories", "nope"],
    ["verify", "--advisories", "nope"],
    ["doctor", "--send-test", "a@example.org"],
    ["mailing-list", "state", "nope"],
    ["mailing-list", "close", "rennes"],
    ["mailing-list", "sync", "--subscribers", "nowhere.txt"],
    ["mailing-list", "sync", "--max-removals", "x"],
    ["participants", "erase", "rennes", "Ada"],
    ["participants", "export", "rennes", "--format", "xls"],
    ["ops", "restore"],
    ["ops", "provision", "--inventory", "nowhere.yml"],
    ["ops", "provision", "--limit"],
    ["ops", "backup", "--wiki", "../x"],
    ["ops", "nope"],
]
# Not commands as they stand.
GROUPS = (
    ["credentials"],
    ["blueprint"],
    ["mailing-list"],
    ["participants"],
    ["ops"],
    ["advisories"],
)


def test_the_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("arguments", [*COMMANDS, *FAULTS], ids=" ".join)
def test_without_a_farm(cli: Cli, arguments: list[str]) -> None:
    held(cli(*arguments, "--json"))


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_with_a_farm_that_is_down(
    cli: Cli, manifest: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("WIKIFARM_FARM_URL", "http://127.0.0.1:1/")
    monkeypatch.setenv("WIKIFARM_FARM_PASSWORD", "x")
    held(cli("--json", *arguments))


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_when_the_command_crashes(
    cli: Cli, manifest: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    def broken(*_all: object, **_named: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("wikifarm.cli.shared.Command.invoke", broken)
    found = held(cli("--json", *arguments), crash=True)
    if arguments not in GROUPS:
        assert [one["code"] for one in found["errors"]] == ["unforeseen"]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_when_interrupted(
    cli: Cli, manifest: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    def interrupted(*_all: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wikifarm.cli.shared.Command.invoke", interrupted)
    found = held(cli("--json", *arguments))
    if arguments not in GROUPS:
        assert found["exit"] == 130
        assert [one["code"] for one in found["errors"]] == ["interrupted"]


def test_a_life_on_the_rehearsal_farm(cli: Cli, with_farm: RunningFarm) -> None:
    assert held(cli("doctor", "--json"))["exit"] == 0
    person = "Ada Lovelace <ada@example.org>"
    opened = held(
        cli("new-community", "Une commune", "--slug", "une", "--facilitator", person, "--json",
            "--audit", "none")
    )  # fmt: skip
    assert opened["exit"] == 0
    (community,) = opened["data"]["communities"]
    assert community["status"] == "created"
    assert community["url"] == f"{with_farm.url}une/"
    again = held(cli("apply", "--audit", "none", "--json"))
    assert again["data"]["communities"][0]["status"] == "unchanged"
    for arguments in (["plan"], ["verify"], ["status"], ["list"], ["checklist"]):
        held(cli(*arguments, "--json"))
    (versions,) = held(cli("blueprint", "diff", "--json"))["data"]["versions"]
    assert (versions["before"], versions["differences"]) == (versions["after"], [])
    assert held(cli("blueprint", "upgrade", "--yes", "--json"))["exit"] == 0
    assert held(cli("plan", "--detailed-exitcode", "--json"))["exit"] == 0
    shown = held(cli("credentials", "une", "--json"))
    assert len(shown["data"]["password"]) >= 20
    assert held(cli("list", "--json"))["data"]["wikis"] == [
        {"slug": "une", "name": "Une commune", "url": f"{with_farm.url}une/", "ours": True,
         "here": True, "unfinished": False, "closing": ""}
    ]  # fmt: skip
    exported = cli("credentials", "export", "une.json", "--in-clear", "--json")
    assert held(exported)["data"]["credentials"] == {"une": "exported"}
    assert shown["data"]["password"] not in exported.out + exported.err
    taken = held(cli("credentials", "import", "une.json", "--json"))
    assert taken["data"]["credentials"] == {"une": "known"}
    adopted = held(cli("adopt", "une", "--json"))["data"]
    assert (adopted["complete"], Path(adopted["manifest"]).name) == (True, "une.yml")
    assert "wikifarm plan une" in cli("adopt", "une").out
    assert "known already" in cli("credentials", "import", "une.json").out
    (state,) = held(cli("status", "--json"))["data"]["states"]
    assert state["state"] == "in-place"
    assert state["edited"] == []

    for arguments in (
        ["blueprint", "capture", f"{with_farm.url}une/", "marais", "--dry-run"],
        ["blueprint", "capture", f"{with_farm.url}une/", "marais"],
        ["blueprint", "check", "blueprints/marais"],
        ["blueprint", "show", "blueprints/marais"],
        ["blueprint", "list"],
        ["clone", "une", "deux", "--facilitator", person, "--audit", "none", "--yes"],
        ["export", "une", "--static", "site", "--licence", "CC BY-SA 4.0"],
        ["participants", "list", "une"],
        ["participants", "stats", "une"],
        ["participants", "export", "une"],
        ["participants", "duplicate", "une", "deux", "--dry-run"],
        ["backup", "une", "--out", "une.zip", "--plain"],
        ["backup", "--verify", "une.zip"],
        ["restore", "une.zip", "trois", "--yes"],
        ["retire", "une"],
    ):
        assert held(cli(*arguments, "--json"))["exit"] == 0, arguments


def test_a_community_that_closes(cli: Cli, with_farm: RunningFarm) -> None:
    person = "Ada Lovelace <ada@example.org>"
    cli(
        "new-community", "Une", "--slug", "une", "--facilitator", person, "--audit", "none", "--yes"
    )
    for step in ("announce", "read-only"):
        told = held(cli("retire", "une", "--step", step, "--at-once", "--yes", "--json"))
        assert (told["exit"], told["data"]["reopened"]) == (0, False)
    for arguments in (["apply"], ["plan"], ["apply", "communities/une.yml", "--yes"]):
        refused = held(cli(*arguments, "--json"))
        (error,) = refused["errors"]
        assert (refused["exit"], error["code"]) == (7, "community-closed"), arguments
        assert "wikifarm retire une --step reopen" in error["hint"]
        assert [each["status"] for each in refused["data"]["communities"]] == ["closing"]
    (state,) = held(cli("status", "--json"))["data"]["states"]
    assert (state["state"], state["closing"]) == ("closing", "read-only")
    (wiki,) = held(cli("list", "--json"))["data"]["wikis"]
    assert wiki["closing"] == "read-only"
    assert "closing" in cli("list").out
    shown = cli("status").out
    assert "(closing)" in shown and "let nobody write any more: done on 20" in shown
    cli(
        "new-community",
        "Deux",
        "--slug",
        "deux",
        "--facilitator",
        person,
        "--audit",
        "none",
        "--yes",
    )
    both = held(cli("apply", "--audit", "none", "--yes", "--json"))
    assert (both["exit"], [each["status"] for each in both["data"]["communities"]]) == (
        0, ["unchanged", "closing"],
    )  # fmt: skip
    assert "1 closing: left alone" in cli("apply", "--audit", "none", "--yes").out
    opened = held(cli("retire", "une", "--step", "reopen", "--yes", "--json"))
    assert (opened["exit"], opened["data"]["done"], opened["data"]["reopened"]) == (0, {}, True)
    assert held(cli("apply", "communities/une.yml", "--audit", "none", "--json"))["exit"] == 0


@pytest.mark.parametrize(
    "arguments", [["--json", "plan", "né.yml"], ["schema", "advisories"], ["schema", "manifest"]]
)
def test_what_programs_read_is_utf_8_whatever_the_locale(
    arguments: list[str], process: Process
) -> None:
    ran = process(*arguments, "--lang", "fr", env={"PYTHONIOENCODING": "latin-1"})
    assert json.loads(ran.stdout.encode("utf-8"))
    assert arguments[-1] != "né.yml" or "né.yml" in ran.stdout


def test_a_wiki_made_by_hand_on_the_rehearsal_farm(
    cli: Cli, with_farm: RunningFarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = "MotDePasse123essai"
    farm = Farm(Network(), with_farm.url, "WikiAdmin", with_farm.password, "")
    farm.create(NewWiki("Potager", "", "potager", "x", "x@example.org", "WikiAdmin", password, ""))
    refused = held(cli("adopt", "potager", "--json"))
    assert (refused["exit"], refused["errors"][0]["code"]) == (7, "not-ours")
    monkeypatch.setenv("WIKIFARM_WIKI_PASSWORD", password)
    ada = ("--facilitator", "Ada L <ada@example.org>")
    dry = cli("adopt", "potager", *ada, "--dry-run")
    assert (dry.exit, "nothing was kept" in dry.out) == (0, True)
    assert "without --dry-run" in dry.out and "wikifarm plan" not in dry.out
    taken = held(cli("adopt", f"{with_farm.url}potager/", *ada, "--json"))
    assert taken["exit"] == 0
    assert Path(taken["data"]["manifest"]).name == "potager.yml"
    assert taken["data"]["captured"]["pages"]
    assert "GererUtilisateurs" in {leak["route"] for leak in taken["data"]["closing"]}
    shown = cli("adopt", "potager").out
    assert "Nothing was written in the wiki." in shown
    assert "wikifarm plan potager" in shown
    (state,) = held(cli("status", "--json"))["data"]["states"]
    assert state["state"] == "adopted"
    assert held(cli("adopt", "potager", "--audit", "some", "--json"))["exit"] == 2

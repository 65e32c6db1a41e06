"""Many communities from one command: what starts, what is left out, what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.blueprint.manifest.test_workbook import xlsx
from wikifarm.rehearsal import RunningFarm

from .conftest import Cli

NOT_CHANGED = "`wikifarm apply` would change none of them, and none was opened by hand."
NOBODY_WAITS = "There is none of them in which people, or the mailing list, wait for somebody."
HEADER = "adresse;nom;animation\n"
ROWS = "brest;Brest;ana@example.org\nquimper;;leo@example\nauray;Auray;eve@example.org\n"


@pytest.fixture
def sheet(clean_place: Path) -> Path:
    path = clean_place / "bretagne.csv"
    path.write_text(HEADER + ROWS, "utf-8")
    return path


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_nothing_starts_while_one_row_is_wrong(
    cli: Cli, sheet: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIKIFARM_FARM_URL", "http://127.0.0.1:1/")  # where nobody answers
    ran = cli(command, str(sheet), "--json")
    assert ran.exit == 2
    assert [each["where"] for each in ran.json()["errors"]] == [f"{sheet}:3:1", f"{sheet}:3:3"]
    (told,) = ran.json()["messages"]
    assert "Nothing was done" in told and "--skip-invalid" in told
    assert cli(command, "nowhere.csv", "--json").json()["messages"] == []


def test_what_is_wrong_is_left_out_where_that_is_asked_for(
    cli: Cli, sheet: Path, with_farm: RunningFarm
) -> None:
    ran = cli("plan", str(sheet), "--skip-invalid", "--detailed-exitcode", "--json")
    answer = ran.json()
    assert ran.exit == 4
    assert [each["slug"] for each in answer["data"]["communities"]] == ["brest", "auray"]
    assert answer["data"]["left_out"] == [f"quimper ({sheet}:3)"]
    assert [each["code"] for each in answer["errors"]] == ["missing", "email"]
    told = cli("plan", str(sheet), "--skip-invalid")
    assert "nothing was done for it: quimper" in told.out
    assert f"{sheet}:3:3" in told.err
    doing = f"`wikifarm apply {sheet} --skip-invalid` will do this."
    assert doing in " ".join(told.out.split())
    assert cli("plan", str(sheet), "--skip-invalid", "--only", "brest").exit == 4


def test_a_report_tells_nothing_of_people_that_are_described_wrongly(
    cli: Cli, clean_place: Path, with_farm: RunningFarm
) -> None:
    rows = "brest;Brest;ana@example.org\nauray;Auray;Eve Marzin <eve.marzin@>\n"
    rows += "vannes;Vannes;Alan Le Dru <alan@example.org>, Alan <alan@example.org>\n"
    (clean_place / "region.csv").write_text(HEADER + rows, "utf-8")
    for name in ("report.html", "report.md", "report.csv"):
        ran = cli("plan", "region.csv", "--skip-invalid", "--report", name)
        assert ran.exit == 4
        assert "eve.marzin" in ran.err and "alan@example.org" in ran.err
        report = (clean_place / name).read_text("utf-8")
        assert "arzin" not in report and "alan@" not in report
        assert "region.csv:3:3" in report or name == "report.csv"


def test_a_mistake_of_many_rows_is_told_with_the_place_of_each(cli: Cli, clean_place: Path) -> None:
    rows = "".join(f"r1{letter};{letter};Ana\n" for letter in "abc")
    (clean_place / "same.csv").write_text(HEADER + rows, "utf-8")
    told = cli("plan", "same.csv").err
    assert told.count("Error: ") == 1
    assert "same.csv:2:3, same.csv:3:3, same.csv:4:3" in told


def test_a_plan_is_given_alone(cli: Cli, clean_place: Path) -> None:
    (clean_place / "region.csv").write_text(HEADER, "utf-8")
    text = '{"schema": "wikifarm-plan/1", "farm": "", "paths": [], "only": [], "taken_back": [], '
    (clean_place / "plan.json").write_text(f'{text}"communities": {{}}}}', "utf-8")
    ran = cli("apply", "plan.json", "region.csv", "--yes")
    assert ran.exit == 2
    assert "alone" in ran.err or "seul" in ran.err


def test_a_plan_is_applied_with_the_audits_that_it_foresees(
    cli: Cli, clean_place: Path, with_farm: RunningFarm
) -> None:
    (clean_place / "region.csv").write_text(HEADER + ROWS.splitlines()[0], "utf-8")
    assert cli("apply", "region.csv", "--yes", "--audit", "none").exit == 0
    foreseen = cli("plan", "region.csv", "--detailed-exitcode")
    assert foreseen.exit == 3 and "AnimerIci (will tell what is done)" in foreseen.out
    kept = ("plan", "region.csv", "--audit", "none", "--out", "plan.json", "--detailed-exitcode")
    assert cli(*kept).exit == 0
    other = cli("apply", "plan.json", "--yes", "--audit", "full")
    assert other.exit == 2 and "--audit=none" in other.err
    ran = cli("apply", "plan.json", "--yes", "--json").json()["data"]["communities"][0]
    assert (ran["status"], ran["audit"]) == ("unchanged", None)


def test_a_row_that_is_gone_is_told_and_its_community_left(
    cli: Cli, clean_place: Path, with_farm: RunningFarm
) -> None:
    sheet = clean_place / "bretagne.csv"
    rows = [f"{slug};{slug.title()};ana@example.org\n" for slug in ("brest", "auray")]
    sheet.write_text(HEADER + "".join(rows), "utf-8")
    made = cli("apply", "bretagne.csv", "--yes", "--audit", "none", "--json").json()
    assert len(made["data"]["communities"]) == 2
    told = "bretagne.csv no longer describes auray"
    assert told not in " ".join(cli("plan", "bretagne.csv", "--json").json()["messages"])
    sheet.write_text(HEADER + rows[0], "utf-8")
    for line in (("plan",), ("apply", "--yes", "--audit", "none"), ("apply", "--dry-run")):
        ran = cli(line[0], "bretagne.csv", *line[1:], "--json").json()
        assert told in " ".join(ran["messages"])
        assert [each["slug"] for each in ran["data"]["communities"]] == ["brest"]
    only = cli("plan", "bretagne.csv", "--only", "brest", "--json").json()
    assert told not in " ".join(only["messages"])
    (clean_place / "communities").mkdir()
    (clean_place / "communities" / "morbihan.csv").write_text(HEADER + rows[1], "utf-8")
    moved = cli("plan", "bretagne.csv", "--json").json()
    assert told not in " ".join(moved["messages"])


def test_a_new_community_has_what_its_region_says(
    cli: Cli, clean_place: Path, with_farm: RunningFarm
) -> None:
    folder = clean_place / "communities"
    folder.mkdir()
    region = folder / "region.yml"
    region.write_text("rhythm: le jeudi\nlanguage: br\n", "utf-8")
    wanted = ("new-community", "Brest", "--facilitator", "Ana <ana@example.org>", "--audit", "none")
    assert "communities/region.yml:2:11" in cli(*wanted).err
    region.write_text("rhythm: le jeudi\n", "utf-8")
    assert cli(*wanted).exit == 0
    assert "rhythm: le jeudi" in (folder / "brest.yml").read_text("utf-8")
    assert cli(*wanted, "--json").json()["data"]["communities"][0]["status"] == "unchanged"


@pytest.mark.parametrize("pause", ["nan", "inf", "1e300", "-1"])
def test_a_pause_that_no_clock_can_wait_is_refused(cli: Cli, sheet: Path, pause: str) -> None:
    assert "--pause" in cli("apply", str(sheet), "--pause", pause).err


def test_a_note_names_its_community_as_french_writes_it(
    cli: Cli, clean_place: Path, with_farm: RunningFarm
) -> None:
    wanted = ("new-community", "Brest", "--facilitator", "Ana <ana@example.org>", "--audit", "none")
    notes = cli(*wanted, "--lang", "fr", "--json").json()["messages"]
    assert notes[0].startswith("brest\N{NO-BREAK SPACE}: Ce wiki se crée page par page")


def test_what_to_type_next_is_about_the_same_communities(
    cli: Cli, clean_place: Path, with_farm: RunningFarm
) -> None:
    (clean_place / "my region").mkdir()
    (clean_place / "my region" / "all.csv").write_text(HEADER + ROWS.splitlines()[0], "utf-8")

    def told(*line: str) -> str:
        return " ".join(cli(*line).out.split())

    assert "`wikifarm apply 'my region'`" in told("plan", "my region")
    taking = told("plan", "my region", "--take-template", "Charte")
    assert "`wikifarm apply 'my region' --take-template=Charte`" in taking
    assert "`wikifarm apply p.json`" in told("plan", "my region", "--out", "p.json")
    assert cli("apply", "my region", "--yes", "--audit", "none").exit == 0
    assert "run `wikifarm verify 'my region'`" in told("status", "my region")
    assert "run `wikifarm verify`" in told("status")


def test_rows_that_a_sheet_does_not_show_are_told(
    cli: Cli, clean_place: Path, with_farm: RunningFarm
) -> None:
    rows = [["adresse", "nom", "animation"], ["brest", "Brest", "ana@example.org"]]
    path = xlsx(clean_place / "r.xlsx", rows, hidden=2)
    for command in ("plan", "status"):
        told = cli(command, path.name, "--json").json()["messages"]
        assert len([each for each in told if "does not show" in each and "r.xlsx:2" in each]) == 1


def test_nothing_left_to_show_is_said(cli: Cli, clean_place: Path, with_farm: RunningFarm) -> None:
    rows = "brest;Brest;ana@example.org\nauray;Auray;eve@example.org\n"
    (clean_place / "r.csv").write_text(HEADER + rows, "utf-8")
    assert cli("apply", "r.csv", "--yes", "--audit", "none").exit == 0
    for options, words in (
        (("--drifted",), [NOT_CHANGED]),
        (("--pending",), [NOBODY_WAITS]),
        (("--drifted", "--pending"), [NOT_CHANGED, NOBODY_WAITS]),
        ((), []),
    ):
        told = cli("status", "r.csv", *options, "--json").json()["messages"]
        assert [each for each in told if " none of them" in each] == words
    # Nothing is said of what is not there to be looked at.
    (clean_place / "r.csv").write_text(HEADER + rows + "vannes;Vannes;zoe@example.org\n", "utf-8")
    told = cli("status", "r.csv", "--drifted", "--json").json()["messages"]
    assert [each for each in told if each.startswith("2 of 3 ") and each.endswith(NOT_CHANGED)]


def test_a_plan_is_kept_then_applied_unless_the_farm_gives_another(
    cli: Cli, clean_place: Path, with_farm: RunningFarm
) -> None:
    sheet = clean_place / "bretagne.csv"
    sheet.write_text(f"{HEADER}brest;Brest;ana@example.org\n", "utf-8")
    planned = cli("plan", str(sheet), "--audit", "none", "--out", "plan.json", "--json").json()
    assert planned["data"]["communities"][0]["to_make"]
    for command in ("plan", "verify", "status"):
        read = cli(command, "plan.json", "--json").json()["errors"]
        assert [each["code"] for each in read] == ["kept-plan"]
        assert "`wikifarm apply plan.json`" in read[0]["hint"]
    sheet.write_text(f"{HEADER}brest;Brest;ana@example.org\nauray;Auray;eve@example.org\n", "utf-8")
    refused = cli("apply", "plan.json", "--yes", "--json")
    assert (refused.exit, refused.json()["errors"][0]["code"]) == (7, "plan-outdated")
    assert "auray" in refused.json()["errors"][0]["message"]
    sheet.write_text(f"{HEADER}brest;Brest;ana@example.org\n", "utf-8")
    applied = cli("apply", "plan.json", "--yes", "--json")
    (brest,) = applied.json()["data"]["communities"]
    assert brest["status"] == "created"
    done = [(each["id"], each["action"]) for each in brest["steps"]]
    assert done == [
        (each["id"], each["action"]) for each in planned["data"]["communities"][0]["planned"]
    ]
    (clean_place / "other.json").write_text("{}")
    assert cli("apply", "other.json").exit == 2


def test_a_kept_plan_is_applied_to_one_of_its_communities(
    cli: Cli, clean_place: Path, with_farm: RunningFarm
) -> None:
    sheet = clean_place / "bretagne.csv"
    sheet.write_text(f"{HEADER}brest;Brest;ana@example.org\nauray;Auray;eve@example.org\n", "utf-8")
    cli("plan", str(sheet), "--audit", "none", "--out", "plan.json")
    for slug in ("brest", "auray"):
        only = ("--only", slug, "--yes", "--audit", "none", "--json")
        applied = cli("apply", "plan.json", *only).json()["data"]["communities"]
        assert [(each["slug"], each["status"]) for each in applied] == [(slug, "created")]

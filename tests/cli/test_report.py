"""The report of `--report`: what it is, where it goes, what it shows, and that it does no harm."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from wikifarm.blueprint.manifest.community import Territory
from wikifarm.cli.report.places_map import DESK, LETTER, LINE, PHONE, SIGN, Drawing, drawn
from wikifarm.cli.report.report_facts import ReportedCommunity
from wikifarm.cli.report.report_file import ReportFile
from wikifarm.errors import WikiAsleep
from wikifarm.i18n import speak
from wikifarm.operations.community.outcome import (
    Audit,
    CommunityOutcome,
    Found,
    Undeclared,
    envelope,
)
from wikifarm.rehearsal import RunningFarm
from wikifarm.result import Envelope, Pending

from .conftest import Cli

NASTY = '=HYPERLINK("http://evil.example")<script>alert(1)</script>|`x`'


def community(slug: str, **more: Any) -> CommunityOutcome:
    given = {"name": f"Autour de {slug}", "url": f"https://f.org/{slug}/", "status": "created"}
    return CommunityOutcome(slug, **{**given, **more})


def written(path: Path, whole: Envelope) -> str:
    ReportFile(path).written(whole)
    return path.read_text("utf-8")


@pytest.fixture
def nasty(clean_place: Path) -> Envelope:
    """What people typed, where each value of theirs is shown."""
    speak("en")
    place = Territory(NASTY, 48.1, -1.7)
    pending = [Pending("mailing-list", "rennes", f"Ask {NASTY}", "To: ada@example.org")]
    failed = WikiAsleep(NASTY, hint=NASTY, where=NASTY)
    return envelope("apply", [
        community("rennes", name=NASTY, territory=place, pending=pending, notes=[NASTY]),
        community("brest", status="failed", error=failed, url="javascript:alert(1)"),
    ])  # fmt: skip


# -- before anything starts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("region.pdf", ".html .md .csv .json"),
        ("region", ".html .md .csv .json"),
        ("nowhere/region.html", "no such file or folder"),
        ("folder.html", "it is a folder"),
    ],
)
def test_a_report_that_cannot_be_is_refused_before_anything_starts(
    cli: Cli, manifest: Path, name: str, words: str, with_farm: RunningFarm
) -> None:
    Path("folder.html").mkdir()
    ran = cli("apply", "--yes", "--report", name)
    assert ran.exit == 2
    assert words in ran.err
    assert "rennes" not in cli("list").out


# -- where it is, and whose -----------------------------------------------------------------


def test_what_a_command_reads_is_not_written_over(cli: Cli, with_farm: RunningFarm) -> None:
    here = Path.cwd()
    table = here / "region.csv"
    table.write_text("slug,name,facilitators\nrennes,Rennes,Ana <ana@example.org>\n", "utf-8")
    before = table.read_text("utf-8")
    for options in (
        ("--report", "region.csv"),
        ("--report", f"../{here.name}/region.csv"),
        ("--out", "region.csv"),
        ("--out", "p.json", "--report", "p.json"),
    ):
        ran = cli("plan", "region.csv", *options)
        assert ran.exit == 2, (options, ran.out, ran.err)
    assert table.read_text("utf-8") == before
    assert not (here / "p.json").exists()


def test_a_report_is_not_put_where_it_would_be_read_as_communities(
    cli: Cli, with_farm: RunningFarm
) -> None:
    folder = Path("bretagne")
    folder.mkdir()
    row = "slug,name,facilitators\nrennes,Rennes,Ana <ana@example.org>\n"
    (folder / "region.csv").write_text(row, "utf-8")
    refused = cli("plan", "bretagne", "--report", "bretagne/rapport.csv")
    assert refused.exit == 2 and "would be read as communities" in refused.err
    assert not (folder / "rapport.csv").exists()
    for where in ("bretagne/_rapport.csv", "bretagne/rapport.html", "rapport.csv"):
        assert cli("plan", "bretagne", "--report", where).exit == 0
    assert cli("plan", "bretagne/region.csv", "--report", "bretagne/x.csv").exit == 0


def test_a_plan_is_kept_under_a_name_by_which_apply_knows_it(
    cli: Cli, manifest: Path, with_farm: RunningFarm
) -> None:
    refused = cli("plan", "--out", "p1.plan")
    assert refused.exit == 2 and "does not end with .json" in refused.err
    assert not Path("p1.plan").exists()


def test_the_report_of_each_command_is_for_its_owner_only(
    cli: Cli, manifest: Path, with_farm: RunningFarm
) -> None:
    for command in ("plan", "apply", "verify", "status"):
        ran = cli(command, "--report", f"{command}.html")
        path = Path(f"{command}.html")
        assert ran.exit == 0 and f"The report is in {path}." in ran.err
        assert path.stat().st_mode & 0o077 == 0
        assert "Robustesse autour de Rennes" in path.read_text("utf-8")
    assert [path.name for path in Path().glob(".*.new")] == []


def test_the_json_report_is_the_answer_of_json(
    cli: Cli, manifest: Path, with_farm: RunningFarm
) -> None:
    ran = cli("plan", "--json", "--report", "plan.json")
    assert json.loads(Path("plan.json").read_text("utf-8")) == ran.json()
    assert ran.json()["data"]["communities"][0]["territory"]["label"] == ""


def test_a_command_that_came_to_nothing_leaves_the_report_of_before(
    cli: Cli, manifest: Path, with_farm: RunningFarm
) -> None:
    Path("r.md").write_text("before", "utf-8")
    ran = cli("plan", "unknown.csv", "--report", "r.md")
    assert ran.exit == 2 and "No report was written" in ran.err
    assert Path("r.md").read_text("utf-8") == "before"


def test_a_disk_that_fills_meanwhile_is_told_beside_what_was_done(
    clean_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wikifarm.cli.report.report_file.write_whole", full)
    speak("en")
    whole = ReportFile(Path("r.html")).written(envelope("apply", [community("rennes")]))
    assert whole.exit == 1
    assert whole.data["communities"][0]["status"] == "created"
    assert [(each.code, "the disk is full" in each.message) for each in whole.errors] == [
        ("local-storage", True)
    ]


# -- what it shows --------------------------------------------------------------------------


def test_the_page_asks_nothing_of_anybody_and_runs_nothing(nasty: Envelope) -> None:
    page = written(Path("r.html"), nasty)
    assert "default-src 'none'" in page
    assert "<script" not in page and 'href="javascript:' not in page
    links = re.findall(r'(?:src|href|url\()="?([^" )]+)', page)
    assert {link for link in links if not link.startswith("#")} == {"https://f.org/rennes/"}
    assert page.count("&lt;script&gt;") >= 7


@pytest.mark.parametrize("kind", ["html", "md", "csv"])
def test_what_was_not_looked_at_is_told_beside_what_was_not_seen(
    clean_place: Path, kind: str
) -> None:
    speak("en")
    found = (Undeclared("form", "Annuaire 70", Found.NOT_CHECKED),
             Undeclared("member", "admins: AdaL", Found.BY_HAND))  # fmt: skip
    audit = Audit(9, not_asked=("the form Recettes", "the form Annuaire"), undeclared=found)
    text = written(Path(f"r.{kind}"), envelope("verify", [community("rennes", audit=audit)]))
    for words in ("nobody was seen", "Not asked", "the form Recettes", "the form Annuaire",
                  "Not in the blueprint", "Annuaire 70 \\(not checked"):  # fmt: skip
        assert words.replace("\\", "") in text.replace("\\", ""), words
    assert "AdaL" not in text


@pytest.mark.parametrize("kind", ["html", "md", "csv"])
def test_nobody_is_named(nasty: Envelope, kind: str) -> None:
    assert "ada@example.org" not in written(Path(f"r.{kind}"), nasty)


def test_a_sheet_calculates_nothing(nasty: Envelope) -> None:
    text = written(Path("r.csv"), nasty)
    assert text.startswith("\ufeff")
    head, rennes, brest = csv.reader(io.StringIO(text[1:]), delimiter=";")
    assert rennes[head.index("name")] == f"'{NASTY}"
    assert rennes[head.index("longitude")] == "-1.7"  # a number, which a spreadsheet may read
    assert not [cell for cell in (*rennes, *brest) if cell[:1] in "=+@" and cell]
    assert brest[head.index("What failed")] == f"'{NASTY}"


def test_markdown_shows_what_was_typed(nasty: Envelope) -> None:
    text = written(Path("r.md"), nasty)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 3 and {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {6}
    assert "\\<script\\>" in text and not re.search(r"(?<!\\)<script", text)


def test_code_stays_code_in_markdown_and_nothing_else_acts(clean_place: Path) -> None:
    speak("en")
    hint = "Run `wikifarm apply *.yml`, then **look** at ``a`` <b> `"
    error = WikiAsleep("It sleeps.", hint=hint)
    text = written(Path("r.md"), envelope("apply", [community("a", status="failed", error=error)]))
    assert "Run `wikifarm apply *.yml`, then \\*\\*look\\*\\* at \\``a`\\` \\<b\\> \\`" in text


def test_an_option_is_not_cut_at_its_hyphens(clean_place: Path) -> None:
    speak("en")
    error = WikiAsleep("It sleeps.", hint="`wikifarm status --verbose` says more")
    whole = envelope("apply", [community("a", status="failed", error=error)])
    page = written(Path("r.html"), whole)
    assert '<code>wikifarm status <span class="option">--verbose</span></code> says more' in page
    assert ".option { white-space: nowrap; }" in page


def test_each_column_of_the_list_has_a_heading(
    cli: Cli, manifest: Path, with_farm: RunningFarm
) -> None:
    assert cli("apply", "--yes", "--audit", "none").exit == 0
    assert cli("list", "--report", "list.csv").exit == 0
    text = Path("list.csv").read_text("utf-8")[1:]
    head, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert all(head) and rows[0][head.index("password")] == "on this computer"


@pytest.mark.parametrize("kind", ["html", "md", "csv"])
def test_a_plan_names_what_changes_and_no_account(cli: Cli, manifest: Path, kind: str,
                                                  with_farm: RunningFarm) -> None:  # fmt: skip
    cli("plan", "--report", f"plan.{kind}")
    text = Path(f"plan.{kind}").read_text("utf-8")
    assert "1 new" in text and "AdaL" not in text
    assert "Charte" in text
    if kind == "md":
        facts = [line for line in text.splitlines() if line.startswith("- ")]
        assert {"- accounts: 1 new"} < set(facts)


def test_the_page_says_who_waits_and_how_to_go_on(clean_place: Path) -> None:
    speak("fr")
    pending = [Pending("mailing-list", "brest", "Demandez la liste.", "Bonjour")]
    page = written(Path("r.html"), envelope("apply", [
        community("rennes", status="failed", error=WikiAsleep("Il dort.", hint="Réveillez-le.")),
        community("brest", pending=pending, territory=Territory("Brest", 48.39, -4.49)),
        community("quimper"),
    ]))  # fmt: skip
    assert '<html lang="fr">' in page
    for words in ("Il dort.", "Réveillez-le.", "Demandez la liste.",
                  "2 communautés n’ont pas de centre", "48,39", "relancez la même commande",
                  "créée, attend quelqu’un\u00a0: 1"):  # fmt: skip
        assert words in page
    assert "Bonjour" not in page


# -- the map --------------------------------------------------------------------------------


def places(*where: tuple[float | None, float | None], width: float = DESK) -> Drawing | None:
    return drawn([
        ReportedCommunity(f"c{number}", "", "", "good", "", Territory("", *place), (), (), ())
        for number, place in enumerate(where)
    ], width)  # fmt: skip


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_labels_cover_neither_each_other_nor_a_sign(width: float) -> None:
    drawing = places(*((48 + n % 9 / 40, -3 + n // 9 / 9) for n in range(200)), width=width)
    assert drawing is not None and drawing.width == width
    wide, boxes = len("c199") * LETTER / 2, []
    labels = [sign.label for sign in drawing.signs if sign.label]
    assert 5 < len(labels) < 200
    for label in labels:
        middle = label.x + {"start": wide, "end": -wide, "middle": 0}[label.anchor]
        boxes.append((middle, label.y - LINE / 3))
    for number, (x, y) in enumerate(boxes):
        for others_x, others_y in boxes[:number]:
            assert abs(x - others_x) >= 1.4 * wide or abs(y - others_y) >= LINE - 0.01
        for sign in drawing.signs:
            assert abs(x - sign.x) > SIGN or abs(y - sign.y) >= LINE / 2 + SIGN - 0.01
        for line in drawing.lines:
            half = len(line.text) * LETTER / 2
            beside = abs(x - line.tx - half) >= wide + half - 0.01
            assert beside or abs(y - (line.ty - LINE / 3)) >= LINE - 0.01


@pytest.mark.parametrize(
    "where",
    [
        [(48.1, -1.7)],
        [(48.1, -1.7), (48.1, -1.7)],
        [(50.85, 4.35), (-21.1, 55.5), (None, None)],
        [(89.9, 179.9), (-89.9, -179.9)],
    ],
)
def test_places_anywhere_are_within_the_map(where: list[tuple[float | None, float | None]]) -> None:
    drawing = places(*where)
    assert drawing is not None
    assert 0.3 < drawing.height / drawing.width < 1.5
    assert len(drawing.signs) == len([place for place in where if None not in place])
    for sign in drawing.signs:
        assert 0 < sign.x < drawing.width and 0 < sign.y < drawing.height
    assert drawing.lines or len(where) < 3


def test_without_a_centre_there_is_no_map(clean_place: Path) -> None:
    assert places((None, None)) is None
    assert "<figure" not in written(Path("r.html"), envelope("apply", [community("rennes")]))


def test_the_coast_is_where_it_is() -> None:
    """Brest lies on land, the Iroise to its west does not."""
    drawing = places((48.4, -4.6), (48.4, -5.9), (48.0, -4.0))
    assert drawing is not None
    by_slug = {sign.slug: sign for sign in drawing.signs}

    def on_land(slug: str) -> bool:
        sign = by_slug[slug]
        inside = False
        for path in drawing.land:
            points = [tuple(map(float, each.split())) for each in path[1:-1].split("L")]
            for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True):
                across = (y1 > sign.y) != (y2 > sign.y)
                if across and sign.x < (x2 - x1) * (sign.y - y1) / (y2 - y1) + x1:
                    inside = not inside
        return inside

    assert [on_land(slug) for slug in ("c0", "c1", "c2")] == [True, False, True]

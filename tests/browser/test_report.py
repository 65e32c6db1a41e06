"""The report as somebody reads it: on a phone, at a desk, in the dark, with keys, on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="Selenium is not installed")

from wikifarm.blueprint.manifest.community import Territory
from wikifarm.cli.report.report_file import ReportFile
from wikifarm.errors import WikiAsleep
from wikifarm.i18n import speak
from wikifarm.operations.community.outcome import CommunityOutcome, envelope
from wikifarm.result import Pending

from .driving import Person
from .test_accessible import FAULTS


@pytest.fixture
def report(reader: Person, tmp_path: Path) -> Person:
    """Forty communities: one failed, one waits, one has no place."""
    speak("fr")
    rows = [
        CommunityOutcome(
            f"lieu-{number}", f"Autour du lieu {number}", f"https://ferme.example.org/lieu-{number}/",
            Territory("Un pays", 47.6 + number % 7 / 6, -4.5 + number / 14), "created",
            checklist=f"checklist/lieu-{number}.html",
        )
        for number in range(40)
    ]  # fmt: skip
    rows[3].status, rows[3].error = "failed", WikiAsleep("Il dort.", hint="Relancez.")
    rows[5].pending = [Pending("mailing-list", "lieu-5", "Demandez la liste.")]
    rows[7].territory = Territory("Nulle part")
    path = tmp_path / "rapport.html"
    ReportFile(path).written(envelope("apply", rows))
    return reader.open(path.as_uri())


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_it_fits_the_screen(width: int, report: Person) -> None:
    report.width(width)
    assert not report.overflows()


@pytest.mark.parametrize("width", [320, 375, 575, 577, 1200])
def test_the_whole_map_is_on_the_screen_and_its_words_can_be_read(
    width: int, report: Person
) -> None:
    report.width(width)
    (shown,) = (each for each in report.all("figure svg.whole") if each.is_displayed())
    sides = """const box = arguments[0].getBoundingClientRect(), around = arguments[0].parentNode;
    return [box.left, box.right, window.innerWidth, around.scrollWidth - around.clientWidth]"""
    left, right, screen, hidden = report.driver.execute_script(sides, shown)
    assert left >= 0 and right <= screen and hidden == 0
    sizes = """return [...arguments[0].querySelectorAll('text')].map(
      text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"""
    sizes_there = report.driver.execute_script(sizes, shown)
    assert len(sizes_there) > 5 and min(sizes_there) > 9, min(sizes_there)


def test_the_legend_counts_what_is_drawn(report: Person) -> None:
    legend = [each.text for each in report.all("figcaption li")]
    assert legend == ["créée : 37", "échec : 1", "créée, attend quelqu’un : 1"]
    caption = report.one("figcaption").text
    assert "1 communauté n’a pas de centre, et n’est pas sur la carte : lieu-7" in caption


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_easy_to_read(scheme: str, report: Person) -> None:
    report.media(prefers_color_scheme=scheme)
    seen = [*report.driver.execute_script(FAULTS), *report.poor_contrasts(), *report.axe_faults()]
    assert seen == []


def test_the_map_says_what_it_shows_and_a_table_says_the_same(report: Person) -> None:
    drawing = report.one("figure svg.desk")
    assert drawing.get_attribute("role") == "img" and drawing.accessible_name == "Où elles sont"
    shown = "figure svg.desk g.sign"
    assert len(report.all(shown)) == len(report.all("figure svg.phone g.sign")) == 39
    assert len(report.all(f"{shown} .bad")) == len(report.all(f"{shown} .care")) == 1
    rows = report.all("#map ~ details tbody tr")
    assert len(rows) == 39


def test_keys_open_what_is_folded(report: Person) -> None:
    from selenium.webdriver.common.keys import Keys

    fold = report.one("#details ~ details")
    assert not fold.get_attribute("open")
    report.one("#details ~ details summary").send_keys(Keys.ENTER)
    assert fold.get_attribute("open")


def test_paper_shows_what_is_folded(report: Person) -> None:
    shown = "return document.querySelector('#details ~ details dl').checkVisibility()"
    assert not report.driver.execute_script(shown)
    report.media("print")
    assert report.driver.execute_script(shown)
    assert not report.one("nav").is_displayed()
    assert report.one("figure svg.desk").is_displayed()
    assert not report.one("figure svg.phone").is_displayed()

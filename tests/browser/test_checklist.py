"""The checklist as those who facilitate use it: on a phone, at a desk, with keys, on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("selenium", reason="Selenium is not installed")

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from .conftest import Region
from .driving import Person


@pytest.fixture
def page(reader: Person, region: Region) -> Iterator[Person]:
    """The checklist of Rennes, as new."""
    reader.open(region.checklist("rennes"))
    reader.driver.execute_script("window.localStorage.clear()")
    yield reader.open(region.checklist("rennes"))


def ticked(person: Person) -> list[str]:
    boxes = person.all("input[data-item]")
    return [str(one.get_attribute("data-item")) for one in boxes if one.is_selected()]


def counted(person: Person) -> tuple[int, int]:
    done, total = re.findall(r"\d+", person.one("#progress").text)
    return int(done), int(total)


def test_lines_that_the_tool_saw_are_ticked_and_say_so(page: Person) -> None:
    seen = ticked(page)
    assert {"deux-a-animer", "demonstration", "licence"} <= set(seen)
    for item in seen:
        mark = page.one(f"#seen-{item}")
        assert mark.is_displayed() and mark.text
        box = page.one(f"#item-{item}")
        assert box.get_attribute("aria-describedby") == f"seen-{item}"
    assert len(page.all("[id^=seen-]")) == len(seen)


def test_what_one_ticks_stays_and_is_counted_aloud(page: Person, region: Region) -> None:
    done, total = counted(page)
    page.one("#item-complices").click()
    assert counted(page) == (done + 1, total)
    status = page.one("#progress")
    assert (status.get_attribute("role"), status.get_attribute("aria-live")) == ("status", "polite")
    page.driver.refresh()
    assert "complices" in ticked(page)
    assert counted(page) == (done + 1, total)
    page.open(region.checklist("rennes-en"))
    assert "complices" not in ticked(page), "the twin has its own ticks"


def test_a_line_untied_from_what_the_tool_saw_stays_so(page: Person) -> None:
    page.one("#item-licence").click()
    page.driver.refresh()
    assert "licence" not in ticked(page)
    page.one("#item-licence").click()
    kept = page.driver.execute_script("return Object.values({...localStorage}).join()")
    assert "licence" not in str(kept), "ticked as the tool ticks it: nothing to remember"


def test_keys_are_enough(page: Person) -> None:
    def press(key: str) -> None:
        ActionChains(page.driver).send_keys(key).perform()

    reached: list[str] = []
    for _each in range(12):
        press(Keys.TAB)
        reached.append(str(page.driver.switch_to.active_element.get_attribute("id")))
        if reached[-1] == "item-complices":
            break
    assert {"print", "reset"} <= set(reached)
    assert reached[-1] == "item-complices"
    style = "return getComputedStyle(document.activeElement).outlineStyle"
    assert page.driver.execute_script(style) == "solid", "one sees where one is"
    press(Keys.SPACE)
    assert "complices" in ticked(page)


def test_everything_can_be_unticked_at_once(page: Person) -> None:
    page.one("#item-complices").click()
    page.one("#reset").send_keys(Keys.ENTER)
    page.driver.switch_to.alert.dismiss()
    assert "complices" in ticked(page)
    page.one("#reset").send_keys(Keys.ENTER)
    page.driver.switch_to.alert.accept()
    assert ticked(page) == []
    assert counted(page)[0] == 0
    page.driver.refresh()
    assert ticked(page) == []


@pytest.mark.parametrize("width", [320, 360, 1200])
def test_it_fits_the_screen(width: int, page: Person) -> None:
    page.width(width)
    assert not page.overflows()
    for target in page.all("button"):
        assert target.size["height"] >= 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_are_easy_to_read(scheme: str, page: Person) -> None:
    page.media(prefers_color_scheme=scheme)
    assert [*page.poor_contrasts(), *page.axe_faults()] == []


def test_paper_has_neither_buttons_nor_links(page: Person) -> None:
    page.media("print")
    assert not [one.text for one in page.all("button, nav a, .more a") if one.is_displayed()]
    assert page.one("#text-complices").is_displayed()


@pytest.mark.parametrize(("slug", "language"), [("rennes", "fr"), ("rennes-en", "en")])
def test_a_screen_reader_finds_its_way(
    slug: str, language: str, page: Person, region: Region
) -> None:
    page.open(region.checklist(slug))
    assert page.one("html").get_attribute("lang") == language
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    for box in page.all("input[data-item]"):
        label = page.one(f'label[for="{box.get_attribute("id")}"]')
        assert label.text
        assert box.accessible_name.split() == label.text.split()
    for link in page.all("a"):
        assert link.accessible_name


def test_nothing_is_asked_of_the_network(page: Person) -> None:
    page.one("#item-complices").click()
    page.listen()
    assert [one for one in page.asked if not one.startswith(("file://", "data:"))] == []


@pytest.mark.parametrize("width", [390, 1200])
def test_the_bar_hides_no_line_that_one_stands_on(width: int, page: Person) -> None:
    page.width(width)
    hidden = page.driver.execute_script(
        """
        const stops = [...document.querySelectorAll("main a, main input, main button")];
        const bar = document.getElementById("bar");
        return stops.reverse().filter(stop => {
          stop.focus();
          stop.scrollIntoView({block: "nearest"});
          const over = bar.getBoundingClientRect(), here = stop.getBoundingClientRect();
          return !bar.contains(stop) && here.top < over.bottom - 1 && here.bottom > over.top + 1;
        }).map(stop => stop.id || stop.href);
        """
    )
    assert hidden == []


def test_without_javascript_no_dead_button_shows(page: Person, region: Region) -> None:
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.open(region.checklist("rennes"))
        assert [button.text for button in page.all("button") if button.is_displayed()] == []
        assert len(page.all("input[data-item]")) > 10
    finally:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

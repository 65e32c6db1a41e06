"""The page around every content."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser, first


def test_the_page_form_and_its_menus_are_parsed_as_a_person_sees_them(farm: RunningFarm) -> None:
    tree = LexborHTMLParser(Browser(farm).get("?BacASable").text)
    assert first(tree, "html").attributes["lang"] == "fr"
    assert "Ferme de répétition" in first(tree, ".banner").text()
    assert tree.css_first("form input[name='action'][value='login']") is not None
    labels = [n for n in tree.css("input") if n.attributes.get("type") not in ("hidden", "submit")]
    named = (n for n in labels if not n.attributes.get("aria-label"))
    assert all(n.parent is not None and n.parent.tag == "label" for n in named)
    assert labels

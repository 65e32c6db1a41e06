"""How entries look to each, and in which routes they do not."""

from __future__ import annotations

import pytest

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser
from .entering import enter, make_form


def test_a_strangers_entry_follows_the_rights_of_its_form(farm: RunningFarm) -> None:
    admin, visitor = Browser(farm).login(), Browser(farm)
    make_form(admin, acls="acls***@admins***%***comments-closed***")
    tag = enter(visitor)
    assert visitor.get("?api/forms/1200/entries").json() == {}
    assert tag in admin.get("?api/forms/1200/entries").json()
    routes = [
        "?api/forms/1200/entries/geojson",
        "?api/forms/1200/entries/html",
        "?api/forms/1200/entries/json-ld",
        "?api/entries",
        f"?api/entries/1200/{tag}",
        "?api/entries/bazarlist&id=1200",
        "?BazaR/rss&id=1200",
        "?BazaR&vue=exporter&id=1200",
        f"?{tag}/raw",
        f"?{tag}/html",
        f"?{tag}/xml",
        "?RechercheTexte&phrase=sentinell",
        f"?BazaR/json&demand=entry&id_fiche={tag}",
        f"?api/pages/{tag}",
        f"?api/entries/html/{tag}&fields=html_output",
    ]
    for route in routes:
        text = visitor.get(route).text
        for word in ("Grâce Hopper", "sentinelle", "grace@example.org", "48.11"):
            assert word not in text, (route, word)
    assert "Grâce Hopper" in visitor.get("?TableauDeBord").text


def test_an_address_is_never_in_json_and_shown_as_a_button(farm: RunningFarm) -> None:
    admin, visitor = Browser(farm).login(), Browser(farm)
    make_form(admin)
    tag = enter(visitor)
    entry = visitor.get("?api/forms/1200/entries").json()[tag]
    assert (entry["bf_mail"], entry["bf_secret"], entry["bf_latitude"]) == ("", "", "48.11")
    page = visitor.get(f"?{tag}").text
    assert "Contacter par mail" in page
    assert "grace@example.org" not in page
    assert admin.get("?api/forms/1200/entries").json()[tag]["bf_mail"] == "grace@example.org"
    assert 'name="message"' in visitor.get(f"?{tag}/mail&field=bf_mail").text


@pytest.mark.parametrize("handler", ["raw", "css", "diaporama", "slide_show"])
def test_the_text_of_a_readable_entry_lacks_its_closed_fields(
    handler: str, farm44: RunningFarm
) -> None:
    admin, visitor = Browser(farm44).login(), Browser(farm44)
    make_form(admin)
    tag = enter(visitor)
    seen, whole = (person.get(f"?{tag}/{handler}").text for person in (visitor, admin))
    words = ("Hopper", "48.11", "grace@example.org", "sentinelle")
    assert [word in seen for word in words] == [True, True, False, False]
    assert all(word in whole for word in words)


def test_words_of_a_participant_cannot_run_an_action_in_a_title(farm: RunningFarm) -> None:
    admin, visitor = Browser(farm).login(), Browser(farm)
    make_form(admin)
    tag = enter(visitor, bf_nom="<script>alert(1)</script>{{listusers}}")
    text = visitor.get(f"?{tag}").text
    assert "<script>alert(1)" not in text
    assert "WikiAdmin . . ." not in text

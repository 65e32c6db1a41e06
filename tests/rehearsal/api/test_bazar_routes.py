"""Entries by API."""

from __future__ import annotations

from urllib.parse import quote

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.dialects import Features

from ..bazar.entering import PERSON, make_form
from ..conftest import Browser


def test_an_admin_session_is_not_a_key_on_older_cores(
    features: Features, farm: RunningFarm
) -> None:
    admin = Browser(farm).login()
    answer = admin.post("?api/entries/2", {"bf_titre": "Une date"})
    assert answer.status_code == (201 if features.session_as_key else 401)


def test_an_entry_asked_again_at_its_tag_is_changed(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    make_form(admin)
    admin.post("?api/entries/1200", PERSON, key=True)
    again = admin.post("?api/entries/1200", PERSON | {"id_fiche": "GraceHopper"}, key=True)
    assert again.status_code == 201
    assert set(admin.get("?api/forms/1200/entries").json()) == {"GraceHopper"}


def test_entries_are_searched_by_query(farm: RunningFarm) -> None:
    url = "?api/forms/1/entries&query=" + quote("bf_ville=Paris")
    assert set(Browser(farm).get(url).json()) == {"ElizabethJFeinler"}

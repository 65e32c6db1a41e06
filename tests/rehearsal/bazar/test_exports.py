"""Entries as a calendar and as places."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser


def test_dated_entries_are_given_as_a_calendar_and_places_as_geojson(farm: RunningFarm) -> None:
    visitor = Browser(farm)
    calendar = visitor.get("?api/forms/2/entries/ical").text
    assert "PRODID:-//YesWiki//YesWiki doryphore" in calendar
    assert "DTSTART;VALUE=DATE:20240410" in calendar
    places = visitor.get("?api/forms/1/entries/geojson").json()["features"]
    assert places[0]["geometry"]["coordinates"] == [2.3514616, 48.8566969]

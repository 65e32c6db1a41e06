"""Triples: what accounts leave on a wiki (4.4.4 and 4.5.0 answer so)."""

from __future__ import annotations

import json

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser

PROPERTY = "http://www.wikini.net/_vocabulary/essai"
LIST = f"?api/triples&property={PROPERTY}"


def left(browser: Browser, **values: str) -> int:
    fields = {"property": PROPERTY, **{f"value[{key}]": text for key, text in values.items()}}
    answer = browser.post("?api/triples/une-chose", fields)
    assert answer.status_code == 200
    return int(answer.json()["result"])


def test_the_server_says_who_left_it_and_when(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    assert left(admin, run="aa01", user="Somebody", date="1999-01-01 00:00:00") == 0
    (row,) = admin.get(LIST).json()
    assert (row["resource"], row["property"]) == ("une-chose", PROPERTY)
    value = json.loads(row["value"])
    assert (value["run"], value["user"]) == ("aa01", "WikiAdmin")
    assert not value["date"].startswith("1999")


def test_a_filter_chooses_what_goes_and_the_answer_tells_what_went(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    for beat in "012":
        left(admin, run="aa01", beat=beat)
    delete = "?api/triples/une-chose/delete"
    assert admin.post(delete, {"property": PROPERTY}).json() == []
    gone = admin.post(delete, {"property": PROPERTY, "filters[beat]": "1"}).json()
    assert [json.loads(row["value"])["beat"] for row in gone] == ["1"]
    assert len(admin.get(LIST).json()) == 2
    gone = admin.post(delete, {"property": PROPERTY, "filters[beat]": "0"}).json()
    assert len(gone) == 2, "a filter that PHP calls empty is none"
    assert admin.post(delete, {"property": PROPERTY, "filters[run]": "aa01"}).json() == []


def test_visitors_leave_and_see_nothing(farm: RunningFarm) -> None:
    left(Browser(farm).login(), run="aa01")
    visitor = Browser(farm)
    assert visitor.get(LIST).status_code == 401
    fields = {"property": PROPERTY, "user": "WikiAdmin", "value[run]": "bb02"}
    assert visitor.post("?api/triples/une-chose", fields).status_code == 401

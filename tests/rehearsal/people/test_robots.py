"""The edit form's guard."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.dialects import Features
from wikifarm.rehearsal.people import robots

from ..conftest import Browser, hashcash_value


def test_a_wrong_guard_value_is_a_200_and_nothing_is_saved(farm44: RunningFarm) -> None:
    admin = Browser(farm44).login()
    answer = admin.save("?Charte", "un", hashcash_value="12")
    assert answer.status_code == 200
    assert 'id="ACEditor"' in answer.text
    assert admin.get("?Charte/raw").text == ""


def test_the_guard_value_is_the_sum_of_the_hidden_integers() -> None:
    for value in (21_474_836, 938_276_608, 2_126_008_809):
        for _ in range(20):
            assert hashcash_value(robots.key_script(value)) == str(value)


def test_a_wiki_has_no_guard_value_before_an_edit_form_was_opened(farm44: RunningFarm) -> None:
    """And takes an empty one until then, as PHP compares it with a file that is not there."""
    assert Browser(farm44).get("tools/security/wp-hashcash-getkey.php").status_code == 500
    new = {"previous": "", "body": "un", "submit": "Sauver", "hashcash_value": "12"}
    Browser(farm44).post("?Une/edit", new | {"hashcash_value": ""})
    assert Browser(farm44).get("?Une/raw").text == "un"
    refused = Browser(farm44).post("?Deux/edit", new)
    assert refused.status_code == 200
    Browser(farm44).post("?Deux/edit", new | {"hashcash_value": ""})
    assert Browser(farm44).get("?Deux/raw").text == ""


def test_a_guard_value_is_written_another_way_each_time(farm44: RunningFarm) -> None:
    Browser(farm44).get("?BacASable/edit")
    first = Browser(farm44).get("tools/security/wp-hashcash-getkey.php").text
    again = Browser(farm44).get("tools/security/wp-hashcash-getkey.php").text
    assert first != again
    assert hashcash_value(first) == hashcash_value(again)


def test_the_edit_form_names_its_guard(features: Features, farm: RunningFarm) -> None:
    visitor, admin = Browser(farm).get("?BacASable/edit"), Browser(farm).login()
    mine = admin.get("?BacASable/edit").text
    assert ("hashcash" in mine) == features.hashcash
    assert "yw-bot-guard-fields" not in mine
    assert ("yw-bot-guard-fields" in visitor.text) == features.honeypot

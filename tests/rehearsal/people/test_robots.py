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


def test_each_wiki_has_its_own_guard_value(farm44: RunningFarm) -> None:
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

"""Saving and deleting pages: refusals that look like success."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser


def test_a_saved_page_is_read_back_without_its_last_blanks(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    answer = admin.save("?Charte", "====== Charte ======\r\nÉcrire « ensemble »\n\n")
    assert (answer.status_code, answer.headers["location"]) == (302, f"{farm.url}?Charte")
    assert admin.get("?Charte/raw").text == "====== Charte ======\nÉcrire « ensemble »"
    assert "<title>Ferme : Charte</title>" in admin.get("?Charte").text


def test_the_same_text_again_writes_no_revision(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?Charte", "un")
    before = admin.get("?Charte/revisions").text
    assert admin.save("?Charte", "un").status_code == 302
    assert 'data-revisions-count="1"' in before
    assert 'data-revisions-count="1"' in admin.get("?Charte/revisions").text


def test_a_stale_previous_is_a_200_and_nothing_is_saved(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?Charte", "un")
    answer = admin.save("?Charte", "deux", previous="1")
    assert answer.status_code == 200
    assert "modifiée par quelqu'un d'autre" in answer.text
    assert admin.get("?Charte/raw").text == "un"


def test_an_empty_body_changes_nothing(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?Charte", "un")
    assert admin.save("?Charte", "").status_code == 302
    assert admin.get("?Charte/raw").text == "un"


def test_a_deleted_page_is_gone_with_all_its_revisions(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?PageJetable", "à jeter")
    answer = admin.delete("?PageJetable")
    assert (answer.status_code, answer.headers["location"]) == (302, f"{farm.url}?PagePrincipale")
    assert admin.get("?api/pages/PageJetable").status_code == 404
    assert "définitivement été supprimée" in admin.get("?BacASable").text


def test_a_page_that_others_point_to_asks_to_erase_the_links(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?PageVisee", "cible")
    admin.save("?PageSource", "voir [[PageVisee ici]]")
    token = admin.field("?PageVisee/deletepage", "csrf-token")
    plain = admin.post("?PageVisee/deletepage&confirme=oui", {"csrf-token": token})
    assert plain.status_code == 200
    assert admin.get("?PageVisee/raw").text == "cible"
    assert admin.delete("?PageVisee").status_code == 302


def test_a_token_of_another_session_deletes_nothing(farm: RunningFarm) -> None:
    admin, other = Browser(farm).login(), Browser(farm).login()
    admin.save("?PageJetable", "x")
    token = other.field("?PageJetable/deletepage", "csrf-token")
    answer = admin.post("?PageJetable/deletepage&confirme=oui", {"csrf-token": token})
    assert answer.status_code == 200
    assert admin.get("?api/pages/PageJetable").status_code == 200

"""Pages: the edit form's guard, refusals that look like success, revisions, deletion, titles."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.people import robots

from .conftest import Browser, first, hashcash_value


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


def test_a_wrong_guard_value_is_a_200_and_nothing_is_saved(farm44: RunningFarm) -> None:
    admin = Browser(farm44).login()
    answer = admin.save("?Charte", "un", hashcash_value="12")
    assert answer.status_code == 200
    assert 'id="ACEditor"' in answer.text
    assert admin.get("?Charte/raw").text == ""


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


def test_the_guard_value_is_the_sum_of_the_hidden_integers() -> None:
    for value in (21_474_836, 938_276_608, 2_126_008_809):
        for _ in range(20):
            assert hashcash_value(robots.key_script(value)) == str(value)


def test_each_wiki_has_its_own_guard_value(farm44: RunningFarm) -> None:
    first = Browser(farm44).get("tools/security/wp-hashcash-getkey.php").text
    again = Browser(farm44).get("tools/security/wp-hashcash-getkey.php").text
    assert first != again
    assert hashcash_value(first) == hashcash_value(again)


def test_old_revisions_are_shown_by_their_time(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?Charte", "ancienne")
    time = admin.get("?api/pages/Charte").json()["time"]
    farm._app.farm.store.run("UPDATE pages SET time = '2020-01-01 00:00:00' WHERE tag = 'Charte'")
    admin.save("?Charte", "nouvelle")
    assert time
    assert admin.get("?Charte/raw&time=2020-01-01+00%3A00%3A00").text == "ancienne"
    assert "version archivée" in admin.get("?Charte&time=2020-01-01 00:00:00").text
    assert 'data-revisions-count="2"' in admin.get("?Charte/revisions").text


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


def test_delete_requests_meet_the_web_server(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?PageJetable", "x")
    refused = admin.http.delete(f"{farm.url}?api/pages/PageJetable")
    assert (refused.status_code, refused.headers["content-type"]) == (405, "text/html")
    farm.traps.add("allow_delete")
    assert admin.http.delete(f"{farm.url}?api/pages/PageJetable").json()["deleted"]


def test_a_page_not_readable_still_gives_its_title(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    admin.save("?PageClose", "======Secret de famille======\ncontenu réservé")
    data = {"read_acl": "@admins", "write_acl": "@admins", "comment_acl": "comments-closed"}
    assert admin.post("?PageClose/acls", data).status_code == 302
    visitor = Browser(farm)
    for handler in ("", "/edit", "/revisions", "/render", "/iframe"):
        text = visitor.get(f"?PageClose{handler}").text
        assert "Secret de famille" in text, handler
        assert "contenu réservé" not in text, handler
    for handler in ("/raw", "/html", "/xml"):
        answer = visitor.get(f"?PageClose{handler}")
        assert answer.status_code == 200
        assert "Secret" not in answer.text
    assert visitor.get("?api/pages/PageClose").status_code == 403


def test_the_page_form_and_its_menus_are_parsed_as_a_person_sees_them(farm: RunningFarm) -> None:
    tree = LexborHTMLParser(Browser(farm).get("?BacASable").text)
    assert first(tree, "html").attributes["lang"] == "fr"
    assert "Ferme de répétition" in first(tree, ".banner").text()
    assert tree.css_first("form input[name='action'][value='login']") is not None
    labels = [n for n in tree.css("input") if n.attributes.get("type") not in ("hidden", "submit")]
    for field in labels:
        assert field.parent is not None
        assert field.parent.tag == "label" or field.attributes.get("aria-label")


def test_an_unknown_folder_is_the_web_servers_404(farm: RunningFarm) -> None:
    answer = Browser(farm).get("inconnu/?PagePrincipale")
    assert answer.status_code == 404
    assert "nginx" in answer.text
    assert "set-cookie" not in answer.headers

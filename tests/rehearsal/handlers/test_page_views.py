"""Pages as they are shown: revisions, titles, what a closed page gives away."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser


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


def test_the_last_thirty_revisions_are_shown_and_all_are_counted(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    for number in range(32):
        admin.save("?Charte", f"texte {number}")
    text = admin.get("?Charte/revisions").text
    assert 'data-revisions-count="32"' in text and text.count("&quot;user&quot;") == 30


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

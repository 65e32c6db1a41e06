"""The page of groups."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser


def test_a_group_is_written_and_its_members_read_back(farm44: RunningFarm) -> None:
    admin = Browser(farm44).login()
    token = admin.field("?GererUtilisateurs", "confirmToken")
    data = {
        "confirmToken": token,
        "groupname": "facilitation",
        "acl": "WikiAdmin\n@admins",
        "action-save": "1",
    }
    assert "Nouvelle ACL enrégistrée" in admin.post("?GererUtilisateurs", data).text
    assert admin.get("?api/groups").json() == ["admins", "facilitation"]
    seen = {"groupname": "facilitation", "action-view": "Voir / Éditer", "confirmToken": token}
    assert "WikiAdmin\n@admins</textarea>" in admin.post("?GererUtilisateurs", seen).text

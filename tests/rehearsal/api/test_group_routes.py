"""Groups by API."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm

from ..conftest import Browser


def test_posting_a_group_to_an_older_api_only_looks_like_success(farm44: RunningFarm) -> None:
    admin = Browser(farm44).login()
    answer = admin.post("?api/groups", {"name": "nouveau", "users[]": "WikiAdmin"})
    assert (answer.status_code, answer.json()) == (200, ["admins"])
    assert admin.get("?api/groups").json() == ["admins"]


def test_the_newer_api_writes_groups(farm45: RunningFarm) -> None:
    admin = Browser(farm45).login()
    assert admin.post("?api/groups", {"name": "equipe", "users[0]": "WikiAdmin"}).is_success
    assert admin.get("?api/groups/equipe").json() == ["WikiAdmin"]
    assert admin.post("?api/groups", {"name": "equipe", "users[0]": "x"}).status_code == 422
    assert admin.post("?api/groups/rien/update", {"users[0]": "WikiAdmin"}).status_code == 422
    assert admin.post("?api/groups/equipe/delete", {}).json() == {"deleted": ["equipe"]}

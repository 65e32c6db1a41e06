"""What a client probes to learn a farm's line, and the routes of the 4.6 line."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from wikifarm.rehearsal import DIALECTS, RehearsalSettings, RunningFarm, dialects
from wikifarm.rehearsal.dialects import Features

from .conftest import PASSWORD, TOKEN, Browser, new_wiki

PROBES = {
    "?api/ferme": ("ferme_api", 404, 200),
    "?api/ferme/csrf-token": ("ferme_api", 404, 405),
    "?api/ferme/wikis": ("ferme_api", 404, 405),
    "?api/ferme/wikis/delete": ("ferme_api", 404, 405),
    "?api/ferme/wikis/admin-add": ("ferme_api", 404, 405),
    "?api/ferme/wikis/upgrade": ("ferme_api", 404, 405),
    "?api/ferme/wikis/hibernate": ("ferme_api", 404, 405),
    "?api/ferme/wikis/archive": ("ferme_api", 404, 405),
    "?api/ferme/wikis/import": ("ferme_api", 404, 405),
    "?api/ferme/models/assets": ("ferme_api", 404, 405),
    "?api/ferme/lifetime/renew": ("ferme_api", 404, 403),
    "?api/pages/Zz/duplicate": ("page_duplication", 404, 405),
    "?api/groups/admins/update": ("groups_by_api", 404, 405),
    "?api/login": ("login_by_api", 404, 405),
    "?api/auth/me": ("login_by_api", 401, 401),
    "?api/remotebackup": ("remote_backup", 404, 401),
    "?api/archives/restorestatus/": ("restore_status", 404, 401),
    "?api/webfinger": ("webfinger", 404, 400),
}
"""What is asked, the feature it tells, and its status without and with that feature."""


ALWAYS = {
    "?api/pages/Zz/delete": 405,
    "?api/users/Zz/delete": 405,
    "?api/triples/Zz/delete": 405,
    "?api/archives/archivingStatus/": 401,
    "?api/rien": 404,
    "?api": 200,
}


@pytest.mark.parametrize("probe", [*PROBES, *ALWAYS])
def test_probes_answer_as_each_line_does(probe: str, features: Features, farm: RunningFarm) -> None:
    feature, without, with_it = PROBES.get(probe, ("hashcash", 0, 0))
    status = ALWAYS.get(probe) or (with_it if getattr(features, feature) else without)
    assert Browser(farm).get(probe).status_code == status


def test_an_empty_post_tells_whether_pages_can_be_saved_by_api(
    features: Features, farm: RunningFarm
) -> None:
    answer = Browser(farm).post("?api/pages/Zz", {})
    assert answer.status_code == (401 if features.page_save_by_api else 405)


def test_only_the_table_of_dialects_names_a_version() -> None:
    folder = Path(dialects.__file__).parent
    named = [
        f"{file.relative_to(folder)}:{node.lineno}"
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and re.fullmatch(r"\d\.\d{1,2}", str(node.value))
        and isinstance(node.value, str) and file != Path(dialects.__file__)
    ]  # fmt: skip
    assert named == []


SEEN = {
    ("4.4",): "list_in_property",
    ("4.4", "4.5"): "hashcash",
    ("4.5", "4.6"): "lists_as_nodes list_import_told_twice video_links user_link account_page_key "
    "groups_by_api login_by_api page_duplication",
    ("4.6",): "honeypot csv_by_api named_farm_consent choices_checked_first "
    "entry_makes_one_wiki ferme_api session_as_key one_account page_save_by_api "
    "restore_status remote_backup webfinger",
}
"""What was measured or read of these three, told apart from the table."""


@pytest.mark.parametrize("names", SEEN)
def test_each_line_does_what_was_seen_of_it(names: tuple[str, ...]) -> None:
    for feature in SEEN[names].split():
        having = [name for name in ("4.4", "4.5", "4.6") if getattr(DIALECTS[name], feature)]
        assert having == list(names), feature


def test_a_dialect_is_a_row_of_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        DIALECTS, "9.9", replace(DIALECTS["4.6"], hashcash=True, login_by_api=False)
    )
    settings = RehearsalSettings(tmp_path, "9.9", password=PASSWORD, token=TOKEN)
    with RunningFarm(settings) as farm:
        assert new_wiki(farm).status_code == 201
        admin = Browser(farm).login()
        assert admin.save("?Charte", "texte").status_code == 302
        assert admin.post("?api/pages/Charte", {"body": "encore"}).status_code == 200
        assert admin.get("tools/security/wp-hashcash-getkey.php").status_code == 200
        assert admin.get("?api/login").status_code == 404

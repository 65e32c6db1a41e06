"""The server pack: complete, readable by Sympa, with a secret that is shown to nobody."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from wikifarm.blueprint.locate import find_blueprint, known_blueprints
from wikifarm.blueprint.shipped import data_folder
from wikifarm.errors import InvalidInput, LocalStorage
from wikifarm.i18n import speak
from wikifarm.operations.mailing_list.server_pack import (
    AS_THEY_ARE,
    ENVIRONMENT,
    TRUSTED,
    server_pack,
)

COMMANDS = (
    "createList,closeList,info,review,fullReview,add,del,amI,which,complexWhich,lists,complexLists"
)


def _secret(folder: Path) -> str:
    return dotenv_values(folder / ENVIRONMENT)["WIKIFARM_SYMPA_SECRET"] or ""


def _paragraph(folder: Path) -> dict[str, str]:
    """The one paragraph of the file, read as Sympa does (Conf::load_generic_conf_file)."""
    blocks = re.split(r"\n\s*\n", (folder / TRUSTED).read_text("utf-8"))
    bare = [[line for line in block.split("\n") if line.strip()[:1] not in ("", "#")]
            for block in blocks]  # fmt: skip
    (only,) = [lines for lines in bare if lines]
    assert only[0] == "trusted_application"
    return dict(line.split(maxsplit=1) for line in only[1:])


def _all(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes()
            for one in sorted(folder.rglob("*")) if one.is_file()}  # fmt: skip


def test_everything_an_administrator_needs_is_written(tmp_path: Path) -> None:
    found = server_pack(tmp_path / "new" / "pack")
    folder = tmp_path / "new" / "pack"
    assert found.command == "mailing-list server-pack"
    assert found.data["folder"] == str(folder)
    assert set(_all(folder)) == {*AS_THEY_ARE, ".gitignore", TRUSTED, ENVIRONMENT}
    assert {one["path"] for one in found.data["files"]} == {str(folder / one)
                                                            for one in _all(folder)}  # fmt: skip
    assert all(one["made"] for one in found.data["files"])
    assert found.data["next"]
    assert found.messages == ()


def test_the_hash_is_that_of_the_secret_and_the_commands_are_closed(tmp_path: Path) -> None:
    server_pack(tmp_path)
    secret = _secret(tmp_path)
    assert len(secret) >= 40
    assert _paragraph(tmp_path) == {
        "name": "wikifarm",
        "md5password": hashlib.md5(secret.encode()).hexdigest(),
        "proxy_for_variables": "USER_EMAIL",
        "allow_commands": COMMANDS,
    }
    assert dotenv_values(tmp_path / ENVIRONMENT)["WIKIFARM_SYMPA_APP"] == "wikifarm"


def test_the_secret_is_shown_to_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = server_pack(tmp_path)
    secret = _secret(tmp_path)
    written = capfd.readouterr()
    assert secret not in json.dumps(found.as_json()) + written.out + written.err
    assert stat.S_IMODE((tmp_path / ENVIRONMENT).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / TRUSTED).stat().st_mode) & 0o037 == 0
    others = {name: text for name, text in _all(tmp_path).items() if name != ENVIRONMENT}
    assert not [name for name, text in others.items() if secret.encode() in text]


def test_two_packs_have_two_secrets(tmp_path: Path) -> None:
    server_pack(tmp_path / "a")
    server_pack(tmp_path / "b")
    assert _secret(tmp_path / "a") != _secret(tmp_path / "b")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_second_run_changes_nothing(tmp_path: Path, language: str) -> None:
    server_pack(tmp_path)
    before = _all(tmp_path)
    speak(language)
    again = server_pack(tmp_path)
    assert _all(tmp_path) == before
    assert not any(one["made"] for one in again.data["files"])


def test_a_run_that_was_cut_before_the_hash_is_finished(tmp_path: Path) -> None:
    server_pack(tmp_path)
    secret, hashed = _secret(tmp_path), _paragraph(tmp_path)
    (tmp_path / TRUSTED).unlink()
    again = server_pack(tmp_path)
    assert _secret(tmp_path) == secret
    assert _paragraph(tmp_path) == hashed
    assert [one["path"] for one in again.data["files"] if one["made"]] == [str(tmp_path / TRUSTED)]


def test_a_secret_that_was_moved_away_is_not_replaced(tmp_path: Path) -> None:
    server_pack(tmp_path)
    (tmp_path / ENVIRONMENT).unlink()
    before = _all(tmp_path)
    again = server_pack(tmp_path)
    assert _all(tmp_path) == before
    assert any(ENVIRONMENT in message for message in again.messages)


def test_a_file_of_that_name_without_a_secret_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ENVIRONMENT).write_text("mine\n")
    with pytest.raises(InvalidInput, match=ENVIRONMENT):
        server_pack(tmp_path)
    assert (tmp_path / ENVIRONMENT).read_text() == "mine\n"
    assert not (tmp_path / TRUSTED).exists()


def test_files_of_the_administrator_are_kept(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine\n")
    (tmp_path / TRUSTED).symlink_to(tmp_path / "nowhere")
    server_pack(tmp_path)
    assert (tmp_path / "README.md").read_text() == "mine\n"
    assert not (tmp_path / "nowhere").exists()


def test_a_gitignore_of_ours_is_kept_and_completed_by_its_owner(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    found = server_pack(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert any(ENVIRONMENT in message for message in found.messages)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalStorage) as refused:
        server_pack(tmp_path / "file" / "below")
    assert refused.value.hint


def test_the_pack_is_not_taken_for_a_blueprint() -> None:
    assert "sympa" not in known_blueprints()
    with pytest.raises(InvalidInput):
        find_blueprint("sympa")


def test_what_is_shipped_holds_no_secret() -> None:
    shipped = data_folder("templates") / "sympa"
    text = "".join(one.read_text("utf-8") for one in shipped.rglob("*") if one.is_file())
    assert "@MD5_OF_THE_SECRET@" in (shipped / TRUSTED).read_text("utf-8")
    assert not re.search(r"\b[0-9a-f]{32}\b", text)


def test_both_pages_speak_of_every_file_and_every_setting() -> None:
    for page in ("LISEZ-MOI.md", "README.md"):
        text = (data_folder("templates") / "sympa" / page).read_text("utf-8")
        for word in (
            "create_list_templates/communaute/", "scenari/create_list.wikifarm", TRUSTED,
            ENVIRONMENT, "WIKIFARM_SYMPA_URL", "WIKIFARM_SYMPA_APP", "WIKIFARM_SYMPA_SECRET",
            "set_variables USER_EMAIL=", "allow_commands", "wikifarm mailing-list state",
            "systemctl restart", "create_list wikifarm",
        ):  # fmt: skip
            assert word in text, (page, word)


def test_a_paragraph_of_the_template_has_no_empty_line_inside() -> None:
    path = data_folder("templates") / "sympa/create_list_templates/communaute/config.tt2"
    text = path.read_text("utf-8")
    for block in ("reply_to_header\nvalue list\napply respect", "archive\nweb_access private\n",
                  "dmarc_protection\nmode dmarc_reject,dmarc_quarantine\n"):  # fmt: skip
        assert f"\n\n{block}" in text

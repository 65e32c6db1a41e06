"""Passwords of wikis that several people or computers share."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.operations.conftest import Fresh, a_community, context_for
from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import Exit, InvalidInput, NotOurs, PasswordsShut
from wikifarm.operations.apply import apply
from wikifarm.operations.credentials import SharedCredentials, export, seal, take_in
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.vault import VaultKind, VaultSettings
from wikifarm.rehearsal import RunningFarm

Made = Callable[[], Path]


@pytest.fixture(autouse=True)
def _own_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def make(fresh: Fresh, community: Community) -> str:
    """Its wiki; the password that this computer keeps."""
    (outcome,) = apply(fresh(), [community], audit=False)
    assert outcome.error is None
    return fresh().vault.kept(community.slug)


def came_of(outcome: object) -> dict[str, str]:
    assert isinstance(outcome, SharedCredentials)
    return dict(outcome.wikis)


@pytest.mark.parametrize("name", ["passwords.age", "passwords.json"])
def test_what_one_computer_exports_another_takes_in(
    fresh: Fresh, running: RunningFarm, tmp_path: Path, rennes: Community, name: str
) -> None:
    password = make(fresh, rennes)
    file = tmp_path / name
    told = export(fresh(), file, in_clear=not name.endswith(".age"))
    assert password not in json.dumps(told.as_json())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (password.encode() in file.read_bytes()) is not name.endswith(".age")

    other = context_for(running.url, tmp_path / "other")
    (unknown,) = plan(other, [rennes])
    assert isinstance(unknown.error, NotOurs) and "credentials rennes --set" in unknown.error.hint
    told = take_in(other, file)
    assert (told.exit, came_of(told.outcome)) == (Exit.DONE, {"rennes": "kept"})
    assert password not in json.dumps(told.as_json())
    (planned,) = apply(context_for(running.url, tmp_path / "other"), [rennes], audit=False)
    assert (planned.error, planned.status) == (None, "unchanged")
    assert came_of(take_in(other, file).outcome) == {"rennes": "known"}


def test_a_file_for_another_computer_is_encrypted_for_its_key(
    fresh: Fresh,
    running: RunningFarm,
    tmp_path: Path,
    rennes: Community,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make(fresh, rennes)
    export(fresh(), tmp_path / "mine.age")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "elsewhere"))
    other = context_for(running.url, tmp_path / "other")
    with pytest.raises(PasswordsShut) as shut:
        take_in(other, tmp_path / "mine.age")
    said = re.search(
        r"`wikifarm credentials export FILE\.age --recipient (age1\w+)`", shut.value.hint
    )
    assert said is not None
    monkeypatch.undo()
    with pytest.raises(InvalidInput):
        export(fresh(), tmp_path / "clear.json", recipients=[said[1]], in_clear=True)
    export(fresh(), tmp_path / "theirs.age", recipients=[said[1]])
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "elsewhere"))
    assert came_of(take_in(other, tmp_path / "theirs.age").outcome) == {"rennes": "kept"}


def test_an_import_says_which_passwords_do_not_work_and_keeps_none_of_them(
    fresh: Fresh, running: RunningFarm, tmp_path: Path, rennes: Community
) -> None:
    password = make(fresh, rennes)
    make(fresh, a_community("brest"))
    file = tmp_path / "passwords.json"
    export(fresh(), file, in_clear=True)
    told = json.loads(file.read_text("utf-8"))
    told["passwords"] |= {"brest": "Faux123", "nowhere": "Faux456"}
    file.write_text(json.dumps(told), "utf-8")
    other = context_for(running.url, tmp_path / "other")
    answer = take_in(other, file)
    assert came_of(answer.outcome) == {
        "brest": "refused", "nowhere": "no-wiki", "rennes": "kept",
    }  # fmt: skip
    assert (answer.exit, [failure.code for failure in answer.errors]) == (
        Exit.PARTIAL, ["bad-credentials"],
    )  # fmt: skip
    kept = [other.vault.kept(slug) for slug in ("rennes", "brest", "nowhere")]
    assert kept == [password, "", ""]


def test_nothing_is_written_in_clear_unsaid_nor_over_a_file(fresh: Fresh, tmp_path: Path) -> None:
    file = tmp_path / "passwords.json"
    with pytest.raises(InvalidInput, match="in clear"):
        export(fresh(), file)
    assert not file.exists()
    file.write_text("mine", "utf-8")
    with pytest.raises(InvalidInput, match="there already"):
        export(fresh(), file, in_clear=True)
    assert file.read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"format": "other"}',
        '{"format": "wikifarm/credentials/1", "farm": "https://o.example.org/", "passwords": {}}',
    ],
)
def test_a_file_of_something_else_is_refused(fresh: Fresh, tmp_path: Path, text: str) -> None:
    file = tmp_path / "passwords.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidInput):
        take_in(fresh(), file)


def test_a_team_shares_the_passwords_of_what_any_of_it_makes(
    running: RunningFarm, tmp_path: Path, rennes: Community
) -> None:
    """Two computers of one person, whose key is on both; the file between them, as git has it."""
    shared = VaultSettings(VaultKind.FILE, tmp_path / "team" / "wikis.age")
    first = context_for(running.url, tmp_path / "first", vault=shared)
    (outcome,) = apply(first, [rennes], audit=False)
    assert outcome.error is None
    assert not list((tmp_path / "first").rglob("credentials.json"))
    second = context_for(running.url, tmp_path / "second", vault=shared)
    (planned,) = apply(second, [rennes], audit=False)
    assert (planned.error, planned.status) == (None, "unchanged")
    sealed = seal(second)
    assert isinstance(sealed.outcome, SharedCredentials)
    assert (sealed.outcome.entering, sealed.outcome.leaving) == ((), ())


def test_sealing_takes_a_shared_file(fresh: Fresh) -> None:
    with pytest.raises(InvalidInput):
        seal(fresh())


def test_a_password_that_is_lacking_is_asked_once_checked_and_kept(
    fresh: Fresh, running: RunningFarm, tmp_path: Path, rennes: Community
) -> None:
    password = make(fresh, rennes)
    typed = iter(["Faux123", password])
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return next(typed)

    other = context_for(running.url, tmp_path / "other")
    other.ask = ask
    (planned,) = apply(other, [rennes], audit=False)
    assert (planned.error, planned.status, len(asked)) == (None, "unchanged", 2)
    again = context_for(running.url, tmp_path / "other")
    again.ask = ask
    (planned,) = plan(again, [rennes, a_community("nowhere")])[:1]
    assert (planned.error, len(asked)) == (None, 2)


def test_a_wiki_whose_password_nobody_types_is_left_out(
    fresh: Fresh, running: RunningFarm, tmp_path: Path, rennes: Community
) -> None:
    make(fresh, rennes)
    other = context_for(running.url, tmp_path / "other")
    other.ask = lambda _question: ""
    (planned,) = plan(other, [rennes])
    assert isinstance(planned.error, NotOurs)
    assert other.vault.kept("rennes") == ""

"""The passwords of the wikis: none is lost, whoever writes at the same moment."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import pytest
from filelock import FileLock

from wikifarm.errors import LocalStorage
from wikifarm.operations.workplace import vault as vaults
from wikifarm.operations.workplace.vault import Vault

BASE = "https://farm.example.org/"
WRITERS, EACH = 4, 25


def _keep_some(folder: Path, writer: int) -> None:
    vault = Vault(folder, BASE)
    for number in range(EACH):
        vault.keep(f"wiki-{writer}-{number}", f"password{writer}x{number}")


def test_passwords_kept_at_the_same_moment_are_all_kept(tmp_path: Path) -> None:
    with ProcessPoolExecutor(WRITERS, mp_context=get_context("spawn")) as pool:
        list(pool.map(_keep_some, repeat(tmp_path, WRITERS), range(WRITERS)))
    vault = Vault(tmp_path, BASE)
    lost = [
        (writer, number)
        for writer in range(WRITERS)
        for number in range(EACH)
        if vault.get(f"wiki-{writer}-{number}") != f"password{writer}x{number}"
    ]
    assert lost == []
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"credentials.json": 0o600, "credentials.lock": 0o600}


def test_a_file_held_by_another_run_is_said_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vaults, "PATIENCE", 0.1)
    vault = Vault(tmp_path, BASE)
    vault.keep("rennes", "first")
    with (
        FileLock(tmp_path / "credentials.lock"),
        pytest.raises(LocalStorage, match="another wikifarm"),
    ):
        vault.keep("rennes", "second")
    assert vault.get("rennes") == "first"


@pytest.mark.parametrize("text", ["[]", '"rennes"', "{", "3"])
def test_a_file_that_holds_something_else_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "credentials.json"
    path.write_text(text, "utf-8")
    vault = Vault(tmp_path, BASE)
    with pytest.raises(LocalStorage):
        vault.get("rennes")
    with pytest.raises(LocalStorage):
        vault.keep("rennes", "secret")
    assert path.read_text("utf-8") == text


def test_a_password_given_comes_before_the_one_kept_and_becomes_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Vault(tmp_path, "https://ferme.example.org/")
    vault.keep("rennes", "gardé")
    monkeypatch.setenv("WIKIFARM_WIKI_PASSWORD", "donné")
    assert (vault.get("rennes"), vault.get("brest")) == ("donné", "donné")
    assert (vault.kept("rennes"), vault.kept("brest")) == ("gardé", "")

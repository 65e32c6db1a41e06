"""A program that prints passwords: what it is given, what is taken, how long it is waited for."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from wikifarm.errors import PasswordsShut
from wikifarm.operations.workplace.asked_program import AskedProgram
from wikifarm.operations.workplace.vault import Vault, VaultKind, VaultSettings

BASE = "https://farm.example.org/"


def program(*lines: str, time: float = 20) -> AskedProgram:
    return AskedProgram((sys.executable, "-c", "\n".join(lines), "wikis/{slug}"), time)


def test_its_first_line_is_the_password_and_no_shell_reads_the_words() -> None:
    echo = program("import sys", "print(sys.argv[1] + ' $HOME;x')", "print('user: me')")
    assert echo.read("rennes") == "wikis/rennes $HOME;x"


def test_one_that_ends_badly_has_no_such_password() -> None:
    assert program("print('half')", "raise SystemExit(1)").read("rennes") == ""
    assert program("").read("rennes") == ""


def test_it_is_given_none_of_our_secrets_and_no_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIKIFARM_FARM_PASSWORD", "Secret123")
    asked = program("import os, sys", "print(sorted(os.environ), repr(sys.stdin.read()))")
    told = asked.read("rennes")
    assert "WIKIFARM" not in told and told.endswith("''")


def test_what_it_says_on_the_side_is_shown_to_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    program("import sys", "sys.stderr.write('Secret123')", "sys.exit(2)").read("rennes")
    assert capfd.readouterr() == ("", "")


def test_one_that_does_not_answer_is_not_waited_for_nor_its_children() -> None:
    slow = program(
        "import subprocess, sys, time",
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(8)'])",
        "time.sleep(8)",
        time=1,
    )
    started = time.monotonic()
    with pytest.raises(PasswordsShut, match="no answer in 1 s"):
        slow.read("rennes")
    assert time.monotonic() - started < 6


def test_one_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PasswordsShut) as caught:
        AskedProgram((str(tmp_path / "nothing"), "{slug}")).read("rennes")
    assert "nothing rennes" in caught.value.hint


def test_what_is_made_here_stays_here_and_what_it_prints_comes_first(tmp_path: Path) -> None:
    words = (sys.executable, "-c", "import sys; print({'brest': 'DuCoffre1'}[sys.argv[1]])")
    vault = Vault(tmp_path, BASE, VaultSettings(VaultKind.COMMAND, command=(*words, "{slug}")))
    vault.keep("rennes", "DIci1")
    vault.keep("brest", "Ancien1")
    assert (vault.kept("rennes"), vault.kept("brest")) == ("DIci1", "DuCoffre1")
    assert vault.kept("nantes") == ""

"""`./run` mends what a kill, or a Debian without python3-venv, left of its environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# A Python that makes environments of a few lines; FAULT says what breaks it on the way.
FAKE = r"""#!/bin/sh
case "$*" in
  *version_info*) if [ "$FAULT" = too-old ]; then exit 1; fi ;;
  --version) echo "Python 3.10.12" ;;
  *"-m venv"*)
    for folder; do :; done
    rm -rf "$folder"; mkdir -p "$folder/bin"; touch "$folder/pyvenv.cfg"
    cp "$0" "$folder/bin/python"
    if [ "$FAULT" = no-venv ]; then exit 1; fi
    if [ "$FAULT" = in-venv ]; then kill -9 0; fi
    printf '#!/bin/sh\necho works "$WIKIFARM_CALLED" "$@"\n' > "$folder/bin/wikifarm"
    chmod +x "$folder/bin/wikifarm" ;;
  *"-m pip"*)
    if [ "$FAULT" = offline ]; then exit 1; fi
    if [ "$FAULT" = in-pip ]; then rm "$(dirname "$0")/wikifarm"; kill -9 0; fi ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    shutil.copy(ROOT / "run", folder)
    for name in ("src", "templates", "bazar_schemas", "playbooks"):
        (folder / name).mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "requirements.lock"):
        (folder / name).touch()
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "python3"
    fake.write_text(FAKE, "utf-8")
    fake.chmod(0o755)
    return folder


def run(
    checkout: Path, fault: str = "", words: tuple[str, ...] = ("--version",), **more: str
) -> subprocess.CompletedProcess[str]:
    path = f"{checkout.parent / 'bin'}:{os.environ['PATH']}"
    environ = {"PATH": path, "FAULT": fault, "HOME": str(checkout), **more}
    return subprocess.run(
        ["./run", *words], cwd=checkout, env=environ, text=True, capture_output=True,
        start_new_session=True, timeout=30, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("fault", ["in-venv", "in-pip", "no-venv"])
def test_what_was_cut_is_made_anew(checkout: Path, fault: str) -> None:
    assert run(checkout, fault).returncode != 0
    done = run(checkout)
    assert (done.returncode, done.stdout) == (0, "works ./run --version\n"), done.stderr


def test_without_python3_venv_it_says_what_to_install(checkout: Path) -> None:
    assert "apt-get install python3-venv" in run(checkout, "no-venv").stderr


@pytest.mark.parametrize("fault", ["", "no-venv", "too-old", "offline"])
def test_it_speaks_french_unless_told_otherwise(checkout: Path, fault: str) -> None:
    french = run(checkout, fault).stderr
    assert french.startswith(("wikifarm\u00a0: il faut", "wikifarm\u00a0: prépare"))
    for words, more in (
        (("--version",), {"LANG": "en_GB.UTF-8"}),
        (("--version",), {"LANG": "fr_FR.UTF-8", "WIKIFARM_LANG": "en"}),
        (("list", "--lang", "en"), {"LANG": "fr_FR.UTF-8"}),
    ):
        shutil.rmtree(checkout / ".venv", ignore_errors=True)
        english = run(checkout, fault, words, **more).stderr
        assert english.startswith(("wikifarm: it needs", "wikifarm: making"))
        assert len(english.splitlines()) == len(french.splitlines())


def test_an_older_python_is_named_and_nothing_is_made(checkout: Path) -> None:
    ran = run(checkout, "too-old")
    assert (ran.returncode, "3.10.12" in ran.stderr) == (1, True)
    assert not (checkout / ".venv").exists()


def test_offline_it_says_to_run_the_same_command_again(checkout: Path) -> None:
    ran = run(checkout, "offline")
    assert ran.returncode == 1
    assert "Relancez ensuite la même commande" in ran.stderr
    assert run(checkout).returncode == 0


@pytest.mark.parametrize(
    ("words", "passed"),
    [((), ""), (("help",), " --help"), (("help", "plan"), " plan --help"), (("plan",), " plan")],
)
def test_what_is_typed_goes_to_the_program(
    checkout: Path, words: tuple[str, ...], passed: str
) -> None:
    assert run(checkout, words=words).stdout == f"works ./run{passed}\n"


def test_a_second_run_installs_nothing(checkout: Path) -> None:
    assert "une seule fois" in run(checkout).stderr
    assert run(checkout).stderr == ""


def test_a_folder_of_somebody_elses_is_left_alone(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "photo.jpg").touch()
    assert run(checkout).returncode == 1
    assert (checkout / ".venv" / "photo.jpg").exists()

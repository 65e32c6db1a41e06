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
  *"-m venv"*)
    for folder; do :; done
    rm -rf "$folder"; mkdir -p "$folder/bin"; touch "$folder/pyvenv.cfg"
    cp "$0" "$folder/bin/python"
    if [ "$FAULT" = no-venv ]; then exit 1; fi
    if [ "$FAULT" = in-venv ]; then kill -9 0; fi
    printf '#!/bin/sh\necho works\n' > "$folder/bin/wikifarm"; chmod +x "$folder/bin/wikifarm" ;;
  *"-m pip"*)
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


def run(checkout: Path, fault: str = "") -> subprocess.CompletedProcess[str]:
    path = f"{checkout.parent / 'bin'}:{os.environ['PATH']}"
    environ = {"PATH": path, "FAULT": fault, "HOME": str(checkout)}
    return subprocess.run(
        ["./run", "--version"], cwd=checkout, env=environ, text=True, capture_output=True,
        start_new_session=True, timeout=30, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("fault", ["in-venv", "in-pip", "no-venv"])
def test_what_was_cut_is_made_anew(checkout: Path, fault: str) -> None:
    assert run(checkout, fault).returncode != 0
    done = run(checkout)
    assert (done.returncode, done.stdout) == (0, "works\n"), done.stderr


def test_without_python3_venv_it_says_what_to_install(checkout: Path) -> None:
    assert "apt-get install python3-venv" in run(checkout, "no-venv").stderr


def test_a_second_run_installs_nothing(checkout: Path) -> None:
    assert "once" in run(checkout).stderr
    assert run(checkout).stderr == ""


def test_a_folder_of_somebody_elses_is_left_alone(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "photo.jpg").touch()
    assert run(checkout).returncode == 1
    assert (checkout / ".venv" / "photo.jpg").exists()

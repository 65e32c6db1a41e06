"""What others install from: versions and hashes, and nothing of the computer that made them."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_names_packages_and_no_place(name: str) -> None:
    """pip-compile copies the options of the computer it runs on unless told not to."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert not [line for line in lines if line.startswith("-") or "://" in line]
    assert all(line[:1] in {"", " ", "#"} or "==" in line for line in lines)

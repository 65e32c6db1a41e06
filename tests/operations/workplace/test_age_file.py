"""The file of passwords that a team keeps in git: whoever is named opens it, nobody else."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from wikifarm.errors import InvalidInput, PasswordsShut
from wikifarm.operations.workplace.age_file import AgeFile, own_key
from wikifarm.operations.workplace.vault import Vault, VaultKind, VaultSettings

BASE = "https://farm.example.org/"


@pytest.fixture(autouse=True)
def _own_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def key_file(folder: Path, name: str) -> Path:
    """A key of another person."""
    import pyrage

    path = folder / f"{name}.txt"
    path.write_text(f"# a key\n{pyrage.x25519.Identity.generate()}\n", "utf-8")
    return path


def test_what_is_kept_is_read_again_and_lies_nowhere_in_clear(tmp_path: Path) -> None:
    shared = AgeFile(tmp_path / "team" / "wikis.age", None, BASE)
    assert shared.read("rennes") == ""
    shared.write("rennes", "Secret123")
    other_farm = AgeFile(shared.path, None, "https://other.example.org/")
    other_farm.write("rennes", "Autre456")
    assert (shared.read("rennes"), other_farm.read("rennes")) == ("Secret123", "Autre456")
    assert stat.S_IMODE(shared.path.stat().st_mode) == 0o600
    identity = tmp_path / "config" / "wikifarm" / "age-identity.txt"
    assert stat.S_IMODE(identity.stat().st_mode) == 0o600
    for path in filter(Path.is_file, tmp_path.rglob("*")):
        assert b"Secret123" not in path.read_bytes()
        assert path == identity or b"AGE-SECRET-KEY" not in path.read_bytes()
    assert "AGE-SECRET-KEY" not in repr(own_key(None))


def test_another_person_opens_it_once_somebody_sealed_it_for_them(tmp_path: Path) -> None:
    mine = AgeFile(tmp_path / "wikis.age", key_file(tmp_path, "camille"), BASE)
    theirs = AgeFile(mine.path, key_file(tmp_path, "dominique"), BASE)
    mine.write("rennes", "Secret123")
    key = own_key(theirs.identity).public
    with pytest.raises(PasswordsShut) as caught:
        theirs.read("rennes")
    assert key in caught.value.hint

    with mine.recipients.open("a", encoding="utf-8") as file:
        file.write(f"# Dominique\n{key}\n")
    mine.write("brest", "Autre456")
    with pytest.raises(PasswordsShut):  # a line that somebody adds lets nobody in
        theirs.read("rennes")

    assert mine.seal() == ((key,), ())
    assert (theirs.read("rennes"), theirs.read("brest")) == ("Secret123", "Autre456")
    mine.recipients.write_text(f"{key}\n", "utf-8")
    with pytest.raises(PasswordsShut, match="would not open"):
        mine.seal()
    assert theirs.seal() == ((), (own_key(mine.identity).public,))
    with pytest.raises(PasswordsShut):
        mine.read("rennes")


def test_a_key_of_ssh_opens_it(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.generate()
    identity = tmp_path / "id_ed25519"
    identity.write_bytes(
        made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
    )
    public = made.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    (tmp_path / "id_ed25519.pub").write_bytes(public + b" camille@here\n")
    shared = AgeFile(tmp_path / "wikis.age", identity, BASE)
    shared.write("rennes", "Secret123")
    assert shared.read("rennes") == "Secret123"


def test_passwords_kept_at_the_same_moment_are_all_kept(tmp_path: Path) -> None:
    shared = AgeFile(tmp_path / "wikis.age", None, BASE)
    slugs = [f"wiki-{number}" for number in range(20)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda slug: shared.write(slug, f"of{slug}"), slugs))
    assert [shared.read(slug) for slug in slugs] == [f"of{slug}" for slug in slugs]


@pytest.mark.parametrize("raw", [b"", b"{}", b"<<<<<<< HEAD\n", b"age-encryption.org/v1\n"])
def test_a_file_that_holds_something_else_is_refused_and_kept(tmp_path: Path, raw: bytes) -> None:
    shared = AgeFile(tmp_path / "wikis.age", None, BASE)
    shared.path.write_bytes(raw)
    with pytest.raises(PasswordsShut):
        shared.write("rennes", "Secret123")
    assert shared.path.read_bytes() == raw


def test_a_list_with_what_is_no_key_is_refused_at_its_line(tmp_path: Path) -> None:
    shared = AgeFile(tmp_path / "wikis.age", None, BASE)
    public = own_key(None).public
    shared.recipients.write_text(f"# team\n{public}\nage1nothing\nssh-ed25519 x\n", "utf-8")
    with pytest.raises(InvalidInput) as caught:
        shared.write("rennes", "Secret123")
    assert [problem.line for problem in caught.value.problems] == [3, 4]
    shared.recipients.write_text("# nobody\n", "utf-8")
    with pytest.raises(InvalidInput):
        shared.write("rennes", "Secret123")
    assert not shared.path.exists()


def test_a_key_that_settings_name_is_never_made_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(PasswordsShut):
        own_key(tmp_path / "on-a-stick.txt")
    assert list(tmp_path.iterdir()) == []


def test_what_the_team_lacks_is_read_from_this_computer(tmp_path: Path) -> None:
    Vault(tmp_path, BASE).keep("rennes", "Ancien123")
    shared = Vault(tmp_path, BASE, VaultSettings(VaultKind.FILE, tmp_path / "wikis.age"))
    assert shared.kept("rennes") == "Ancien123"
    shared.keep("rennes", "Nouveau456")
    assert (shared.kept("rennes"), shared.holds("rennes")) == ("Nouveau456", True)
    assert Vault(tmp_path, BASE).kept("rennes") == "Ancien123"

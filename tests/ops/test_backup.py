"""Backup, check, restore and restore test of a farm, with a real MariaDB and a real restic."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.ops.care_farm import (
    ADMIN_PASSWORD,
    DATABASE,
    KEEP,
    NASTY,
    OLD,
    PREFIX,
    USER,
    CareFarm,
    database,
    farm,
    wait,
)
from wikifarm_host.backups import backup, dumps
from wikifarm_host.errors import Stop
from wikifarm_host.farm import load
from wikifarm_host.machine import mariadb

__all__ = ["database", "farm"]

EVERY = int(os.environ.get("WIKIFARM_HOST_KILL_EVERY", "12"))
RENNES = f"{PREFIX}rennes__"


@dataclass(frozen=True)
class Saved:
    """The farm when it was backed up, and that snapshot."""

    snapshot: str
    dump: bytes
    tree: dict[str, str]


@pytest.fixture(scope="module")
def saved(farm: CareFarm) -> Saved:
    """With contents that are hard to write down, in the main wiki and in another."""
    for prefix in (PREFIX, RENNES):
        farm.database.sql(NASTY.replace("{p}", prefix).replace("TABLE `--", f"TABLE `--{prefix}")
                          .replace("INTO `--", f"INTO `--{prefix}"), DATABASE)  # fmt: skip
    (farm.site / "files" / "photo.jpg").write_bytes(os.urandom(2_000_000))
    farm.make_repository()
    made = farm.tool("backup")
    assert made["changed"] is True
    return Saved(made["data"]["snapshot"], farm.database.dump(DATABASE), farm.tree())


@pytest.fixture
def whole_repository(farm: CareFarm, saved: Saved) -> Iterator[Path]:
    """The repository, put back as it was after the test."""
    aside = farm.base / "repository.aside"
    shutil.copytree(farm.repository, aside)
    yield farm.repository
    shutil.rmtree(farm.repository, ignore_errors=True)
    aside.rename(farm.repository)


def ruin(farm: CareFarm) -> None:
    """Every wiki, and the secret of the farm, are no longer what they were."""
    for prefix in (PREFIX, RENNES):
        farm.database.sql(f"UPDATE {prefix}pages SET body = 'ruine'", DATABASE)
    farm.database.sql(f"DROP TABLE {PREFIX}nasty; CREATE TABLE {RENNES}late (a INT)", DATABASE)
    (farm.site / "rennes" / "files" / "late").write_text("late")


# Tables to wikis


@pytest.mark.parametrize(
    ("table", "owner"),
    [
        ("yeswiki_pages", ""),
        ("yeswiki_rennes__pages", "rennes"),
        ("yeswiki_rennes__x__pages", "rennes__x"),
        ("yeswiki_rennes_pages", ""),
        ("autre_pages", ""),
        ("YESWIKI_RENNES__pages", ""),
        ("libre_pages", "libre"),
        ("yeswiki_rennes__", "rennes"),
    ],
)
def test_each_table_goes_to_the_longest_prefix(table: str, owner: str) -> None:
    prefixes = {
        "": "yeswiki_",
        "rennes": "yeswiki_rennes__",
        "rennes__x": "yeswiki_rennes__x__",
        "libre": "libre_",
        "sans": "",
    }
    owners = {
        name: share.slug for share in dumps.shares([table], prefixes) for name in share.tables
    }
    assert owners == {table: owner}


def test_no_table_is_left_out_nor_given_twice() -> None:
    names = ["a", "y_p", "y_a__p", "y_a__b__p", "z"]
    given = dumps.shares(names, {"": "y_", "a": "y_a__", "b": "y_a__", "c": ""})
    assert sorted(name for share in given for name in share.tables) == sorted(names)
    assert {share.slug for share in given} == {"", "a", "b", "c"}


# Failures


def test_a_disk_too_small_is_seen_before(farm: CareFarm, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in farm.environment().items():
        monkeypatch.setenv(name, value)
    full = SimpleNamespace(total=1 << 40, free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    repository = farm.base / "elsewhere"
    farm.change(backup={"repository": str(repository), "keep": {}})
    try:
        with pytest.raises(Stop) as stop:
            backup.make(load("brest"))
    finally:
        farm.change(backup={"repository": str(farm.repository), "keep": KEEP})
    assert stop.value.code == "disk-full"
    assert (repository / "config").exists()  # made when it is absent
    assert not list(repository.glob("snapshots/*"))
    assert not list(farm.state.glob("dumps/farm/*.sql"))


def flip(repository: Path) -> None:
    pack = biggest(repository)
    content = bytearray(pack.read_bytes())
    content[len(content) // 3] ^= 0x40
    pack.chmod(0o600)
    pack.write_bytes(content)


def cut(repository: Path) -> None:
    pack = biggest(repository)
    pack.chmod(0o600)
    os.truncate(pack, pack.stat().st_size - 100)


def lose_pack(repository: Path) -> None:
    biggest(repository).unlink()


def lose_index(repository: Path) -> None:
    shutil.rmtree(repository / "index")
    (repository / "index").mkdir()


def lose_config(repository: Path) -> None:
    (repository / "config").unlink()


def biggest(repository: Path) -> Path:
    packs = (path for path in (repository / "data").rglob("*") if path.is_file())
    return max(packs, key=lambda path: path.stat().st_size)


@pytest.mark.parametrize("harm", [flip, cut, lose_pack, lose_index])
def test_a_damaged_repository_is_told(
    farm: CareFarm, saved: Saved, whole_repository: Path, harm: Callable[[Path], None]
) -> None:
    harm(whole_repository)
    said = farm.tool("check-backup", "--read-data", code="backup-damaged")
    assert "restic" in said["hint"]
    assert farm.care()["check-backup"]["ok"] is False


def test_nothing_is_replaced_from_a_damaged_repository(
    farm: CareFarm, saved: Saved, whole_repository: Path
) -> None:
    flip(whole_repository)
    words = ("--snapshot", saved.snapshot, "--no-safety")
    farm.tool("restore", *words, code="backup-damaged")
    assert not (farm.home / "maintenance").exists()
    assert farm.database.dump(DATABASE) == saved.dump
    assert farm.tree() == saved.tree


def test_a_repository_that_lost_its_config_is_not_made_again(
    farm: CareFarm, whole_repository: Path
) -> None:
    lose_config(whole_repository)
    farm.tool("backup", "--new-repository", code="backup-damaged")
    assert not (whole_repository / "config").exists()


def test_a_known_repository_that_is_gone_is_not_made_again(
    farm: CareFarm, whole_repository: Path
) -> None:
    shutil.rmtree(whole_repository)
    said = farm.tool("backup", code="backup-absent")
    assert "mounted" in said["hint"]
    assert not whole_repository.exists()


def test_a_wrong_password_an_absent_server_and_no_secret_told(farm: CareFarm, saved: Saved) -> None:
    secret = farm.etc / "restic-password"
    right = secret.read_text()
    secret.write_text("autre")
    try:
        farm.tool("check-backup", code="backup-password")
    finally:
        secret.write_text(right)
    there = "rest:http://camille:motdepasse@127.0.0.1:1/depot"
    farm.change(backup={"repository": there, "keep": {}})
    try:
        for verb in ("backup", "check-backup", "restore", "restore-test"):
            said = farm.tool(verb, code="backup-unreachable")
            assert "motdepasse" not in said.all
    finally:
        farm.change(backup={"repository": str(farm.repository), "keep": KEEP})


def test_a_lock_of_the_living_is_respected_and_one_of_the_dead_removed(
    farm: CareFarm, saved: Saved
) -> None:
    locks = farm.repository / "locks"
    words = ("backup", "--stdin", "--host", "autre", "--tag", "farm=autre")
    other = farm.restic(*words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    wait(lambda: list(locks.iterdir()))
    farm.tool("check-backup", code="backup-locked")
    other.send_signal(signal.SIGKILL)
    other.communicate()
    assert list(locks.iterdir())
    farm.tool("check-backup")
    assert not list(locks.iterdir())


def test_unknown_snapshots_and_wikis(farm: CareFarm, saved: Saved) -> None:
    farm.tool("restore", "--snapshot", "0123abcd", code="snapshot-unknown")
    farm.tool("restore", "--wiki", "vannes", code="snapshot-unknown")
    farm.tool("backup", "--wiki", "vannes", code="wiki-unknown")
    farm.tool("backup", "--wiki", "../..", code="wiki-unknown")
    assert farm.tree() == saved.tree


def test_what_a_dump_cannot_hold_is_told(farm: CareFarm, saved: Saved) -> None:
    farm.database.sql("CREATE VIEW vue AS SELECT 1; CREATE PROCEDURE p() SELECT 1;", DATABASE)
    try:
        said = farm.tool("backup")
    finally:
        farm.database.sql("DROP VIEW vue; DROP PROCEDURE p", DATABASE)
    assert "view vue" in said["messages"][0]
    assert "routine p" in said["messages"][0]


def test_a_row_larger_than_a_packet_comes_back(
    farm: CareFarm, saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10 MB are 20 in hexadecimal, more than the 16 that the server takes in one go."""
    for name, value in farm.environment().items():
        monkeypatch.setenv(name, value)
    query = (
        "CREATE TABLE large (raw LONGBLOB); INSERT INTO large VALUES (REPEAT(X'00c328e2', 2500000))"
    )
    farm.database.sql(query, DATABASE)
    file = farm.base / "large.sql"
    said = dumps.dump(DATABASE, ["large"], file)
    mariadb.drop(DATABASE, ["large"])
    try:
        dumps.load(load("brest"), DATABASE, [file])
        assert dumps.dump(DATABASE, ["large"], file) == said
    finally:
        mariadb.drop(DATABASE, ["large"])
    assert said["bytes"] > 20_000_000


# A dry run


@pytest.mark.parametrize("verb", ["backup", "restore", "restore-test"])
def test_a_dry_run_says_and_does_nothing(farm: CareFarm, saved: Saved, verb: str) -> None:
    before = sorted((farm.repository / "snapshots").iterdir()), farm.care()
    assert farm.tool(verb, "--dry-run")["changed"] is True
    assert (sorted((farm.repository / "snapshots").iterdir()), farm.care()) == before
    assert farm.database.dump(DATABASE) == saved.dump


# Backup


def test_what_is_in_a_backup(farm: CareFarm, saved: Saved) -> None:
    listing = farm.restic("ls", saved.snapshot, stdout=subprocess.PIPE).communicate()[0].decode()
    for there in (
        f"{farm.state}/dumps/farm/manifest.json",
        f"{farm.state}/dumps/farm/wiki.rennes.sql",
        f"{farm.site}/wakka.config.php",
        f"{farm.site}/rennes/wakka.config.php",
        f"{farm.site}/rennes/cache",
        f"{farm.etc}/admin-password",
        f"{farm.home}/releases/{OLD}/.wikifarm.json",
    ):
        assert there in listing
    for absent in ("cache/twig.php", "restic-password", "restic-env", f"{OLD}/index.php"):
        assert absent not in listing
    folder = farm.state / "dumps" / "farm"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    manifest = json.loads((folder / "manifest.json").read_text())
    tables = [name for wiki in manifest["wikis"] for name in wiki["tables"]]
    query = f"SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{DATABASE}'"
    assert len(tables) == len(set(tables)) == int(farm.database.sql(query))


def test_old_snapshots_are_forgotten_of_this_farm_only(
    farm: CareFarm, saved: Saved, whole_repository: Path
) -> None:
    other = ("backup", "--host", "autre", "--tag", "farm=autre", str(farm.etc / "token"))
    for _ in range(2):
        farm.restic(*other, stdout=subprocess.DEVNULL).wait()
    farm.change(backup={"repository": str(farm.repository), "keep": {"last": 2}})
    try:
        farm.tool("backup", "--wiki", "rennes")
        farm.tool("backup")
    finally:
        farm.change(backup={"repository": str(farm.repository), "keep": KEEP})
    said = farm.restic("snapshots", "--json", stdout=subprocess.PIPE).communicate()[0]
    tags = [tuple(snapshot["tags"]) for snapshot in json.loads(said)]
    assert tags.count(("farm=autre",)) == 2
    assert tags.count(("farm=brest",)) == 2
    assert tags.count(("farm=brest", "wiki=rennes")) == 1


# Restore test


def test_the_last_backup_is_tested_elsewhere(farm: CareFarm, saved: Saved) -> None:
    said = farm.tool("restore-test", "--snapshot", saved.snapshot)["data"]
    assert said["identical"] is True
    assert said["rows"] > 20
    assert farm.care()["restore-test"]["ok"] is True
    assert_no_trace(farm)


def test_a_backup_that_is_not_what_it_says_fails_the_test(farm: CareFarm, saved: Saved) -> None:
    folder = farm.state / "dumps" / "farm"
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["wikis"][0]["tables"][f"{PREFIX}users"]["rows"] += 1
    forged(farm, manifest)
    said = farm.tool("restore-test", code="restore-test-failed")
    assert f"{PREFIX}users" in said["message"]
    assert farm.care()["restore-test"]["ok"] is False
    manifest["wikis"][0]["sha256"] = "0" * 64
    forged(farm, manifest)
    assert "main.sql" in farm.tool("restore-test", code="restore-test-failed")["message"]
    assert_no_trace(farm)
    farm.tool("restore", "--no-safety", code="backup-damaged")
    assert farm.database.dump(DATABASE) == saved.dump
    farm.tool("backup")


def forged(farm: CareFarm, manifest: dict[str, Any]) -> None:
    """A snapshot with that manifest, the latest of the farm."""
    folder = farm.state / "dumps" / "farm"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    words = ("backup", "--host", "brest", "--tag", "farm=brest", str(folder), str(farm.site))
    assert farm.restic(*words, stdout=subprocess.DEVNULL).wait() == 0


def test_a_database_of_someone_else_is_not_touched(farm: CareFarm, saved: Saved) -> None:
    farm.database.sql(
        f"CREATE DATABASE {DATABASE}_test; CREATE TABLE {DATABASE}_test.theirs (a INT)"
    )
    try:
        farm.tool("restore-test", "--snapshot", saved.snapshot, code="restore-test-database")
        assert "theirs" in farm.database.sql("SHOW TABLES", f"{DATABASE}_test")
    finally:
        farm.database.sql(f"DROP DATABASE {DATABASE}_test")


def test_a_killed_restore_test_leaves_nothing_after_the_next(farm: CareFarm, saved: Saved) -> None:
    words = ("restore-test", "--snapshot", saved.snapshot)
    names = farm.calls(*words)
    loading = next(at for at, name in enumerate(names, 1) if name == "mariadb-dump")
    farm.kill_at(loading, *words)
    assert f"{DATABASE}_test" in farm.database.sql("SHOW DATABASES")
    farm.tool(*words)
    assert_no_trace(farm)


def assert_no_trace(farm: CareFarm) -> None:
    assert f"{DATABASE}_test" not in farm.database.sql("SHOW DATABASES")
    assert "test" not in farm.database.sql(f"SHOW GRANTS FOR '{USER}'@localhost")
    assert not (farm.state / "restore-test").exists()
    assert int(farm.database.sql("SELECT @@GLOBAL.max_allowed_packet")) == 16 << 20


# Restore


def test_a_destroyed_farm_comes_back_byte_for_byte(farm: CareFarm, saved: Saved) -> None:
    farm.database.sql(f"DROP DATABASE {DATABASE}")
    shutil.rmtree(farm.site)
    (farm.etc / "admin-password").write_text("made by a new installation")
    (farm.etc / "token").unlink()
    farm.tool("backup", code="backup-nothing")  # it would become the latest
    farm.tool("serve", OLD)  # what provision lays
    said = farm.tool("restore", "--snapshot", saved.snapshot)["data"]
    assert said["identical"] is True
    assert said["safety"] == ""
    assert farm.database.dump(DATABASE) == saved.dump
    assert farm.tree() == saved.tree
    assert (farm.etc / "admin-password").read_text() == ADMIN_PASSWORD
    assert (farm.etc / "token").stat().st_mode & 0o777 == 0o600
    assert "🐟" in (farm.page("rennes") or "")
    assert not (farm.home / "maintenance").exists()
    assert sorted(path.name for path in farm.home.iterdir()) == ["code", "releases", "site"]


def test_one_wiki_comes_back_alone_and_can_be_sent_away_again(farm: CareFarm, saved: Saved) -> None:
    ruin(farm)
    before = farm.database.sql(f"SELECT * FROM {PREFIX}pages", DATABASE)
    words = ("restore", "--wiki", "rennes", "--snapshot")
    said = farm.tool(*words, saved.snapshot)["data"]
    assert said["identical"] is True
    assert said["wikis"] == ["rennes"]
    assert farm.database.sql(f"SELECT * FROM {PREFIX}pages", DATABASE) == before
    assert "Bienvenue à rennes" in (farm.page("rennes") or "")
    assert not (farm.site / "rennes" / "files" / "late").exists()
    assert f"{RENNES}late" not in farm.database.sql("SHOW TABLES", DATABASE)
    assert (
        farm.tool("restore", "--wiki", "rennes", "--dry-run")["data"]["snapshot"] != said["safety"]
    )
    farm.tool(*words, said["safety"], "--no-safety")
    assert "ruine" in (farm.page("rennes") or "")
    assert (farm.site / "rennes" / "files" / "late").exists()
    back_to(farm, saved)


def test_one_wiki_comes_back_when_nothing_of_it_is_left(farm: CareFarm, saved: Saved) -> None:
    shutil.rmtree(farm.site / "rennes")
    tables = farm.database.sql("SHOW TABLES", DATABASE).splitlines()
    mine = ", ".join(f"`{name}`" for name in tables if name in {f"{RENNES}pages", f"{RENNES}users"})
    farm.database.sql(f"DROP TABLE {mine}", DATABASE)
    farm.tool("restore", "--wiki", "rennes", "--snapshot", saved.snapshot, "--no-safety")
    assert farm.database.dump(DATABASE) == saved.dump
    assert farm.tree() == saved.tree


def test_the_main_wiki_comes_back_alone(farm: CareFarm, saved: Saved) -> None:
    ruin(farm)
    (farm.site / "files" / "late").write_text("late")
    farm.tool("restore", "--wiki", "", "--snapshot", saved.snapshot, "--no-safety")
    assert "Bienvenue à la ferme" in (farm.page() or "")
    assert "ruine" in (farm.page("rennes") or "")
    assert not (farm.site / "files" / "late").exists()
    back_to(farm, saved)


def test_a_restore_killed_before_it_replaces_changes_nothing(farm: CareFarm, saved: Saved) -> None:
    ruin(farm)
    before = farm.database.dump(DATABASE), farm.tree()
    words = ("restore", "--no-safety", "--snapshot", saved.snapshot)
    assert farm.kill_at(3, *words) == "restic"
    assert (farm.database.dump(DATABASE), farm.tree()) == before
    assert not (farm.home / "maintenance").exists()
    back_to(farm, saved)


def test_a_restore_killed_anywhere_is_finished_by_the_next(farm: CareFarm, saved: Saved) -> None:
    """The first is killed as it drops tables; each next one finishes, and is killed further on."""
    ruin(farm)
    words = ("restore", "--no-safety", "--snapshot", saved.snapshot)
    names = farm.calls(*words)
    ruin(farm)
    started = next(at for at, name in enumerate(names) if name == "service")
    loading = max(at for at, name in enumerate(names[:started], 1) if name == "mariadb")
    farm.kill_at(loading - 2, *words)
    assert (farm.home / "maintenance").exists()
    for verb in (("backup",), ("upgrade", OLD), ("retire", "rennes")):
        farm.tool(*verb, code="unfinished")
    problems = [problem["code"] for problem in farm.tool("facts")["data"]["problems"]]
    assert {"unfinished", "maintenance"} <= set(problems)
    left = len(names) - loading
    for number in range(1, left, EVERY):
        farm.kill_at(number, *words)
    assert farm.tool(*words)["data"]["identical"] is True
    assert farm.database.dump(DATABASE) == saved.dump
    assert farm.tree() == saved.tree
    assert not (farm.home / "maintenance").exists()
    assert not (farm.home / ".restore").exists()


def test_the_release_of_the_backup_must_be_there(farm: CareFarm, saved: Saved) -> None:
    release = farm.home / "releases" / OLD
    farm.tool("serve", "2" * 16)
    release.rename(release.with_name("5" * 16))
    try:
        words = ("restore", "--no-safety", "--snapshot", saved.snapshot)
        farm.tool(*words, code="restore-release")
        assert farm.database.dump(DATABASE) == saved.dump
        farm.tool(*words, "--any-release")
        assert "<title>4.2.0" in (farm.page() or "")
        assert "🌊" in (farm.page() or "")  # migrated
    finally:
        release.with_name("5" * 16).rename(release)
    back_to(farm, saved)
    assert "<title>4.1.0" in (farm.page() or "")


def back_to(farm: CareFarm, saved: Saved) -> None:
    farm.tool("restore", "--no-safety", "--snapshot", saved.snapshot)
    assert farm.database.dump(DATABASE) == saved.dump
    assert farm.tree() == saved.tree

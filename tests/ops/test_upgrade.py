"""Upgrade of a farm: main wiki, a wiki of copies, a wiki of links; what fails is put back whole."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.ops.care_farm import (
    BROKEN,
    DATABASE,
    NASTY,
    NEW,
    OLD,
    PREFIX,
    REFUSING,
    USER,
    CareFarm,
    database,
    farm,
)

__all__ = ["database", "farm"]

EVERY = int(os.environ.get("WIKIFARM_HOST_KILL_EVERY", "23"))

# For the runs that are killed: what they must survive is not restic's.
SHORT_RESTIC = """#!/bin/sh
case $1 in
snapshots) echo '[{"id":"0123456789","time":"2026","paths":[],"tags":["farm=brest"]}]' ;;
backup) echo '{"snapshot_id":"01234567","total_files_processed":1,"data_added":1}' ;;
stats) echo '{"total_size":1,"total_file_count":1}' ;;
esac
"""


@dataclass(frozen=True)
class Before:
    """The farm on the old release."""

    dump: bytes
    tree: dict[str, str]


@pytest.fixture(scope="module")
def before(farm: CareFarm) -> Before:
    farm.database.sql(NASTY.replace("{p}", f"{PREFIX}rennes__"), DATABASE)
    farm.make_repository()
    return Before(farm.database.dump(DATABASE), farm.tree())


@contextlib.contextmanager
def short_restic(farm: CareFarm) -> Iterator[None]:
    program = farm.bin / "restic"
    text = program.read_text()
    program.write_text(SHORT_RESTIC)
    try:
        yield
    finally:
        program.write_text(text)


def assert_as_before(farm: CareFarm, before: Before) -> None:
    """The old release serves, and nothing shows that another was tried."""
    assert (farm.home / "code").readlink().name == OLD
    assert farm.database.dump(DATABASE) == before.dump
    assert farm.tree() == before.tree
    assert not (farm.home / "maintenance").exists()
    assert sorted(path.name for path in farm.state.glob("*.json")) == ["care.json"]
    for slug in ("", "rennes", "quimper"):
        assert "<title>4.1.0</title>" in (farm.page(slug) or "")


def test_what_is_not_there_cannot_serve(farm: CareFarm, before: Before) -> None:
    snapshots = len(list((farm.repository / "snapshots").iterdir()))
    for words in ((), ("--dry-run",)):
        farm.tool("upgrade", "9" * 16, *words, code="release-unknown")
    assert len(list((farm.repository / "snapshots").iterdir())) == snapshots
    assert_as_before(farm, before)


def test_the_release_in_service_is_left_alone(farm: CareFarm, before: Before) -> None:
    assert farm.tool("upgrade", OLD)["changed"] is False
    assert farm.tool("upgrade", OLD, "--dry-run")["changed"] is False
    assert_as_before(farm, before)


def test_a_dry_run_says_and_does_nothing(farm: CareFarm, before: Before) -> None:
    said = farm.tool("upgrade", NEW, "--dry-run")
    assert said["changed"] is True
    assert said["diff"]["after"] == f"code -> releases/{NEW}\n"
    assert_as_before(farm, before)


def test_no_upgrade_without_a_backup(farm: CareFarm, before: Before) -> None:
    secret = farm.etc / "restic-password"
    right = secret.read_text()
    secret.write_text("autre")
    farm.tool("upgrade", NEW, code="backup-password")
    secret.write_text(right)
    assert_as_before(farm, before)


def test_a_farm_that_is_ill_is_not_upgraded(farm: CareFarm, before: Before) -> None:
    farm.database.sql(f"RENAME TABLE {PREFIX}pages TO away", DATABASE)
    farm.tool("upgrade", NEW, code="upgrade-not-ready")
    farm.database.sql(f"RENAME TABLE away TO {PREFIX}pages", DATABASE)
    assert_as_before(farm, before)


@pytest.mark.parametrize(
    ("release", "told"), [(BROKEN, "/rennes/"), (REFUSING, "CalcFieldToString failed")]
)
def test_a_failed_check_leaves_the_old_version_serving(
    farm: CareFarm, before: Before, release: str, told: str
) -> None:
    """The first breaks one wiki as it migrates; the second says an error and ends well."""
    said = farm.tool("upgrade", release, code="upgrade-check-failed")
    assert told in said["message"]
    assert "The old version" in said["message"]
    assert farm.care()["upgrade"]["ok"] is False
    assert_as_before(farm, before)


@pytest.fixture(scope="module")
def names(farm: CareFarm, before: Before) -> list[str]:
    """The programs of an upgrade that fails in its second wiki and puts back."""
    with short_restic(farm):
        return farm.calls("upgrade", BROKEN, code="upgrade-check-failed")


def test_an_upgrade_killed_before_it_moves_anything_only_reopens(
    farm: CareFarm, before: Before, names: list[str]
) -> None:
    dumping = names.index("mariadb-dump", names.index("service") - 4) + 1
    with short_restic(farm):
        farm.kill_at(dumping, "upgrade", BROKEN)
        assert (farm.home / "maintenance").exists()
        farm.tool("backup", code="unfinished")
        assert farm.tool("upgrade", OLD)["changed"] is True
    assert_as_before(farm, before)


def test_an_upgrade_killed_anywhere_is_put_back_by_the_next(
    farm: CareFarm, before: Before, names: list[str]
) -> None:
    """`upgrade OLD` puts back and finds nothing more to do; it is killed too, further each time."""
    moved = names.index("service") + 1
    with short_restic(farm):
        for number in range(moved, len(names), EVERY):
            farm.kill_at(number, "upgrade", BROKEN)
            farm.kill_at(1 + number % 13, "upgrade", OLD)
            assert farm.tool("upgrade", OLD)["changed"] is True
            assert_as_before(farm, before)


def test_what_cannot_be_put_back_stays_closed_until_it_can(
    farm: CareFarm, before: Before, names: list[str]
) -> None:
    with short_restic(farm):
        farm.kill_at(names.index("service") + 3, "upgrade", BROKEN)
    kept = farm.state / "rollback" / "dumps" / "main.sql"
    text = kept.read_bytes()
    kept.write_bytes(text[:-1])
    said = farm.tool("upgrade", NEW, code="upgrade-rollback-failed")
    assert "stays in maintenance" in said["message"]
    assert (farm.home / "maintenance").exists()
    kept.write_bytes(text)
    assert farm.tool("upgrade", OLD)["changed"] is True
    assert_as_before(farm, before)


def test_every_wiki_is_upgraded_but_one_that_was_ill(farm: CareFarm, before: Before) -> None:
    shutil.copytree(farm.site / "rennes", farm.site / "vannes", symlinks=True)
    config = farm.site / "vannes" / "wakka.config.php"
    config.write_text(config.read_text().replace("rennes", "vannes"))
    for path in [farm.site / "vannes", *(farm.site / "vannes").rglob("*")]:
        shutil.chown(path, USER)
    said = farm.tool("upgrade", NEW)
    assert [url.rsplit("/", 2)[1] for url in said["data"]["left"]] == ["vannes"]
    assert "vannes" in said["messages"][0]
    assert said["data"]["removed"]  # two releases are kept
    assert sorted(path.name for path in (farm.home / "releases").iterdir()) == [OLD, NEW]
    assert not (farm.home / "maintenance").exists()
    for slug in ("", "rennes", "quimper"):
        page = farm.page(slug) or ""
        assert "<title>4.2.0</title>" in page
        assert page.count("🌊") == 1  # migrated once
        folder = farm.site / slug
        assert (folder / "cache/migrated").read_text() == str(pwd.getpwnam(USER).pw_uid)
        assert "'yeswiki_release' => '4.2.0'" in (folder / "wakka.config.php").read_text()
        assert (folder / "wakka.config.php").stat().st_mode & 0o777 == 0o600
        assert (folder / "styles/new.css").exists()
        assert (folder / "files/l’été 🌊.bin").exists()
    rennes = farm.site / "rennes"
    assert (rennes / "actions/show.php").read_text() == "<?php // 4.2.0"
    assert (rennes / "tools/own/mine.php").exists()
    assert not (rennes / "tools/despam").exists()
    assert not [path for path in rennes.iterdir() if path.name.startswith(".")]
    assert {path.owner() for path in rennes.rglob("*")} == {USER}
    assert (farm.site / "quimper/styles").is_symlink()
    assert not os.path.lexists(farm.site / "quimper/tools/despam")
    assert (farm.site / "vannes/actions/show.php").read_text() == "<?php // 4.1.0"
    assert farm.tool("upgrade", NEW)["changed"] is False

"""Retiring a wiki: it and nothing else is removed, and its backup brings it back."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from tests.ops.care_farm import DATABASE, OLD, PREFIX, USER, CareFarm, database, farm

__all__ = ["database", "farm"]

QUIMPER = f"{PREFIX}quimper__"


@pytest.fixture(scope="module", autouse=True)
def repository(farm: CareFarm) -> None:
    farm.make_repository()
    farm.tool("backup")


def release_files(farm: CareFarm) -> dict[str, bytes]:
    """The farm's own code, that a wiki of links is made of."""
    folder = farm.home / "releases" / OLD
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def tables(farm: CareFarm) -> set[str]:
    return set(farm.database.sql("SHOW TABLES", DATABASE).split())


def test_what_may_not_be_retired(farm: CareFarm) -> None:
    dump, tree = farm.database.dump(DATABASE), farm.tree()
    farm.tool("retire", "", code="retire-main")
    for name in ("vannes", "files", "actions", "../site/rennes", ".", "rennes/"):
        farm.tool("retire", name, code="wiki-unknown")
    assert farm.tool("retire", "rennes", "--dry-run")["changed"] is True
    assert (farm.database.dump(DATABASE), farm.tree()) == (dump, tree)


@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        (PREFIX, "wiki-suspect"),  # the main wiki's own
        (QUIMPER, "wiki-suspect"),  # another wiki's
        (f"{PREFIX}pages", "retire-not-a-wiki"),  # claims a table of the main one
        ("", "wiki-suspect"),
    ],
)
def test_a_wiki_that_claims_tables_of_others_is_not_retired(
    farm: CareFarm, prefix: str, code: str
) -> None:
    config = farm.site / "rennes" / "wakka.config.php"
    text, dump = config.read_text(), farm.database.dump(DATABASE)
    config.write_text(text.replace(f"'{PREFIX}rennes__'", f"'{prefix}'"))
    farm.tool("retire", "rennes", code=code)
    config.write_text(text)
    assert farm.database.dump(DATABASE) == dump
    assert (farm.site / "rennes" / "index.php").exists()


def test_nothing_is_removed_without_a_backup(farm: CareFarm) -> None:
    aside = farm.base / "aside"
    farm.repository.rename(aside)
    dump, tree = farm.database.dump(DATABASE), farm.tree()
    farm.tool("retire", "quimper", code="backup-absent")
    aside.rename(farm.repository)
    assert (farm.database.dump(DATABASE), farm.tree()) == (dump, tree)


def test_links_are_removed_and_never_followed(farm: CareFarm) -> None:
    """Quimper is made of links to the farm's code, and someone has put worse in it."""
    outside = farm.base / "outside"
    outside.mkdir()
    (outside / "precious").write_text("precious")
    for name, target in (("files/out", outside), ("all", farm.home), ("rennes", "../rennes")):
        (farm.site / "quimper" / name).symlink_to(target)
    entry = {"bf_titre": "Quimper", "bf_dossier-wiki": "quimper"}
    body = json.dumps(entry).replace(": ", ":")
    insert = f"INSERT INTO {PREFIX}pages (tag, body, latest) VALUES"
    farm.database.sql(f"{insert} ('WikiQuimper', '{body}', 'Y')", DATABASE)
    code, before, rest = release_files(farm), tables(farm), farm.tree()
    said = farm.tool("retire", "quimper")
    assert release_files(farm) == code
    assert (outside / "precious").read_text() == "precious"
    assert tables(farm) == {name for name in before if not name.startswith(QUIMPER)}
    assert set(said["data"]["tables"]) == {name for name in before if name.startswith(QUIMPER)}
    kept = {name: what for name, what in rest.items() if not f"{name}/".startswith("quimper/")}
    assert farm.tree() == kept
    assert sorted(path.name for path in farm.home.iterdir()) == ["code", "releases", "site"]
    assert "WikiQuimper" in said["messages"][0]  # the stand-in knows no login: the entry stays
    farm.tool("retire", "quimper", code="wiki-unknown")
    (outside / "precious").unlink()
    farm.tool("restore", "--wiki", "quimper", "--no-safety")
    assert "Bienvenue à quimper" in (farm.page("quimper") or "")
    assert farm.tree() == rest
    assert tables(farm) == before
    assert not list(outside.iterdir())


def test_a_retirement_killed_anywhere_is_finished_by_the_next(farm: CareFarm) -> None:
    shutil.copytree(farm.site / "rennes", farm.site / "vannes")
    config = farm.site / "vannes" / "wakka.config.php"
    config.write_text(config.read_text().replace("rennes", "vannes"))
    for path in [farm.site / "vannes", *(farm.site / "vannes").rglob("*")]:
        shutil.chown(path, USER)
    for name in ("pages", "users"):
        copy = f"CREATE TABLE {PREFIX}vannes__{name} AS SELECT * FROM {PREFIX}rennes__{name}"
        farm.database.sql(copy, DATABASE)
    number = 20
    while (farm.site / "vannes").exists():
        farm.kill_at(number, "retire", "vannes")
        number += 2
    assert (farm.state / "retire.json").exists()
    farm.tool("backup", code="unfinished")
    assert farm.tool("retire", "vannes")["data"]["slug"] == "vannes"
    assert not any("vannes" in name for name in tables(farm))
    assert not os.path.lexists(farm.site / "vannes")
    assert not (farm.home / ".retired").exists()
    assert "Bienvenue à rennes" in (farm.page("rennes") or "")
    farm.tool("backup")

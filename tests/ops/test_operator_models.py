"""Models that the operator puts on a farm: as asked, offered, safe to run in its database."""

from __future__ import annotations

import json
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.ops.care_farm import DATABASE, USER, CareFarm, database, farm

__all__ = ["database", "farm"]

NAME = f"wikifarm-{'a' * 24}"
OTHER = f"wikifarm-{'b' * 24}"
ODD = "l’été 🦀 \\ ' \" ` \\' \n{{password}} {{prefix}} %00 \x1a -- ; DROP TABLE x"
RIGHTS = {"read": "@participants\n@animation", "write": "@animation", "comment": "comments-closed"}

# The tables of a new wiki, as YesWiki makes them (setup/sql/create-tables.sql, 4.4.4).
TABLES = """
CREATE TABLE `{{prefix}}acls` (`page_tag` varchar(191) NOT NULL, `privilege` varchar(20) NOT NULL,
  `list` text NOT NULL, PRIMARY KEY (`page_tag`,`privilege`)) CHARACTER SET utf8mb4;
CREATE TABLE `{{prefix}}nature` (`bn_id_nature` int unsigned NOT NULL PRIMARY KEY,
  `bn_label_nature` varchar(255), `bn_description` text, `bn_condition` text, `bn_sem_context` text,
  `bn_sem_type` varchar(255), `bn_sem_use_template` tinyint(1) NOT NULL,
  `bn_template` text NOT NULL, `bn_ce_i18n` varchar(5) NOT NULL,
  `bn_only_one_entry` enum('Y','N') NOT NULL DEFAULT 'N',
  `bn_only_one_entry_message` text) CHARACTER SET utf8mb4;
CREATE TABLE `{{prefix}}pages` (`id` int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `tag` varchar(191) NOT NULL, `time` datetime NOT NULL, `body` longtext NOT NULL,
  `body_r` text NOT NULL, `owner` varchar(191) NOT NULL, `user` varchar(191) NOT NULL,
  `latest` enum('Y','N') NOT NULL, `handler` varchar(30) NOT NULL,
  `comment_on` varchar(191) NOT NULL) CHARACTER SET utf8mb4;
CREATE TABLE `{{prefix}}triples` (`id` int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `resource` varchar(255) NOT NULL, `property` varchar(255) NOT NULL, `value` text NOT NULL)
  CHARACTER SET utf8mb4;
INSERT INTO `{{prefix}}triples` VALUES (1, 'ThisWikiGroup:admins',
  'http://www.wikini.net/_vocabulary/acls', '{{WikiName}}');
"""


def a_model(name: str = NAME, **other: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": f"wikifarm · {name[-1]}",
        "pages": [{"tag": "PagePrincipale", "body": ODD}, {"tag": "Charte", "body": "dire"}],
        "lists": {"ListeOuiNon": {"titre_liste": "Oui / non", "label": {"oui": "Oui"}}},
        "forms": {
            "101": {"bn_id_nature": "101", "bn_label_nature": ODD, "bn_template": "texte***"}
        },
        "rights": {"PagePrincipale": RIGHTS, "PageAVenir": RIGHTS},
        "modules": {"action trail": "@admins", "handler referrers_sites": "@admins\n@animation"},
        "groups": {"animation": [], "participants": ["@animation"], "admins": ["@animation"]},
        **other,
    }


def asked(farm: CareFarm, *models: dict[str, Any], url: str = "") -> str:
    """The file that `wikifarm ops models` would bring."""
    file = farm.base / "models.json"
    url = url or json.loads((farm.etc / "farm.json").read_text())["url"]
    file.write_text(json.dumps({"farm": url, "models": models}))
    return str(file)


def folder(farm: CareFarm) -> Path:
    return farm.site / "custom" / "wiki-models"


def given_to_php(farm: CareFarm) -> None:
    """What a test writes there is PHP's, as all the rest."""
    for path in (folder(farm), *folder(farm).rglob("*")):
        if not path.is_symlink():
            shutil.chown(path, USER)


def offered(farm: CareFarm) -> list[str]:
    """The models that ferme would read in the settings of the farm."""
    script = "include $argv[1]; echo json_encode($wakkaConfig['yeswiki-farm-models'] ?? []);"
    config = str(farm.site / "wakka.config.php")
    done = subprocess.run(["php", "-r", script, config], capture_output=True, check=True)
    names: list[str] = json.loads(done.stdout)
    return names


@pytest.fixture(autouse=True)
def without_models(farm: CareFarm) -> None:
    """Each test begins without a model; PHP may write in `custom`."""
    config = farm.site / "wakka.config.php"
    before = farm.base / "wakka.config.before"
    if not before.exists():
        shutil.copy2(config, before)
    config.write_bytes(before.read_bytes())
    if folder(farm).is_symlink():
        folder(farm).unlink()
    shutil.rmtree(folder(farm), ignore_errors=True)
    shutil.chown((farm.site / "custom").resolve(), USER)


def test_what_is_no_model_of_this_farm_is_refused(farm: CareFarm) -> None:
    before = farm.tree()
    farm.tool("models", str(farm.base / "nowhere.json"), code="models-unreadable")
    farm.tool("models", asked(farm, {"name": NAME}), code="models-unreadable")
    other = asked(farm, a_model(), url="https://ailleurs.example.org/")
    farm.tool("models", other, code="models-other-farm")
    assert farm.tree() == before


BAD = "x'); DROP TABLE users; -- "


@pytest.mark.parametrize(
    "other",
    [
        {"name": "../../../tmp/x"},
        {"name": f"{NAME}\n"},
        {"pages": [{"tag": BAD, "body": ""}]},
        {"pages": [{"tag": "", "body": ""}]},
        {"lists": {BAD: {}}},
        {"forms": {BAD: {}}},
        {"forms": {"0": {}}},
        {"rights": {BAD: RIGHTS}},
        {"modules": {f"action {BAD}": "@admins"}},
        {"modules": {"page x": "@admins"}},
        {"groups": {BAD: []}},
        {"groups": {"admins": ["Camille"]}},  # a person is in no model
        {"groups": {"animation": [BAD]}},
    ],
)
def test_no_name_enters_the_database_that_is_more_than_a_name(
    other: dict[str, Any], farm: CareFarm
) -> None:
    before = farm.tree()
    said = farm.tool("models", asked(farm, a_model(OTHER), a_model(**other)), code="models-unsafe")
    assert said.status == 7
    assert farm.tree() == before
    assert offered(farm) == []


def test_a_model_is_put_there_offered_and_left_alone_the_second_time(farm: CareFarm) -> None:
    before, file = farm.tree(), asked(farm, a_model())
    foreseen = farm.tool("models", file, "--dry-run")
    assert (foreseen["changed"], farm.tree()) == (True, before)
    assert NAME in foreseen["diff"]["after"]
    said = farm.tool("models", file)
    assert said["data"] == {"models": [NAME], "written": [NAME], "removed": []}
    assert offered(farm) == ["default-content", NAME]
    uid = pwd.getpwnam(USER).pw_uid
    for path in (folder(farm) / NAME, *(folder(farm) / NAME).iterdir()):
        mode = 0o700 if path.is_dir() else 0o600
        assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (uid, mode)
    assert sorted(path.name for path in folder(farm).iterdir()) == [NAME]
    assert json.loads((folder(farm) / NAME / "infos.json").read_text())["label"] == "wikifarm · a"
    after = farm.tree()
    assert farm.tool("models", file)["changed"] is False
    assert farm.tool("models", file, "--dry-run")["changed"] is False
    assert farm.tree() == after


def test_one_changed_by_hand_or_left_half_written_is_put_right(farm: CareFarm) -> None:
    file = asked(farm, a_model())
    farm.tool("models", file)
    after = farm.tree()
    (folder(farm) / NAME / "default-content.sql").write_text("DROP TABLE x;")
    (folder(farm) / NAME / "files").mkdir()
    half = folder(farm) / f".{NAME}.new"
    half.mkdir()
    (half / "default-content.sql").write_text("INSERT")
    given_to_php(farm)
    said = farm.tool("models", file)
    assert said["data"]["written"] == [NAME]
    assert farm.tree() == after


def test_what_is_not_asked_for_any_more_goes_and_nothing_else(farm: CareFarm) -> None:
    farm.tool("models", asked(farm, a_model(), a_model(OTHER)))
    over_http = f"wikifarm-{'c' * 24}"
    for name in (over_http, "ailleurs"):
        (folder(farm) / name).mkdir()
        (folder(farm) / name / "default-content.sql").write_text("# made over HTTP")
        (folder(farm) / name / "infos.json").write_text('{"label": "x", "sourceUrl": "y"}')
    given_to_php(farm)
    file = asked(farm, a_model())
    assert farm.tool("models", file)["changed"] is False
    said = farm.tool("models", file, "--remove-unused")
    assert said["data"]["removed"] == [OTHER]
    assert offered(farm) == ["default-content", NAME]
    assert sorted(path.name for path in folder(farm).iterdir()) == ["ailleurs", NAME, over_http]
    assert farm.tool("models", file, "--remove-unused")["changed"] is False


def test_no_link_is_followed(farm: CareFarm) -> None:
    outside = farm.base / "precious"
    outside.mkdir(exist_ok=True)
    (outside / "infos.json").write_text('{"wikifarm": "models"}')
    shutil.chown(outside, USER)
    file = asked(farm, a_model())
    folder(farm).symlink_to(outside)
    farm.tool("models", file, code="models-unsafe")
    folder(farm).unlink()
    folder(farm).mkdir()
    given_to_php(farm)
    (folder(farm) / NAME).symlink_to(outside)
    (folder(farm) / OTHER).symlink_to(outside)
    farm.tool("models", file, "--remove-unused")
    assert not (folder(farm) / NAME).is_symlink()
    assert (folder(farm) / OTHER).is_symlink()  # none of ours
    assert [path.name for path in outside.iterdir()] == ["infos.json"]


def test_what_the_inventory_offers_does_not_hide_it(farm: CareFarm) -> None:
    farm.tool("models", asked(farm, a_model()))
    farm.change(configuration={"yeswiki-farm-models": ["default-content", "asso"]})
    try:
        farm.tool("configure")
        assert offered(farm) == ["default-content", "asso", NAME]
        assert farm.tool("configure")["changed"] is False
    finally:
        farm.change(configuration={})


def test_a_farm_that_is_not_there_yet_says_so(farm: CareFarm) -> None:
    config = farm.site / "wakka.config.php"
    config.rename(farm.base / "aside")
    file = asked(farm, a_model())
    assert farm.tool("models", file, "--dry-run")["changed"] is True
    farm.tool("models", file, code="not-installed")
    (farm.base / "aside").rename(config)


def test_the_wiki_made_from_it_holds_each_text_as_it_is(farm: CareFarm) -> None:
    """What ferme does of it: its words replaced, the whole given to the database."""
    farm.tool("models", asked(farm, a_model()))
    sql = TABLES + (folder(farm) / NAME / "default-content.sql").read_text()
    for word, value in {"prefix": "new__", "WikiName": "WikiAdmin", "password": "SECRET"}.items():
        sql = sql.replace(f"{{{{{word}}}}}", value)
    farm.database.sql(sql, DATABASE)

    def rows(query: str) -> list[str]:
        return farm.database.sql(query, DATABASE).splitlines()

    try:
        (body,) = rows("SELECT HEX(body) FROM new__pages WHERE tag = 'PagePrincipale'")
        assert bytes.fromhex(body).decode() == ODD
        assert rows("SELECT id, tag, owner, user, latest FROM new__pages") == [
            f"{number}\t{tag}\tWikiAdmin\tWikiAdmin\tY"
            for number, tag in enumerate(["PagePrincipale", "Charte", "ListeOuiNon"], 1)
        ]
        (listed,) = rows("SELECT HEX(body) FROM new__pages WHERE tag = 'ListeOuiNon'")
        assert bytes.fromhex(listed) == rb'{"titre_liste":"Oui \/ non","label":{"oui":"Oui"}}'
        (form,) = rows("SELECT HEX(bn_label_nature), bn_only_one_entry FROM new__nature")
        assert form == f"{ODD.encode().hex().upper()}\tN"
        assert rows("SELECT page_tag, privilege, HEX(list) FROM new__acls ORDER BY 1, 2") == [
            f"{tag}\t{kind}\t{RIGHTS[kind].encode().hex().upper()}"
            for tag in ("PageAVenir", "PagePrincipale")
            for kind in sorted(RIGHTS)
        ]
        said = rows("SELECT resource, REPLACE(value, '\n', ',') FROM new__triples ORDER BY id")
        assert [line.split("/")[-1] for line in said] == [
            "ThisWikiGroup:admins\t@animation,WikiAdmin",
            "ListeOuiNon\tliste",
            "ThisWikiGroup:animation\t",
            "ThisWikiGroup:participants\t@animation",
            "trail\t@admins",
            "referrers_sites\t@admins,@animation",
        ]
    finally:
        for name in ("acls", "nature", "pages", "triples"):
            farm.database.sql(f"DROP TABLE new__{name}", DATABASE)

"""New community: its manifest first, nothing half-done, and the sentinel removed on any way out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.operations.conftest import PASSWORD, Fresh, a_community, context_for
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.blueprint.manifest.slugs import propose_slug
from wikifarm.errors import Locked, Refused
from wikifarm.operations.apply import apply
from wikifarm.operations.archive.take_backup import BackupMade, backup
from wikifarm.operations.audit import questions
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.describe import described_as, where_described
from wikifarm.operations.new_community import in_the_way, new_community
from wikifarm.operations.plan import plan
from wikifarm.rehearsal import RunningFarm, snapshot
from wikifarm.transport import Answer


def test_the_manifest_is_written_and_gives_the_same_community(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    assert new_community(fresh(), rennes, audit=False).error is None
    path = tmp_path / "out" / "communities" / "rennes.yml"
    assert load_manifests([path]) == [rennes]
    assert path.stat().st_mode & 0o077 == 0, "it holds addresses"
    again = new_community(fresh(), rennes, audit=False)
    assert again.status == "unchanged"


def test_a_manifest_edited_by_hand_is_not_overwritten(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    assert new_community(fresh(), rennes, audit=False).error is None
    path = tmp_path / "out" / "communities" / "rennes.yml"
    path.write_text(path.read_text("utf-8") + "\ncontact: animation@example.org\n", "utf-8")
    before = path.read_bytes()
    with pytest.raises(Exception, match="rennes") as refused:
        new_community(fresh(), rennes, audit=False)
    assert getattr(refused.value, "exit", None) == 7
    assert path.read_bytes() == before


def test_what_a_sheet_describes_is_not_described_twice(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    context = fresh()
    sheet = write_sheet(context.places.communities)
    with pytest.raises(Refused) as refused:
        new_community(context, rennes, audit=False)
    assert f"`wikifarm apply {sheet} --only rennes`" in refused.value.hint
    assert isinstance(in_the_way(context, "rennes"), Refused)
    assert in_the_way(context, "vannes") is None
    assert [path.name for path in sheet.parent.iterdir()] == [sheet.name]
    assert context.farm.known("rennes") is None


def test_a_backup_takes_the_description_that_a_sheet_gives(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    context = fresh()
    sheet = write_sheet(context.places.communities)
    (made,) = apply(context, load_manifests([sheet]), audit=False)
    assert made.error is None
    told = backup(context, "rennes", tmp_path / "rennes.zip", in_clear=True)
    assert isinstance(told.outcome, BackupMade)
    kept = json.loads(zipfile.ZipFile(tmp_path / "rennes.zip").read("community.json"))
    assert kept["name"] == "Rennes" and kept["slug"] == "rennes"
    assert where_described(context, "rennes") == sheet
    assert described_as(context, "rennes") == load_manifests([sheet])[0]
    assert where_described(context, "vannes") is None and described_as(context, "vannes") is None


def write_sheet(folder: Path) -> Path:
    """A sheet of the folder that describes Rennes."""
    folder.mkdir(parents=True)
    sheet = folder / "bretagne.csv"
    sheet.write_text("slug,name,facilitators\nrennes,Rennes,ana@example.org\n", "utf-8")
    return sheet


def test_a_refusal_leaves_no_manifest_in_the_way(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    with fresh().lock():
        refused = new_community(fresh(), rennes, audit=False)
    assert isinstance(refused.error, Locked)
    assert not (tmp_path / "out" / "communities" / "rennes.yml").exists()


def test_a_full_disk_stops_before_the_farm_is_asked(running: RunningFarm, tmp_path: Path) -> None:
    """Files may not grow in this child process: the manifest cannot be written."""
    before = snapshot(tmp_path / "farm")
    limited = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "from wikifarm.__main__ import main\n"
        "sys.argv = ['wikifarm', *sys.argv[1:]]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "new-community", "Rennes", "--slug", "rennes",
         "--facilitator", "A B <a@example.org>", "--yes", "--no-input"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "WIKIFARM_FARM_URL": running.url, "WIKIFARM_FARM_ADMIN": "WikiAdmin",
             "WIKIFARM_FARM_PASSWORD": PASSWORD, "WIKIFARM_STATE_DIR": str(tmp_path / "state"),
             "WIKIFARM_LANG": "en", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "manifest" in done.stderr or "community file" in done.stderr
    assert not (tmp_path / "communities" / "rennes.yml").exists()
    assert snapshot(tmp_path / "farm") == before


def test_the_sentinel_is_removed_when_the_audit_breaks(
    fresh: Fresh, rennes: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def breaking(*_arguments: object) -> Answer:
        nonlocal asked
        asked += 1
        if asked > 40:
            raise KeyboardInterrupt
        return Answer(200, "", {}, "")

    monkeypatch.setattr(questions, "ask", breaking)
    with pytest.raises(KeyboardInterrupt):
        new_community(fresh(), rennes)
    wiki = open_wiki(fresh(), "rennes")
    assert not [one for one in wiki.users.all() if "Temoin" in one.name]
    assert not [tag for tag in wiki.rights.all() if "Temoin" in tag or tag.startswith("FicheDe")]
    assert "Temoin" not in str(wiki.groups.members("participants"))


def test_the_checklist_and_the_welcome_are_this_communitys(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    context = fresh()
    outcome = new_community(context, rennes)
    assert outcome.error is None
    page = Path(outcome.checklist).read_text("utf-8")
    text = Path(outcome.welcome).read_text("utf-8")
    password = context.vault.get("rennes")
    assert password not in str(outcome.as_json())
    for shown in (page, text, Path(outcome.checklist).with_suffix(".md").read_text("utf-8")):
        assert outcome.url in shown
        assert password not in shown
    assert "http://" not in page.replace(outcome.url.rstrip("/"), "").replace(
        fresh().farm.base.rstrip("/"), ""
    )
    assert "checked" in page, "what the tool saw is ticked"


def test_english_twin(fresh: Fresh) -> None:
    english = replace(a_community(), language="en", name="Robustness around Rennes")
    outcome = new_community(fresh(), english, audit=False)
    assert outcome.error is None
    wiki = open_wiki(fresh(), "rennes")
    home = wiki.pages.read("PagePrincipale")
    assert home is not None
    assert "Nous" not in home.body
    assert "Charter" in wiki.pages.all()


@pytest.mark.parametrize("name", ["مجتمع التعلم", "Сообщество", "北京社区", "🌱🌻"])
def test_a_name_without_a_latin_letter_makes_a_wiki_of_that_name(
    fresh: Fresh, rennes: Community, name: str
) -> None:
    slug = propose_slug(name)
    people = (replace(rennes.facilitators[0], name=name),)
    community = replace(rennes, name=name, slug=slug, facilitators=people)
    assert new_community(fresh(), community, audit=False).error is None
    assert open_wiki(fresh(), slug).settings.all()["wakka_name"] == name
    again = new_community(fresh(), community, audit=False)
    assert again.status == "unchanged"


def test_no_wiki_is_made_in_nobodys_name(
    running: RunningFarm, rennes: Community, tmp_path: Path
) -> None:
    """Many a farm lets any passer-by make wikis."""
    context = context_for(running.url, tmp_path, password="")
    (planned,) = plan(context, [rennes])
    for outcome in (planned, new_community(context, rennes, audit=False)):
        assert outcome.error is not None and outcome.error.exit == 2
        assert "password is missing" in outcome.error.message
    assert context.farm.find(rennes.slug) is None

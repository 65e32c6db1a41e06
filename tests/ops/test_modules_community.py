"""The modules about communities and their playbook, on a rehearsal farm; failures first."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible")

import wikifarm
from tests.blueprints import ATELIER, CARDS, EVENINGS
from tests.operations.conftest import PASSWORD, start_farm
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.engine.closing import Leave
from wikifarm.engine.lock import farm_lock
from wikifarm.model import Rights
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.leaving.retire import LeaveMeans, retire
from wikifarm.operations.workplace.context import Context, FarmSettings
from wikifarm.operations.workplace.places import Places
from wikifarm.rehearsal import RunningFarm, snapshot

ROOT = Path(__file__).parents[2]
PLAYBOOKS = ROOT / "playbooks"
MODULES = PLAYBOOKS / "ansible_collections/wikifarm/farm/plugins/modules"
SOURCE = Path(wikifarm.__file__).parents[1]
COMMUNITY, INFO = "wikifarm_community", "wikifarm_community_info"

MANIFEST = """\
name: Robustesse autour de {name}
slug: {slug}
facilitators: ["Camille Le Goff <camille@example.org>", "Dominique Perrin <do@example.org>"]
modules: {modules}
contact: bonjour@example.org
"""

Said = dict[str, Any]


class Desk:
    """A farm, and the folders of someone who runs Ansible for it."""

    def __init__(self, farm: RunningFarm, data: Path, home: Path) -> None:
        self.farm, self.data, self.home = farm, data, home
        self.state = home / "state"
        self.manifests = home / "communities"
        self.manifests.mkdir(parents=True)

    def describe(self, slug: str, modules: str = "[agenda]", **more: str) -> Path:
        """A manifest; `more` are further lines of it."""
        lines = "".join(f"{key}: {value}\n" for key, value in more.items())
        path = self.manifests / f"{slug}.yml"
        text = MANIFEST.format(name=slug.title(), slug=slug, modules=modules)
        path.write_text(text + lines, "utf-8")
        return path

    @contextmanager
    def context(self) -> Iterator[Context]:
        """The toolkit itself, for what a test finds already there."""
        settings = FarmSettings(url=self.farm.url, admin="WikiAdmin", password=PASSWORD)
        context = Context(settings, Places(self.state, self.home))
        yield context
        context.close()

    def make(self, slug: str) -> None:
        """A community in place, that Ansible did not make."""
        with self.context() as context:
            made = apply(context, load_manifests([self.describe(slug)]), audit=False)
        assert made[0].error is None

    def call(self, name: str = COMMUNITY, **options: Any) -> Said:
        """What the module answers to these options; the others are those of this desk."""
        usual: Said = {
            "farm_url": self.farm.url,
            "farm_password": PASSWORD,
            "directory": str(self.home),
            "state_dir": str(self.state),
            "language": "en",
        }
        if name == COMMUNITY:
            usual["verify"] = False  # the playbook below does it: it is long
        return call(name, usual | options)

    def seen(self) -> tuple[object, list[tuple[str, bytes]]]:
        """Everything that the farm and this desk hold."""
        files = [path for path in sorted(self.home.rglob("*")) if path.is_file()]
        return snapshot(self.data), [(str(path), path.read_bytes()) for path in files]


def environment(**more: str) -> dict[str, str]:
    """This environment, without the settings of whoever runs the tests."""
    kept = {key: text for key, text in os.environ.items() if not key.startswith("WIKIFARM_")}
    return {**kept, "XDG_CONFIG_HOME": os.devnull, "LC_ALL": "C.UTF-8", **more}


def call(name: str, options: Said, path: str = f"{SOURCE}:{PLAYBOOKS}", *flags: str) -> Said:
    done = subprocess.run(
        [sys.executable, *flags, str(MODULES / f"{name}.py")],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": options}),
        capture_output=True, text=True, timeout=60, check=False, env=environment(PYTHONPATH=path),
    )  # fmt: skip
    assert done.stdout, done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    answer = json.loads(done.stdout)
    assert done.returncode == int(bool(answer.get("failed"))), answer
    assert isinstance(answer, dict)
    return answer


def check(desk: Desk, name: str = COMMUNITY, **options: Any) -> Said:
    return desk.call(name, **options, _ansible_check_mode=True, _ansible_diff=True)


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningFarm, Path]]:
    data = tmp_path_factory.mktemp("farm")
    with start_farm(data) as running:
        yield running, data


@pytest.fixture
def desk(farm: tuple[RunningFarm, Path], tmp_path: Path) -> Desk:
    """A desk of its own: no other test's communities are known to it."""
    return Desk(*farm, tmp_path / "desk")


@pytest.fixture(scope="module")
def made(farm: tuple[RunningFarm, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose community is already in place; tests leave it so."""
    desk = Desk(*farm, tmp_path_factory.mktemp("made"))
    desk.make("made")
    return desk


# -- what goes wrong ------------------------------------------------------------------------


def test_a_wrong_password_is_told_and_nothing_is_made(desk: Desk) -> None:
    desk.describe("wrong")
    before = snapshot(desk.data)
    said = desk.call(farm_password="Sesame-Ouvre-Toi-1")
    assert (said["code"], said["changed"]) == ("bad-credentials", False)
    assert "refuses the name or the password" in said["msg"]
    assert said["hint"]
    assert [row["status"] for row in said["communities"]] == ["failed"]
    assert "Sesame-Ouvre-Toi-1" not in json.dumps(said)
    assert snapshot(desk.data) == before


def test_a_farm_that_does_not_answer_is_told(desk: Desk) -> None:
    desk.describe("silent")
    said = desk.call(INFO, farm_url="http://127.0.0.1:9/")
    assert (said["code"], said["changed"]) == ("unreachable", False)


def test_every_problem_of_every_manifest_is_told_at_once(desk: Desk) -> None:
    desk.describe("good")
    desk.describe("bad", colour="blue", admission="never")
    nobody = {"name": "No one", "slug": "no-one"}
    said = desk.call(manifests=[str(desk.manifests)], communities=[nobody])
    assert said["communities"] == []
    assert sorted(error["code"] for error in said["errors"]) == [
        "choice",
        "missing-facilitator",
        "unknown-key",
    ]
    places = [error["where"] for error in said["errors"]]
    assert any(place.endswith("bad.yml:6:1") for place in places)
    assert any(place.endswith("communities[0]") for place in places)
    assert "requests" not in said


def test_one_address_for_two_communities_is_refused(desk: Desk) -> None:
    path = desk.describe("good")
    twin = {"name": "Twin", "slug": "good", "facilitators": ["Camille <camille@example.org>"]}
    said = desk.call(manifests=[str(path)], communities=[twin])
    assert said["code"] == "duplicate-slug"
    assert said["msg"].endswith(f"is already that of {path}")


def test_a_name_that_no_manifest_has_is_told(desk: Desk) -> None:
    desk.describe("rennes")
    said = desk.call(only=["renes"])
    assert said["code"] == "unknown-community"
    assert "rennes" in said["hint"]


def test_a_farm_that_another_run_holds_is_left_alone(made: Desk) -> None:
    folder = Places(made.state, made.home).farm(made.farm.url)
    with farm_lock(folder):
        said = made.call()
    assert (said["code"], said["changed"]) == ("locked", False)


def test_a_file_that_is_no_certificate_is_told(made: Desk) -> None:
    said = made.call(ca_certificate=str(made.home / "communities" / "made.yml"))
    assert said["code"] == "unreadable"
    assert said["hint"] == "check ca_certificate"


def test_the_failure_of_one_never_undoes_another(desk: Desk, made: Desk) -> None:
    """“made” is not of this computer; the other one is set up all the same."""
    desk.describe("made")
    desk.describe("other")
    said = desk.call()
    assert [(row["slug"], row["status"]) for row in said["communities"]] == [
        ("made", "failed"),
        ("other", "created"),
    ]
    assert [(error["slug"], error["code"]) for error in said["errors"]] == [("made", "not-ours")]
    assert said["changed"] is True
    told = desk.call(INFO)
    assert [(row["slug"], row["state"]) for row in told["communities"]] == [
        ("made", "not-ours"),
        ("other", "in-place"),
    ]
    assert [error["code"] for error in told["errors"]] == ["not-ours"]


def test_what_was_written_before_a_failure_counts_as_changed(desk: Desk) -> None:
    desk.describe("half")
    (desk.home / "checklist").write_text("not a folder", "utf-8")
    said = desk.call()
    assert (said["code"], said["changed"]) == ("local-storage", True)
    again = desk.call()
    assert (again["code"], again["changed"]) == ("local-storage", False)


def test_without_the_package_the_cure_is_told(tmp_path: Path) -> None:
    import ansible

    (tmp_path / "ansible").symlink_to(Path(ansible.__file__).parent)
    for language, word in (("fr", "Installez"), ("en", "Install it where Ansible runs")):
        options = {"language": language}
        said = call(COMMUNITY, options, f"{tmp_path}:{PLAYBOOKS}", "-S")
        assert said["code"] == "no-wikifarm"
        assert word in said["msg"]
        assert "ansible_playbook_python" in said["hint"]


# -- what changes, and what does not --------------------------------------------------------


def test_check_mode_writes_nothing_and_shows_what_would_change(desk: Desk) -> None:
    """No address of anyone is in the differences, nor in the options that -vvv shows."""
    desk.describe("checked")
    inline = {"name": "Chez nous", "slug": "inline", "contact": "bonjour@example.org",
              "facilitators": ["Camille Le Goff <camille@example.org>"]}  # fmt: skip
    before = desk.seen()
    said = check(desk, manifests=[str(desk.manifests)], communities=[inline])
    assert desk.seen() == before
    assert said["changed"] is True
    rows = said["communities"]
    assert [(row["status"], row["changed"]) for row in rows] == [("planned", True)] * 2
    wanted = {"pages:PagePrincipale", "accounts:CamilleG"}
    assert {change["id"] for change in rows[0]["changes"]} >= wanted
    texts = {diff["after_header"]: diff for diff in said["diff"]}
    assert len(texts) == sum(len(row["changes"]) for row in rows)
    assert texts["checked pages:PagePrincipale"]["before"] == ""
    assert "Robustesse autour de Checked" in texts["checked settings:wakka_name"]["after"]
    told = json.dumps(said, ensure_ascii=False)
    assert "…@example.org" in told
    assert "camille@" not in told
    assert "bonjour@" not in told


def test_a_second_run_changes_nothing(made: Desk) -> None:
    before = snapshot(made.data)
    said = made.call()
    assert said["changed"] is False
    assert said["communities"][0]["status"] == "unchanged"
    assert said["communities"][0]["changes"] == []
    checked = check(made)
    assert (checked["changed"], checked["diff"]) == (False, [])
    assert snapshot(made.data) == before


def test_a_change_of_the_manifest_is_shown_before_and_after(desk: Desk) -> None:
    desk.make("changing")
    desk.describe("changing", territory="Pays de Brest")
    opened(desk, "changing")
    before = desk.seen()
    said = check(desk)
    assert desk.seen() == before
    texts = {diff["after_header"]: (diff["before"], diff["after"]) for diff in said["diff"]}
    page = next(pair for name, pair in texts.items() if name.startswith("changing pages:"))
    assert page[0]
    assert "Pays de Brest" in page[1]
    assert "Pays de Brest" not in page[0]
    rights = texts["changing rights:TableauDeBord"]
    assert rights[0].startswith("read: *\n")
    assert not rights[1].startswith("read: *\n")
    done = desk.call(_ansible_diff=True)
    assert done["diff"] == said["diff"]
    assert done["communities"][0]["status"] == "updated"


def opened(desk: Desk, slug: str) -> None:
    """Someone opens the dashboard of the community to everybody, by hand."""
    with desk.context() as context:
        open_wiki(context, slug).rights.set(["TableauDeBord"], Rights("*", "*"))


def test_a_checklist_that_was_lost_comes_back(made: Desk) -> None:
    path = made.home / "checklist" / "made.md"
    before = path.read_bytes()
    path.unlink()
    assert check(made)["changed"] is True
    assert not path.exists()
    assert made.call()["changed"] is True
    assert path.read_bytes() == before


def test_what_waits_for_a_person_is_no_failure(desk: Desk) -> None:
    desk.describe("waiting", modules="[mailing-list]", mailing_list="infini")
    said = desk.call()
    assert "failed" not in said
    assert [request["slug"] for request in said["pending"]] == ["waiting"]
    assert said["pending"][0]["text"]


def test_a_blueprint_of_other_names_is_applied_then_left_unchanged(desk: Desk) -> None:
    """Its forms, groups and pages bear none of the shipped names."""
    more = {"blueprint": str(ATELIER), "language": "en"}
    desk.describe("mending", modules="[participants, agenda]", **more)
    done, again = desk.call(), desk.call()
    assert [one["status"] for one in done["communities"]] == ["created"]
    assert (done["changed"], again["changed"]) == (True, False)
    with desk.context() as context:
        assert set(open_wiki(context, "mending").forms.all()) == {CARDS, EVENINGS}


# -- how they stand -------------------------------------------------------------------------


def test_info_tells_how_communities_stand_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    later = tmp_path / "later.yml"
    later.write_text(MANIFEST.format(name="Later", slug="later", modules="[agenda]"), "utf-8")
    desk.make("here")
    with desk.context() as context:
        wiki = open_wiki(context, "here")
        page = wiki.pages.read("Charte")
        assert page is not None
        wiki.pages.save("Charte", page.body + "\n\nÉcrit ici.", page.revision)
    before = desk.seen()
    said = desk.call(INFO, manifests=[str(desk.manifests), str(later)])
    known = desk.call(INFO, plan=False)
    assert desk.seen() == before
    assert said["changed"] is False
    rows = {row["slug"]: row for row in said["communities"]}
    assert (rows["here"]["state"], rows["later"]["state"]) == ("in-place", "not-made")
    assert rows["here"]["edited"] == ["Charte"]
    assert (rows["here"]["in_step"], rows["later"]["in_step"]) == (True, False)
    assert [row["slug"] for row in known["communities"]] == ["here"]
    assert "in_step" not in known["communities"][0]


def test_a_community_that_closes_is_left_alone(desk: Desk) -> None:
    for slug in ("closing", "going-on"):
        desk.describe(slug)
    assert desk.call()["changed"] is True
    with desk.context() as context:
        for step in (Leave.ANNOUNCE, Leave.READ_ONLY):
            retire(context, "closing", step, LeaveMeans(at_once=True))
    before = snapshot(desk.data)
    said = desk.call()
    rows = {row["slug"]: row for row in said["communities"]}
    assert (said["errors"], said["changed"]) == ([], False)
    assert (rows["closing"]["status"], rows["going-on"]["status"]) == ("closing", "unchanged")
    assert any("--step reopen" in note for note in rows["closing"]["notes"])
    only = desk.call(only=["closing"])
    assert (only["code"], only["changed"]) == ("community-closed", False)
    assert "closes" in only["msg"] and "--step reopen" in only["hint"]
    told = desk.call(INFO, plan=False, only=["closing"])
    assert [row["state"] for row in told["communities"]] == ["closing"]
    assert snapshot(desk.data) == before


# -- documentation --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def documented() -> dict[str, Any]:
    """What `ansible-doc` reads of both modules."""
    names = [f"wikifarm.farm.{name}" for name in (COMMUNITY, INFO)]
    done = ansible("doc", "--json", *names)
    assert done.returncode == 0, done.stderr
    documentation = json.loads(done.stdout)
    assert isinstance(documentation, dict)
    return documentation


class _Declared(Exception):
    """Stops a module as soon as it has said its options."""


@pytest.mark.parametrize("name", [COMMUNITY, INFO])
def test_the_documentation_says_the_options_that_the_module_takes(
    name: str, documented: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(PLAYBOOKS))
    module = importlib.import_module(f"ansible_collections.wikifarm.farm.plugins.modules.{name}")

    def declare(spec: dict[str, Any], *, supports_check_mode: bool) -> None:
        assert supports_check_mode
        raise _Declared(spec)

    monkeypatch.setattr(module, "AnsibleModule", declare)
    with pytest.raises(_Declared) as raised:
        module.main()
    declared = raised.value.args[0]
    told = documented[f"wikifarm.farm.{name}"]
    keys = ("type", "elements", "choices", "default", "required")
    assert {
        option: {key: text[key] for key in keys if text.get(key) is not None}
        for option, text in told["doc"]["options"].items()
    } == {
        option: {key: spec[key] for key in keys if key in spec} for option, spec in declared.items()
    }
    assert {name for name, spec in declared.items() if spec.get("no_log")} == {
        "farm_password",
        "farm_token",
    }
    assert told["examples"]
    assert {"communities", "errors", "code"} <= set(told["return"])


def test_the_answers_are_those_documented(made: Desk, documented: dict[str, Any]) -> None:
    ansible_own = {"invocation", "failed", "msg", "diff", "warnings", "exception"}
    for name in (COMMUNITY, INFO):
        returned = documented[f"wikifarm.farm.{name}"]["return"]
        good = made.call(name)
        bad = made.call(name, only=["nobody"], manifests=[str(made.manifests)])
        assert set(good["communities"][0]) == set(returned["communities"]["contains"])
        for said in (good, bad):
            assert set(said) - ansible_own <= {*returned, "changed"}


# -- through Ansible ------------------------------------------------------------------------


def ansible(program: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`ansible-playbook` and its like, of the Python that runs the tests."""
    return subprocess.run(
        [str(Path(sys.executable).parent / f"ansible-{program}"), *arguments],
        capture_output=True, text=True, timeout=120, check=False, cwd=PLAYBOOKS,
        env=environment(PYTHONPATH=str(SOURCE), ANSIBLE_NOCOLOR="1", **more),
    )  # fmt: skip


Play = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def play(desk: Desk, tmp_path: Path) -> Play:
    """`communities.yml` on a farm whose machine is this one, and keeps the secrets."""
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "admin-password").write_text(f"{PASSWORD}\n", "utf-8")
    farm = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_become": False,
        "wikifarm_url": desk.farm.url,
        "wikifarm_etc": str(etc),
        "wikifarm_state_dir": str(desk.state),
        "wikifarm_manifests": ["communities"],
        "wikifarm_directory": str(desk.home),
        "wikifarm_lang": "en",
    }
    inventory = desk.home / "inventory.json"
    inventory.write_text(json.dumps({"farms": {"hosts": {"ferme": farm}}}), "utf-8")

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = ansible(
            "playbook", "communities.yml", "-i", str(inventory), *arguments,
            ANSIBLE_HOME=str(tmp_path / "ansible"),
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert PASSWORD not in said
        kept = [path for path in (tmp_path / "ansible").rglob("*") if path.is_file()]
        assert not [path for path in kept if PASSWORD.encode() in path.read_bytes()]
        return done

    return call


def recap(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """The counts that end the run: {"ok": 5, "changed": 0, …}."""
    line = next(printed for printed in done.stdout.splitlines() if printed.startswith("ferme "))
    return {key: int(count) for key, count in re.findall(r"(\w+)=(\d+)", line)}


def test_the_playbook_checks_applies_and_then_changes_nothing(desk: Desk, play: Play) -> None:
    """With the audit, which plants someone and takes them away: that is no change."""
    desk.describe("played", modules="[participants]")
    before = desk.seen()
    checked = play("--check", "--diff")
    assert (recap(checked)["changed"], recap(checked)["failed"]) == (1, 0), checked.stdout
    assert "+Robustesse autour de Played" in checked.stdout
    assert desk.seen() == before
    done = play("-vvv")
    assert (recap(done)["changed"], recap(done)["failed"]) == (1, 0), done.stdout
    assert re.search(r"probes\W+[1-9]\d\d\b", done.stdout)
    assert "camille@" not in done.stdout
    assert (desk.home / "checklist" / "played.md").is_file()
    again = play()
    assert (recap(again)["changed"], recap(again)["failed"]) == (0, 0), again.stdout


def test_the_playbook_stops_where_no_password_is_kept(
    desk: Desk, play: Play, tmp_path: Path
) -> None:
    (tmp_path / "etc" / "admin-password").unlink()
    before = desk.seen()
    done = play()
    assert recap(done)["failed"] == 1
    assert "no-admin-password: the machine of the farm ferme does not keep" in done.stdout
    assert desk.seen() == before

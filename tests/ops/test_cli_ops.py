"""`wikifarm ops`: what is asked of Ansible, what is answered, and with which status."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import SOURCE, Cli, Ran, clean_place, cli
from wikifarm.ansible.events import Ended, HostAnswered, NoHosts, Result, Task
from wikifarm.ansible.report import Report
from wikifarm.ansible.runner import Job
from wikifarm.blueprint.shipped import data_folder
from wikifarm.operations.ops.playbooks import Wanted, play

__all__ = ["clean_place", "cli"]  # fixtures

SCHEMA = json.loads(
    resources.files("wikifarm").joinpath("schemas/envelope.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)
needs_ansible = pytest.mark.skipif(
    not (Path(sys.executable).parent / "ansible-playbook").exists(),
    reason='Ansible is not installed beside this Python: pip install ".[ops]"',
)
ACTING = ("provision", "upgrade", "backup", "restore")
LOOKING = ("doctor", "status")


def checked(ran: Ran) -> dict[str, Any]:
    """The one object on stdout, true to the schema."""
    envelope = ran.json()
    assert [
        f"{problem.json_path}: {problem.message}" for problem in VALIDATOR.iter_errors(envelope)
    ] == []
    assert envelope["exit"] == ran.exit
    assert envelope["ok"] == (not envelope["errors"])
    assert ran.err == ""
    return envelope


@pytest.fixture
def inventory(clean_place: Path) -> Path:
    """ops/inventory.yml, with one farm: this computer."""
    path = clean_place / "ops" / "inventory.yml"
    path.parent.mkdir()
    path.write_text(
        "farms:\n  hosts:\n    here: {ansible_connection: local, "
        f"ansible_python_interpreter: {sys.executable}}}\n"
    )
    return path


class Played:
    """Stands for Ansible: keeps the job, and answers what it was told to."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.events: list[Any] = []
        self.status = 0

    def __call__(self, job: Job, tell: Callable[[Any], None]) -> Report:
        self.jobs.append(job)
        report = Report()
        for event in self.events:
            report.take(event)
            tell(event)
        report.close(self.status)
        return report

    def host(self, name: str, *, changed: int = 0, code: str = "", dark: bool = False) -> None:
        """One more machine: unchanged, changed, stopped with a code, or that does not answer."""
        task = Task("Do it", "preflight" if code else "", "fail")
        outcome = "unreachable" if dark else "failed" if code else "changed" if changed else "ok"
        message = "Connection timed out" if dark else f"{code}: It stops." if code else ""
        self.events.append(HostAnswered(name, task, outcome, Result(message)))  # type: ignore[arg-type]

    def facts(self, name: str, facts: dict[str, Any]) -> None:
        task = Task("Look", "", "wikifarm_host")
        self.events.append(HostAnswered(name, task, "ok", Result(facts=facts)))


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, inventory: Path) -> Played:
    stand_in = Played()
    monkeypatch.setattr("wikifarm.operations.ops.playbooks.play_job", stand_in)
    return stand_in


# -- init -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_init_prepares_a_folder_and_writes_over_nothing(
    cli: Cli, clean_place: Path, language: str
) -> None:
    envelope = checked(cli("ops", "init", "--json", "--lang", language))
    folder = clean_place / "ops"
    names = ["inventory.yml", "group_vars/farms.yml", ".gitignore", "LISEZ-MOI.md", "README.md"]
    assert [file["path"] for file in envelope["data"]["files"]] == [f"ops/{name}" for name in names]
    assert all(file["made"] for file in envelope["data"]["files"])
    for name in names[:2]:
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert "wikifarm ops provision --check --diff" in envelope["data"]["next"][2]
    (folder / "inventory.yml").write_text("mine\n")
    again = checked(cli("ops", "init", "--json"))
    assert not any(file["made"] for file in again["data"]["files"])
    assert (folder / "inventory.yml").read_text() == "mine\n"


def test_init_elsewhere_names_its_inventory_in_what_comes_next(cli: Cli, tmp_path: Path) -> None:
    ran = cli("ops", "init", str(tmp_path / "machines"))
    assert ran.exit == 0
    assert f"--inventory {tmp_path / 'machines' / 'inventory.yml'}" in " ".join(ran.out.split())


def test_both_languages_prepare_the_same_variables() -> None:
    from ruamel.yaml import YAML

    folder = data_folder("templates") / "ops"
    both = [
        YAML(typ="safe").load((folder / language / "group_vars" / "farms.yml").read_text("utf-8"))
        for language in ("fr", "en")
    ]
    assert set(both[0]) == set(both[1])
    roles = data_folder("playbooks") / "ansible_collections/wikifarm/farm/roles"
    known = YAML(typ="safe").load((roles / "wikifarm" / "defaults" / "main.yml").read_text("utf-8"))
    assert set(both[0]) <= set(known)


# -- what is asked of Ansible -----------------------------------------------------------------


def test_options_reach_ansible(cli: Cli, played: Played, clean_place: Path) -> None:
    opener = clean_place / "vault.password"
    opener.write_text("secret\n")
    opener.chmod(0o644)
    played.host("here")
    envelope = checked(cli(
        "ops", "provision", "--limit", "here", "--check", "--diff", "--json",
        "--vault-password-file", "vault.password",
    ))  # fmt: skip
    (job,) = played.jobs
    assert job.playbook == data_folder("playbooks") / "provision.yml"
    assert job.inventory == Path("ops/inventory.yml")
    assert (job.limit, job.check, job.diff, job.language) == ("here", True, True, "en")
    assert job.password_files == {"--vault-password-file": Path("vault.password")}
    assert envelope["data"]["check"] is True
    assert envelope["messages"] == [
        "Other accounts of this computer can read vault.password. "
        "To close it: chmod 600 vault.password"
    ]


@pytest.mark.parametrize("command", [*ACTING, *LOOKING])
def test_every_command_takes_the_same_options(cli: Cli, played: Played, command: str) -> None:
    played.host("here")
    envelope = checked(cli("ops", command, "--check", "--diff", "--limit", "here", "--json"))
    assert envelope["command"] == f"ops {command}"
    assert envelope["exit"] == 0
    name = "doctor" if command in LOOKING else command
    assert played.jobs[0].playbook.name == f"{name}.yml"
    assert envelope["data"]["playbook"] == name


def test_where_the_inventory_is_looked_for(
    cli: Cli, played: Played, clean_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played.host("here")
    for name in ("named.yml", "set.yml", "inventory.yml"):
        (clean_place / name).write_text("farms: {}\n")
    (clean_place / "ops" / "inventory.yml").unlink()
    assert cli("ops", "status").exit == 0
    (clean_place / "wikifarm.toml").write_text(
        '[farms.a]\nurl = "https://a.example/"\n[farms.b]\nurl = "https://b.example/"\n'
        '[ops]\ninventory = "set.yml"\n'
    )
    assert checked(cli("ops", "status", "--json"))["messages"] == []  # no farm has to be chosen
    monkeypatch.setenv("WIKIFARM_OPS_INVENTORY", str(clean_place / "inventory.yml"))
    assert cli("ops", "status").exit == 0
    assert cli("ops", "status", "--inventory", "named.yml").exit == 0
    assert [job.inventory.name for job in played.jobs] == [
        "inventory.yml", "set.yml", "inventory.yml", "named.yml"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status", "--inventory", "nowhere.yml"], "inventory-missing"),
        (["status", "-C", "elsewhere"], "inventory-missing"),
        (["provision", "--vault-password-file", "nowhere"], "password-file"),
        (["provision", "--become-password-file", "ops"], "password-file"),
        (["restore", "--snapshot", "{{ lookup('pipe', 'id') }}", "--yes"], "bad-snapshot"),
        (["restore", "--wiki", "../x", "--yes"], "bad-wiki"),
        (["backup", "--wiki", "{{ 1 }}"], "bad-wiki"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_done(
    cli: Cli, played: Played, arguments: list[str], code: str
) -> None:
    envelope = checked(cli("ops", *arguments, "--json"))
    assert envelope["exit"] == 2
    assert [error["code"] for error in envelope["errors"]] == [code]
    assert envelope["errors"][0]["hint"]
    assert played.jobs == []


def test_a_restoration_waits_for_a_yes(cli: Cli, played: Played) -> None:
    played.host("here", changed=1)
    refused = checked(cli("ops", "restore", "--json"))
    assert (refused["exit"], refused["errors"][0]["code"]) == (7, "not-confirmed")
    assert "--yes" in refused["errors"][0]["hint"]
    assert played.jobs == []
    assert cli("ops", "restore", "--check").exit == 0  # only looks
    assert cli("ops", "restore", "--yes", "--wiki", "rennes", "--snapshot", "0123abcd").exit == 0
    assert [dict(job.variables) for job in played.jobs] == [
        {"wikifarm_snapshot": "latest"},
        {"wikifarm_snapshot": "0123abcd", "wikifarm_wiki": "rennes"},
    ]
    assert cli("ops", "backup", "--wiki", "rennes").exit == 0
    assert dict(played.jobs[-1].variables) == {"wikifarm_wiki": "rennes"}
    assert cli("ops", "backup", "--wiki", "").exit == 0  # the main one
    assert dict(played.jobs[-1].variables) == {"wikifarm_wiki": ""}


@pytest.mark.parametrize(("answer", "done"), [("", False), ("n", False), ("y", True)])
def test_a_restoration_asks_on_a_terminal(
    cli: Cli, played: Played, monkeypatch: pytest.MonkeyPatch, answer: str, done: bool
) -> None:
    played.host("here", changed=1)
    asked: list[str] = []

    def typed(question: str, **_more: object) -> str:
        asked.append(question)
        return answer

    monkeypatch.setattr("wikifarm.cli.shared.Shared.interactive", property(lambda _self: True))
    monkeypatch.setattr("wikifarm.cli.asking.line", typed)
    ran = cli("ops", "restore", "--limit", "rennes")
    assert ran.exit == 0
    assert bool(played.jobs) is done
    assert ("Nothing was done." in ran.err) is not done
    assert "will be lost" in asked[0]
    assert "rennes" in asked[0]
    assert "[y/N]" in asked[0]


# -- the status -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machines", "options", "exit"),
    [
        ([{}], [], 0),
        ([{"changed": 1}], [], 0),
        ([{"changed": 1}, {}], ["--check", "--detailed-exitcode"], 3),
        ([{}], ["--check", "--detailed-exitcode"], 0),
        ([{"changed": 1}], ["--detailed-exitcode"], 0),
        ([{"code": "disk-too-small"}], [], 7),
        ([{"code": "settings"}], [], 2),
        ([{"code": "disk-too-small"}, {"code": "settings"}], [], 1),
        ([{"code": "disk-too-small"}, {"changed": 1}], [], 4),
        ([{"dark": True}], [], 8),
        ([{"dark": True}, {"dark": True}], [], 8),
        ([{"dark": True}, {}], [], 4),
    ],
)
def test_the_status_of_the_process(
    cli: Cli, played: Played, machines: list[dict[str, Any]], options: list[str], exit: int
) -> None:
    for number, machine in enumerate(machines):
        played.host(f"farm{number}", **machine)
    envelope = checked(cli("ops", "provision", "--json", *options))
    assert envelope["exit"] == exit
    failed = [host["name"] for host in envelope["data"]["hosts"] if host["errors"]]
    assert [error["where"] for error in envelope["errors"]] == failed


def test_nobody_meant_exits_2(cli: Cli, played: Played) -> None:
    played.events = [NoHosts(), Ended({})]
    envelope = checked(cli("ops", "upgrade", "--json"))
    assert (envelope["exit"], envelope["errors"][0]["code"]) == (2, "no-hosts")


# -- what people read -------------------------------------------------------------------------

FACTS = {
    "name": "here", "url": "https://ferme.example/", "version": "4.4.4", "wiki_count": 3,
    "backup_age_hours": 50.2, "restore_test_age_days": 1.9, "certificate_days": 12,
    "problems": [
        {"code": "backup-old", "message": "No backup has succeeded.", "hint": "wikifarm ops backup",
         "severity": "error"},
        {"code": "port-open", "message": "Port 25 is open.", "hint": "Close it.",
         "severity": "warning"},
    ],
}  # fmt: skip


def test_doctor_fails_on_an_error_and_shows_it_once(cli: Cli, played: Played) -> None:
    played.facts("here", FACTS)
    ran = cli("ops", "doctor")
    assert ran.exit == 1
    for words in ("here (seen)", "https://ferme.example/", "4.4.4", "2 days ago", "12 days left",
                  "failed  No backup has succeeded.", "warning  Port 25 is open.",
                  "Try: Close it."):  # fmt: skip
        assert words in ran.out
    assert ran.err.count("No backup has succeeded.") == 1
    assert "Try: wikifarm ops backup" in ran.err
    assert "Where: here" in ran.err
    envelope = checked(cli("ops", "doctor", "--json"))
    assert envelope["data"]["hosts"][0]["facts"] == FACTS
    assert [(error["code"], error["where"]) for error in envelope["errors"]] == [
        ("backup-old", "here")
    ]


WIKIS = [
    {"slug": "", "url": "https://ferme.example/", "release": "4.4.4", "code": "copies"},
    {"slug": "brest", "url": "", "release": "4.4.4", "code": "links"},
    {"slug": "rennes", "url": "", "release": "4.5.5", "code": "copies"},
    {"slug": "vannes", "url": "", "release": "2020-01-22-1", "code": "copies"},
]


def test_doctor_names_the_wikis_by_release_and_what_mends_each(cli: Cli, played: Played) -> None:
    facts = {**FACTS, "problems": [], "version": "doryphore 4.6.6", "wikis": WIKIS}
    played.facts("here", facts)
    envelope = checked(cli("ops", "doctor", "--json"))
    assert envelope["exit"] == 0
    problems = envelope["data"]["hosts"][0]["facts"]["problems"]
    assert {problem["code"] for problem in problems} == {"known-holes"}
    told = [problem["message"].partition("; ")[0] for problem in problems]
    assert told == [
        "the main wiki: Someone without an account could read the whole database, password hashes "
        "included (CVE-2026-46670)",
        "brest: Someone without an account could download the files attached to closed pages "
        "(CVE-2026-104472)",
        "rennes: Someone without an account could read the whole database, password hashes "
        "included (CVE-2026-46670)",
        "vannes: This YesWiki shows no version that the advisories know: nobody can say which "
        "holes are open there, and unknown is not safe.",
    ]
    assert all("YesWiki 4.6.7" in problem["hint"] for problem in problems[:3])
    played.events.clear()
    played.facts("here", {**facts, "version": "doryphore 4.6.7", "wikis": WIKIS[1:2]})
    assert "nothing is wrong" in cli("ops", "doctor").out


def test_upgrade_names_the_release_that_mends_what_it_left_open(cli: Cli, played: Played) -> None:
    played.facts("here", {**FACTS, "version": "doryphore 4.6.6", "wikis": WIKIS[1:2]})
    envelope = checked(cli("ops", "upgrade", "--json"))
    assert envelope["exit"] == 0
    (note,) = envelope["messages"]
    assert note.startswith("here (brest): Someone without an account could download")
    assert note.endswith("version 4.6.7 mends this.")
    played.events.clear()
    played.facts("here", {**FACTS, "version": "doryphore 4.6.7", "wikis": WIKIS[1:2]})
    assert checked(cli("ops", "upgrade", "--json"))["messages"] == []


def test_doctor_is_content_with_warnings(cli: Cli, played: Played) -> None:
    played.facts("here", {**FACTS, "problems": FACTS["problems"][1:]})  # type: ignore[index]
    assert cli("ops", "doctor").exit == 0
    played.events.clear()
    played.facts("here", {**FACTS, "problems": []})
    assert "nothing is wrong" in cli("ops", "doctor").out


def test_status_is_a_line_a_farm(cli: Cli, played: Played) -> None:
    played.facts("here", FACTS)
    other = {"problems": [], "backup_age_hours": 5.5, "restore_test_age_days": None}
    played.facts("there", {**FACTS, **other})
    played.host("gone", dark=True)
    ran = cli("ops", "status")
    assert ran.exit == 4
    assert [" ".join(line.split()) for line in ran.out.splitlines()] == [
        "farm state YesWiki wikis last backup restore test URL",
        "gone cannot be reached",
        "here 1 error 4.4.4 3 2 days ago 1 day ago https://ferme.example/",
        "there ok 4.4.4 3 5 hours ago never https://ferme.example/",
    ]


def test_changes_and_differences_are_shown(cli: Cli, played: Played) -> None:
    from wikifarm.ansible.events import Diff

    for number in range(15):
        diffs = (Diff("Task 0", "-old\n+new"),) if not number else ()
        task = Task(f"Task {number}", "web", "copy")
        played.events.append(HostAnswered("here", task, "changed", Result(diffs=diffs)))
    ran = cli("ops", "provision", "--check", "--diff")
    assert ran.out.startswith("here (would change)\n  - Task 0\n")
    assert "Task 11" in ran.out
    assert "Task 12" not in ran.out
    assert "and 3 more changes (--verbose shows them)" in ran.out
    assert "    -old\n    +new" in ran.out
    assert "Task 14" in cli("ops", "provision", "--verbose").out
    assert "  15 changes (--verbose names them)\n" in cli("ops", "provision").out
    envelope = checked(cli("ops", "provision", "--json"))
    assert envelope["data"]["diffs"] == [{"host": "here", "task": "Task 0", "text": "-old\n+new"}]


def test_what_the_playbook_says_is_told(cli: Cli, played: Played) -> None:
    task = Task("Say it", "site", "debug")
    for _each in range(2):
        played.events.append(HostAnswered("here", task, "ok", Result(notes=("A release waits.",))))
    assert checked(cli("ops", "provision", "--json"))["messages"] == ["here: A release waits."]
    assert cli("ops", "provision").err == "Note: here: A release waits.\n"


def test_the_operation_can_be_called_without_the_command_line(
    played: Played, inventory: Path
) -> None:
    played.host("here", changed=1)
    heard: list[Any] = []
    wanted = Wanted(inventory.parent, inventory.parent, inventory)
    envelope = play("provision", wanted, heard.append)
    assert (envelope.command, envelope.exit, envelope.ok) == ("ops provision", 0, True)
    assert envelope.data["hosts"][0]["status"] == "changed"
    assert heard == played.events


def test_help_in_both_languages(cli: Cli) -> None:
    for language in ("fr", "en"):
        for command in ("init", *ACTING, *LOOKING):
            ran = cli("ops", command, "--help", "--lang", language)
            assert ran.exit == 0
            assert ("--check" in ran.out) == (command in ACTING)


# -- with Ansible -----------------------------------------------------------------------------

MODULE = """\
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule(argument_spec={"verb": {}, "farm": {}}, supports_check_mode=True)
problem = {"code": "disk-low", "message": "5% is left.", "hint": "Make room.", "severity": "error"}
module.exit_json(changed=False, data={"url": "https://ferme.example/", "problems": [problem]})
"""
DOCTOR = """\
- name: Look at the farms
  hosts: farms
  gather_facts: false
  tasks:
    - name: Ask what they say of themselves
      wikifarm.farm.wikifarm_host: {verb: facts, farm: here}
"""
SLOW = """\
- name: Wait
  hosts: farms
  gather_facts: false
  tasks:
    - name: Wait
      ansible.builtin.command: "sh -c 'sleep 600; true' {{ inventory_dir }}"
      changed_when: false
"""
PATCHED = """\
import sys
from pathlib import Path
import wikifarm.operations.ops.playbooks as ops
from wikifarm.cli.main import run
ops.data_folder = lambda _name: Path(sys.argv[1])
sys.exit(run(sys.argv[2:]))
"""


def playbooks(tmp_path: Path, name: str, text: str) -> Path:
    """A folder of playbooks, with a collection of one module."""
    folder = tmp_path / "playbooks"
    modules = folder / "ansible_collections/wikifarm/farm/plugins/modules"
    modules.mkdir(parents=True)
    (modules / "wikifarm_host.py").write_text(MODULE)
    shutil.copy(data_folder("playbooks") / "ansible.cfg", folder)
    (folder / f"{name}.yml").write_text(text)
    return folder


@needs_ansible
def test_doctor_reads_what_the_module_answers(
    tmp_path: Path, cli: Cli, inventory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = playbooks(tmp_path, "doctor", DOCTOR)
    monkeypatch.setattr("wikifarm.operations.ops.playbooks.data_folder", lambda _name: folder)
    envelope = checked(cli("ops", "doctor", "--json"))
    assert envelope["exit"] == 1
    assert envelope["errors"] == [
        {"code": "disk-low", "message": "5% is left.", "hint": "Make room.", "where": "here"}
    ]
    assert envelope["data"]["hosts"][0]["facts"]["url"] == "https://ferme.example/"


@needs_ansible
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are seen in /proc")
def test_ctrl_c_ends_within_two_seconds_and_leaves_nothing(tmp_path: Path, inventory: Path) -> None:
    folder = playbooks(tmp_path, "provision", SLOW)
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(tmp_path / "tmp")}
    running = subprocess.Popen(
        [sys.executable, "-c", PATCHED, str(folder), "ops", "provision", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while not any("sleep 600" in command for command in running_in(inventory.parent)):
            assert time.monotonic() < until
            assert running.poll() is None
            time.sleep(0.05)
        started = time.monotonic()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=10)
        assert time.monotonic() - started < 2
    finally:
        running.kill()
    assert running.returncode == 130
    assert err == ""
    envelope = json.loads(out)
    assert [error["code"] for error in envelope["errors"]] == ["interrupted"]
    assert running_in(inventory.parent) == []
    assert list((tmp_path / "tmp").iterdir()) == []


def running_in(folder: Path) -> list[str]:
    """The command lines that name this folder."""
    commands = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if str(folder) in command:
            commands.append(command.replace("\0", " "))
    return commands


def test_a_wiki_is_not_retired_without_a_yes(cli: Cli, inventory: Path, played: Played) -> None:
    refused = checked(cli("ops", "retire", "jardins", "--json"))
    assert (refused["exit"], refused["errors"][0]["code"]) == (7, "not-confirmed")
    assert checked(cli("ops", "retire", "../x", "--yes", "--json"))["exit"] == 2
    assert played.jobs == []
    cli("ops", "retire", "jardins", "--yes", "--limit", "here", "--json")
    (job,) = played.jobs
    assert (job.playbook.name, job.variables) == ("retire.yml", {"wikifarm_wiki": "jardins"})


@needs_ansible
def test_what_the_inventory_lacks_is_told_before_any_machine_is_asked(
    cli: Cli, clean_place: Path
) -> None:
    """A bare machine has no Python for Ansible; a rehearsal learns of the mistake all the same."""
    (clean_place / "inventory.yml").write_text(
        "farms:\n  hosts:\n    Ma Ferme: {ansible_connection: ssh, ansible_host: 127.0.0.1, "
        "ansible_port: 9, wikifarm_url: ici}\n"
    )
    answer = checked(cli("ops", "provision", "--check", "--json"))
    assert answer["exit"] not in (0, 8)
    told = answer["errors"][0]["message"]
    assert "Ma Ferme" in told and "wikifarm_url (ici)" in told

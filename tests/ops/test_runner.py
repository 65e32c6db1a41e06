"""Playbooks through ansible-runner: what is heard, what is left behind, and how it fails."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wikifarm.ansible import faults, processes
from wikifarm.ansible.events import (
    MOST_LINES,
    Diff,
    Ended,
    Event,
    HostAnswered,
    Line,
    NoHosts,
    Result,
    Task,
    TaskStarted,
    read,
)
from wikifarm.ansible.private_folder import PREFIX, YOUNG, private_folder
from wikifarm.ansible.report import Report
from wikifarm.ansible.runner import Job, environment, play
from wikifarm.ansible.secrecy import Veil, secrets_of
from wikifarm.blueprint.shipped import data_folder
from wikifarm.errors import ExtraMissing, LocalStorage

PROGRAMS = Path(sys.executable).parent
MISSING = 'Ansible is not installed beside this Python: pip install ".[ops]"'
needs_ansible = pytest.mark.skipif(not (PROGRAMS / "ansible-playbook").exists(), reason=MISSING)

SECRET = "correct-horse-battery"
OPENER = "the password of the vault"
VAULTED = """\
vaulted: !vault |  # SECRET, which OPENER opens
  $ANSIBLE_VAULT;1.1;AES256
  36383331613136656638306365386566653636376666326430393665306430646332613538376133
  6631343436643238383131336632323431326638396437320a616363626234323861626531643235
  62336661656637313936313535316230666634363363356361636563343363646463316463346438
  6361626234336131340a303232376463656535303638666632623532386537613038386332653361
  65343136396631353735383833326134306630336433376431633339306535636134
"""

INVENTORY = f"""\
farms:
  vars:
    ansible_connection: local
    ansible_python_interpreter: {sys.executable}
  hosts:
    changing:
    coded:
    idle:
    leaking:
    looping:
    mended:
    silent:
      ansible_connection: ssh
      ansible_host: 127.0.0.1
      ansible_port: 1
"""
PLAYBOOK = """\
- name: Change files
  hosts: changing:silent
  gather_facts: false
  tasks:
    - name: Write a file
      ansible.builtin.copy:
        content: "new line\\n"
        dest: "{{ inventory_dir }}/written"
        mode: "0644"
    - name: Write a secret
      ansible.builtin.copy:
        content: "{{ vaulted }}"
        dest: "{{ inventory_dir }}/hidden"
        mode: "0600"
      no_log: true
    - name: Show a secret
      ansible.builtin.copy:
        content: "{{ lookup('ansible.builtin.env', 'SOME_TOKEN') }}\\n"
        dest: "{{ inventory_dir }}/shown"
        mode: "0600"
    - name: Pass over
      ansible.builtin.assert: {that: false}
      when: false
- name: Refuse
  hosts: coded:leaking:looping:idle
  gather_facts: false
  tasks:
    - name: Refuse
      ansible.builtin.fail:
        msg: "disk-too-small: 3 MiB are free. Nothing was done: make room."
      when: inventory_hostname == 'coded'
    - name: Say too much
      ansible.builtin.shell: "echo no {{ lookup('ansible.builtin.env', 'SOME_TOKEN') }} >&2; exit 3"
      changed_when: true
      when: inventory_hostname == 'leaking'
    - name: Refuse one of two
      ansible.builtin.assert:
        that: item == 1
        fail_msg: "archive-unsafe: number {{ item }} is not safe."
      loop: [1, 2]
      when: inventory_hostname == 'looping'
    - name: Say something
      ansible.builtin.debug:
        msg: "A newer release waits."
- name: Try, and mend
  hosts: idle:mended
  gather_facts: false
  tasks:
    - name: Try, and mend
      block:
        - name: Fail
          ansible.builtin.assert:
            that: inventory_hostname == 'idle'
            fail_msg: "oops: it fails."
      rescue:
        - name: Mend
          ansible.builtin.command: "true"
          changed_when: true
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for the playbooks, with a home and a temporary folder of its own."""
    folder = tmp_path_factory.mktemp("ops")
    with pytest.MonkeyPatch.context() as patch:
        for name, path in (("HOME", "home"), ("TMPDIR", "tmp")):
            (folder / path).mkdir()
            patch.setenv(name, str(folder / path))
        patch.setattr("tempfile.tempdir", None)
        patch.setenv("SOME_TOKEN", SECRET)
        yield folder


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """One machine, this one."""
    path = tmp_path / "inventory.yml"
    path.write_text(
        "farms:\n  hosts:\n    here: {ansible_connection: local, "
        f"ansible_python_interpreter: {sys.executable}}}\n"
    )
    return path


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def playing(folder: Path, inventory: Path, text: str, **more: object) -> Report:
    shutil.copy(data_folder("playbooks") / "ansible.cfg", folder)
    playbook = written(folder, "playbook.yml", text)
    return play(Job(playbook, inventory, folder, **more), lambda _event: None)  # type: ignore[arg-type]


# -- one real run, where everything happens ---------------------------------------------------


@pytest.fixture(scope="module")
def ran(place: Path) -> tuple[Report, list[Event]]:
    if not (PROGRAMS / "ansible-playbook").exists():
        pytest.skip(MISSING)
    written(place, "group_vars/farms.yml", VAULTED)
    heard: list[Event] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WIKIFARM_VAULT_PASSWORD", OPENER)
        patch.setenv("JOB_ID", "of another tool")
        patch.setenv("ANSIBLE_STDOUT_CALLBACK", "of another tool")
        shutil.copy(data_folder("playbooks") / "ansible.cfg", place)
        job = Job(
            written(place, "playbook.yml", PLAYBOOK),
            written(place, "inventory.yml", INVENTORY),
            place,
            diff=True,
        )
        return play(job, heard.append), heard


def test_each_machine_has_its_status(ran: tuple[Report, list[Event]]) -> None:
    report, heard = ran
    assert {name: host.status for name, host in report.hosts.items()} == {
        "changing": "changed", "coded": "failed", "idle": "ok", "leaking": "failed",
        "looping": "failed", "mended": "changed", "silent": "unreachable",
    }  # fmt: skip
    assert report.fault is None
    changing = report.hosts["changing"]
    assert (changing.ok, changing.changed, changing.failed) == (3, 3, 0)
    assert changing.skipped == 1
    assert changing.seconds > 0
    assert changing.changes == ["Write a file", "Write a secret", "Show a secret"]
    assert TaskStarted(Task("Refuse", "", "fail")) in heard


def test_a_refusal_keeps_its_code_and_its_cure(ran: tuple[Report, list[Event]]) -> None:
    fault = ran[0].hosts["coded"].fault
    assert fault == faults.Fault(
        "disk-too-small", "3 MiB are free. Nothing was done.", "Make room.", 7
    )
    turn = ran[0].hosts["looping"].fault
    assert turn is not None
    assert (turn.code, turn.message) == ("archive-unsafe", "Number 2 is not safe.")


def test_what_a_playbook_says_is_kept(ran: tuple[Report, list[Event]]) -> None:
    assert ran[0].hosts["idle"].notes == ["A newer release waits."]


def test_what_a_playbook_mends_is_no_failure(ran: tuple[Report, list[Event]]) -> None:
    assert ran[0].hosts["mended"].fault is None
    assert ran[0].hosts["mended"].changes == ["Mend"]


def test_a_machine_that_does_not_answer(ran: tuple[Report, list[Event]]) -> None:
    fault = ran[0].hosts["silent"].fault
    assert fault is not None
    assert (fault.code, fault.exit) == ("host-unreachable", 8)
    assert "Connection refused" in fault.message


def test_differences_are_shown_and_secrets_are_not(ran: tuple[Report, list[Event]]) -> None:
    report, heard = ran
    diffs = {diff.task: diff.text for diff in report.hosts["changing"].diffs}
    assert "+new line" in diffs["Write a file"]
    assert "Write a secret" not in diffs  # no_log
    assert "+********" in diffs["Show a secret"]  # given in the environment
    told = report.hosts["leaking"].fault
    assert told is not None
    assert told.message == "“Say too much” failed: no ********"
    assert SECRET not in repr(heard) + repr(report)


def test_nothing_is_left_behind(ran: tuple[Report, list[Event]], place: Path) -> None:
    assert (place / "hidden").read_text() == SECRET  # it did reach the machine
    assert list((place / "tmp").iterdir()) == []
    kept = [
        path
        for path in place.rglob("*")
        if path.is_file() and path.name not in ("hidden", "shown")
        and {secret for secret in (SECRET, OPENER) if secret.encode() in path.read_bytes()}
    ]  # fmt: skip
    assert kept == []


# -- how it stops -----------------------------------------------------------------------------

ONE_TASK = """\
- name: Do one thing
  hosts: farms
  gather_facts: false
  tasks:
    - name: Write a file
      ansible.builtin.copy:
        content: "{{ hidden | default('x') }}"
        dest: "{{ inventory_dir }}/written"
        mode: "0600"
"""


@needs_ansible
def test_a_vault_without_its_password(tmp_path: Path, inventory: Path) -> None:
    written(tmp_path, "group_vars/farms.yml", "$ANSIBLE_VAULT;1.1;AES256\n3132\n")
    report = playing(tmp_path, inventory, ONE_TASK)
    assert report.hosts == {}
    assert report.fault is not None
    assert (report.fault.code, report.fault.exit) == ("vault-password-missing", 2)
    assert "--vault-password-file" in report.fault.hint
    assert not (tmp_path / "written").exists()


@needs_ansible
def test_an_inventory_that_cannot_be_read(tmp_path: Path) -> None:
    broken = written(tmp_path, "broken.yml", "farms:\n  hosts:\n    one: {a: b\n  x")
    report = playing(tmp_path, broken, ONE_TASK)
    assert report.fault is not None
    assert (report.fault.code, report.fault.exit) == ("inventory-unreadable", 2)
    assert report.fault.where.startswith(f"{broken}:")
    assert "a comma or a closing bracket is missing" in report.fault.message


@needs_ansible
def test_check_changes_nothing_and_a_limit_without_a_farm_is_told(
    tmp_path: Path, inventory: Path
) -> None:
    report = playing(tmp_path, inventory, ONE_TASK, check=True, variables={"hidden": "y"})
    assert report.hosts["here"].status == "changed"
    assert not (tmp_path / "written").exists()
    nobody = playing(tmp_path, inventory, ONE_TASK, limit="nope")
    assert nobody.fault == faults.no_hosts()


@needs_ansible
def test_our_own_defect_stops_ansible_too(tmp_path: Path, inventory: Path) -> None:
    playbook = written(tmp_path, "playbook.yml", SLOW)

    def broken(event: Event) -> None:
        if isinstance(event, TaskStarted) and event.task.name == "Wait":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        play(Job(playbook, inventory, tmp_path), broken)
    assert waiting(tmp_path) == []


def test_without_ansible(tmp_path: Path, inventory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_all, **_named: None)
    with pytest.raises(ExtraMissing) as caught:
        playing(tmp_path, inventory, ONE_TASK)
    assert (caught.value.code, caught.value.exit) == ("ops-extra", 2)
    said, _colon, command = caught.value.hint.partition(": ")
    assert said == "Install it"
    program, *words = shlex.split(command)
    assert (program, words[:3]) == (sys.executable, ["-m", "pip", "install"])
    names = [re.split("[<>=]", word)[0] for word in words[3:]]
    assert names == ["ansible-core", "ansible-runner"]


SLOW = """\
- name: Wait
  hosts: farms
  gather_facts: false
  tasks:
    - name: Begin
      ansible.builtin.copy: {content: "", dest: "{{ inventory_dir }}/begun", mode: "0600"}
    - name: Wait
      ansible.builtin.command: "sh -c 'sleep 600; true' {{ inventory_dir }}"
      changed_when: false
"""
INTERRUPTED = """\
import signal, sys
from pathlib import Path
from wikifarm.ansible.runner import Job, play
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may run under nohup
folder = Path(sys.argv[1])
try:
    play(Job(folder / "playbook.yml", folder / "inventory.yml", folder), lambda _event: None)
except KeyboardInterrupt:
    sys.exit(130)
"""


def waiting(folder: Path) -> list[str]:
    """The processes whose command line names that folder, this one excepted."""
    commands = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if str(folder) in command and int(process.name) != os.getpid():
            commands.append(command.replace("\0", " "))
    return commands


@needs_ansible
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are seen in /proc")
def test_a_terminal_that_goes_away_ends_everything(tmp_path: Path, inventory: Path) -> None:
    written(tmp_path, "playbook.yml", SLOW)
    (tmp_path / "tmp").mkdir()
    source = Path(faults.__file__).parents[2]
    running = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(source), "TMPDIR": str(tmp_path / "tmp"),
             "HOME": str(tmp_path)},
    )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while not any("sleep 600" in command for command in waiting(tmp_path)):
            assert time.monotonic() < until
            assert running.poll() is None
            time.sleep(0.05)
        running.send_signal(signal.SIGHUP)
        assert running.wait(timeout=60) == 130
    finally:
        running.kill()
    assert waiting(tmp_path) == []
    assert list((tmp_path / "tmp").iterdir()) == []


# -- without Ansible --------------------------------------------------------------------------


def failing(message: str, **more: object) -> HostAnswered:
    """A task that failed with this message."""
    task = Task("Do it", str(more.pop("role", "")), str(more.pop("module", "command")))
    outcome = more.pop("outcome", "failed")
    return HostAnswered("here", task, outcome, Result(message, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "code", "exit"),
    [
        (failing("port-taken: Another one. Nothing was done: stop it.", module="assert"),
         "port-taken", 7),
        (failing("new-code: Not here.", module="fail", role="preflight"), "new-code", 7),
        (failing("new-code: Not here.", module="fail", role="web"), "new-code", 1),
        (failing("settings: No address.", module="assert", role="preflight"), "settings", 2),
        (failing("The wiki does not answer.", code="check-failed", hint="Look."),
         "check-failed", 1),
        (failing("Busy.", code="new-code", exit=7), "new-code", 7),
        (failing("It does not answer.", code="web-unreachable"), "web-unreachable", 8),
        (failing("There is none.", code="snapshot-unknown"), "snapshot-unknown", 2),
        (failing("apt-get: No package", module="apt"), "task-failed", 1),
        (failing("non-zero return code", words="tar: short read"), "task-failed", 1),
        (failing(""), "task-failed", 1),
        (failing("Missing sudo password"), "become-password-missing", 8),
        (failing("Task failed: Incorrect sudo password"), "become-refused", 8),
        (failing("cp: /x: Permission denied"), "task-failed", 1),
        (failing("Validation of arguments failed:\nmissing required arguments: wikifarm_url",
                 module="validate_argument_spec"), "inventory-incomplete", 2),
        (failing("Task failed: 'wikifarm_url' is undefined"), "inventory-incomplete", 2),
        (failing("Attempting to decrypt but no vault secrets found."), "vault-password-missing", 2),
        (failing("Decryption failed (no vault secrets were found that could decrypt)."),
         "vault-password-wrong", 2),
        (failing("u@h: Permission denied (publickey).", outcome="unreachable"), "ssh-refused", 8),
        (failing("Host key verification failed.", outcome="unreachable"), "host-key-unknown", 8),
        (failing("@@@\nREMOTE HOST IDENTIFICATION HAS CHANGED!\nHost key verification failed.",
                 outcome="unreachable"), "host-key-changed", 8),
        (failing("ssh: Could not resolve hostname x: …", outcome="unreachable"), "host-unknown", 8),
        (failing("Connection timed out", outcome="unreachable"), "host-unreachable", 8),
    ],
)  # fmt: skip
def test_words_become_codes(answer: HostAnswered, code: str, exit: int) -> None:
    fault = faults.of_host(answer)
    assert (fault.code, fault.exit) == (code, exit)
    assert fault.message
    assert "\n" not in fault.message
    assert "Task failed" not in fault.message


def test_the_words_of_a_program_are_quoted_in_one_line() -> None:
    fault = faults.of_host(failing("non-zero return code", words="tar: short read", role="site"))
    assert fault.message == "“site: Do it” failed: tar: short read"
    assert len(faults.short("x" * 5000)) < 400
    hidden = faults.of_host(failing(""))
    assert "hidden" in hidden.message


@pytest.mark.parametrize(
    ("lines", "code", "exit"),
    [
        (["ERROR! Attempting to decrypt but no vault secrets found"], "vault-password-missing", 2),
        (["[ERROR]: The vault password file /x was not found"], "vault-password-file", 2),
        (["ERROR! the role 'nope' was not found"], "ansible-failed", 1),
        (["ERROR! Syntax Error while loading YAML.", "  did not find expected key",
          "The error appears to be in '/i.yml': line 3, column 2, but may"],
         "inventory-unreadable", 2),
        ([], "ansible-failed", 1),
    ],
)  # fmt: skip
def test_why_ansible_did_not_start(lines: list[str], code: str, exit: int) -> None:
    fault = faults.of_lines(lines)
    assert (fault.code, fault.exit) == (code, exit)
    if code == "inventory-unreadable":
        assert fault.where == "/i.yml:3:2"
        assert "not aligned" in fault.message


def test_a_run_that_ansible_did_not_end_keeps_what_it_knows() -> None:
    report = Report()
    report.take(failing("disk-too-small: No room.", module="fail"))
    report.take(failing("Task failed: broken"))  # what mends fails too: the first code stays
    report.close(250)
    host = report.hosts["here"]
    assert (host.status, host.failed) == ("failed", 2)
    assert host.fault is not None
    assert host.fault.code == "disk-too-small"


def test_nobody_meant_is_a_failure_although_ansible_finds_it_well() -> None:
    report = Report()
    report.take(NoHosts())
    report.take(Ended({}))
    report.close(0)
    assert report.fault == faults.no_hosts()


def test_only_what_is_known_of_a_result_is_kept() -> None:
    (event,) = read({
        "event": "runner_on_ok",
        "event_data": {
            "host": "here", "task": "Look", "resolved_action": "wikifarm.farm.wikifarm_host",
            "role": "wikifarm.farm.site", "duration": 1.5,
            "res": {"changed": False, "data": {"problems": []}, "stdout": SECRET,
                    "invocation": {"module_args": {"password": SECRET}},
                    "diff": [{"prepared": "+a\n" * (MOST_LINES + 5)},
                             {"before": {"mode": "0600"}, "after": {"mode": "0644"}}]},
        },
    })  # fmt: skip
    assert isinstance(event, HostAnswered)
    assert event.task == Task("Look", "site", "wikifarm_host")
    assert event.result.facts == {"problems": []}
    assert SECRET not in repr(event)
    long, mode = event.result.diffs
    assert len(long.text.splitlines()) == MOST_LINES + 1
    assert mode == Diff(
        "Look", '--- \n+++ \n@@ -1,3 +1,3 @@\n {\n- "mode": "0600"\n+ "mode": "0644"\n }'
    )
    assert [*read({"event": "error", "stdout": "one\r\n\r\ntwo"})] == [Line("one"), Line("two")]
    assert [*read({"event": "runner_on_start", "event_data": {"host": "here"}})] == []


def test_the_code_and_the_cure_of_the_tool_of_the_machines() -> None:
    (event,) = read({
        "event": "runner_on_failed",
        "event_data": {
            "host": "here", "task": "Restore", "task_action": "wikifarm.farm.wikifarm_host",
            "res": {"msg": "locked: Busy. Wait.", "code": "locked", "message": "Busy.",
                    "hint": "Wait."},
        },
    })  # fmt: skip
    assert isinstance(event, HostAnswered)
    assert faults.of_host(event) == faults.Fault("locked", "Busy.", "Wait.", 7)


@pytest.mark.parametrize(
    ("module", "result", "notes", "facts"),
    [
        ("wikifarm_host", {"data": {}, "messages": ["Keep it."]}, ("Keep it.",), None),
        ("wikifarm_host", {"data": {}, "messages": ["Soon."], "predicted": True}, (), None),
        ("debug", {"msg": "One\ntwo."}, ("One two.",), None),
        ("debug", {"results": [{"msg": "One."}, {"msg": "Two."}]}, ("One.", "Two."), None),
        ("debug", {"msg": {"problems": [], "name": "x"}}, (), {"problems": [], "name": "x"}),
        ("copy", {"msg": "No.", "messages": ["No."], "data": {"problems": []}}, (), None),
    ],
)
def test_what_a_task_says(
    module: str, result: dict[str, object], notes: tuple[str, ...], facts: object
) -> None:
    data = {"host": "here", "task": "Say", "task_action": f"a.b.{module}", "res": result}
    (event,) = read({"event": "runner_on_ok", "event_data": data})
    assert isinstance(event, HostAnswered)
    assert (event.result.notes, event.result.facts) == (notes, facts)


def test_the_environment_of_ansible(tmp_path: Path) -> None:
    job = Job(tmp_path / "playbooks" / "x.yml", tmp_path / "i.yml", tmp_path, language="en")
    given = environment(job, tmp_path / "private", {"ANSIBLE_COLLECTIONS_PATH": "/mine"})
    assert given["ANSIBLE_CONFIG"] == str(tmp_path / "playbooks" / "ansible.cfg")
    assert given["ANSIBLE_COLLECTIONS_PATH"] == f"{tmp_path / 'playbooks'}:/mine"
    assert given["ANSIBLE_HOST_KEY_CHECKING"] == "True"  # ansible-runner would switch it off
    assert given["ANSIBLE_CACHE_PLUGIN"] == "memory"
    assert given["WIKIFARM_LANG"] == "en"
    theirs = {"ANSIBLE_CONFIG": "/mine.cfg", "ANSIBLE_HOST_KEY_CHECKING": "False"}
    kept = environment(job, tmp_path, theirs)
    assert {name: kept[name] for name in theirs} == theirs


def test_secrets_are_covered_wherever_they_stand() -> None:
    environ = {"MY_PASSWORD": SECRET, "VAULT_PASSWORD_FILE": "/a/long/path", "HOME": "/home/ada",
               "API_TOKEN": "abc"}  # fmt: skip
    assert secrets_of(environ) == [SECRET, "abc"]
    hide = Veil(secrets_of(environ))
    assert hide({"a": [f"x{SECRET}y", 1], "b": "abc"}) == {"a": ["x********y", 1], "b": "abc"}
    assert Veil([])({"a": SECRET}) == {"a": SECRET}


def test_the_private_folder_is_closed_and_goes_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / f"{PREFIX}killed"
    left.mkdir()
    written(left, "command", SECRET)
    young = tmp_path / f"{PREFIX}young"
    young.mkdir()
    os.utime(left, (0, time.time() - 2 * YOUNG))
    with pytest.raises(KeyboardInterrupt), private_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        written(folder, "artifacts/command", SECRET)
        os.utime(folder, (0, time.time() - 2 * YOUNG))
        with private_folder():  # another run leaves it alone, for it is locked
            assert (folder / "artifacts").exists()
        raise KeyboardInterrupt
    assert [left.name for left in tmp_path.iterdir()] == [young.name]


def test_a_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/proc/1/nowhere")
    with pytest.raises(LocalStorage), private_folder():
        pass


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are seen in /proc")
def test_processes_that_do_not_want_to_end_are_made_to() -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "print(flush=True); time.sleep(60)"
    )
    mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
    running = subprocess.Popen(
        [sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "MARK_OF_TEST": mark},
    )  # fmt: skip
    assert running.stdout is not None
    running.stdout.readline()
    assert processes.with_variable("MARK_OF_TEST", mark) == {running.pid}
    started = time.monotonic()
    processes.end("MARK_OF_TEST", mark)
    assert time.monotonic() - started < 1.5
    assert running.wait(timeout=5) == -signal.SIGKILL

"""The machines of the tests are real ones, leave nothing behind, and Ansible reaches them."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from . import machine as machines
from .machine import Machine, differences
from .playing import CONNECTIONS, inventory, play

pytest.importorskip("ansible")

pytestmark = pytest.mark.xdist_group("bed")  # its own worker's: these machines become no farm

SLEEPER = (
    "setsid sleep 4242 </dev/null >/dev/null 2>&1 & until grep -q sleep /proc/$!/comm; do :; done"
)


def sleepers() -> set[int]:
    """Pids, in this system, of what SLEEPER started in any machine."""
    return {
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if _content(path) == b"sleep\x004242\x00"
    }


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has just ended
        return b""


def mounts_under(folder: Path) -> list[str]:
    return [
        line
        for line in Path("/proc/self/mountinfo").read_text().splitlines()
        if str(folder) in line
    ]


def connection(machine: Machine) -> Any:
    """As Ansible loads it for a host."""
    from ansible.playbook.play_context import PlayContext
    from ansible.plugins.loader import connection_loader

    connection_loader.add_directory(str(CONNECTIONS))
    made = connection_loader.get("chroot_farm", PlayContext())
    made.set_options(var_options=machine.variables)
    return made


def test_what_it_starts_lives_on_and_ends_with_it(new_machine: Callable[[], Machine]) -> None:
    machine = new_machine()
    before = sleepers()
    machine.run("/bin/sh", "-c", SLEEPER)
    assert list(machine.processes().values()) == ["sleep 4242"]
    assert len(sleepers() - before) == 1
    assert not mounts_under(machine.folder)  # they are the machine's own
    machine.stop()
    assert sleepers() == before
    assert not machine.folder.exists()
    machine.stop()


def test_orphans_are_taken_in(new_machine: Callable[[], Machine]) -> None:
    machine = new_machine()
    machine.run("/bin/sh", "-c", "(sleep 0.01 &) ; sleep 0.1")
    assert machine.processes() == {}
    states = machine.run("/bin/sh", "-c", "cat /proc/[0-9]*/stat", check=False).stdout
    assert ") Z " not in states


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_however_the_tests_end(
    debian: Path, tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "machine").mkdir()
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tests.ops import machine\n"
        "made = machine.start(*map(Path, sys.argv[1:]))\n"
        f"made.run('/bin/sh', '-c', {SLEEPER!r})\n"
        "print(made.init, flush=True)\n"
        "time.sleep(60)\n"
    )
    before = sleepers()
    folders = [str(debian), str(tmp_path / "machine"), str(tmp_path / "packages")]
    with subprocess.Popen(
        [sys.executable, "-c", script, *folders], stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    ) as running:  # fmt: skip
        assert running.stdout
        init = int(running.stdout.readline())
        assert sleepers() > before
        running.send_signal(number)
    end = time.monotonic() + 10
    while Path(f"/proc/{init}").exists() or sleepers() != before:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_pristine_system_is_never_written_to(
    debian: Path, new_machine: Callable[[], Machine]
) -> None:
    machine = new_machine()
    machine.run("/bin/sh", "-c", "echo changed > /etc/motd; rm /etc/issue; mkdir /srv/new")
    assert (machine.root / "etc/motd").read_text() == "changed\n"
    assert (debian / "etc/motd").read_text() != "changed\n"
    assert (debian / "etc/issue").exists()
    assert not (debian / "srv/new").exists()
    assert (new_machine().root / "etc/issue").exists()


def test_where_there_is_no_overlay_the_system_is_copied(
    debian: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machines, "BOOT", machines.BOOT.replace("-t overlay", "-t absent"))
    (tmp_path / "machine").mkdir()
    machine = machines.start(debian, tmp_path / "machine", tmp_path / "packages")
    try:
        machine.run("/bin/sh", "-c", "echo changed > /etc/motd")
        assert machine.run("id", "-un").stdout == "root\n"
        assert (debian / "etc/motd").read_text() != "changed\n"
    finally:
        machine.stop()
    assert not (tmp_path / "machine").exists()


def test_packages_are_kept_for_the_next_machine(debian: Path, tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        machine = machines.start(debian, tmp_path / str(number), packages)
        try:
            archives = machine.run("ls", "/var/cache/apt/archives").stdout.split()
            assert ("kept.deb" in archives) == bool(number)
            machine.run("touch", "/var/cache/apt/archives/kept.deb")
        finally:
            machine.stop()


def test_a_snapshot_tells_every_change_and_nothing_else(new_machine: Callable[[], Machine]) -> None:
    machine = new_machine()
    machine.run("/bin/sh", "-c", "echo one > /srv/text; ln -s text /srv/link; mkdir /srv/folder")
    before = machine.snapshot()
    machine.run("/bin/sh", "-c", "ls -lR /etc; cat /srv/text; echo noise > /tmp/noise")
    assert differences(before, machine.snapshot()) == []
    for change in (
        "touch -d 2001-01-01 /srv/text",
        "chmod 600 /srv/text",
        "chown nobody /srv/link -h",
        "ln -sfn /etc/passwd /srv/link",
        "touch -r /srv/text /tmp/date; printf 'two\\n' > /srv/text; touch -r /tmp/date /srv/text",
        "touch /srv/folder/.hidden",
        "rm /srv/text",
    ):
        machine.run("/bin/sh", "-c", change)
        after = machine.snapshot()
        assert len(differences(before, after)) == 1, change
        before = after


def test_a_command_runs_as_after_a_login(
    new_machine: Callable[[], Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_DESK", "x")
    way = connection(new_machine())
    status, out, err = way.exec_command("env; umask; pwd; cat; echo wrong >&2; exit 3", b"given")
    assert status == 3
    assert b"SECRET_OF_THE_DESK" not in out
    assert b"HOME=/root\n" in out
    assert out.endswith(b"0022\n/\ngiven")
    assert err == b"wrong\n"


def test_a_file_goes_and_comes_and_no_link_leads_out(
    new_machine: Callable[[], Machine], tmp_path: Path
) -> None:
    machine = new_machine()
    way = connection(machine)
    content, outside = bytes(range(256)) * 5000, tmp_path / "outside"
    (tmp_path / "in").write_bytes(content)
    outside.write_text("mine")
    machine.run("mkdir", "-p", str(tmp_path))
    machine.run("ln", "-s", str(outside), "/srv/link")
    way.put_file(str(tmp_path / "in"), "/srv/link")
    assert outside.read_text() == "mine"
    assert machine.run("readlink", "/srv/link").stdout == f"{outside}\n"
    way.fetch_file("/srv/link", str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == content


def test_a_file_that_cannot_go_or_come(new_machine: Callable[[], Machine], tmp_path: Path) -> None:
    from ansible.errors import AnsibleError

    way = connection(new_machine())
    (tmp_path / "in").write_text("text")
    for copy, source, target in (
        (way.put_file, str(tmp_path / "absent"), "/srv/file"),
        (way.put_file, str(tmp_path / "in"), "/absent/file"),
        (way.fetch_file, "/absent", str(tmp_path / "out")),
    ):
        with pytest.raises(AnsibleError):
            copy(source, target)
    assert not (tmp_path / "out").exists()


def test_a_playbook_is_played_and_counted(
    new_machine: Callable[[], Machine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", "minimal")  # a developer's taste is no matter
    machine = new_machine()
    tasks: list[dict[str, object]] = [
        {"raw": f"echo {{{{ wikifarm_url }}}} > /srv/url; {SLEEPER}"},
        {"raw": "exit 1", "ignore_errors": True},
    ]
    book = [{"hosts": "farms", "gather_facts": False, "tasks": tasks}]
    (tmp_path / "book.yml").write_text(json.dumps(book))
    stopped = new_machine()
    stopped.stop()
    hosts = inventory(
        tmp_path / "hosts.json",
        {
            name: {**started.variables, "wikifarm_url": f"http://{name}.example.org/"}
            for name, started in {"here": machine, "gone": stopped}.items()
        },
    )
    assert hosts.stat().st_mode & 0o777 == 0o600
    played = play(str(tmp_path / "book"), hosts, "--limit", "here").well()
    assert set(played.hosts) == {"here"}
    here = played.hosts["here"]
    assert (here.ok, here.changed, here.ignored, here.failed) == (2, 2, 1, 0)
    assert (machine.root / "srv/url").read_text() == "http://here.example.org/\n"
    assert "sleep 4242" in machine.processes().values()
    played = play(str(tmp_path / "book"), hosts)
    assert played.exit != 0
    assert played.hosts["gone"].unreachable == 1
    with pytest.raises(AssertionError, match="is stopped"):
        played.well()


def test_who_listens_is_told_without_this_system(new_machine: Callable[[], Machine]) -> None:
    machine = new_machine()
    listener = (
        "use IO::Socket::INET; $| = 1;"
        "my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1');"
        "print $s->sockport; sleep 60"
    )
    start = 'setsid perl -e "$1" </dev/null >/srv/port 2>&1 & until [ -s /srv/port ]; do :; done'
    with socket.create_server(("127.0.0.1", 0)):
        machine.run("/bin/sh", "-c", start, "-", listener)
        port = int((machine.root / "srv/port").read_text())
        assert machine.listening() == {("127.0.0.1", port, "perl")}

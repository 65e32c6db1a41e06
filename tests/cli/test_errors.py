"""How a command ends: statuses, words, no traceback, no secret."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

from wikifarm.engine.journal import SENTINEL
from wikifarm.errors import Exit, InvalidInput, Problem
from wikifarm.operations.workplace.context import Context, FarmSettings
from wikifarm.operations.workplace.places import Places, state_folder
from wikifarm.rehearsal import RunningFarm

from .conftest import SOURCE, Cli

Process = Callable[..., subprocess.CompletedProcess[str]]


def test_usage_errors_say_what_is_near(cli: Cli) -> None:
    ran = cli("plna")
    assert ran.exit == 2
    assert ran.out == ""
    assert ran.err == "Error: There is no command “plna”.\n  Try: did you mean “plan”?\n"
    assert "--only" in cli("plan", "--onyl").err


def test_what_must_be_given_is_shown_as_in_any_manual(cli: Cli) -> None:
    usage = cli("participants", "export", "--help").out.splitlines()[0]
    assert usage.endswith(" participants export [OPTIONS] ADDRESS [NAME]")
    assert "\n  NAME " in cli("participants", "export", "--help").out


def test_a_yes_that_is_missing_is_told_in_one_sentence(cli: Cli) -> None:
    told = cli("retire", "rennes", "--step", "announce").err
    assert told.startswith("Error: a step of a leave needs --yes\n")
    assert told.count("--yes") == 1


def test_the_commands_are_listed_in_the_order_in_which_they_serve(cli: Cli) -> None:
    shown = cli("--help").out
    panels = re.findall(r"^(\S.*):$", shown, re.MULTILINE)
    assert panels[1:4] == ["Begin", "Look after communities", "People"]
    commands = re.findall(r"^  ([a-z-]+)  ", shown, re.MULTILINE)
    assert len(commands) == len(set(commands)) > 20


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["it's"], "There is no command “it's”."),
        (["pl\x1b[31mna"], r"There is no command “pl\x1b[31mna”."),
        (["-"], "There is no command “-”."),
        (["ops", "upgrad"], "There is no command “upgrad”."),
        (["ops"], "A command is missing."),
        (["--", "--foo"], "There is no option --foo."),
        (["list", "--f\x1boo"], r"There is no option --f\x1boo."),
        (["list", "it's", "\x1b[31m"], r"Too many words: “it's \x1b[31m”."),
        (["list", "--", "--farm"], "Too many words: “--farm”."),
        (["list", "--farm"], "--farm needs a value."),
        (["credentials"], "ADDRESS is missing."),
        (
            ["apply", "--max-failures", "few"],
            "--max-failures: a whole number from 0 up is expected",
        ),
        (["apply", "--max-failures=-1"], "--max-failures: a whole number from 0 up is expected"),
        (["list", "--lang", "de"], "--lang: wikifarm does not speak “de”"),
    ],
    ids=lambda value: " ".join(value).replace("\x1b", "ESC") if isinstance(value, list) else "",
)
def test_each_mistake_of_a_command_line_has_its_sentence(
    cli: Cli, line: list[str], said: str
) -> None:
    ran = cli(*line)
    assert ran.exit == 2
    assert ran.out == ""
    assert ran.err.startswith(f"Error: {said}")
    assert "  Try: " in ran.err


def test_what_to_type_is_named_as_it_was_called(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for called in ("wikifarm", "./run"):
        monkeypatch.setenv("WIKIFARM_CALLED", called)
        assert f"start with `{called} init`" in " ".join(cli("list").err.split())
        assert f"`{called} list --help`" in cli("list", "one", "two").err
        assert f"`{called} doctor`" in cli("init").out
        assert cli("plan", "--help").out.startswith(f"Usage: {called} plan ")
        assert f"`{called} demo`" in cli("--help").out
        (error,) = cli("list", "--json").json()["errors"]
        assert "`wikifarm init`" in error["hint"]  # programs read the same words everywhere


def test_errors_stand_on_stderr_with_something_to_try(cli: Cli) -> None:
    ran = cli("list")
    assert ran.exit == 2
    assert ran.out == ""
    assert "No farm is given." in ran.err
    assert "  Try: " in ran.err


def test_an_address_without_a_farm_is_said_to_be_wrong(cli: Cli, farm: RunningFarm) -> None:
    ran = cli("doctor", "--farm", f"{farm.url}nulle-part/")
    assert ran.exit == 8
    assert f"There is no YesWiki at {farm.url}nulle-part/ (404)." in " ".join(ran.err.split())
    assert "doctor" not in ran.err  # which is what was typed


def test_a_farm_that_is_down_exits_8(cli: Cli, manifest: Path) -> None:
    for command in ("doctor", "list", "apply"):
        ran = cli(command, "--farm", "http://127.0.0.1:1/")
        assert ran.exit == 8
        assert "127.0.0.1:1" in ran.err


def test_bad_credentials_exit_8(
    cli: Cli, with_farm: RunningFarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIKIFARM_FARM_PASSWORD", "not-this-one")
    ran = cli("doctor")
    assert ran.exit == 8
    assert "not-this-one" not in ran.out + ran.err


def test_a_crash_tells_a_file_and_shows_no_traceback(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("wikifarm.operations.list_wikis.list_wikis", broken)
    ran = cli("list", "--farm", "http://127.0.0.1:1/")
    assert ran.exit == 1
    assert "Traceback" not in ran.err
    assert str(tmp_path) not in ran.err
    (kept,) = (tmp_path / "state" / "crashes").iterdir()
    assert kept.name in ran.err
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "ZeroDivisionError: a defect" in kept.read_text("utf-8")


def test_a_state_folder_that_cannot_be_written_does_not_hide_a_crash(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WIKIFARM_STATE_DIR", str(tmp_path / "file" / "state"))
    monkeypatch.setattr("wikifarm.operations.schemas.schema", lambda _name: 1 // 0)
    assert cli("schema").exit == 1


def test_every_problem_of_a_manifest_is_told_with_its_place(cli: Cli, manifest: Path) -> None:
    manifest.write_text("name: X\nslug: Bad Slug\nfacilitators: []\ncolour: red\n", "utf-8")
    ran = cli("plan", "--farm", "http://127.0.0.1:1/")
    assert ran.exit == 2
    assert ran.err.count("Error: ") == 3
    assert f"{manifest.name}:2" in ran.err


def test_a_reader_that_stops_is_no_failure(process: Process) -> None:
    command = f"'{sys.executable}' -m wikifarm schema envelope | head -c 1; echo ${{PIPESTATUS[0]}}"
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    found = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=30, check=False, env=env
    )
    assert found.stdout.splitlines()[-1].endswith("0")
    assert found.stderr == ""


def test_a_full_disk_behind_stdout_is_a_failure() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "wikifarm", "schema"], stdout=full, stderr=subprocess.PIPE,
            text=True, timeout=30, check=False, env=env,
        )  # fmt: skip
    assert found.returncode == 1
    assert "Traceback" not in found.stderr


class SilentServer:
    """Reads what it is asked and never answers."""

    def __init__(self) -> None:
        self.asked = threading.Event()  # the first request has come
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._kept: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                self._kept.append(self._listener.accept()[0])
                if self._kept[-1].recv(1):
                    self.asked.set()

    def close(self) -> None:
        for one in (self._listener, *self._kept):
            one.close()


@pytest.fixture
def silent_server() -> Iterator[SilentServer]:
    server = SilentServer()
    yield server
    server.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"]], ids=" ".join)
def test_ctrl_c_ends_within_two_seconds_inside_a_request(
    silent_server: SilentServer, number: signal.Signals, arguments: list[str]
) -> None:
    env = {**os.environ, "PYTHONPATH": str(SOURCE), "WIKIFARM_FARM_URL": silent_server.url}
    running = subprocess.Popen(
        [sys.executable, "-m", "wikifarm", *arguments], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=env,
    )  # fmt: skip
    assert silent_server.asked.wait(20)
    started = time.monotonic()
    running.send_signal(number)
    out, err = running.communicate(timeout=10)
    assert time.monotonic() - started < 2
    assert running.returncode == 130
    assert "goes on from where it stopped" in (out if "--json" in arguments else err)
    assert "Traceback" not in err


def test_ctrl_c_ends_within_two_seconds_even_where_python_cannot_be_interrupted() -> None:
    """A name being resolved holds the interpreter: here, a sleep that swallows Ctrl-C."""
    script = (
        "import sys, time, wikifarm.operations.schemas as schemas\n"
        "def stuck(_name):\n"
        "    print('stuck', file=sys.stderr, flush=True)\n"
        "    while True:\n"
        "        try: time.sleep(60)\n"
        "        except KeyboardInterrupt: pass\n"
        "schemas.schema = stuck\n"
        "from wikifarm.cli.main import run\n"
        "sys.exit(run(['schema', '--json']))\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert running.stderr is not None
    assert running.stderr.readline() == "stuck\n"
    started = time.monotonic()
    running.send_signal(signal.SIGINT)
    out, _err = running.communicate(timeout=10)
    assert time.monotonic() - started < 2
    assert running.returncode == 130
    assert '"interrupted"' in out


def test_an_answer_that_is_cut_while_it_is_written_says_so(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_all: object, **_named: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("wikifarm.cli.render.answer.body", cut)
    ran = cli("status")
    assert ran.exit == 130
    assert "what was done is done" in ran.err


def test_what_a_killed_audit_left_is_told_once_by_the_next_command(
    cli: Cli, with_farm: RunningFarm
) -> None:
    settings = FarmSettings(with_farm.url, "WikiAdmin", with_farm.password)
    context = Context(settings, Places(state_folder(), Path.cwd()))
    context.journal.intent("gone", SENTINEL, key="0123abcd")
    told = json.loads(cli("list", "--json").out)
    assert [message for message in told["messages"] if message.startswith("gone: an audit was cut")]
    assert json.loads(cli("status", "--json").out)["messages"] == []


@pytest.mark.parametrize(
    "line", [["plan", "rennes"], ["participants", "list", "rennes"]], ids=" ".join
)
def test_a_community_is_looked_for_in_a_folder_of_communities(cli: Cli, line: list[str]) -> None:
    ran = cli(*line)
    assert ran.exit == 2
    assert "“rennes” is looked for in communities" in ran.err and "--directory" in ran.err


@pytest.mark.parametrize("command", ["plan", "apply", "verify", "status", "list"])
def test_nobody_means_all_by_naming_nothing(cli: Cli, manifest: Path, command: str) -> None:
    ran = cli(command, "--only", " ", "--json")
    assert (ran.exit, ran.json()["errors"][0]["code"]) == (2, "usage")


def test_an_empty_name_does_not_ask_for_everybody(
    cli: Cli, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_context: object, _community: object, word: str, _file: object) -> NoReturn:
        raise InvalidInput([Problem(f"one person: {word!r}")])

    monkeypatch.setattr("wikifarm.operations.participants.own_copy.own_copy", refuse)
    assert "one person: ''" in cli("participants", "export", "rennes", "").err


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("group", [[], ["participants"], ["ops"], ["mailing-list"]])
def test_no_sentence_of_the_help_is_cut(cli: Cli, group: list[str], language: str) -> None:
    _usage, commands = cli(*group, "--help", "--lang", language).out.split("\n", 1)
    assert "..." not in commands


def test_a_name_of_nobody_leads_to_the_people_of_that_community(
    cli: Cli, with_farm: RunningFarm, manifest: Path
) -> None:
    assert cli("apply", str(manifest), "--yes", "--audit", "none").exit == 0
    ran = cli("participants", "export", "rennes", "Nobody Here")
    assert ran.exit == 2
    told = re.search(r"`wikifarm (participants list rennes)`", ran.err)
    assert told is not None
    assert cli(*told[1].split()).exit == 0


def test_a_backup_that_ends_early_says_where_what_it_read_waits(
    cli: Cli, with_farm: RunningFarm, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("apply", "--yes", "--audit", "none").exit == 0
    key = ("--recipient", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p")
    for kept in (key, ("--plain",)):
        for fault in (KeyboardInterrupt(), OSError(28, "x"), ValueError("x")):

            def fails(*_args: object, fault: BaseException = fault) -> None:
                raise fault

            command = ("backup", "rennes", "--out", "disk/rennes.age", *kept, "--json")
            with monkeypatch.context() as patch:
                patch.setattr("wikifarm.operations.archive.backup_format._pack", fails)
                ended = cli(*command)
            assert ended.exit in (Exit.FAILED, Exit.INTERRUPTED, Exit.USAGE), ended.out
            (told,) = ended.json()["messages"]
            folder = Path(told.partition(" in clear in ")[2].partition(": the same")[0])
            assert (folder / "accounts.json").is_file()
            assert (folder.parent.name == "parts") is (kept == key)
            again = cli(*command)
            assert (again.exit, again.json()["messages"]) == (0, [])
            assert not folder.exists()
            assert [path.name for path in Path("disk").iterdir()] == ["rennes.age"]
            Path("disk/rennes.age").unlink()

"""Sympa's command line: what is put on a command line, what is not, and what a real Sympa does.

The real one is used when WIKIFARM_E2E_SYMPA_CLI says how to run it: `sympa` on its own host, as
root or as the user sympa, or `chroot /srv/x sympa`. Its domain is WIKIFARM_E2E_SYMPA_DOMAIN, or
listes.example.org; its lists are named cli-… and are removed.
"""

from __future__ import annotations

import base64
import os
import shlex
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from wikifarm.engine.ports import ListPort
from wikifarm.errors import (
    InvalidInput,
    ListNotAllowed,
    ListTaken,
    ListUndecided,
    ListUnknown,
    NotSympa,
    SympaHost,
    UnexpectedAnswer,
    Unreachable,
    WikifarmError,
    WriteRefused,
)
from wikifarm.lists.cli import BATCH, RemoteFile, SympaCli
from wikifarm.model import ListOwner, ListState, WantedList

DOMAIN = "listes.example.org"
WIDE = "Été d’œuvre — € <b>&amp;</b> [% subject %] 🦋"


def a_list(name: str = "cli-papillons", **changes: Any) -> WantedList:
    owners = (
        ListOwner("anne@example.org", "Anne Été — œ€"),
        ListOwner("bob.o-connor@example.org"),
    )
    wanted = WantedList(name, WIDE, f"Description : {WIDE}", owners, domain=DOMAIN)
    return replace(wanted, **changes)


class Fake:
    """A `sympa` that notes what it is given and ends as it is told; and the files of its lists."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lists = folder / "list_data"
        self.program = folder / "bin" / "sympa"
        self.program.parent.mkdir()
        self._script(
            self.program,
            f'cd {shlex.quote(str(folder))}\n'
            'n=$(ls -d call.* 2>/dev/null | wc -l); mkdir "call.$n"\n'
            'printf "%s\\0" "$@" >"call.$n/argv"; env >"call.$n/env"; cat >"call.$n/stdin"\n'
            '[ -f "do.$1" ] && . "./do.$1"\n'
            'exit 0\n',
        )  # fmt: skip

    def _script(self, path: Path, body: str) -> None:
        path.write_text(f"#!/bin/sh\n{body}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def on(self, verb: str, does: str) -> None:
        (self.folder / f"do.{verb}").write_text(does)

    def holds(self, config: str, owners: str = "owner\nemail anne@example.org\n") -> None:
        place = self.lists / "cli-papillons"
        place.mkdir(parents=True)
        (place / "config").write_text(config)
        (place / "owner.dump").write_text(owners)

    def cli(self, target: str = "", **changes: object) -> SympaCli:
        given = {"command": (str(self.program),), "lists_folder": str(self.lists), **changes}
        return SympaCli(target, **given)  # type: ignore[arg-type]

    def ssh(self, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
        """An `ssh` in the PATH, whose last argument is the command for the other end."""
        self._script(
            self.folder / "bin" / "ssh",
            f'printf "%s\\0" "$@" >{shlex.quote(str(self.folder))}/ssh\n'
            f'for last in "$@"; do :; done\n{body}\n',
        )
        path = f"{self.program.parent}{os.pathsep}{os.environ['PATH']}"
        monkeypatch.setenv("PATH", path)

    @property
    def calls(self) -> list[tuple[list[str], str]]:
        """Arguments and input of each call, in order; but for the first, about the domain."""
        places = sorted(self.folder.glob("call.*"), key=lambda one: int(one.suffix[1:]))
        every = [
            ((one / "argv").read_text().split("\0")[:-1], (one / "stdin").read_text())
            for one in places
        ]
        assert every[:1] in ([], [(["show_pending_lists", DOMAIN], "")])
        return every[1:]

    @property
    def verbs(self) -> list[str]:
        return [arguments[0] for arguments, _given in self.calls]


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    return Fake(tmp_path)


def nobody(_address: str) -> None:
    """Where the test does not look at who was kept."""


# -- what stands on a command line ---------------------------------------------------------------


def test_it_is_a_list_port() -> None:
    port: ListPort = SympaCli()
    assert port


def test_a_list_is_made_from_xml_on_its_input(fake: Fake) -> None:
    wanted = a_list(language="en", topics="art,education")
    assert fake.cli().create(wanted) == ()
    (arguments, given) = fake.calls[0]
    assert arguments == ["create", "--lang=en", "--input_file=/dev/stdin", DOMAIN]
    root = ElementTree.fromstring(given)
    told = {one.tag: one.text for one in root if one.tag != "owner"}
    assert told == {
        "listname": wanted.name, "type": "communaute", "subject": wanted.subject,
        "description": wanted.description, "status": "open", "topics": "art,education",
        "language": "en",
    }  # fmt: skip
    owners = [{one.tag: one.text for one in owner} for owner in root.iter("owner")]
    assert owners == [
        {"email": "anne@example.org", "gecos": "Anne Été — œ€"},
        {"email": "bob.o-connor@example.org"},
    ]
    assert all(owner.get("multiple") == "1" for owner in root.iter("owner"))


def test_a_password_is_neither_an_argument_nor_shown(fake: Fake) -> None:
    source = RemoteFile("base", "https://x.org/l?a=1&b=2", "anne", "Mot#de<passe>")
    assert "passe" not in repr(source)
    with pytest.raises(WriteRefused):
        fake.holds("subject x\n\nstatus open\n")
        fake.cli(source=source).create(a_list())
    assert not any("passe" in word for arguments, _given in fake.calls for word in arguments)
    (made,) = ElementTree.fromstring(fake.calls[0][1]).iter("include_remote_file")
    assert made.get("multiple") == "1"
    assert {one.tag: one.text for one in made} == {
        "name": "base", "url": "https://x.org/l?a=1&b=2",
        "user": "anne", "passwd": "Mot#de<passe>",
    }  # fmt: skip


def test_the_secrets_of_wikifarm_are_not_handed_on(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIKIFARM_SYMPA_SECRET", "tres-secret")
    fake.cli().members(a_list())
    assert "tres-secret" not in (fake.folder / "call.0" / "env").read_text()


HOSTILE_NAMES = (
    "--mode=purge", "-l", "a;touch x", "a b", "$(touch x)", "a`id`", "a\nb", "../a", "a/b", "a@b",
    "été", "", "list-owner", "x" * 51,
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_never_reaches_a_command(fake: Fake, name: str) -> None:
    cli, wanted = fake.cli(), a_list(name)
    for act in (cli.state, cli.create, cli.close, cli.reopen, cli.purge, cli.members):
        with pytest.raises(InvalidInput):
            act(wanted)
    for write in (cli.add, cli.remove):
        with pytest.raises(InvalidInput):
            write(wanted, ["a@example.org"], nobody)
    assert fake.calls == []


@pytest.mark.parametrize(
    "changes",
    [
        {"domain": ""}, {"domain": "-x.org"}, {"domain": "x.org;id"}, {"template": "../x"},
        {"subject": "a\nlang es"}, {"subject": "\ud800"}, {"description": "\ufffe"},
        {"owners": (ListOwner("a@example.org", "x\ny"),)}, {"owners": ()},
        {"owners": (ListOwner("a@example.org", "\uffff"),)}, {"language": "fr\nowner"},
    ],
)  # fmt: skip
def test_what_would_break_a_configuration_is_refused(fake: Fake, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        fake.cli().create(a_list(**changes))
    assert fake.calls == []


@pytest.mark.parametrize(
    "source",
    [
        RemoteFile("", "https://x.org/"),
        RemoteFile("a", "https://x.org/\nttl 1"),
        RemoteFile("a\nb", "https://x.org/"),
        RemoteFile("a", "https://x.org/ y"),
        RemoteFile("a", "file:///etc/passwd"),
        RemoteFile("a", "https:///x"),
        RemoteFile("a", "https://x.org/", "u", "p\nca_verify none"),
        RemoteFile("a", "https://x.org/", "u"),
        RemoteFile("a", "http://x.org/", "u", "in-clear"),
    ],
)
def test_a_source_that_would_break_a_configuration_is_refused(
    fake: Fake, source: RemoteFile
) -> None:
    with pytest.raises(InvalidInput) as refused:
        fake.cli(source=source).create(a_list())
    assert "in-clear" not in str(refused.value.problems)
    assert fake.calls == []


def test_addresses_go_through_the_input_and_unfit_ones_nowhere(fake: Fake) -> None:
    fake.on("review", "echo '2 member(s) in list x@y.'; echo \"O'Hara+a=b@example.org\"")
    hostile = ["a@example.org b", "#x@example.org", "-x", "a@example.org\nc@example.org", "x"]
    there: list[str] = []
    refused = fake.cli(quiet=True).add(a_list(), ["o'hara+a=b@example.org", *hostile], there.append)
    assert refused == set(hostile)
    assert there == ["o'hara+a=b@example.org"]
    assert fake.calls[0] == (
        ["add", "--quiet", f"cli-papillons@{DOMAIN}"], "o'hara+a=b@example.org\n",
    )  # fmt: skip


def test_people_are_told_unless_quiet(fake: Fake) -> None:
    fake.on("review", "echo a@example.org")
    fake.cli().add(a_list(), ["a@example.org"], nobody)
    fake.cli().remove(a_list(), ["b@example.org"], nobody)
    told = [call[0] for call in fake.calls if call[0][0] in ("add", "del")]
    assert told == [["add", f"cli-papillons@{DOMAIN}"], ["del", f"cli-papillons@{DOMAIN}"]]


def test_who_is_in_is_asked_and_not_guessed(fake: Fake) -> None:
    """Sympa ends with 1 for the whole batch when it refused one."""
    fake.on("add", "exit 1")
    fake.on("review", "echo A@example.org; echo b@example.org")
    there: list[str] = []
    refused = fake.cli().add(
        a_list(), ["a@example.org", "no@example.org", "b@example.org"], there.append
    )
    assert refused == {"no@example.org"}
    assert there == ["a@example.org", "b@example.org"]


def test_what_sympa_says_it_did_and_did_not_is_told(fake: Fake) -> None:
    with pytest.raises(ListUndecided):
        fake.cli().add(a_list(), ["a@example.org"], nobody)


def test_many_addresses_go_in_batches_each_seen_before_the_next(fake: Fake) -> None:
    everybody = [f"p{number}@example.org" for number in range(2 * BATCH + 1)]
    fake.on("review", f"printf '%s\\n' {' '.join(everybody)}")
    there: list[str] = []
    assert fake.cli().add(a_list(), everybody, there.append) == frozenset()
    assert there == everybody
    assert fake.verbs == ["add", "review"] * 3
    assert [given.count("\n") for arguments, given in fake.calls if arguments[0] == "add"] == [
        BATCH, BATCH, 1,
    ]  # fmt: skip


# -- how states are told apart -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "owners", "state"),
    [
        ("subject x\n\nstatus open\n", "owner\n  email Anne@Example.org\n", ListState.OPEN),
        ("subject x\n\nstatus open", "date 1\nemail anne@example.org\n", ListState.OPEN),
        ("status pending\n", "owner\nemail bob.o-connor@example.org\n", ListState.REQUESTED),
        ("status closed\n", "email anne@example.org\n", ListState.CLOSED),
        ("status family_closed\n", "email anne@example.org\n", ListState.CLOSED),
        ("status error_config\n", "email anne@example.org\n", ListState.UNKNOWN),
        ("status open\n\ncreation\nemail anne@example.org\n", "email z@x.org\n", ListState.TAKEN),
        ("status closed\n", "email z@example.org\n", ListState.TAKEN),
        ("status open\n", "", ListState.UNKNOWN),
        ("lang fr\n", "email anne@example.org\n", ListState.OPEN),
    ],
)
def test_the_files_of_a_list_tell_its_state(
    fake: Fake, config: str, owners: str, state: ListState
) -> None:
    fake.holds(config, owners)
    found = fake.cli().state(a_list())
    assert found.state is state
    assert found.address == f"cli-papillons@{DOMAIN}"
    assert bool(found.notes) is (state is ListState.UNKNOWN and "error" not in config)


def test_a_domain_with_its_own_folder(fake: Fake) -> None:
    fake.holds("subject Autre domaine\n\nstatus closed\n", "email z@example.org\n")
    own = fake.lists / DOMAIN / "cli-papillons"
    own.mkdir(parents=True)
    (own / "config").write_text("subject Été\n\nstatus open\n")
    (own / "owner.dump").write_text("email anne@example.org\n")
    found = fake.cli().state(a_list())
    assert (found.state, found.subject) == (ListState.OPEN, "Été")


def test_what_cannot_be_read_is_unknown_and_says_so(fake: Fake) -> None:
    found = fake.cli().state(a_list())
    assert found.state is ListState.UNKNOWN
    assert found.notes
    assert "cannot be read" in found.notes[0]


def test_an_absent_list_and_a_domain_that_is_not_served(fake: Fake) -> None:
    fake.on("dump", "exit 1")
    assert fake.cli().state(a_list()).state is ListState.ABSENT
    asked = fake.verbs
    fake.on("show_pending_lists", "exit 1")
    cli = fake.cli()
    # Sympa makes a folder for the domain of any list it is asked about (Sympa::List::new).
    for act in (cli.state, cli.create, cli.members, cli.close):
        with pytest.raises(SympaHost, match=DOMAIN):
            act(a_list())
    assert [verb for verb in fake.verbs if verb != "show_pending_lists"] == asked


@pytest.mark.parametrize(
    ("config", "owners"), [("status open\n", "email z@example.org\n"), ("status open\n", "")]
)
def test_a_list_that_is_not_ours_is_not_removed(fake: Fake, config: str, owners: str) -> None:
    fake.holds(config, owners)
    with pytest.raises(ListTaken):
        fake.cli().purge(a_list())
    assert fake.verbs == ["dump"]


# -- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (13, ListNotAllowed, ListNotAllowed),
        (126, ListNotAllowed, ListNotAllowed),
        (127, NotSympa, NotSympa),
        (255, UnexpectedAnswer, ListUndecided),
        (2, UnexpectedAnswer, ListUndecided),
    ],
)
@pytest.mark.parametrize("target", ["", "root@listes.example.org"])
def test_each_status_has_its_error(
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    status: int,
    reading: type[WikifarmError],
    writing: type[WikifarmError],
) -> None:
    fake.ssh(monkeypatch, 'exec sh -c "$last"')
    for verb in ("dump", "review", "create", "close", "open", "add", "del"):
        fake.on(verb, f"exit {status}")
    cli, wanted = fake.cli(target), a_list()
    for read in (cli.state, cli.members):
        with pytest.raises(reading) as failed:
            read(wanted)
        assert failed.value.hint
    for write in (cli.create, cli.close, cli.reopen):
        with pytest.raises(writing) as failed:
            write(wanted)
        assert failed.value.hint
        assert failed.value.where


def test_no_such_program(tmp_path: Path) -> None:
    with pytest.raises(NotSympa):
        SympaCli(command=(str(tmp_path / "nothing"),)).state(a_list())
    (tmp_path / "text").write_text("no program")
    with pytest.raises(ListNotAllowed):
        SympaCli(command=(str(tmp_path / "text"),)).state(a_list())


def test_a_creation_that_is_refused_gives_sympa_s_own_words(fake: Fake) -> None:
    fake.on("create", "echo 'create_list [user] La liste existe déjà\a' >&2; exit 1")
    with pytest.raises(ListUndecided) as refused:
        fake.cli().create(a_list())
    assert refused.value.hint == "Sympa says: La liste existe déjà "


def test_a_refused_change_on_a_list_that_is_not_there(fake: Fake) -> None:
    for verb in ("close", "open", "review", "dump"):
        fake.on(verb, "exit 1")
    cli = fake.cli()
    for act in (cli.close, cli.reopen, cli.members, cli.purge):
        with pytest.raises(ListUnknown):
            act(a_list())


def _lasts(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


HANGS = "sleep 60 & echo $! >child; wait"


@pytest.mark.parametrize("target", ["", "root@listes.example.org"])
def test_a_command_that_hangs_is_ended_with_all_it_started(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    fake.ssh(monkeypatch, 'exec sh -c "$last"')
    fake.on("create", HANGS)
    cli = fake.cli(target, timeout=0.7)

    def act() -> None:
        with pytest.raises(Unreachable) as late:
            cli.create(a_list())
        assert "may be done" in late.value.hint

    assert _lasts(act) < 5
    _gone(int((fake.folder / "child").read_text()))


def test_ctrl_c_ends_at_once(fake: Fake) -> None:
    fake.on("review", HANGS)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))

    def act() -> None:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            fake.cli(timeout=50).members(a_list())

    assert _lasts(act) < 2.5
    _gone(int((fake.folder / "child").read_text()))


def _gone(child: int) -> None:
    for _wait in range(100):
        place = Path(f"/proc/{child}/stat")
        if not place.exists() or place.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.02)
    raise AssertionError("a child was left behind")


# -- over ssh ------------------------------------------------------------------------------------


def test_ssh_is_given_one_quoted_command_and_no_question(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.ssh(monkeypatch, 'exec sh -c "$last"')
    strange = fake.folder / "it's; a $(place)"
    strange.mkdir()
    (strange / "sympa").symlink_to(fake.program)
    cli = fake.cli("root@listes.example.org", command=(str(strange / "sympa"),))
    cli.create(a_list())
    argv = (fake.folder / "ssh").read_text().split("\0")
    assert argv[:6] == ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "--",
                        "root@listes.example.org"]  # fmt: skip
    assert fake.calls[0][0] == ["create", "--lang=en", "--input_file=/dev/stdin", DOMAIN]
    assert ElementTree.fromstring(fake.calls[0][1]).findtext("subject") == WIDE


@pytest.mark.parametrize("body", ["exit 255", "kill -9 $$", 'sh -c "$last" >/dev/null; exit 255'])
def test_ssh_that_fails_may_have_done_it(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    fake.ssh(monkeypatch, body)
    cli = fake.cli("root@listes.example.org")
    for act in (cli.state, cli.create, cli.members, cli.close):
        with pytest.raises(Unreachable) as failed:
            act(a_list())
        assert "does not say which" in failed.value.hint


@pytest.mark.parametrize("body", ["echo 'This account is not available.'; exit 1", "exit 1"])
def test_an_account_without_a_shell_is_not_sympa_s_refusal(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    fake.ssh(monkeypatch, body)
    cli = fake.cli("sympa@listes.example.org")
    for act in (cli.state, cli.create, cli.members, cli.close):
        with pytest.raises(ListNotAllowed, match="runs no command"):
            act(a_list())


def test_sympa_s_refusal_is_one_over_ssh_too(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.ssh(monkeypatch, 'exec sh -c "$last"')
    fake.on("dump", "exit 1")
    fake.on("create", "echo 'create_list [user] no' >&2; exit 1")
    cli = fake.cli("root@listes.example.org")
    assert cli.state(a_list()).state is ListState.ABSENT
    with pytest.raises(ListUndecided):
        cli.create(a_list())


def test_no_ssh_here(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(fake.folder))
    with pytest.raises(Unreachable, match="no ssh"):
        fake.cli("root@listes.example.org").state(a_list())


@pytest.mark.parametrize("target", ["-oProxyCommand=id", "a b", "a;id", "a\nb", "-", "a'b"])
def test_a_hostile_target_is_refused(target: str) -> None:
    with pytest.raises(InvalidInput):
        SympaCli(target)


# -- a real Sympa --------------------------------------------------------------------------------

# Beside the server of tests/lists/sympa-server, in its system.
ROOT = os.environ.get("SYMPA_ROOT", "")
COMMAND = ("chroot", ROOT, "sympa") if ROOT else ("sympa",)
REAL_DOMAIN = os.environ.get("SYMPA_DOMAIN", DOMAIN)
real = pytest.mark.skipif(
    not os.environ.get("WIKIFARM_E2E_SYMPA") or not Path(f"{ROOT}/proc/self").exists(),
    reason="WIKIFARM_E2E_SYMPA names no Sympa (tests/lists/sympa-server), or its root no /proc",
)
RealList = Callable[..., WantedList]


@pytest.fixture
def sympa() -> SympaCli:
    return SympaCli(command=COMMAND)


@pytest.fixture
def wanted(request: pytest.FixtureRequest, sympa: SympaCli) -> Iterator[WantedList]:
    """A list of this test alone, removed whatever becomes of it."""
    number = sum(request.node.name.encode()) % 10_000
    one = a_list(f"cli-{number}-{os.getpid()}", domain=REAL_DOMAIN)
    yield one
    with suppress(ListUnknown, ListTaken):
        sympa.purge(one)


@real
def test_real_a_list_with_several_owners_and_wide_characters(
    sympa: SympaCli, wanted: WantedList
) -> None:
    assert sympa.state(wanted).state is ListState.ABSENT
    assert sympa.create(replace(wanted, language="en")) == ()
    found = sympa.state(wanted)
    assert found.state is ListState.OPEN
    assert found.address == wanted.address
    assert found.subject == WIDE
    files = sympa._files(wanted)
    assert files.owners == {"anne@example.org", "bob.o-connor@example.org"}
    assert files.value("lang") == "en"
    assert files.value("subscribe") == "owner"
    second = replace(wanted, owners=wanted.owners[1:])
    assert sympa.state(second).state is ListState.OPEN


@real
def test_real_a_second_creation_is_refused_and_the_state_tells(
    sympa: SympaCli, wanted: WantedList
) -> None:
    sympa.create(wanted)
    with pytest.raises(ListUndecided) as refused:
        sympa.create(wanted)
    assert wanted.name in refused.value.hint
    assert sympa.state(wanted).state is ListState.OPEN
    stranger = replace(wanted, owners=(ListOwner("autre@example.org"),))
    assert sympa.state(stranger).state is ListState.TAKEN
    with pytest.raises(ListTaken):
        sympa.purge(stranger)
    assert sympa.state(wanted).state is ListState.OPEN


@real
def test_real_close_reopen_and_purge(sympa: SympaCli, wanted: WantedList) -> None:
    sympa.create(wanted)
    people = ["ada@example.org", "Zoe@Example.org"]
    assert sympa.add(wanted, people, nobody) == frozenset()
    sympa.close(wanted)
    assert sympa.state(wanted).state is ListState.CLOSED
    with pytest.raises(ListUndecided):
        sympa.close(wanted)
    with pytest.raises(ListUndecided):
        sympa.create(wanted)
    assert sympa.members(wanted) == frozenset()
    sympa.reopen(wanted)
    found = sympa.state(wanted)
    assert (found.state, found.subject) == (ListState.OPEN, WIDE)
    assert sympa.members(wanted) == {"ada@example.org", "zoe@example.org"}
    assert len(sympa._files(wanted).owners) == 2
    sympa.purge(wanted)
    assert sympa.state(wanted).state is ListState.ABSENT
    for act in (sympa.close, sympa.reopen, sympa.purge, sympa.members):
        with pytest.raises(ListUnknown):
            act(wanted)
    sympa.create(wanted)
    assert sympa.members(wanted) == frozenset()


@real
def test_real_a_closed_list_of_somebody_else_is_taken(sympa: SympaCli, wanted: WantedList) -> None:
    sympa.create(wanted)
    sympa.close(wanted)
    stranger = replace(wanted, owners=(ListOwner("autre@example.org"),))
    assert sympa.state(stranger).state is ListState.TAKEN


@real
def test_real_a_list_that_waits(sympa: SympaCli, wanted: WantedList) -> None:
    from wikifarm.lists import cli

    text = cli._xml(wanted, None).replace("<status>open<", "<status>pending<")
    words = ("create", "--input_file=/dev/stdin", wanted.domain)
    assert sympa._sympa(*words, given=text, own_pipe=True).status == 0
    assert sympa.state(wanted).state is ListState.REQUESTED
    sympa.reopen(wanted)
    assert sympa.state(wanted).state is ListState.OPEN


@real
def test_real_subscribers_come_and_go(sympa: SympaCli, wanted: WantedList) -> None:
    sympa.create(wanted)
    there: list[str] = []
    first = ["ada@example.org", "o'hara+a=b@example.org"]
    assert sympa.add(wanted, [*first, "pas une adresse"], there.append) == {"pas une adresse"}
    assert there == first
    # Again, with one more: Sympa ends with 1, and the newcomer is in.
    assert sympa.add(wanted, [*first, "zoe@example.org"], there.append) == frozenset()
    assert sympa.members(wanted) == {*first, "zoe@example.org"}
    gone: list[str] = []
    assert sympa.remove(wanted, [first[0], "jamais@example.org"], gone.append) == frozenset()
    assert set(gone) == {first[0], "jamais@example.org"}
    assert sympa.members(wanted) == {first[1], "zoe@example.org"}


@real
def test_real_an_unknown_template_and_an_unknown_domain(
    sympa: SympaCli, wanted: WantedList
) -> None:
    with pytest.raises(ListUndecided, match=wanted.name):
        sympa.create(replace(wanted, template="modele-inconnu"))
    assert sympa.state(wanted).state is ListState.ABSENT
    with pytest.raises(SympaHost):
        sympa.state(replace(wanted, domain="ailleurs.example.org"))


@real
def test_real_topics_that_sympa_drops_are_told(sympa: SympaCli, wanted: WantedList) -> None:
    (note,) = sympa.create(replace(wanted, topics="art/finearts,inconnu"))
    assert "inconnu" in note


class _Export(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = base64.b64encode(b"wikifarm:Mot#de passe").decode()
        right = self.headers.get("Authorization") == f"Basic {known}"
        self.send_response(200 if right else 401)
        self.end_headers()
        if right:
            self.wfile.write("ada@example.org Ada Été\nzoe@example.org\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def export() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Export) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/liste.txt?a=1&b=2"
        server.shutdown()


@real
def test_real_a_list_follows_a_remote_file(
    sympa: SympaCli, wanted: WantedList, export: str
) -> None:
    source = RemoteFile("participants", export, "wikifarm", "Mot#de passe")
    following = SympaCli(command=COMMAND, source=source)
    assert following.create(wanted) == ()
    following.synchronise(wanted)
    assert sympa.members(wanted) == {"ada@example.org", "zoe@example.org"}
    files = sympa._files(wanted)
    assert files.value("ttl") == "3600"
    assert files.value("ca_verify") == "required"


@real
def test_real_a_template_without_sources_is_told(
    sympa: SympaCli, wanted: WantedList, export: str
) -> None:
    with pytest.raises(WriteRefused, match="follows no source"):
        source = RemoteFile("participants", export)
        following = SympaCli(command=COMMAND, source=source)
        following.create(replace(wanted, template="private_working_group"))
    assert sympa.state(wanted).state is ListState.OPEN

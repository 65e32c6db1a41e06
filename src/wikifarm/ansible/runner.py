"""Plays one playbook through ansible-runner, and leaves nothing of it behind.

ansible-runner is made for a server that keeps what it ran. Here its folder is private and removed
at the end, the environment that it writes there is removed at once, and no result is kept. It would
also accept the key of any machine unless told otherwise: it is told otherwise.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import sys
import sysconfig
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from wikifarm.ansible import events, processes
from wikifarm.ansible.private_folder import private_folder
from wikifarm.ansible.report import Report
from wikifarm.ansible.secrecy import Veil, secrets_of
from wikifarm.errors import ExtraMissing
from wikifarm.extras import to_install
from wikifarm.files import PRIVATE, write_whole
from wikifarm.i18n import _

PROGRAM = "ansible-playbook"
# Secrets that may be given as values: the variable, and the option of ansible-playbook.
PASSWORDS = {
    "WIKIFARM_VAULT_PASSWORD": "--vault-password-file",
    "WIKIFARM_BECOME_PASSWORD": "--become-password-file",
}

BEAT = 0.1  # seconds between two looks at whether it is over
LAST_WORDS = 0.3  # seconds for ansible-runner to end once Ansible has

_MARK = "AWX_ISOLATED_DATA_DIR"  # ansible-runner gives it to all that Ansible starts
# ansible-runner and its callback take these for orders of the server that it is made for.
_ORDERS = ("AD_HOC_COMMAND_ID", "JOB_ID", "PROJECT_UPDATE_ID")
# Nobody is there to answer: a question gets an answer that makes it fail, instead of waiting.
_ANSWERS = {
    r"(?i)(?:password|passphrase)[^\n]*:\s*$": "",
    r"\(yes/no[^)]*\)\?\s*$": "no",
}


@dataclass(frozen=True)
class Job:
    """One playbook to play. `variables` are no place for secrets: others can read them (`ps`)."""

    playbook: Path
    inventory: Path
    folder: Path  # relative paths are taken from here
    limit: str = ""
    check: bool = False
    diff: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    password_files: Mapping[str, Path] = field(default_factory=dict)  # option: file
    language: str = "fr"


Tell = Callable[[events.Event], None]


def play(job: Job, tell: Tell) -> Report:
    """Plays the job to its end and answers what came of it; `tell` hears each event as it comes.

    Raises ExtraMissing without Ansible, and KeyboardInterrupt on Ctrl-C, SIGTERM or when the
    terminal goes away: by then, all that was started has ended.
    """
    program = _program()
    hide = Veil([*secrets_of(os.environ), *_texts(job.password_files.values())])
    report = Report()

    def hear(raw: Mapping[str, Any]) -> None:
        for event in events.read(hide(raw)):
            report.take(event)
            tell(event)

    with private_folder() as folder, _hanging_up_interrupts():
        (folder / "tmp").mkdir(mode=0o700)
        report.close(_run(job, program, folder, hear))
    return report


# -- what is needed -------------------------------------------------------------------------


def _program() -> Path:
    """ansible-playbook, found beside this Python first. Raises ExtraMissing."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    program = shutil.which(PROGRAM, path=path)
    if program is None or importlib.util.find_spec("ansible_runner") is None:
        missing = PROGRAM if program is None else "ansible-runner"
        raise ExtraMissing(
            _("This command needs Ansible, and {name} is not installed here.").format(name=missing),
            hint=_("Install it: {command}").format(command=to_install("ops")),
        )
    return Path(program)


def _texts(paths: Any) -> Iterator[str]:
    for path in paths:
        with suppress(OSError, UnicodeDecodeError):
            if not os.access(path, os.X_OK):  # a program, which tells the password: not read
                yield path.read_text("utf-8")


def environment(job: Job, folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What Ansible's environment has besides the caller's."""
    playbooks = job.playbook.parent
    collections = environ.get(
        "ANSIBLE_COLLECTIONS_PATH", "~/.ansible/collections:/usr/share/ansible/collections"
    )
    programs = [sysconfig.get_path("scripts"), environ.get("PATH", os.defpath)]
    return {
        # The words of ssh and sudo are recognised in English (faults.py).
        "LC_ALL": "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8",
        "PATH": os.pathsep.join(programs),
        "WIKIFARM_LANG": job.language,
        "ANSIBLE_CONFIG": environ.get("ANSIBLE_CONFIG") or str(playbooks / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join([str(playbooks), collections]),
        "ANSIBLE_HOST_KEY_CHECKING": environ.get("ANSIBLE_HOST_KEY_CHECKING") or "True",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "True",
        "ANSIBLE_CACHE_PLUGIN": "memory",
        # What a module that is killed leaves on this computer goes with the folder.
        "TMPDIR": str(folder / "tmp"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_FORCE_COLOR": "0",
        "ANSIBLE_STDOUT_CALLBACK": "",
        "ANSIBLE_VERBOSITY": "0",
        "MAX_EVENT_RES": "5000000",  # facts of a farm of many wikis
    }


def _options(job: Job, folder: Path, environ: Mapping[str, str]) -> list[str]:
    options = [
        "--inventory", str(job.inventory),
        *(["--limit", job.limit] if job.limit else []),
        *(["--check"] if job.check else []),
        *(["--diff"] if job.diff else []),
    ]  # fmt: skip
    files = {option: str(path.absolute()) for option, path in job.password_files.items()}
    for name, option in PASSWORDS.items():
        if environ.get(name) and option not in files:
            path = folder / name
            write_whole(path, environ[name] + "\n", PRIVATE)
            files[option] = str(path)
    for option, file in files.items():
        options += [option, file]
    return options


# -- the run --------------------------------------------------------------------------------


def _run(job: Job, program: Path, folder: Path, hear: Callable[[Mapping[str, Any]], None]) -> int:
    """The status of ansible-playbook."""
    from ansible_runner import Runner, RunnerConfig

    cancelled = threading.Event()
    seen: set[int] = set()  # the process of Ansible, where the system does not tell
    config = RunnerConfig(
        str(folder),
        playbook=str(job.playbook),
        envvars=environment(job, folder, os.environ),
        extravars=dict(job.variables),
        passwords=dict(_ANSWERS),
        fact_cache_type="memory",
        ident=str(uuid.uuid4()),
        quiet=True,
    )
    _prepare(config, job, program, folder)

    def handler(raw: Mapping[str, Any]) -> bool:
        if isinstance(raw.get("pid"), int):
            seen.add(raw["pid"])
        hear(raw)
        return False  # not to be written

    def forget_environment(status: Mapping[str, Any], runner_config: Any) -> None:
        if status["status"] == "running":
            Path(runner_config.artifact_dir, "command").unlink(missing_ok=True)

    runner = Runner(
        config,
        cancel_callback=cancelled.is_set,
        event_handler=handler,
        status_handler=forget_environment,
    )
    thread = _Thread(runner.run)
    try:
        thread.start()
        while not thread.ended.wait(BEAT):
            pass
    finally:
        if thread.fault is not None or not thread.ended.is_set():
            with _deaf():
                processes.end(_MARK, config.artifact_dir, known=seen)
                cancelled.set()
                thread.ended.wait(LAST_WORDS)
    if thread.fault is not None:
        raise thread.fault
    return 1 if runner.rc is None else int(runner.rc)  # None: a signal ended it


def _prepare(config: Any, job: Job, program: Path, folder: Path) -> None:
    """Lets ansible-runner make its command, then says of it what its options cannot say."""
    config.prepare()
    config.command = [str(program), *_options(job, folder, os.environ), *config.command[1:]]
    config.cwd = str(job.folder.absolute())
    config.pexpect_timeout = BEAT
    config.suppress_output_file = True
    for name in (*_ORDERS, *PASSWORDS):
        config.env.pop(name, None)


class _Thread(threading.Thread):
    """Runs ansible-runner beside the main thread, which stays free to hear Ctrl-C.

    `ended` is waited for, and `join` is not: when Ctrl-C comes in the middle of a join, Python 3.11
    takes a thread that runs for one that has ended.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True, name="ansible")
        self._work = work
        self.ended = threading.Event()
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            self._work()
        except Exception as fault:
            self.fault = fault
        finally:
            self.ended.set()


# -- signals --------------------------------------------------------------------------------


@contextmanager
def _deaf() -> Iterator[None]:
    """A second Ctrl-C does not cut the end of what the first one asked for."""
    with _handling(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        yield


@contextmanager
def _hanging_up_interrupts() -> Iterator[None]:
    """A terminal that goes away (ssh, a closed window) ends the work as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # nohup
        yield
        return
    with _handling(interrupt, signal.SIGHUP):
        yield


@contextmanager
def _handling(handler: Any, *numbers: signal.Signals) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)

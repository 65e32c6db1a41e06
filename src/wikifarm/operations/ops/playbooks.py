"""Ops: the machines of the farms, through Ansible: install, upgrade, back up, restore, look."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from wikifarm.advisories.catalogue import catalogue
from wikifarm.ansible.events import Event
from wikifarm.ansible.faults import Fault
from wikifarm.ansible.report import HostReport, Report
from wikifarm.ansible.runner import Job
from wikifarm.ansible.runner import play as play_job
from wikifarm.blueprint.shipped import data_folder
from wikifarm.errors import Exit, InvalidInput, NotConfirmed, Problem
from wikifarm.i18n import _, language
from wikifarm.operations.ops.machine_facts import MachineFacts
from wikifarm.operations.ops.machine_holes import hole_notes, with_holes
from wikifarm.result import Envelope, Failure, Outcome

DEFAULTS = ("ops/inventory.yml", "inventory.yml")  # where an inventory is looked for

_SNAPSHOT = re.compile(r"latest|[0-9a-f]{8,64}")
_WIKI = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Wanted:
    """What was asked of Ansible. Without `inventory`, it is looked for in `folder`."""

    folder: Path
    state: Path  # where newer advisories may be kept
    inventory: Path | None = None
    limit: str = ""
    check: bool = False
    diff: bool = False
    detailed: bool = False  # exit 3 when --check finds something to change
    vault_password_file: Path | None = None
    become_password_file: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)


Tell = Callable[[Event], None]


@dataclass(frozen=True)
class HostsOutcome(Outcome):
    """What Ansible did on each machine."""

    playbook: str
    inventory: Path
    check: bool  # nothing was changed: what is counted as changed would change
    hosts: tuple[HostReport, ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return {
            "playbook": self.playbook,
            "inventory": str(self.inventory),
            "check": self.check,
            "hosts": [_host(host) for host in self.hosts],
            "diffs": [
                {"host": host.name, "task": diff.task, "text": diff.text}
                for host in self.hosts
                for diff in host.diffs
            ],
            "seconds": round(self.seconds, 1),
        }


class HostsHealth(HostsOutcome):
    """What each machine says of itself, in full."""


class HostsStatus(HostsOutcome):
    """The same, for a line a machine."""


def play(
    name: str, wanted: Wanted, tell: Tell, kind: type[HostsOutcome] = HostsOutcome
) -> Envelope:
    """Plays the playbook `name` on the farms wanted; what came of each is in its outcome.

    Raises InvalidInput where a file is not there, ExtraMissing without Ansible.
    """
    inventory = find_inventory(wanted)
    job = Job(
        playbook=data_folder("playbooks") / f"{name}.yml",
        inventory=inventory,
        folder=Path.cwd(),
        limit=wanted.limit,
        check=wanted.check,
        diff=wanted.diff,
        variables=wanted.variables,
        password_files=_password_files(wanted),
        language=language(),
    )
    started = time.monotonic()
    report = play_job(job, tell)
    hosts = tuple(_sorted(report))
    return Envelope(
        f"ops {name}",
        exit=_exit(report, pending=wanted.check and wanted.detailed),
        outcome=kind(name, inventory, wanted.check, hosts, time.monotonic() - started),
        messages=(*_open_files(wanted), *_notes(report)),
        errors=tuple(_failures(report)),
    )


def upgrade(wanted: Wanted, tell: Tell) -> Envelope:
    """Upgrades the farms, and says which known holes are open in what they run now."""
    done = play("upgrade", wanted, tell)
    known = catalogue(wanted.state)
    notes = tuple(note for host in _hosts(done.outcome) for note in hole_notes(host, known))
    return replace(done, messages=(*done.messages, *notes))


def doctor(wanted: Wanted, tell: Tell) -> Envelope:
    """What each farm says of itself; a failure (exit 1) where one of its problems is an error."""
    seen = _with_holes(play("doctor", wanted, tell, HostsHealth), wanted)
    problems = tuple(_errors_told(seen.outcome))
    return replace(
        seen,
        exit=seen.exit or (Exit.FAILED if problems else Exit.DONE),
        errors=(*seen.errors, *problems),
    )


def _hosts(outcome: Outcome) -> tuple[HostReport, ...]:
    return outcome.hosts if isinstance(outcome, HostsOutcome) else ()


def _with_holes(seen: Envelope, wanted: Wanted) -> Envelope:
    known = catalogue(wanted.state)
    hosts = tuple(with_holes(host, known) for host in _hosts(seen.outcome))
    outcome = seen.outcome
    return replace(
        seen,
        outcome=replace(outcome, hosts=hosts) if isinstance(outcome, HostsOutcome) else outcome,
    )


def _errors_told(outcome: Outcome) -> Iterable[Failure]:
    for host in _hosts(outcome):
        facts = MachineFacts.read(host.facts)
        for problem in facts.problems if facts else ():
            if problem.severity == "error":
                yield Failure(problem.code, problem.message, problem.hint, host.name)


def status(wanted: Wanted, tell: Tell) -> Envelope:
    """The same facts, for a line a farm."""
    seen = _with_holes(play("doctor", wanted, tell, HostsStatus), wanted)
    return replace(seen, command="ops status")


def backup_variables(wiki: str | None) -> dict[str, str]:
    """The variables of backup.yml; "" is the main wiki, None the whole farm.

    Raises InvalidInput for what cannot be the address of a wiki.
    """
    if wiki and not _WIKI.fullmatch(wiki):
        raise _invalid(
            "bad-wiki",
            _("“{wiki}” is not the address of a wiki.").format(wiki=wiki),
            _("It is the folder of the wiki on its farm: letters, digits, “-” and “_”."),
        )
    return {} if wiki is None else {"wikifarm_wiki": wiki}


def restore_variables(snapshot: str, wiki: str | None) -> dict[str, str]:
    """The variables of restore.yml. Raises InvalidInput for what cannot be a backup or a wiki."""
    if not _SNAPSHOT.fullmatch(snapshot):
        raise _invalid(
            "bad-snapshot",
            _("“{snapshot}” is not a backup.").format(snapshot=snapshot),
            _("Give “latest”, or the 8 to 64 digits that restic names a backup by."),
        )
    return {"wikifarm_snapshot": snapshot, **backup_variables(wiki)}


def refuse_without_yes(deed: str) -> None:
    """Raises NotConfirmed: nobody is there to be asked. `deed` says what would be lost."""
    raise NotConfirmed(
        _("{deed} Nothing was done without a yes.").format(deed=deed),
        hint=_("To do it in a script, add --yes; to see first what it would do, --check."),
    )


# -- what is given --------------------------------------------------------------------------


def find_inventory(wanted: Wanted) -> Path:
    """The inventory asked for, or the first of DEFAULTS. Raises InvalidInput without one."""
    if wanted.inventory is not None:
        if wanted.inventory.exists():
            return wanted.inventory
        message = _("There is no inventory at {path}.").format(path=wanted.inventory)
        raise _invalid("inventory-missing", message, _("Check --inventory."), "--inventory")
    for name in DEFAULTS:
        if (wanted.folder / name).exists():
            return wanted.folder / name
    raise _invalid(
        "inventory-missing",
        _("There is no inventory of farms here ({names}).").format(names=", ".join(DEFAULTS)),
        _("Prepare one with `wikifarm ops init`, or name yours with --inventory."),
    )


def _password_files(wanted: Wanted) -> dict[str, Path]:
    given = {
        "--vault-password-file": wanted.vault_password_file,
        "--become-password-file": wanted.become_password_file,
    }
    files = {option: path for option, path in given.items() if path is not None}
    for option, path in files.items():
        if not os.access(path, os.R_OK) or path.is_dir():
            raise _invalid(
                "password-file",
                _("The file {path} cannot be read.").format(path=path),
                _("Check {option}.").format(option=option),
                option,
            )
    return files


def _open_files(wanted: Wanted) -> tuple[str, ...]:
    return tuple(
        _("Other accounts of this computer can read {path}. To close it: chmod 600 {path}").format(
            path=path
        )
        for path in _password_files(wanted).values()
        if os.name == "posix" and path.stat().st_mode & 0o077
    )


def _invalid(code: str, message: str, hint: str, option: str = "") -> InvalidInput:
    return InvalidInput([Problem(message, hint, option, code=code)])


# -- what came of it ------------------------------------------------------------------------


def _sorted(report: Report) -> Iterable[HostReport]:
    return (report.hosts[name] for name in sorted(report.hosts))


def _host(host: HostReport) -> dict[str, Any]:
    return {
        "name": host.name,
        "status": host.status,
        "ok": host.ok,
        "changed": host.changed,
        "failed": host.failed,
        "skipped": host.skipped,
        "seconds": round(host.seconds, 1),
        "changes": list(host.changes),
        **({} if host.facts is None else {"facts": dict(host.facts)}),
        "errors": [] if host.fault is None else [asdict(_failure(host.fault, host.name))],
    }


def _notes(report: Report) -> Iterable[str]:
    for host in _sorted(report):
        for note in host.notes:
            yield _("{subject}: {text}").format(subject=host.name, text=note)


def _failures(report: Report) -> Iterable[Failure]:
    if report.fault is not None:
        yield _failure(report.fault, "")
    for host in _sorted(report):
        if host.fault is not None:
            yield _failure(host.fault, host.name)


def _failure(fault: Fault, host: str) -> Failure:
    return Failure(fault.code, fault.message, fault.hint, host or fault.where)


def _exit(report: Report, *, pending: bool) -> int:
    """The status that README.md gives: `pending` asks for 3 where something would change."""
    faults = [host.fault for host in report.hosts.values() if host.fault is not None]
    if report.fault is not None:
        return report.fault.exit
    if faults:
        exits = {fault.exit for fault in faults}
        if len(faults) < len(report.hosts):
            return Exit.PARTIAL
        return exits.pop() if len(exits) == 1 else Exit.FAILED
    if pending and any(host.changed for host in report.hosts.values()):
        return Exit.CHANGES
    return Exit.DONE

"""What came of a playbook, machine by machine, from the events that Ansible tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wikifarm.ansible import faults
from wikifarm.ansible.events import Diff, Ended, Event, HostAnswered, Line, NoHosts
from wikifarm.ansible.faults import Fault

State = Literal["ok", "changed", "failed", "unreachable"]


@dataclass
class HostReport:
    """One machine. With --check, what is counted as changed would change. Times are in seconds."""

    name: str
    ok: int = 0
    changed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    changes: list[str] = field(default_factory=list)  # names of tasks, each once
    diffs: list[Diff] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # sentences, each once
    facts: Mapping[str, Any] | None = None
    fault: Fault | None = None
    reached: bool = True

    @property
    def status(self) -> State:
        if self.fault is not None:
            return "failed" if self.reached else "unreachable"
        return "changed" if self.changed else "ok"

    def take(self, answer: HostAnswered) -> None:
        """Counts one more answer."""
        self.seconds += answer.seconds
        self.diffs += answer.result.diffs
        self.notes += [note for note in answer.result.notes if note not in self.notes]
        if answer.result.facts is not None:
            self.facts = answer.result.facts
        if answer.outcome == "skipped":
            self.skipped += 1
        elif answer.outcome in ("ok", "changed") or answer.ignored:
            self.ok += 1
            self.changed += answer.outcome == "changed"
            if answer.outcome == "changed" and answer.task.name not in self.changes:
                self.changes.append(answer.task.name)
        else:
            self._take_failure(answer)

    def _take_failure(self, answer: HostAnswered) -> None:
        """A playbook that mends what it can fails again, with its own words: these are kept."""
        fault = faults.of_host(answer)
        self.failed += 1
        self.reached = answer.outcome != "unreachable"
        if self.fault is None or fault.precise or not self.fault.precise:
            self.fault = fault

    def settle(self, counts: Mapping[str, int]) -> None:
        """Ansible's own count has the last word: a failure may have been rescued."""
        self.ok, self.changed = counts["ok"], counts["changed"]
        self.failed, self.skipped = counts["failures"], counts["skipped"]
        self.reached = not counts["dark"]
        if not counts["failures"] and not counts["dark"]:
            self.fault = None


@dataclass
class Report:
    """The whole run: `take` is called on each event, `close` once Ansible has ended."""

    hosts: dict[str, HostReport] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    fault: Fault | None = None  # of the run itself
    _nobody: bool = False

    def take(self, event: Event) -> None:
        if isinstance(event, HostAnswered):
            self._host(event.host).take(event)
        elif isinstance(event, Ended):
            for name, counts in event.counts.items():
                self._host(name).settle(counts)
        elif isinstance(event, Line):
            self.lines.append(event.text)
        elif isinstance(event, NoHosts):
            self._nobody = True

    def close(self, status: int) -> None:
        """`status` is that of ansible-playbook."""
        if status and not any(host.fault for host in self.hosts.values()):
            self.fault = faults.of_lines(self.lines)
        elif self._nobody and not self.hosts:
            self.fault = faults.no_hosts()

    def _host(self, name: str) -> HostReport:
        return self.hosts.setdefault(name, HostReport(name))

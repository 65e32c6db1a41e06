"""What Ansible tells while it works: the events of ansible-runner, as small values.

Only what is shown or counted is kept of a task's result: the rest may hold what nobody should read.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

HOST_TOOL = "wikifarm_host"  # the module that runs it
MOST_LINES = 400  # of one diff

Outcome = Literal["ok", "changed", "failed", "unreachable", "skipped"]


@dataclass(frozen=True)
class Task:
    """A task of a playbook; `role` and `module` without the name of their collection."""

    name: str
    role: str = ""
    module: str = ""


@dataclass(frozen=True)
class Diff:
    """What one task changed, or would change, in one thing of a machine."""

    task: str
    text: str


@dataclass(frozen=True)
class Result:
    """The part of a result that is kept; `words` is the last line that a program said."""

    message: str = ""
    code: str = ""
    hint: str = ""
    exit: int = 0
    words: str = ""
    notes: tuple[str, ...] = ()  # what the playbook says to the person
    facts: Mapping[str, Any] | None = None
    diffs: tuple[Diff, ...] = ()


@dataclass(frozen=True)
class PlayStarted:
    name: str


@dataclass(frozen=True)
class TaskStarted:
    task: Task


@dataclass(frozen=True)
class HostAnswered:
    """What came of a task on one machine. `ignored`: it failed and the playbook goes on."""

    host: str
    task: Task
    outcome: Outcome
    result: Result = Result()
    seconds: float = 0.0
    ignored: bool = False


@dataclass(frozen=True)
class NoHosts:
    """No machine of the inventory is meant."""


@dataclass(frozen=True)
class Ended:
    """The end of the playbook: for each machine, how many tasks had each outcome."""

    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A line that Ansible says outside of a task: a warning, or why it stops."""

    text: str


Event = PlayStarted | TaskStarted | HostAnswered | NoHosts | Ended | Line

_OUTCOMES: Mapping[str, Outcome] = {
    "runner_on_ok": "ok",
    "runner_on_failed": "failed",
    "runner_on_unreachable": "unreachable",
    "runner_on_skipped": "skipped",
}
_COUNTS = ("ok", "changed", "failures", "dark", "skipped")
_CHANGED = re.compile(r"^changed: \[", re.M)
_LINES = ("verbose", "warning", "system_warning", "deprecated", "error")


def read(raw: Mapping[str, Any]) -> Iterator[Event]:
    """The events of one message of ansible-runner; nothing for those that tell nothing new."""
    kind = str(raw.get("event", ""))
    data = _mapping(raw.get("event_data"))
    if kind in _OUTCOMES:
        yield _answered(_OUTCOMES[kind], data, str(raw.get("stdout") or ""))
    elif kind == "playbook_on_task_start":
        yield TaskStarted(_task(data))
    elif kind == "playbook_on_play_start":
        yield PlayStarted(str(data.get("name") or ""))
    elif kind == "playbook_on_no_hosts_matched":
        yield NoHosts()
    elif kind == "playbook_on_stats":
        yield _ended(data)
    elif kind in _LINES:
        yield from (
            Line(text) for text in str(raw.get("stdout") or "").splitlines() if text.strip()
        )


def _answered(outcome: Outcome, data: Mapping[str, Any], said: str) -> HostAnswered:
    result = _mapping(data.get("res"))
    task = _task(data)
    # Of a task marked `no_log`, the result tells nothing: what is shown of it still does.
    changed = result.get("changed") or ("censored" in result and _CHANGED.search(said))
    return HostAnswered(
        host=str(data.get("host") or ""),
        task=task,
        outcome="changed" if outcome == "ok" and changed else outcome,
        result=_result(task, result, failed=outcome in ("failed", "unreachable")),
        seconds=float(data.get("duration") or 0),
        ignored=bool(data.get("ignore_errors")),
    )


def _task(data: Mapping[str, Any]) -> Task:
    action = str(data.get("resolved_action") or data.get("task_action") or "")
    role = str(data.get("role") or "")
    return Task(str(data.get("task") or ""), role.rpartition(".")[2], action.rpartition(".")[2])


def _ended(data: Mapping[str, Any]) -> Ended:
    hosts = sorted({host for key in ("processed", *_COUNTS) for host in _mapping(data.get(key))})
    return Ended(
        {
            host: {key: int(_mapping(data.get(key)).get(host, 0)) for key in _COUNTS}
            for host in hosts
        }
    )


# -- the result of a task -------------------------------------------------------------------


def _result(task: Task, result: Mapping[str, Any], *, failed: bool) -> Result:
    items = [turn for turn in result.get("results") or () if isinstance(turn, Mapping)]
    diffs = tuple(Diff(task.name, text) for part in (result, *items) for text in _diffs(part))
    if not failed:
        turns = items or [result]
        notes = tuple(note for turn in turns for note in _notes(task, turn))
        return Result(notes=notes, facts=_facts(task, result), diffs=diffs)
    # A loop says only that one of its turns failed: the reason is in that turn.
    why = next((turn for turn in items if turn.get("failed") or turn.get("unreachable")), result)
    code = str(why.get("code") or "") if isinstance(why.get("message"), str) else ""
    return Result(
        message=str(why["message"] if code else why.get("msg") or ""),
        code=code,
        hint=str(why.get("hint") or "") if code else "",
        exit=why["exit"] if code and isinstance(why.get("exit"), int) else 0,
        words=_last_words(why),
        diffs=diffs,
    )


def _notes(task: Task, result: Mapping[str, Any]) -> Iterator[str]:
    """The sentences of the tool of the machines, and of the tasks whose only work is to say one."""
    if task.module == HOST_TOOL and not result.get("predicted"):
        yield from map(str, result.get("messages") or ())
    elif task.module == "debug" and isinstance(result.get("msg"), str):
        yield " ".join(result["msg"].split())


def _facts(task: Task, result: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How a farm is: the one answer that lists problems, from the tool or as doctor.yml says it."""
    said = {HOST_TOOL: result.get("data"), "debug": result.get("msg")}.get(task.module)
    return said if isinstance(said, Mapping) and "problems" in said else None


def _last_words(result: Mapping[str, Any]) -> str:
    for key in ("stderr", "module_stderr", "stdout", "module_stdout"):
        lines = str(result.get(key) or "").strip().splitlines()
        if lines:
            return lines[-1].strip()
    return ""


def _diffs(result: Mapping[str, Any]) -> Iterator[str]:
    given = result.get("diff")
    for diff in given if isinstance(given, list) else [given]:
        text = _unified(diff) if isinstance(diff, Mapping) else ""
        lines = text.rstrip("\n").splitlines()
        if lines:
            yield "\n".join([*lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else [])])


def _unified(diff: Mapping[str, Any]) -> str:
    if diff.get("prepared"):
        return str(diff["prepared"])
    if "before" not in diff or "after" not in diff:
        return ""
    before, after = _lines(diff["before"]), _lines(diff["after"])
    former, latter = (str(diff.get(f"{side}_header") or "") for side in ("before", "after"))
    return "\n".join(difflib.unified_diff(before, after, former, latter, lineterm=""))


def _lines(value: Any) -> list[str]:
    """A file as it is; what a module describes otherwise (mode, state) as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, indent=1, sort_keys=True)
    return text.splitlines()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

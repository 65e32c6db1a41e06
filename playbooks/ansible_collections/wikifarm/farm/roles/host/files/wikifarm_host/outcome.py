"""What a verb answers: one JSON object on standard output, for Ansible, timers and people alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """`changed` is true when something was written, or would be with --dry-run."""

    changed: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    before: str = ""
    after: str = ""  # with `before`: what Ansible shows with --diff; never a secret
    messages: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """With `ok` true; a failure is `{"ok": false, "code", "message", "hint"}`."""
        answer: dict[str, Any] = {"ok": True, "changed": self.changed, "data": self.data}
        if self.before != self.after:
            answer["diff"] = {"before": self.before, "after": self.after}
        if self.messages:
            answer["messages"] = list(self.messages)
        return answer

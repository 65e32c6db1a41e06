"""What the doctors share: a finding, and a visit that runs every check whatever fails before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from wikifarm.advisories.verdict import Verdict
from wikifarm.errors import Exit, WikifarmError
from wikifarm.i18n import language
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome, failures
from wikifarm.web_addresses import shown

State = Literal["ok", "warn", "fail", "unknown"]  # the last: not seen from here


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    id: str
    state: State
    message: str
    hint: str = ""


@dataclass(frozen=True)
class FindingsOutcome(Outcome):
    """What a doctor looked at. `facts` are for programs."""

    farm: str
    facts: Mapping[str, object]
    findings: tuple[Finding, ...]
    software: tuple[Verdict, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "farm": self.farm,
            "facts": self.facts,
            "checks": [asdict(finding) for finding in self.findings],
            "software": [verdict.as_json(language()) for verdict in self.software],
        }


@dataclass
class Visit:
    """What the checks share, and what they found."""

    context: Context
    facts: dict[str, object] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    errors: list[WikifarmError] = field(default_factory=list)
    software: list[Verdict] = field(default_factory=list)

    def run(self, *series: Callable[[Self], Iterator[Finding]]) -> None:
        """An error ends the checks that raised it, not the next ones, and is a finding too."""
        for checks in series:
            self.context.progress("", checks.__name__.strip("_"))
            try:
                self.findings.extend(checks(self))
            except WikifarmError as error:
                self.errors.append(error)
                self.findings += [
                    Finding(failure.code, "fail", failure.message, failure.hint)
                    for failure in failures(error)
                ]

    def envelope(self, command: str) -> Envelope:
        """Everything found, each error told once."""
        told = dict.fromkeys(failure for error in self.errors for failure in failures(error))
        return Envelope(
            command,
            exit=self.errors[0].exit if self.errors else Exit.DONE,
            outcome=FindingsOutcome(
                shown(self.context.settings.url),
                self.facts,
                tuple(self.findings),
                tuple(self.software),
            ),
            errors=tuple(told),
        )

"""The file that `--report` names: what it can be, whether it can be written, and the writing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from wikifarm.errors import Exit
from wikifarm.files import PRIVATE, try_whole, write_whole
from wikifarm.i18n import _
from wikifarm.reasons import of_system
from wikifarm.result import NOTHING, Envelope, Failure

ENDINGS = (".html", ".md", ".csv", ".json")


@dataclass(frozen=True)
class ReportFile:
    """Where the answer of this command is also written, for its owner only: it says what a
    community is still without."""

    path: Path

    def written(self, envelope: Envelope) -> Envelope:
        """Writes the report; the envelope, with a message that says where it is, or an error that
        says why it is not. A command that came to nothing leaves the report of before as it is."""
        if envelope.outcome is NOTHING:
            told = _("No report was written: this command came to nothing that it could show.")
            return replace(envelope, messages=(*envelope.messages, told))
        told = _("The report is in {path}.").format(path=self.path)
        whole = replace(envelope, messages=(*envelope.messages, told))
        try:
            write_whole(self.path, _writer(self.path)(whole), PRIVATE)
        except OSError as fault:
            return _not_written(envelope, self.path, fault)
        return whole


def report_file(text: str) -> ReportFile:
    """The file of that name. Raises what Typer shows where it cannot be a report."""
    path = Path(text).expanduser()
    if path.suffix.lower() not in ENDINGS:
        raise typer.BadParameter(
            _("“{path}” ends with none of {endings}: the ending says what the report is").format(
                path=path, endings=" ".join(ENDINGS)
            ),
            param_hint="--report",
        )
    try:
        try_whole(path, PRIVATE)
    except OSError as fault:
        raise typer.BadParameter(
            _("the report {path} cannot be written ({reason}); nothing was begun").format(
                path=path, reason=of_system(fault)
            ),
            param_hint="--report",
        ) from None
    return ReportFile(path)


def _writer(path: Path) -> Callable[[Envelope], str]:
    from wikifarm.cli.report import report_formats

    writers = {
        ".html": report_formats.as_html,
        ".md": report_formats.as_markdown,
        ".csv": report_formats.as_csv,
        ".json": report_formats.as_json,
    }
    return writers[path.suffix.lower()]


def _not_written(envelope: Envelope, path: Path, fault: OSError) -> Envelope:
    failure = Failure(
        "local-storage",
        _("The report {path} cannot be written ({reason}).").format(
            path=path, reason=of_system(fault)
        ),
        _("What is told here was done all the same. Free some space, or choose another file."),
    )
    return replace(envelope, exit=envelope.exit or Exit.FAILED, errors=(*envelope.errors, failure))

"""The advisories that wikifarm knows: listed, and made newer from a file. No host is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wikifarm.advisories.catalogue import KEPT, Catalogue, catalogue, parse, shipped
from wikifarm.blueprint.sources import Problems, read_text
from wikifarm.errors import InvalidInput, LocalStorage
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _, language
from wikifarm.reasons import of_system
from wikifarm.result import Envelope, Outcome


@dataclass(frozen=True)
class KnownAdvisories(Outcome):
    """What is known, and since when; `kept` is the file of this computer that was just written."""

    known: Catalogue
    kept: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "date": self.known.date,
            "newest_record": self.known.newest_record,
            "kept": self.kept,
            "advisories": [
                {**advisory.model_dump(mode="json"), "can": advisory.can[language()]}
                for advisory in self.known.advisories
            ],
        }


def list_advisories(state: Path) -> Envelope:
    """Every advisory of the newer of the package's file and the one that `update` kept."""
    known = catalogue(state)
    return Envelope("advisories list", outcome=KnownAdvisories(known), messages=_of(known))


def update(state: Path, file: Path) -> Envelope:
    """Keeps a file of advisories in the state folder, for its owner only, if it is newer.

    Raises InvalidInput for a file that cannot be used, LocalStorage where it cannot be kept.
    """
    problems = Problems()
    text = read_text(file, problems)
    problems.stop()
    given = parse(text or "", str(file))
    try:
        known = catalogue(state)
    except InvalidInput:
        known = shipped()  # one kept before, spoilt since, is replaced
    if given.date < known.date:
        message = _("{file} is of {date}, older than what is known: it was not kept.").format(
            file=file, date=given.date
        )
        return Envelope(
            "advisories update", outcome=KnownAdvisories(known), messages=(message, *_of(known))
        )
    try:
        make_private(state)
        write_whole(state / KEPT, text or "", PRIVATE)
    except OSError as fault:
        raise LocalStorage(
            _("The advisories cannot be kept in {folder} ({reason}).").format(
                folder=state, reason=of_system(fault)
            ),
            hint=_("Free some space or set WIKIFARM_STATE_DIR, then run the command again."),
        ) from None
    return Envelope(
        "advisories update",
        outcome=KnownAdvisories(given, str(state / KEPT)),
        messages=_of(given),
    )


def _of(known: Catalogue) -> tuple[str, ...]:
    return (
        _(
            "These advisories are of {date}; the newest record is of {newest}. "
            "Nothing later is known."
        ).format(date=known.date, newest=known.newest_record),
    )

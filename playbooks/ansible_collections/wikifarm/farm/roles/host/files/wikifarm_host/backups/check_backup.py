"""Verb `check-backup`: the repository is whole, by restic's own reading of it."""

from __future__ import annotations

import argparse
from datetime import date

from ..farm import Farm
from ..machine import care
from ..outcome import Outcome
from .restic import Repository

PARTS = 8  # weeks in which the weekly check has read everything


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--read-data", action="store_true", help=f"all of it, not this week's 1/{PARTS}"
    )


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `snapshots` (how many), `latest` (time of the last), `read` ("all" or "3/8")."""
    with care.recorded(farm, "check-backup") as result:
        repository = Repository(farm)
        part = (
            "" if arguments.read_data else f"{date.today().isocalendar().week % PARTS + 1}/{PARTS}"
        )
        repository.check(subset=part)
        snapshots = repository.snapshots()
        latest = snapshots[-1].time if snapshots else ""
        result.update(snapshots=len(snapshots), latest=latest, read=part or "all")
    return Outcome(data=result)

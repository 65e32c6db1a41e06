"""Ops init: a folder where the machines of the farms are described, with what to do next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from wikifarm.blueprint.shipped import data_folder
from wikifarm.files import PRIVATE, SHARED
from wikifarm.i18n import _, language
from wikifarm.operations.workplace.prepared import Written, prepared, write_missing
from wikifarm.result import Envelope

FOLDER = "ops"
INVENTORY = "inventory.yml"
VARIABLES = "group_vars/farms.yml"
IGNORED = ("*.password", "secrets/", "archives/", "*.zip")


def init(folder: Path) -> Envelope:
    """Writes what is missing in `folder`; never writes over anything.

    What may come to hold secrets is for its owner only. Raises LocalStorage when the folder cannot
    be written.
    """

    def files() -> list[Written]:
        return [
            write_missing(folder / INVENTORY, _shipped(f"{language()}/{INVENTORY}"), PRIVATE),
            write_missing(folder / VARIABLES, _shipped(f"{language()}/{VARIABLES}"), PRIVATE),
            write_missing(folder / ".gitignore", "\n".join(IGNORED) + "\n", SHARED),
            write_missing(folder / "LISEZ-MOI.md", _shipped("LISEZ-MOI.md"), SHARED),
            write_missing(folder / "README.md", _shipped("README.md"), SHARED),
        ]

    return Envelope("ops init", outcome=replace(prepared(folder, files), next=_next(folder)))


def _next(folder: Path) -> tuple[str, ...]:
    inventory = "" if folder == Path(FOLDER) else f" --inventory {folder / INVENTORY}"
    return (
        _("write the machines in {path}").format(path=folder / INVENTORY),
        _("write what the farms share in {path}, and encrypt the secrets").format(
            path=folder / VARIABLES
        ),
        _("see what would be done: `{command}`").format(
            command=f"wikifarm ops provision --check --diff{inventory}"
        ),
        _("do it: `{command}`").format(command=f"wikifarm ops provision{inventory}"),
        _("see how the farms are: `{command}`").format(command=f"wikifarm ops doctor{inventory}"),
    )


def _shipped(name: str) -> str:
    return (data_folder("templates") / "ops" / name).read_text("utf-8")

"""Ops init: a folder where the machines of the farms are described, with what to do next."""

from __future__ import annotations

import os
from pathlib import Path

from wikifarm.blueprint.data import data_folder
from wikifarm.errors import LocalStorage
from wikifarm.files import PRIVATE, SHARED, write_whole
from wikifarm.i18n import _, language
from wikifarm.operations.init import Written
from wikifarm.reasons import of_system
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
    try:
        files = [
            _write(folder / INVENTORY, _shipped(f"{language()}/{INVENTORY}"), PRIVATE),
            _write(folder / VARIABLES, _shipped(f"{language()}/{VARIABLES}"), PRIVATE),
            _write(folder / ".gitignore", "\n".join(IGNORED) + "\n", SHARED),
            _write(folder / "LISEZ-MOI.md", _shipped("LISEZ-MOI.md"), SHARED),
            _write(folder / "README.md", _shipped("README.md"), SHARED),
        ]
    except OSError as fault:
        raise LocalStorage(
            _("{path} cannot be written ({reason}).").format(
                path=fault.filename or folder, reason=of_system(fault)
            ),
            hint=_("Choose another folder."),
            where=str(folder),
        ) from None
    return Envelope(
        "ops init",
        data={
            "folder": str(folder),
            "files": [{"path": str(one.path), "made": one.made} for one in files],
            "next": _next(folder),
        },
    )


def _next(folder: Path) -> list[str]:
    inventory = "" if folder == Path(FOLDER) else f" --inventory {folder / INVENTORY}"
    return [
        _("write the machines in {path}").format(path=folder / INVENTORY),
        _("write what the farms share in {path}, and encrypt the secrets").format(
            path=folder / VARIABLES
        ),
        _("see what would be done: {command}").format(
            command=f"wikifarm ops provision --check --diff{inventory}"
        ),
        _("do it: {command}").format(command=f"wikifarm ops provision{inventory}"),
        _("see how the farms are: {command}").format(command=f"wikifarm ops doctor{inventory}"),
    ]


def _shipped(name: str) -> str:
    return (data_folder("templates") / "ops" / name).read_text("utf-8")


def _write(path: Path, text: str, mode: int) -> Written:
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(path):
        return Written(path, made=False)
    write_whole(path, text, mode)
    return Written(path, made=True)

"""Server pack: the files that the administrator of a Sympa needs to open it to wikifarm."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import replace
from pathlib import Path

from wikifarm.blueprint.shipped import data_folder
from wikifarm.errors import InvalidInput, Problem
from wikifarm.files import PRIVATE, SHARED
from wikifarm.i18n import _
from wikifarm.operations.workplace.prepared import Written, prepared, write_missing
from wikifarm.result import Envelope

APPLICATION = "wikifarm"  # its name in trusted_applications.conf and in the scenario
TRUSTED = "trusted_applications.conf"
ENVIRONMENT = "wikifarm.env"
AS_THEY_ARE = (
    "LISEZ-MOI.md",
    "README.md",
    "create_list_templates/communaute/config.tt2",
    "create_list_templates/communaute/comment.tt2",
    "scenari/create_list.wikifarm",
)
FOR_SYMPA = 0o640  # for its administrator and for Sympa's group

_PLACE = "@MD5_OF_THE_SECRET@"
_SECRET = re.compile(r"^WIKIFARM_SYMPA_SECRET='([A-Za-z0-9_-]{20,})'$", re.M)


def server_pack(folder: Path) -> Envelope:
    """Writes what is missing in `folder`; never writes over anything, so a secret stays.

    Raises LocalStorage when the folder cannot be written, InvalidInput when its wikifarm.env
    holds no secret to go on with.
    """
    ready = prepared(folder, lambda: [*_plain_files(folder), *_secret_files(folder)])
    return Envelope(
        "mailing-list server-pack",
        outcome=replace(ready, next=_next(folder)),
        messages=_messages(folder),
    )


def _plain_files(folder: Path) -> list[Written]:
    return [
        # Kept out of a repository: the folder is made to be handed on.
        write_missing(folder / ".gitignore", f"{ENVIRONMENT}\n", SHARED),
        *(write_missing(folder / name, _shipped(name), SHARED) for name in AS_THEY_ARE),
    ]


def _secret_files(folder: Path) -> list[Written]:
    """The secret, then its hash: a run that is cut between the two is finished by the next one."""
    environment, trusted = folder / ENVIRONMENT, folder / TRUSTED
    if os.path.lexists(trusted):  # its secret may live elsewhere by now: no second one is drawn
        kept = [Written(environment, made=False)] if os.path.lexists(environment) else []
        return [*kept, Written(trusted, made=False)]
    # 32 bytes at random: Sympa keeps a bare MD5, which only a long secret makes safe.
    first = write_missing(environment, _environment(secrets.token_urlsafe(32)), PRIVATE)
    # Sympa compares with this and nothing else (Sympa::WWW::Auth::remote_app_check_password).
    md5 = hashlib.md5(_secret(environment).encode(), usedforsecurity=False).hexdigest()
    text = _shipped(TRUSTED).replace(_PLACE, md5)
    return [first, write_missing(trusted, text, FOR_SYMPA)]


def _shipped(name: str) -> str:
    return (data_folder("templates") / "sympa" / name).read_text("utf-8")


def _environment(secret: str) -> str:
    lines = [
        "# " + _("For the computer where wikifarm runs: copy these lines to its .env file,"),
        "# " + _("then delete this one. It has no place on the list server."),
        "# WIKIFARM_SYMPA_URL='https://listes.example.org/sympasoap'",
        f"WIKIFARM_SYMPA_APP='{APPLICATION}'",
        f"WIKIFARM_SYMPA_SECRET='{secret}'",
    ]
    return "\n".join(lines) + "\n"


def _secret(path: Path) -> str:
    match = _SECRET.search(path.read_text("utf-8", "replace"))
    if match is None:
        message = _("{name} holds no secret that wikifarm wrote: {trusted} was not written.")
        raise InvalidInput(
            [
                Problem(
                    message.format(name=ENVIRONMENT, trusted=TRUSTED),
                    _("Delete {name} and run the command again.").format(name=ENVIRONMENT),
                    file=str(path),
                    code="no-secret",
                )
            ]
        )
    return match[1]


def _next(folder: Path) -> tuple[str, ...]:
    copying = _("copy the lines of {name} to your .env, then delete that file")
    return (
        *([copying.format(name=ENVIRONMENT)] if os.path.lexists(folder / ENVIRONMENT) else []),
        _("hand the rest of the folder to the administrator of the list server: README.md"),
        _("write the address of its SOAP interface in .env: WIKIFARM_SYMPA_URL"),
        _("once the server has restarted, check: `wikifarm mailing-list state`"),
    )


def _messages(folder: Path) -> tuple[str, ...]:
    if not os.path.lexists(folder / ENVIRONMENT):
        return (
            _(
                "{trusted} was there without {name}: its secret is wherever you put it. For a new "
                "secret, use an empty folder."
            ).format(trusted=TRUSTED, name=ENVIRONMENT),
        )
    ignored = folder / ".gitignore"
    if ENVIRONMENT not in ignored.read_text("utf-8", "replace").split():
        return (
            _("Add a line “{name}” to {path}: it holds the secret.").format(
                name=ENVIRONMENT, path=ignored
            ),
        )
    return ()

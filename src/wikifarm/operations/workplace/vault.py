"""The admin passwords of the wikis: this computer's own file, or what people share them by.

What the shared place lacks is looked for in this computer's own file, of mode 0600 in the state
folder: a password made before they were shared, or one that `command` cannot be given.
"""

from __future__ import annotations

import json
import os
import secrets
import string
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from wikifarm.engine.lock import file_lock
from wikifarm.errors import InvalidInput, LocalStorage, Problem
from wikifarm.extras import to_install
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.operations.workplace.age_file import AgeFile
from wikifarm.operations.workplace.asked_program import AskedProgram
from wikifarm.reasons import of_system

# The farm puts the password into SQL as it comes: letters, digits (docs/yeswiki.md, The farm).
_ALPHABET = string.ascii_letters + string.digits
LENGTH = 24
SERVICE = "wikifarm"
PATIENCE = 10.0  # seconds: another run writes its password in a moment


def new_password() -> str:
    """A password of about 140 bits."""
    return "".join(secrets.choice(_ALPHABET) for _each in range(LENGTH))


class VaultKind(StrEnum):
    """Where the passwords are, as settings say it."""

    HERE = ""
    FILE = "file"  # encrypted with age: a team keeps it in git
    KEYRING = "keyring"
    COMMAND = "command"  # a program prints them


@dataclass(frozen=True)
class VaultSettings:
    """Where the passwords are; `file` and `identity` are for FILE, `command` is for COMMAND."""

    kind: VaultKind = VaultKind.HERE
    file: Path = Path()
    identity: Path | None = None  # of age, or of ssh; None: wikifarm's own, made if need be
    command: tuple[str, ...] = ()

    @property
    def in_clear(self) -> bool:
        """True where what opens a wiki may lie in a file of this account as it is."""
        return self.kind in (VaultKind.HERE, VaultKind.FILE)


class Place(Protocol):
    """Somewhere that passwords are read, by the slug of their wiki."""

    def read(self, slug: str) -> str:
        """The password, or nothing."""
        ...


class Vault:
    """The passwords of the wikis of one farm, whose state is in `folder`."""

    def __init__(self, folder: Path, base: str, settings: VaultSettings | None = None) -> None:
        settings = settings or VaultSettings()
        own = _OwnFile(folder / "credentials.json")
        self._keeps: _OwnFile | _Keyring | AgeFile = own
        self._places: tuple[Place, ...] = (own,)
        if settings.kind is VaultKind.COMMAND:
            self._places = (AskedProgram(settings.command), own)
        elif settings.kind is not VaultKind.HERE:
            self._keeps = (
                AgeFile(settings.file, settings.identity, base)
                if settings.kind is VaultKind.FILE
                else _Keyring(base)
            )
            self._places = (self._keeps, own)

    def get(self, slug: str) -> str:
        """The password of a wiki's admin, or nothing when none is given or kept here."""
        return os.environ.get("WIKIFARM_WIKI_PASSWORD", "") or self.kept(slug)

    def kept(self, slug: str) -> str:
        """The password of a wiki's admin that this computer can read, or nothing."""
        return next(filter(None, (place.read(slug) for place in self._places)), "")

    def holds(self, slug: str) -> bool:
        """The same, without having a program asked for each wiki of a farm."""
        return any(
            place.read(slug) for place in self._places if not isinstance(place, AskedProgram)
        )

    def keep(self, slug: str, password: str) -> None:
        """Keeps a password, durably, before it is used."""
        self._keeps.write(slug, password)


@dataclass(frozen=True)
class _Keyring:
    """The keyring of this person's session."""

    base: str

    def read(self, slug: str) -> str:
        return str(keyring_of().get_password(SERVICE, f"{self.base}{slug}") or "")

    def write(self, slug: str, password: str) -> None:
        keyring_of().set_password(SERVICE, f"{self.base}{slug}", password)


def keyring_of() -> Any:
    """The library that speaks to keyrings. Raises InvalidInput where it is not installed."""
    try:
        import keyring
    except ImportError:
        message = _("What speaks to the keyring is not installed.")
        hint = _("Install it: {command}").format(command=to_install("keyring"))
        raise InvalidInput([Problem(message, hint, code="vault-extra")]) from None
    return keyring


@dataclass(frozen=True)
class _OwnFile:
    """The file of this computer."""

    path: Path

    def read(self, slug: str) -> str:
        return self._all().get(slug, "")

    def write(self, slug: str, password: str) -> None:
        try:
            make_private(self.path.parent)
            # Not every command holds the lock of the farm, and this file is that of all its wikis.
            with file_lock(self.path.with_suffix(".lock"), PATIENCE):
                known = self._all() | {slug: password}
                write_whole(self.path, json.dumps(known, indent=1, sort_keys=True), PRIVATE)
        except TimeoutError:
            raise _not_kept(_("another wikifarm holds the file of the passwords")) from None
        except OSError as fault:
            raise _not_kept(of_system(fault)) from None

    def _all(self) -> dict[str, str]:
        try:
            passwords = from_json(self.path.read_text("utf-8"))
            return {str(key): str(value) for key, value in passwords.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError):
            raise LocalStorage(
                _("The file of the passwords cannot be read: {path}").format(path=self.path),
                hint=_("Check its rights, or put a copy of it back."),
            ) from None


def _not_kept(reason: str) -> LocalStorage:
    return LocalStorage(
        _(
            "The password of the wiki cannot be kept ({reason}). Nothing was made or changed there."
        ).format(reason=reason),
        hint=_("Free some space or set WIKIFARM_STATE_DIR, then run the command again."),
    )

"""The admin passwords of the wikis: the keyring, or a file of mode 0600 in the state folder."""

from __future__ import annotations

import json
import os
import secrets
import string
from pathlib import Path

from wikifarm.engine.lock import file_lock
from wikifarm.errors import LocalStorage
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _
from wikifarm.reasons import of_system

# The farm puts the password into SQL as it comes: letters, digits (docs/yeswiki.md, The farm).
_ALPHABET = string.ascii_letters + string.digits
LENGTH = 24
SERVICE = "wikifarm"
PATIENCE = 10.0  # seconds: another run writes its password in a moment


def new_password() -> str:
    """A password of about 140 bits."""
    return "".join(secrets.choice(_ALPHABET) for _each in range(LENGTH))


class Vault:
    """The passwords of the wikis of one farm."""

    def __init__(self, folder: Path, base: str, *, keyring: bool = False) -> None:
        self._path = folder / "credentials.json"
        self._base = base
        self._keyring = keyring

    def get(self, slug: str) -> str:
        """The password of a wiki's admin, or nothing when none is given or kept here."""
        return os.environ.get("WIKIFARM_WIKI_PASSWORD", "") or self.kept(slug)

    def kept(self, slug: str) -> str:
        """The password of a wiki's admin that this computer keeps, or nothing."""
        if self._keyring:
            import keyring

            return keyring.get_password(SERVICE, f"{self._base}{slug}") or ""
        return self._read().get(slug, "")

    def keep(self, slug: str, password: str) -> None:
        """Keeps a password, durably, before it is used."""
        if self._keyring:
            import keyring

            keyring.set_password(SERVICE, f"{self._base}{slug}", password)
            return
        try:
            make_private(self._path.parent)
            # Not every command holds the lock of the farm, and this file is that of all its wikis.
            with file_lock(self._path.with_suffix(".lock"), PATIENCE):
                known = self._read() | {slug: password}
                write_whole(self._path, json.dumps(known, indent=1, sort_keys=True), PRIVATE)
        except TimeoutError:
            raise _not_kept(_("another wikifarm holds the file of the passwords")) from None
        except OSError as fault:
            raise _not_kept(of_system(fault)) from None

    def _read(self) -> dict[str, str]:
        try:
            passwords = json.loads(self._path.read_text("utf-8"))
            return {str(key): str(value) for key, value in passwords.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError):
            raise LocalStorage(
                _("The file of the passwords cannot be read: {path}").format(path=self._path),
                hint=_("Check its rights, or put a copy of it back."),
            ) from None


def _not_kept(reason: str) -> LocalStorage:
    return LocalStorage(
        _(
            "The password of the wiki cannot be kept ({reason}). Nothing was made or changed there."
        ).format(reason=reason),
        hint=_("Free some space or set WIKIFARM_STATE_DIR, then run the command again."),
    )

"""The admin passwords of the wikis: the keyring, or a file of mode 0600 in the state folder."""

from __future__ import annotations

import json
import os
import secrets
import string
from pathlib import Path

from wikifarm.errors import LocalStorage
from wikifarm.files import PRIVATE, write_whole
from wikifarm.i18n import _
from wikifarm.reasons import of_system

# The farm puts the password into SQL as it comes: letters, digits (docs/yeswiki.md, The farm).
_ALPHABET = string.ascii_letters + string.digits
LENGTH = 24
SERVICE = "wikifarm"


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
        """The password of a wiki's admin, or nothing when this computer has none."""
        if self._keyring:
            import keyring

            kept = keyring.get_password(SERVICE, f"{self._base}{slug}")
        else:
            kept = self._read().get(slug)
        return kept or os.environ.get("WIKIFARM_WIKI_PASSWORD", "")

    def keep(self, slug: str, password: str) -> None:
        """Keeps a password, durably, before it is used."""
        if self._keyring:
            import keyring

            keyring.set_password(SERVICE, f"{self._base}{slug}", password)
            return
        known = self._read()
        known[slug] = password
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self._path, json.dumps(known, indent=1, sort_keys=True), PRIVATE)
        except OSError as fault:
            raise LocalStorage(
                _(
                    "The password of the new wiki cannot be kept ({reason}): it was not made."
                ).format(reason=of_system(fault)),
                hint=_("Free some space or set WIKIFARM_STATE_DIR, then run the command again."),
            ) from None

    def _read(self) -> dict[str, str]:
        try:
            passwords = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise LocalStorage(
                _("The file of the passwords cannot be read: {path}").format(path=self._path),
                hint=_("Check its rights, or put a copy of it back."),
            ) from None
        return {str(key): str(value) for key, value in passwords.items()}

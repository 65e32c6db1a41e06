"""Texts encrypted with age: the file of passwords that a team keeps in git, and single exports.

Each person has a key of their own. Those that open the file stand in it; the list beside it, a text
of one public key a line, says which ones should. Only `seal` brings the first to what the second
says, so that nobody lets oneself in by adding a line to a text.

The file is binary, so that git never writes its own marks into it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from wikifarm.engine.lock import file_lock
from wikifarm.errors import InvalidInput, PasswordsShut, Problem
from wikifarm.extras import to_install
from wikifarm.files import PRIVATE, SHARED, make_private, write_whole
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.operations.workplace.places import config_folder
from wikifarm.reasons import of_system

PATIENCE = 10.0  # seconds: another run writes its password in a moment
HEAD = b"age-encryption.org/"
_SSH = "-----BEGIN "


@dataclass(frozen=True)
class Key:
    """What opens texts, and the public line that lets others encrypt for it."""

    secret: Any = field(repr=False)
    public: str


@dataclass(frozen=True)
class Sealed:
    """What the file holds: for whom it is encrypted, and the passwords by farm, then by wiki."""

    keys: tuple[str, ...]
    farms: Mapping[str, Mapping[str, str]] = field(repr=False)


@dataclass(frozen=True)
class AgeFile:
    """The file that a team shares, for the farm whose address is `base`."""

    path: Path
    identity: Path | None
    base: str

    @property
    def recipients(self) -> Path:
        """The public keys of those whom it is for."""
        return self.path.with_suffix(".recipients")

    def read(self, slug: str) -> str:
        """The password of a wiki, or nothing. Raises PasswordsShut where it cannot be opened."""
        return self.sealed().farms.get(self.base, {}).get(slug, "")

    def write(self, slug: str, password: str) -> None:
        """Puts a password in, for those who open the file already."""
        with self._alone():
            now = self.sealed()
            farm = {**now.farms.get(self.base, {}), slug: password}
            self._replace(now.keys, {**now.farms, self.base: farm})

    def seal(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Encrypts it for the keys of the list; answers those who enter and those who leave."""
        with self._alone():
            now, wanted = self.sealed(), self.wanted()
            self._replace(wanted, now.farms)
        entering = tuple(key for key in wanted if key not in now.keys)
        return entering, tuple(key for key in now.keys if key not in wanted)

    def sealed(self) -> Sealed:
        """All that it holds; nothing, for whom the list says, where there is no file yet."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return Sealed(self.wanted(), {})
        except OSError as fault:
            raise _unreadable(self.path, of_system(fault)) from None
        key = own_key(self.identity)
        text = opened(raw, key)
        if text is None:
            raise PasswordsShut(
                _("The key of this computer does not open {file}.").format(file=self.path),
                hint=_(
                    "Ask someone of the team to add this line to {recipients}, then to run "
                    "`wikifarm credentials seal`: {key}"
                ).format(recipients=self.recipients.name, key=key.public),
                where=str(self.path),
            )
        try:
            known = from_json(text)
            farms = {str(base): dict(farm) for base, farm in known["farms"].items()}
            return Sealed(tuple(map(str, known["keys"])), farms)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise _unreadable(self.path, _("it holds something else")) from None

    def wanted(self) -> tuple[str, ...]:
        """The keys of the list; this computer's own where there is no list yet."""
        try:
            lines = self.recipients.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return (own_key(self.identity).public,)
        except (OSError, ValueError) as fault:
            reason = of_system(fault) if isinstance(fault, OSError) else _("it is not a text")
            raise _unreadable(self.recipients, reason) from None
        return tuple(dict.fromkeys(public_keys(lines, self.recipients)))

    def _alone(self) -> _Turn:
        return _Turn(self.path.with_name(f".{self.path.name}.lock"))

    def _replace(self, keys: tuple[str, ...], farms: Mapping[str, Mapping[str, str]]) -> None:
        own = own_key(self.identity)
        text = json.dumps({"keys": keys, "farms": farms}, indent=1, sort_keys=True)
        raw = encrypted(text, keys)
        if opened(raw, own) != text:
            raise PasswordsShut(
                _("{file} would not open any more with the key of this computer.").format(
                    file=self.path
                ),
                hint=_("Add this line to {recipients}: {key}").format(
                    recipients=self.recipients, key=own.public
                ),
            )
        try:
            if not self.recipients.exists():
                write_whole(self.recipients, "\n".join((*_explained(), *keys, "")), SHARED)
            write_whole(self.path, raw, PRIVATE)
        except OSError as fault:
            raise _not_written(self.path, of_system(fault)) from None


class _Turn:
    """One run at a time in a file, with `with`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = file_lock(path, PATIENCE)

    def __enter__(self) -> None:
        try:
            make_private(self._path.parent)
            self._lock.acquire()
        except TimeoutError:
            raise _not_written(self._path, _("another wikifarm holds it")) from None
        except OSError as fault:
            raise _not_written(self._path, of_system(fault)) from None

    def __exit__(self, *_how: object) -> None:
        self._lock.release()


# -- age ------------------------------------------------------------------------------------


def own_key(identity: Path | None) -> Key:
    """The key of this person on this computer. Without a name, it is wikifarm's own, and made the
    first time. Raises PasswordsShut."""
    path = identity or config_folder() / "age-identity.txt"
    if identity is None and not path.exists():
        _make_key(path)
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as fault:
        reason = of_system(fault) if isinstance(fault, OSError) else _("it is not a text")
        raise _unreadable(path, reason) from None
    try:
        if text.startswith(_SSH):
            public = path.with_name(f"{path.name}.pub").read_text("utf-8").strip()
            return Key(_age().ssh.Identity.from_buffer(text.encode()), public)
        words = next(line for line in text.splitlines() if line[:1] not in ("", "#"))
        secret = _age().x25519.Identity.from_str(words.strip())
    except (OSError, ValueError, StopIteration, _age().IdentityError):
        raise _unreadable(path, _("it holds no key of age nor of ssh that can be used")) from None
    return Key(secret, str(secret.to_public()))


def _make_key(path: Path) -> None:
    with _Turn(path.with_name(f".{path.name}.lock")):
        if path.exists():  # another run made it meanwhile
            return
        made = _age().x25519.Identity.generate()
        try:
            write_whole(path, f"# public key: {made.to_public()}\n{made}\n", PRIVATE)
        except OSError as fault:
            raise _not_written(path, of_system(fault)) from None


def encrypted(text: str, keys: Iterable[str]) -> bytes:
    """The text, for those who have one of these public keys."""
    age = _age()
    return bytes(age.encrypt(text.encode(), [_recipient(key) for key in keys]))


def opened(raw: bytes, key: Key) -> str | None:
    """The text; None where the key does not open it, or where it is damaged."""
    try:
        return str(_age().decrypt(raw, [key.secret]).decode())
    except (_age().DecryptError, ValueError):
        return None


def may_open(keys: Iterable[str], key: Key) -> bool:
    """Whether this key opens what is encrypted for those."""
    return opened(encrypted("", keys), key) is not None


def encrypt_file(source: Path, target: Path, keys: Iterable[str]) -> None:
    """Encrypts a file of any size for those who have one of these public keys. Raises OSError."""
    with source.open("rb") as clear:
        _encrypt(clear, target, keys)


def encrypt_pieces(pieces: Iterator[bytes], target: Path, keys: Iterable[str]) -> None:
    """The same of what comes in pieces and is never whole here. Raises what `pieces` raises."""
    _encrypt(Readable(pieces), target, keys)


def _encrypt(clear: IO[bytes] | Readable, target: Path, keys: Iterable[str]) -> None:
    with private(target) as file:
        try:
            _age().encrypt_io(clear, file, [_recipient(key) for key in keys])
        except _age().EncryptError:
            if isinstance(clear, Readable) and clear.fault is not None:
                raise clear.fault from None
            raise
        file.flush()
        os.fsync(file.fileno())


class Readable:
    """Pieces, read as a file; age tells a fault of theirs as its own, so it is kept here."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")
        self.fault: BaseException | None = None

    def read(self, size: int) -> bytes:
        """So many bytes at most; none at the end."""
        try:
            while not self._rest:
                self._rest = memoryview(next(self._pieces))
        except StopIteration:
            return b""
        except BaseException as fault:
            self.fault = fault
            raise
        given, self._rest = bytes(self._rest[:size]), self._rest[size:]
        return given


def decrypt_file(source: Path, target: Path, key: Key) -> bool:
    """Decrypts a file of any size; False where the key does not open it, or where it is damaged.
    Raises OSError."""
    with source.open("rb") as file, private(target) as clear:
        try:
            _age().decrypt_io(file, clear, [key.secret])
        except (_age().DecryptError, ValueError):
            return False
        except OSError as fault:
            if fault.errno is not None:  # else age's own: the file ends too early, or was changed
                raise
            return False
    return True


def private(path: Path) -> IO[bytes]:
    """A new file that nobody else reads, or one emptied."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb")


def public_keys(lines: Iterable[str], file: Path) -> list[str]:
    """The keys of a list, which `#` ends or precedes. Raises InvalidInput with all that are none,
    and where there is not one."""
    problems, keys = [], []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            _recipient(text)
        except _age().RecipientError:
            message = _("this is no public key of age nor of ssh")
            hint = _("It begins with age1, ssh-ed25519 or ssh-rsa; a secret key is not for here.")
            problems.append(Problem(message, hint, str(file), number, code="bad-key"))
        else:
            keys.append(text)
    if not keys and not problems:
        message = _("this list names no key: nobody could open what is encrypted")
        problems.append(Problem(message, file=str(file), code="bad-key"))
    if problems:
        raise InvalidInput(problems)
    return keys


def keys_named(recipients: Iterable[str]) -> list[str]:
    """The public keys of `--recipient`: those named, and those of the files named. Raises
    InvalidInput."""
    keys: list[str] = []
    for name in recipients:
        path = Path(name).expanduser()
        if path.is_file():
            lines = path.read_text("utf-8", "replace").splitlines()
            keys += public_keys(lines, path)
        elif _is_path(name):
            message = _("There is no file {file}.").format(file=path)
            raise InvalidInput([Problem(message, file="--recipient", code="unreadable")])
        else:
            keys += public_keys([name], Path("--recipient"))
    return list(dict.fromkeys(keys))


def _is_path(name: str) -> bool:
    """True for what no key could be: keys are long words, or begin as those of ssh."""
    return not name.startswith(("age1", "AGE-", "ssh-")) and ("." in name or "/" in name)


def _recipient(key: str) -> Any:
    age = _age()
    return (age.ssh if key.startswith("ssh-") else age.x25519).Recipient.from_str(key)


def _age() -> Any:
    try:
        import pyrage
    except ImportError:
        raise InvalidInput(
            [
                Problem(
                    _("What encrypts the passwords (age) is not installed."),
                    _("Install it: {command}").format(command=to_install("vault")),
                    code="vault-extra",
                )
            ]
        ) from None
    return pyrage


def _explained() -> tuple[str, str]:
    return (
        "# " + _("Public keys of those who open the passwords, one a line."),
        "# " + _("After a change: wikifarm credentials seal"),
    )


def _unreadable(path: Path, reason: str) -> PasswordsShut:
    return PasswordsShut(
        _("{file} cannot be read: {reason}.").format(file=path, reason=reason),
        hint=_("Check it, or put a copy of it back; `wikifarm doctor` says what is in use."),
        where=str(path),
    )


def _not_written(path: Path, reason: str) -> PasswordsShut:
    return PasswordsShut(
        _("{file} cannot be written ({reason}). Nothing was made or changed on the farm.").format(
            file=path, reason=reason
        ),
        hint=_("Free some space or check its rights, then run the command again."),
        where=str(path),
    )

"""Doctor: whether the passwords of wikis that people share can be opened from this computer."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping

from wikifarm.i18n import _, ngettext
from wikifarm.operations.doctor.findings import Finding, Visit
from wikifarm.operations.workplace.age_file import AgeFile, own_key
from wikifarm.operations.workplace.vault import VaultKind, keyring_of


def passwords(visit: Visit) -> Iterator[Finding]:
    """What the setting `vault` leads to; no password is asked for."""
    look = _LOOKS.get(visit.context.settings.vault.kind)
    if look is not None:
        yield from look(visit)


def _file(visit: Visit) -> Iterator[Finding]:
    settings = visit.context.settings.vault
    shared = AgeFile(settings.file, settings.identity, visit.context.farm.base)
    sealed, key = shared.sealed(), own_key(settings.identity)
    count = len(sealed.farms.get(shared.base, {}))
    opens = ngettext(
        "{file} opens; it holds {count} password of this farm. Your key: {key}",
        "{file} opens; it holds {count} passwords of this farm. Your key: {key}",
        count,
    )
    yield Finding("vault", "ok", opens.format(file=shared.path, count=count, key=key.public))
    if set(shared.wanted()) != set(sealed.keys):
        yield Finding(
            "vault-keys",
            "warn",
            _("{list} does not name those for whom {file} is encrypted.").format(
                list=shared.recipients.name, file=shared.path.name
            ),
            _("Look at who was added or taken out, then run `wikifarm credentials seal`."),
        )


def _keyring(_visit: Visit) -> Iterator[Finding]:
    kept_by = keyring_of().get_keyring()
    if kept_by.priority <= 0:
        yield Finding("vault", "fail", _("No keyring answers on this computer."))
    else:
        yield Finding("vault", "ok", _("Passwords are in {name}.").format(name=kept_by.name))


def _command(visit: Visit) -> Iterator[Finding]:
    program = visit.context.settings.vault.command[0]
    if shutil.which(program) is None:
        message = _("The program that keeps the passwords ({name}) is not on this computer.")
        hint = _("Install it, or change vault_command in wikifarm.toml.")
        yield Finding("vault", "fail", message.format(name=program), hint)
    else:
        message = _("{name} is asked for the passwords; those made here stay on this computer.")
        yield Finding("vault", "ok", message.format(name=program))


_LOOKS: Mapping[VaultKind, Callable[[Visit], Iterator[Finding]]] = {
    VaultKind.FILE: _file,
    VaultKind.KEYRING: _keyring,
    VaultKind.COMMAND: _command,
}

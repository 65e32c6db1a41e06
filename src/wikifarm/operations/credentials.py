"""Credentials: the one place that shows the administrator's password of a wiki, or takes some."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wikifarm.errors import (
    BadCredentials,
    Exit,
    InvalidInput,
    NotOurs,
    PasswordsShut,
    Problem,
    WikifarmError,
)
from wikifarm.i18n import _, ngettext
from wikifarm.json_text import from_json
from wikifarm.operations.workplace import age_file
from wikifarm.operations.workplace.age_file import AgeFile
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.operations.workplace.private_files import refuse_taken, write_new
from wikifarm.operations.workplace.vault import VaultKind
from wikifarm.reasons import of_system
from wikifarm.result import Envelope, Failure, Outcome, failures

FORMAT = "wikifarm/credentials/1"
SEALED = ".age"  # how the name of a file ends that is to be encrypted


@dataclass(frozen=True)
class WikiCredentials(Outcome):
    """Who administers a wiki; `password` only where it was asked for."""

    slug: str
    url: str
    account: str
    password: str = field(default="", repr=False)

    def as_json(self) -> dict[str, Any]:
        known = {"slug": self.slug, "url": self.url, "account": self.account}
        return {**known, **({"password": self.password} if self.password else {})}


def show(context: Context, slug: str) -> Envelope:
    """The account and the password that this computer keeps for a wiki; asks the farm nothing."""
    password = context.vault.kept(slug)
    if not password:
        raise NotOurs(
            _("This computer has no password for the wiki “{slug}”.").format(slug=slug),
            hint=_("If you know it, give it with `wikifarm credentials {slug} --set`.").format(
                slug=slug
            ),
        )
    return Envelope("credentials", outcome=_credentials(context, slug, password))


def keep(context: Context, slug: str, password: str) -> Envelope:
    """Keeps a password once the wiki has accepted it. Raises BadCredentials when it does not."""
    if not password:
        raise _wrong(
            _("The password is empty: nothing was kept."),
            _("Type it when asked, or send it on standard input."),
            "no-password",
        )
    context.farm.wiki(slug).login(WIKI_ADMIN, password)
    context.vault.keep(slug, password)
    return Envelope(
        "credentials",
        outcome=_credentials(context, slug),
        messages=(_("The wiki accepts this password; it is kept on this computer."),),
    )


def _credentials(context: Context, slug: str, password: str = "") -> WikiCredentials:
    return WikiCredentials(slug, context.farm.address_of(slug), WIKI_ADMIN, password)


# -- many at once ---------------------------------------------------------------------------


@dataclass(frozen=True)
class SharedCredentials(Outcome):
    """What passed through a file, never the passwords themselves: wiki -> what came of its own."""

    file: str
    wikis: Mapping[str, str]
    failures: Mapping[str, Failure] = field(default_factory=dict)
    entering: Sequence[str] = ()  # public keys for which the file is encrypted from now on
    leaving: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "credentials": dict(self.wikis),
            "entering": list(self.entering),
            "leaving": list(self.leaving),
        }

    def failures_by_slug(self) -> list[tuple[str, Sequence[Failure]]]:
        return [(slug, (failure,)) for slug, failure in self.failures.items()]


def export(
    context: Context, file: Path, *, recipients: Sequence[str] = (), in_clear: bool = False
) -> Envelope:
    """Writes the passwords of the farm's wikis that this computer can read into a new file:
    encrypted where its name ends in `.age`, else readable by this account alone.

    Encrypted for `recipients`, public keys or files of some; without any, for the team that shares
    a file, or whoever runs this. Raises InvalidInput where the file exists, or where it would be in
    clear and nobody said so.
    """
    if file.suffix != SEALED and not in_clear:
        raise _wrong(
            _("{file} would hold the passwords in clear: nothing was written.").format(file=file),
            _("Give it a name that ends in .age, or say --in-clear."),
            "in-clear",
        )
    keys = age_file.keys_named(recipients)
    if keys and file.suffix != SEALED:
        raise _wrong(
            _("{file} would not be encrypted for anybody: nothing was written.").format(file=file),
            _("Give it a name that ends in .age."),
            "plain-and-recipient",
        )
    refuse_taken(file)
    vault = context.vault
    passwords = {slug: text for slug in context.farm.wikis() if (text := vault.kept(slug))}
    text = json.dumps({"format": FORMAT, "farm": context.farm.base, "passwords": passwords})
    raw = age_file.encrypted(text, keys or _for_whom(context)) if file.suffix == SEALED else text
    write_new(file, raw)
    told = ngettext(
        "{count} password is in {file}.", "{count} passwords are in {file}.", len(passwords)
    ).format(count=len(passwords), file=file)
    outcome = SharedCredentials(str(file), dict.fromkeys(sorted(passwords), "exported"))
    return Envelope("credentials", outcome=outcome, messages=(told,))


def take_in(context: Context, file: Path) -> Envelope:
    """Keeps the passwords of a file that the wikis accept, and says which do not.

    One that is kept already is not tried again.
    """
    passwords = _exported(context, file)
    there = context.farm.wikis()
    wikis: dict[str, str] = {}
    wrong: dict[str, WikifarmError] = {}
    for slug, password in sorted(passwords.items()):
        context.progress(slug, "account")
        if slug not in there:
            wikis[slug] = "no-wiki"
        elif context.vault.holds(slug) and context.vault.kept(slug) == password:
            wikis[slug] = "known"
        else:
            try:
                context.farm.wiki(slug).login(WIKI_ADMIN, password)
            except WikifarmError as error:
                wikis[slug], wrong[slug] = _refused(error), error
            else:
                context.vault.keep(slug, password)
                wikis[slug] = "kept"
    told = {slug: failures(error)[0] for slug, error in wrong.items()}
    exit_ = Exit.DONE
    if wrong:
        exit_ = Exit.PARTIAL if len(wrong) < len(wikis) else next(iter(wrong.values())).exit
    outcome = SharedCredentials(str(file), wikis, told)
    return Envelope("credentials", exit=exit_, outcome=outcome, errors=tuple(told.values()))


def seal(context: Context) -> Envelope:
    """Encrypts the file that a team shares for the keys that its list now names."""
    settings = context.settings.vault
    if settings.kind is not VaultKind.FILE:
        raise _wrong(
            _("No file of passwords is shared here."),
            _('Write vault = "file" and vault_file in wikifarm.toml (docs/operators.md).'),
            "no-vault",
        )
    shared = AgeFile(settings.file, settings.identity, context.farm.base)
    entering, leaving = shared.seal()
    outcome = SharedCredentials(str(settings.file), {}, entering=entering, leaving=leaving)
    told = [_("{file} is encrypted for the keys of {list}.")]
    if leaving:
        told.append(
            _(
                "Who leaves keeps what they have read, and the copies of it that git keeps: change "
                "the passwords that matter."
            )
        )
    messages = (text.format(file=settings.file, list=shared.recipients.name) for text in told)
    return Envelope("credentials", outcome=outcome, messages=tuple(messages))


def _for_whom(context: Context) -> Sequence[str]:
    """Those who open the team's file where there is one, else the person who runs this."""
    settings = context.settings.vault
    if settings.kind is VaultKind.FILE:
        return AgeFile(settings.file, settings.identity, context.farm.base).sealed().keys
    return (age_file.own_key(settings.identity).public,)


def _exported(context: Context, file: Path) -> dict[str, str]:
    """The passwords of a file that `export` wrote for this farm. Raises InvalidInput."""
    key = context.settings.vault.identity
    try:
        raw = file.read_bytes()
        if raw.startswith(age_file.HEAD):
            own = age_file.own_key(key)
            text = age_file.opened(raw, own)
            if text is None:
                raise PasswordsShut(
                    _("The key of this computer does not open {file}.").format(file=file),
                    hint=_(
                        "Have it written again, on the computer where it comes from, for the key "
                        "of this one: `wikifarm credentials export FILE.age --recipient {key}`."
                    ).format(key=own.public),
                )
        else:
            text = raw.decode()
        told = from_json(text)
        if told["format"] != FORMAT:
            raise ValueError(told["format"])
        farm, passwords = str(told["farm"]), dict(told["passwords"])
    except OSError as fault:
        message = _("{file} cannot be read ({reason}).")
        raise _wrong(message.format(file=file, reason=of_system(fault)), "", "unreadable") from None
    except (ValueError, TypeError, KeyError):
        message = _("{file} is not what `wikifarm credentials export` writes.")
        raise _wrong(message.format(file=file), "", "not-credentials") from None
    if farm != context.farm.base:
        message = _("{file} holds passwords of another farm, {farm}.").format(file=file, farm=farm)
        raise _wrong(message, _("Name that farm with --farm."), "other-farm")
    return {str(slug): str(password) for slug, password in passwords.items()}


def _refused(error: WikifarmError) -> str:
    return "refused" if isinstance(error, BadCredentials) else "not-tried"


def _wrong(message: str, hint: str, code: str) -> InvalidInput:
    return InvalidInput([Problem(message, hint, code=code)])

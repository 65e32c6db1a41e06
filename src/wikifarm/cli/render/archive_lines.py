"""Text about copies of a wiki: what a backup holds, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from wikifarm.cli.render.sheet import Sheet, table, wrapped
from wikifarm.i18n import _, decimal, ngettext
from wikifarm.moments import local

if TYPE_CHECKING:
    from wikifarm.operations.archive.restore import Restored, ToRestore
    from wikifarm.operations.archive.static_site import SiteMade
    from wikifarm.operations.archive.take_backup import BackupMade
    from wikifarm.operations.archive.verify_backup import BackupVerified
    from wikifarm.operations.leaving.retire import Retiring

MIB = 2**20


def backup_made(outcome: BackupMade, sheet: Sheet) -> Iterator[str]:
    """Where the file is, what it holds, for whom, and what it lacks."""
    from wikifarm.operations.archive.take_backup import left_out_words

    manifest = outcome.manifest
    yield sheet.paint.strong(
        _("{name}: backed up and read back").format(name=manifest.name or manifest.slug)
    )
    yield from wrapped(f"{outcome.file} ({_size(outcome.size)})", "  ")
    yield from wrapped(contents(manifest.counts), "  ")
    if outcome.encrypted_for:
        told = ngettext(
            "Encrypted for {count} key: without it, nobody opens it.",
            "Encrypted for {count} keys: without one of them, nobody opens it.",
            outcome.encrypted_for,
        ).format(count=outcome.encrypted_for)
    else:
        told = _("It holds people in clear: keep it where nobody else reads it.")
    yield from wrapped(told, "  ")
    if outcome.own is not None and outcome.own.file:
        told = _("The archive of YesWiki, encrypted too: {file} ({size})").format(
            file=outcome.own.file, size=_size(outcome.own.size)
        )
        yield from wrapped(told, "  ")
    for text in left_out_words(manifest.left_out):
        yield from wrapped(text, "  " + _("Not in it: "), "    ")


def backup_verified(outcome: BackupVerified, sheet: Sheet) -> Iterator[str]:
    """Whether the wiki made of a backup is what it tells."""
    manifest = outcome.manifest
    text = _("{file}: every sum holds").format(file=outcome.file)
    colour = str if outcome.differs else sheet.paint.good
    yield from map(colour, wrapped(text))
    yield from wrapped(
        _("taken of {url} on {day}").format(url=manifest.url, day=local(manifest.made)), "  "
    )
    yield from wrapped(contents(manifest.counts), "  ")
    if not outcome.differs:
        yield from wrapped(_("The wiki made of it on this computer reads as the backup."), "  ")
    yield from _listed(outcome.differs, outcome.lost)


def to_restore(outcome: ToRestore, sheet: Sheet) -> Iterator[str]:
    """Which wiki would be made, of what, and whose accounts."""
    manifest = outcome.manifest
    told = _("{url}: a wiki to be made, “{name}”")
    if outcome.begun:
        told = _("{url}: a wiki whose restoration was cut, “{name}”")
    yield sheet.paint.strong(told.format(url=outcome.url, name=manifest.name))
    yield from wrapped(
        _("backup of {url}, on {day}").format(url=manifest.url, day=local(manifest.made)), "  "
    )
    yield from wrapped(contents(manifest.counts), "  ")
    told = ngettext(
        "It holds somebody: {count} account is made, with the address.",
        "It holds people: {count} accounts are made, with their addresses.",
        outcome.accounts,
    ).format(count=outcome.accounts)
    if outcome.told:
        told += " " + _("The wiki writes to each of these addresses.")
    yield from wrapped(told, "  ")
    for warning in outcome.warnings:
        yield from wrapped(warning, "  ")
    if outcome.begun:
        told = _(
            "It was begun on {day}, and goes on. Settings, rights, groups, forms and looks become "
            "those of the backup again; what was removed since comes back."
        )
        yield from wrapped(told.format(day=local(outcome.begun)), "  ")
    yield from _written_since(outcome.since)
    yield from _listed((), outcome.lost)


def _size(count: int) -> str:
    """Bytes, as people read them."""
    return _("{number} MiB").format(number=decimal(f"{count / MIB:.1f}"))


def restored(outcome: Restored, sheet: Sheet) -> Iterator[str]:
    """Where the wiki is, whether it reads as its backup, and what it lacks."""
    if outcome.already:
        told = _("{url}: restored before, nothing was written").format(url=outcome.url)
    else:
        told = _("{url}: restored and read back").format(url=outcome.url)
    yield sheet.paint.strong(told)
    yield from wrapped(contents(outcome.manifest.counts), "  ")
    if outcome.already and outcome.differs:
        changed = _("Not as the backup has it any more: {names}.")
        yield from wrapped(changed.format(names=sheet.some(outcome.differs)), "  ")
    yield from _written_since(outcome.since)
    if not outcome.already:
        yield from _listed(outcome.differs, outcome.lost)
        yield from wrapped(
            _(
                "YesWiki takes back no password, no earlier text and no date of a card: "
                "people ask for a new password, the earlier texts stay in the backup."
            ),
            "  ",
        )
        told = _("Next: `wikifarm verify {file}` looks from outside.")
        if not outcome.described:
            told = _(
                "Next: write {file}, the description of the community with this address; then "
                "`wikifarm verify {file}` looks from outside."
            )
        yield from wrapped(told.format(file=outcome.described_in), "  ")


def site_made(outcome: SiteMade, sheet: Sheet) -> Iterator[str]:
    """What the site holds, where to open it, and what is not in it."""
    told = _(
        "{folder}: pages ({pages}), cards ({entries}), pictures ({pictures}), licence {licence}"
    )
    yield sheet.paint.strong(
        told.format(
            folder=outcome.folder, pages=outcome.pages, entries=outcome.entries,
            pictures=outcome.pictures, licence=outcome.licence,
        )
    )  # fmt: skip
    reasons: dict[str, list[str]] = {}
    for tag, why in outcome.left_out.items():
        reasons.setdefault(why, []).append(tag)
    for why, tags in reasons.items():
        told = _("{why}: {names}").format(why=why, names=", ".join(tags))
        yield from wrapped(told, "  " + _("Not in it: "), "    ")
    if outcome.left_out:
        yield from wrapped(
            _("A page to be in it all the same, its people agreeing: --with-page PAGE, in a new "
              "folder."), "  ",
        )  # fmt: skip
    yield from wrapped(
        _("Open {file} in a browser; any web host serves the folder as it is.").format(
            file=f"{outcome.folder}/index.html"
        ),
        "  ",
    )


def step_words() -> dict[str, str]:
    """What people read for each step of a leave."""
    return {
        "announce": _("announce it on the first page"),
        "read-only": _("let nobody write any more"),
        "backup": _("back it up, and verify the backup"),
        "export": _("make a site of files of what was published"),
        "erase": _("erase people: cards, comments, members, accounts"),
        "delete": _("remove the wiki from the farm"),
        "archive": _("leave it as it is, for reading"),
        "reopen": _("open it again"),
    }


def retiring(outcome: Retiring, sheet: Sheet) -> Iterator[str]:
    """What of a leave was done, what comes next, and from when on."""
    words = step_words()
    if outcome.reopened:
        yield sheet.paint.strong(_("{url}: open again").format(url=outcome.url))
    elif not outcome.done:
        yield sheet.paint.strong(_("{url}: no leave was begun").format(url=outcome.url))
    else:
        yield sheet.paint.strong(_("{url}: leave").format(url=outcome.url))
    yield from table((day, words[step]) for step, day in outcome.done.items())
    for text in outcome.notes:
        yield from wrapped(text, "  ")
    if outcome.reopened:
        return
    if not outcome.following and not any(end in outcome.done for end in ("delete", "archive")):
        yield from wrapped(_("The farm has its wiki no more."), "  ")
        return
    if not outcome.following:
        yield from wrapped(_("All of it is done."), "  ")
        return
    told = _("Next: {what}: `{command}`.").format(
        what=words[outcome.following], command=outcome.command
    )
    if outcome.not_before:
        told += " " + _("Not before {day}, unless --at-once.").format(day=outcome.not_before)
    yield from wrapped(told, "  ")


def _written_since(names: Sequence[str]) -> Iterator[str]:
    if names:
        told = _("Written there by others, it stays as it is: {names}.")
        yield from wrapped(told.format(names=", ".join(names)), "  ")


def _listed(differs: Sequence[str], lost: Sequence[str]) -> Iterator[str]:
    for text in differs:
        yield from wrapped(text, "  " + _("Differs: "), "    ")
    for text in lost:
        yield from wrapped(text, "  " + _("Lost: "), "    ")


def contents(counts: Mapping[str, int]) -> str:
    """What a backup holds, in a line."""
    words = {
        "pages": _("pages"),
        "entries": _("cards"),
        "revisions": _("earlier texts"),
        "forms": _("forms"),
        "lists": _("lists of choices"),
        "accounts": _("accounts"),
        "files": _("files"),
        "comments": _("comments"),
    }
    return ", ".join(f"{word} ({counts[what]})" for what, word in words.items() if what in counts)

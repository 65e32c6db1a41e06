"""Restore: a wiki made again from its backup, on the same farm or another, and read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wikifarm.blueprint.design import Design
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.reading import community_from
from wikifarm.blueprint.manifest.slugs import is_slug, propose_slug, why_no_slug
from wikifarm.engine import receipt as receipts
from wikifarm.engine.journal import RESTORE
from wikifarm.errors import (
    Exit,
    InvalidInput,
    NotConfirmed,
    NotOurs,
    Problem,
    SlugTaken,
    WikifarmError,
    WriteRefused,
)
from wikifarm.i18n import _
from wikifarm.lists.providers import NONE
from wikifarm.model import Dialect, FarmWiki, Module
from wikifarm.operations.archive.backup_contents import check, counted
from wikifarm.operations.archive.backup_format import Backup, Manifest, opened
from wikifarm.operations.archive.opened_rights import design_of, opened_rights
from wikifarm.operations.archive.read_again import read_again
from wikifarm.operations.archive.take_backup import DESCRIPTION
from wikifarm.operations.archive.told_before import opening, said_before
from wikifarm.operations.archive.told_wiki import ToldWiki
from wikifarm.operations.archive.wiki_again import WikiAgain, lost_at_first
from wikifarm.operations.community.site import look_for_half, make_site, open_wiki
from wikifarm.operations.describe import described_as, own_file, where_described
from wikifarm.operations.new_community import write_manifest
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Failure, Outcome, failures, few
from wikifarm.yeswiki.wiki import Wiki

STEP = RESTORE


@dataclass(frozen=True)
class ToRestore(Outcome):
    """A wiki that would be made. `accounts`: how many people get one there, `told` whether the wiki
    writes to each of them by itself; `warnings`: whom it lets in and what it brings, in sentences;
    `opened`: what it opens that wikifarm closes, each with its right (docs/backup.md); `lost`: what
    no wiki of that version takes back; `begun`: when a restoration that goes on was written of last
    (UTC), empty for one that begins; `since`: what others wrote in that wiki, which stays."""

    slug: str
    url: str
    manifest: Manifest
    accounts: int
    told: bool
    warnings: tuple[str, ...] = ()
    opened: Mapping[str, str] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    begun: str = ""
    since: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug, "url": self.url, "accounts": self.accounts, "told": self.told,
            "manifest": self.manifest.model_dump(exclude={"members"}),
            "warnings": list(self.warnings), "opened": _as_rows(self.opened),
            "lost": list(self.lost), "begun": self.begun, "since": list(self.since),
        }  # fmt: skip


Agreed = Callable[[ToRestore], bool]


@dataclass(frozen=True)
class Restored(Outcome):
    """A wiki that was made again. `differs`: what does not read as the backup tells it; `lost`:
    what no wiki takes back; `since`: what others wrote there, which stays; `opened`: what the
    backup opens, each with its right; `described_in`: the file that describes its community here,
    `described` whether it is there."""

    slug: str
    url: str
    manifest: Manifest
    differs: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    opened: Mapping[str, str] = field(default_factory=dict)
    already: bool = False  # an earlier run did it whole: nothing was written
    described_in: str = ""
    described: bool = False
    requests: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug, "url": self.url, "already": self.already,
            "manifest": self.manifest.model_dump(exclude={"members"}),
            "differs": list(self.differs), "lost": list(self.lost), "since": list(self.since),
            "opened": _as_rows(self.opened), "described_in": self.described_in,
            "described": self.described, "requests": dict(self.requests),
        }  # fmt: skip


def _as_rows(opened: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "right": right} for name, right in opened.items()]


def restore(
    context: Context,
    file: Path,
    slug: str = "",
    *,
    identity: Path | None = None,
    agreed: Agreed | None = None,
    dry_run: bool = False,
) -> Envelope:
    """Makes the wiki of a backup again, at its address or at `slug`, once `agreed` says yes to what
    is to be written; without it, at once; with `dry_run`, only shows it. Killed anywhere, the same
    command ends the same.

    Raises InvalidInput for a backup in which something is none of a wiki and for what is no
    address, Refused where another wiki stands there, NotConfirmed after a no.
    """
    with opened(file, identity or context.settings.vault.identity) as backup, context.lock():
        check(backup)
        at = slug or backup.manifest.slug
        _check_address(at)
        description, why_not = _description(backup, at, context)
        described = description or _described_here(context, at)
        design = design_of(context, backup, described, _receipt(backup))
        planned = _planned(context, backup, at, description, design)
        if why_not:
            planned = replace(planned, warnings=(*planned.warnings, why_not))
        standing = _standing(context, planned)
        if not standing.already and (dry_run or agreed is not None):
            planned = _since(context, backup, planned, standing, design)
            if dry_run:
                return Envelope(STEP, outcome=planned, messages=(_("Nothing was made."),))
            if agreed is not None and not agreed(planned):
                raise NotConfirmed(_("Nothing was made."), hint=_("The same command asks again."))
        outcome = _restored(context, backup, planned, standing, description, design)
    errors: tuple[Failure, ...] = ()
    if outcome.differs and not outcome.already:  # a wiki that was made whole has lived since
        errors = failures(differing(outcome.differs, outcome.url))
    exit_ = Exit.FAILED if errors else Exit.DONE
    return Envelope(STEP, exit=exit_, outcome=outcome, errors=errors, messages=planned.warnings)


def differing(differs: Sequence[str], where: str) -> WikifarmError:
    """The error for a wiki that does not read as its backup tells it."""
    return WriteRefused(
        _("The wiki made of this backup differs from it: {names}.").format(names=few(differs)),
        hint=_(
            "Run the same command again: it writes what is missing. If it comes back, look at what "
            "is named."
        ),
        where=where,
    )


@dataclass(frozen=True)
class _Standing:
    """Where a restoration stands: the wiki that is there, if any; whether an earlier run made it
    whole (`already`), or had cleared it of what comes with a new wiki."""

    entry: FarmWiki | None
    already: bool = False
    cleared: bool = False
    last: str = ""  # when that run wrote of it last (UTC)


def _standing(context: Context, planned: ToRestore) -> _Standing:
    """Raises Refused where another wiki stands there."""
    entry, last = context.farm.find(planned.slug), context.journal.last(planned.slug, STEP)
    if entry is None:
        return _Standing(None)
    begun = last.get("backup") == planned.manifest.identity
    _check_ours(context, entry, begun=begun)
    return _Standing(
        entry, begun and last.get("event") == "outcome", begun and last.get("cleared") is True,
        str(last.get("at") or ""),
    )  # fmt: skip


def _since(
    context: Context,
    backup: Backup,
    planned: ToRestore,
    standing: _Standing,
    design: Design | None,
) -> ToRestore:
    """The same, with what others wrote since a run that was cut."""
    if standing.entry is None:
        return planned
    wiki = open_wiki(context, planned.slug)
    told = ToldWiki(backup, wiki, planned.slug, standing.entry.mark, design)
    since = read_again(told, wiki, cleared=standing.cleared).since
    return replace(planned, begun=standing.last, since=since)


def _restored(
    context: Context,
    backup: Backup,
    planned: ToRestore,
    standing: _Standing,
    description: Community | None,
    design: Design | None,
) -> Restored:
    manifest, slug = planned.manifest, planned.slug
    with context.making(STEP):
        wiki, mark = _site(context, backup, slug, standing.entry)
    told = ToldWiki(backup, wiki, slug, mark, design)
    lost: tuple[str, ...] = ()
    if not standing.already:
        writing = WikiAgain(told, wiki, lambda step: context.progress(slug, step))
        if not standing.cleared:
            writing.clear()
            context.journal.intent(slug, STEP, backup=manifest.identity, cleared=True)
        lost = tuple(writing.whole())
    reading = read_again(told, wiki, cleared=True)
    path = where_described(context, slug) or own_file(context, slug)
    if description is not None:
        is_same = slug == manifest.slug
        write_manifest(path, description if is_same else _without_list(description))
    if not standing.already and not reading.differs:
        context.journal.outcome(slug, STEP, backup=manifest.identity, cleared=True)
    traffic = context.network.traffic
    return Restored(
        slug, wiki.addresses.base, manifest, reading.differs, lost, reading.since, planned.opened,
        standing.already, str(path), path.is_file(), {"get": traffic.get, "post": traffic.post},
    )  # fmt: skip


def _check_address(slug: str) -> None:
    """Raises InvalidInput for what ferme makes no wiki of."""
    if not is_slug(slug):
        hint = _("Give another address: `wikifarm restore FILE {slug}`.").format(
            slug=propose_slug(slug)
        )
        raise InvalidInput([Problem(why_no_slug(slug), hint, code="slug")])


def _planned(
    context: Context,
    backup: Backup,
    slug: str,
    description: Community | None,
    design: Design | None,
) -> ToRestore:
    dialect, url = context.farm.capabilities.dialect, context.farm.address_of(slug)
    receipt = _receipt(backup)
    opened = opened_rights(backup, design, receipt)
    said = said_before(backup, slug, url, description, design, receipt)
    return ToRestore(
        slug,
        url,
        backup.manifest.model_copy(update={"counts": counted(backup)}),
        len(backup.value("accounts.json")),
        dialect is not Dialect.D44,
        (*said, *opening(opened)),
        opened,
        tuple(lost_at_first(backup, dialect)),
    )


def _description(backup: Backup, slug: str, context: Context) -> tuple[Community | None, str]:
    """The community as the computer that backed it up described it, at this address. None where
    this computer describes it already, where the backup does not say, or where what it says is none
    here: of a blueprint that is not there, say; then with a sentence on why."""
    path = own_file(context, slug)
    if DESCRIPTION not in backup.manifest.members or where_described(context, slug) is not None:
        return None, ""
    try:
        value = {**backup.value(DESCRIPTION), "slug": slug}
        return community_from(value, str(path), folder=path.parent), ""
    except TypeError:
        return None, ""
    except InvalidInput as wrong:
        return None, _not_described(wrong, path)


def _not_described(wrong: InvalidInput, path: Path) -> str:
    """Why the description of a backup stays in it, and what to do."""
    reasons = "; ".join(problem.message for problem in wrong.problems)
    told = _("The description in this backup is not written to {file}: {reasons}.")
    if any(problem.code == "unknown-blueprint" for problem in wrong.problems):
        told += " " + _(
            "This blueprint is not on this computer: copy its folder there from the one that made "
            "the backup, then run this command."
        )
    return told.format(file=path, reasons=reasons)


def _described_here(context: Context, slug: str) -> Community | None:
    """The community of that address as this computer describes it, if it can be read."""
    try:
        return described_as(context, slug)
    except InvalidInput:
        return None


def _without_list(community: Community) -> Community:
    """The same at another address, where it has no list yet: the list is that of the first."""
    modules = community.modules - {Module.MAILING_LIST}
    return replace(community, modules=modules, mailing_list=NONE, mailing_list_address="")


def _check_ours(context: Context, entry: FarmWiki, *, begun: bool) -> None:
    """Raises Refused for a wiki that no restoration of this backup began to make."""
    if not begun:
        raise SlugTaken(
            _("A wiki stands at “{slug}” already, “{title}”: nothing was written.").format(
                slug=entry.folder, title=entry.title
            ),
            hint=_("Give another address: `wikifarm restore FILE ADDRESS`."),
            where=entry.url,
        )
    if entry.mark != context.journal.mark_of(entry.folder):
        raise NotOurs(
            _("The wiki “{slug}” is not the one that this backup began to make.").format(
                slug=entry.folder
            ),
            hint=_("Give another address: `wikifarm restore FILE ADDRESS`."),
            where=entry.url,
        )


def _site(context: Context, backup: Backup, slug: str, entry: FarmWiki | None) -> tuple[Wiki, str]:
    """The wiki to write in: made now, or by an earlier run of the same restoration."""
    if entry is not None:
        return open_wiki(context, slug), entry.mark
    manifest = backup.manifest
    look_for_half(context, slug)
    receipt = _receipt(backup)
    taken = {wiki.mark for wiki in context.farm.wikis().values()}
    if receipt is not None and receipt.community not in taken:
        context.journal.intent(slug, "wiki", mark=receipt.community)
    context.journal.intent(slug, STEP, backup=manifest.identity)
    return make_site(context, Community(manifest.name, slug, ()))


def _receipt(backup: Backup) -> receipts.Receipt | None:
    name = f"pages/{receipts.TAG}.json"
    if name not in backup.manifest.members:
        return None
    return receipts.from_page(str(backup.value(name).get("body") or ""))

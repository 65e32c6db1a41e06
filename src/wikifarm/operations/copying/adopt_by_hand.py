"""A wiki of this farm that somebody made by hand, or with another tool, becomes one of ours.

Described as it stands: a manifest and, where no blueprint is like it, one captured from it, both in
files here. Nothing is written in the wiki; what `apply` would change there is planned.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.capture.capture_wiki import CaptureWishes
from wikifarm.blueprint.compile import Compiler
from wikifarm.blueprint.design import Design
from wikifarm.blueprint.locate import FILE, known_blueprints
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.blueprint.schema.template import parse
from wikifarm.engine.changes import writes
from wikifarm.engine.journal import RECORD, SENTINEL
from wikifarm.engine.receipt import fingerprint
from wikifarm.engine.steps.access import ACLS, ADMINS
from wikifarm.errors import InvalidInput, NotOurs, Refused
from wikifarm.i18n import _
from wikifarm.model import FarmWiki
from wikifarm.operations.audit.verify import audit_wiki, look_at_rights, refuse_leaks
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import CommunityOutcome, Leak
from wikifarm.operations.copying.captured_blueprint import (
    CapturedBlueprint,
    captured_from,
    written,
)
from wikifarm.operations.describe import (
    Wishes,
    community,
    own_file,
    refuse_described_among_many,
)
from wikifarm.operations.new_community import write_manifest
from wikifarm.operations.plan import fill
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.result import Outcome
from wikifarm.whole_wiki import WholeWiki
from wikifarm.yeswiki.wiki import Wiki

PREFIX = "adopted-"  # of the blueprint of a wiki made by hand, before its address
MARK = 16  # signs of what a community is known by


class Inspection(StrEnum):
    """How a wiki is looked at that is not wikifarm's yet."""

    RIGHTS = "rights"  # its rights are read: nothing is written there
    FULL = "full"  # the audit: what it plants, it removes
    NONE = "none"


class AuditTrace(StrEnum):
    """What a look at a wiki wrote in it."""

    NOTHING = "nothing"
    REMOVED = "removed"  # what its audit planted, which it removed
    LEFT = "left"  # the audit was cut: what it planted may be there


@dataclass(frozen=True)
class TakenOver(Outcome):
    """A wiki made by hand, described here. `closing` are the rights that are open there today, and
    that `apply` would close; `community` tells what else is open, and what `apply` would change.
    `trace` is what looking at it wrote in it. `captured` is None where a blueprint that was here
    already describes it; `manifest` is empty where nothing was kept."""

    slug: str
    url: str
    blueprint: str
    manifest: str
    captured: CapturedBlueprint | None
    community: CommunityOutcome
    closing: tuple[Leak, ...] = ()
    trace: AuditTrace = AuditTrace.NOTHING

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "url": self.url,
            "name": self.community.name,
            "blueprint": self.blueprint,
            "manifest": self.manifest,
            "captured": self.captured.as_json() if self.captured is not None else None,
            "closing": [asdict(leak) for leak in self.closing],
            "trace": self.trace.value,
            "community": self.community.as_json(),
        }


def take_over(
    context: Context,
    wiki: Wiki,
    entry: FarmWiki,
    wishes: Wishes,
    look: Inspection,
    *,
    dry_run: bool = False,
) -> TakenOver:
    """Describes the wiki, keeps here that it was taken over, and says what that comes to; with
    `dry_run`, keeps nothing. What a run before has described is taken as it stands."""
    manifest = own_file(context, entry.folder)
    with ExitStack() as stack:
        captured = None
        if manifest.is_file():
            described = _read(manifest, entry)
            captured = _captured_before(context, wiki, described)
        else:
            refuse_described_among_many(context, entry.folder)
            folder = context.places.blueprints
            if dry_run:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            described, captured = _described(context, wiki, entry, wishes, folder)
            if not dry_run:
                write_manifest(manifest, described)
                described = load_manifests([manifest])[0]
        run = CommunityRun(context, described, by_hand=True)
        closing: tuple[Leak, ...] = ()
        with context.lock(), run.measured():
            if not dry_run:
                _remember(context, entry.folder)
            closing = _tell(run, look)
        kept = str(manifest) if manifest.is_file() else ""
        told = TakenOver(entry.folder, entry.url, described.blueprint, kept, captured, run.outcome)
        return replace(told, closing=closing, trace=_trace(run, look))


def _captured_before(
    context: Context, wiki: Wiki, described: Community
) -> CapturedBlueprint | None:
    """What a run before captured of the wiki, and what it leaves out, as it would today; None where
    it is described with another blueprint."""
    name = f"{PREFIX}{described.slug}"
    folder = context.places.blueprints / name
    try:
        blueprint = load_blueprint(described.blueprint, Path(described.source).parent)
    except InvalidInput:
        return None  # `fill` tells what is wrong with it
    if Path(described.blueprint).name != name or not (folder / FILE).is_file():
        return None
    asked = CaptureWishes(name, described.language, in_place=True)
    outcome = captured_from(context, wiki, asked).outcome
    told, pages = outcome.captured, {page.key for page in blueprint.pages}
    left = tuple(each for each in told.left_out if each.name not in pages)
    return replace(outcome, captured=replace(told, left_out=left), folder=str(folder))


def _read(manifest: Path, entry: FarmWiki) -> Community:
    described = load_manifests([manifest])[0]
    if described.slug != entry.folder:
        raise Refused(
            _("{path} describes another community, “{slug}”: nothing was kept.").format(
                path=manifest, slug=described.slug
            ),
            hint=_("Give that file the name of its address, then run the same command again."),
            where=str(manifest),
        )
    return described


def _remember(context: Context, slug: str) -> None:
    """Keeps that what stands in the wiki is not wikifarm's. Every computer that takes it over gives
    it the same mark: each goes on with what another applied."""
    if not context.journal.made_by_hand(slug):
        mark = fingerprint(context.farm.address_of(slug))[:MARK]
        context.journal.outcome(slug, "wiki", mark=mark, adopted=True, by_hand=True)


def _tell(run: CommunityRun, look: Inspection) -> tuple[Leak, ...]:
    """What is open in the wiki today, then what `apply` would change; answers the rights that it
    would close, which are among its changes. All that an audit saw is told as it saw it."""
    run.enter()
    if look is Inspection.FULL:
        with run.alone("adopt"), run.outcome.spending("audit"):
            run.outcome.audit = audit_wiki(run)
        run.forget()
    fill(run)
    if look is Inspection.FULL:
        refuse_leaks(run.outcome.audit)
    if look is not Inspection.RIGHTS:
        return ()
    audit, closed = look_at_rights(run), {change.key for change in writes(run.outcome.planned)}
    left = tuple(leak for leak in audit.leaks if leak.route not in closed)
    run.outcome.audit = replace(audit, leaks=left)
    return tuple(leak for leak in audit.leaks if leak.route in closed)


def _trace(run: CommunityRun, look: Inspection) -> AuditTrace:
    slug, journal = run.community.slug, run.context.journal
    if look is not Inspection.FULL or run.wiki is None:
        return AuditTrace.NOTHING
    if any(journal.left_open(slug, step) for step in (SENTINEL, RECORD)):
        return AuditTrace.LEFT
    audit = run.outcome.audit
    return AuditTrace.REMOVED if audit is None or audit.probes else AuditTrace.NOTHING


# -- describing it ------------------------------------------------------------------------------


def _described(
    context: Context, wiki: Wiki, entry: FarmWiki, wishes: Wishes, folder: Path
) -> tuple[Community, CapturedBlueprint | None]:
    """The community as its wiki shows it, with a blueprint that is like it: one of those here, or
    one captured into `folder`."""
    name = f"{PREFIX}{entry.folder}"
    asked = CaptureWishes(name, wishes.language, in_place=True)
    read = captured_from(context, wiki, asked)
    _refuse_unread(read.whole, entry)
    called = wishes.name or read.outcome.title or entry.title
    writing = "open" if _visitors_write(read.whole) else "connected"
    wishes = replace(wishes, slug=entry.folder, name=called, writing=writing)
    like = _like(context, read.whole, wishes)
    if like is not None:
        return like, None
    made, group = folder / name, read.outcome.captured.facilitators
    described = _community(context, read.whole, wishes, str(made.resolve()), group)
    begun = (made / FILE).is_file()  # a run that was killed captured it
    return described, None if begun else written(wiki, read, made, frozenset())


def _refuse_unread(whole: WholeWiki, entry: FarmWiki) -> None:
    if whole.unread:
        raise NotOurs(
            _("The account {name} does not administer the wiki “{slug}”: nothing was kept.").format(
                name=whole.reader, slug=entry.folder
            ),
            hint=_("Put {name} back into the group of its administrators (@admins).").format(
                name=whole.reader
            ),
            where=entry.url,
        )


def _like(context: Context, whole: WholeWiki, wishes: Wishes) -> Community | None:
    """The community with the blueprint of which the wiki has every page, form, list and group, if
    there is one; of several, that of the most pages."""
    fits: list[tuple[int, Community]] = []
    own = sorted(context.places.blueprints.glob(f"[!.]*/{FILE}"))
    for blueprint in (*known_blueprints(), *(str(file.parent.resolve()) for file in own)):
        try:
            loaded = load_blueprint(blueprint)
            described = _community(context, whole, wishes, blueprint, loaded.who.facilitators)
            compiler = Compiler(
                described,
                loaded,
                farm_url=context.farm.base,
                wiki_url=whole.address,
                dialect=whole.dialect,
            )
            design = compiler.design({})
        except InvalidInput:
            continue  # not whole, or not in this language
        if _has_all(whole, design):
            fits.append((len(design.pages), described))
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def _has_all(whole: WholeWiki, design: Design) -> bool:
    labels = {key: form.label for key, form in whole.forms.items()}
    titles = {each.title for each in whole.lists.values()}
    return (
        bool(design.forms)  # a few pages alone may be those of any wiki
        and all(page.tag in whole.pages for page in design.pages)
        and all(labels.get(form.id) == form.schema.label for form in design.forms)
        and all(each.title in titles for each in design.lists)
        and set(design.groups) <= whole.groups.keys()
    )


def _community(
    context: Context, whole: WholeWiki, wishes: Wishes, blueprint: str, group: str
) -> Community:
    """The community with that blueprint, by its name or the whole path of its folder, which may be
    still to come; those of the group facilitate it, unless it was said who does.

    Raises InvalidInput where nobody is known to.
    """
    who = wishes.facilitators or tuple(_facilitating(whole, group))
    folder, place = context.places.communities, Path(blueprint)
    described = community(replace(wishes, facilitators=who), folder)
    if place.is_absolute() and place.is_relative_to(context.places.blueprints.resolve()):
        blueprint = Path(os.path.relpath(place, folder.resolve())).as_posix()
    source = str(folder / f"{wishes.slug}.yml")
    return replace(described, blueprint=blueprint, source=source)


def _visitors_write(whole: WholeWiki) -> bool:
    """True where a form says that anybody may write in it."""
    rows = (row for form in whole.forms.values() for row in parse(form.template))
    return any(row[0] == ACLS and row[2].strip() == "*" for row in rows)


def _facilitating(whole: WholeWiki, group: str) -> Iterator[str]:
    """Those of the group, or else of the one that administers, who have an account."""
    emails = {account.name: account.email for account in whole.accounts}
    for names in (whole.people.get(group, ()), whole.people.get(ADMINS, ())):
        known = [name for name in names if name != WIKI_ADMIN and emails.get(name)]
        if known:
            yield from (f"{name} <{emails[name]}>" for name in known)
            return

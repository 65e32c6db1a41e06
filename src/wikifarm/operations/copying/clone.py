"""Clone: a community like another wiki, without its people.

The wiki is captured into a blueprint of this folder; the rest is the ordinary way of a community
that is made from one: its manifest, plan, receipt, audit. Run again, it goes on from there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.capture.capture_wiki import CaptureWishes, summary_of
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.errors import Refused, SlugTaken
from wikifarm.i18n import _, ngettext
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.copying.begun_clone import (
    BegunClone,
    begun_clone,
    keep_begun,
    refuse_otherwise,
)
from wikifarm.operations.copying.captured_blueprint import (
    CapturedBlueprint,
    captured_from,
    free_folder,
    written,
)
from wikifarm.operations.copying.entries_copy import (
    EntriesOfForm,
    forms_named,
    read_entries,
    write_entries,
)
from wikifarm.operations.copying.source_wiki import Source, opened
from wikifarm.operations.describe import (
    Wishes,
    community,
    own_file,
    refuse_described_among_many,
)
from wikifarm.operations.new_community import new_community
from wikifarm.operations.workplace.context import Context
from wikifarm.result import few

DONE = ("created", "updated", "unchanged")  # where a community stands once it is made
PREFIX = "clone-"  # of the blueprint of a clone, before its address

Agreed = Callable[[CapturedBlueprint], bool]  # what would be copied -> whether to do it


@dataclass(frozen=True)
class Cloned:
    """What came of a clone. `captured` is None where it went on with what was captured before, in
    `folder`, of which `begun` is what this computer knows and `to_remove` what stands in the way of
    reading it anew; `community`, where somebody did not agree to it."""

    captured: CapturedBlueprint | None
    community: CommunityOutcome | None
    folder: Path
    begun: BegunClone | None = None
    to_remove: tuple[Path, ...] = ()


def clone(
    context: Context,
    source: Source,
    wishes: Wishes,
    asked: CaptureWishes,
    *,
    agreed: Agreed,
    with_entries: Sequence[str] = (),
    dry_run: bool = False,
    audit: bool = True,
    plan_agreed: Callable[[CommunityOutcome], bool] | None = None,
) -> Cloned:
    """Makes the community `wishes` like the wiki `source`, with the entries of the public forms
    that are named.

    What would be copied is shown to `agreed` before anything is written; the plan, to
    `plan_agreed`, where that was copied by a run before. Raises InvalidInput for wishes that make
    no community, before anything is read; SlugTaken where the farm or this folder has something at
    that address that no clone of that wiki began; Refused for one that was begun otherwise.
    """
    _check(context, wishes, asked)
    context.check_account()
    folder = _blueprint(context, wishes.slug)
    asked = replace(asked, name=folder.name)
    entries: list[EntriesOfForm] = []
    captured = known = None
    begun = folder.is_dir()
    if begun:
        known = begun_clone(context, wishes.slug)
        refuse_otherwise(known, source, asked, _written(context, wishes.slug))
        wishes = replace(wishes, name=wishes.name or (known.title if known else ""))
    with opened(context, source) as wiki, ExitStack() as stack:
        if begun:
            _same_source(folder, wiki.addresses.base, asked.language)
        else:
            _free(context, wishes.slug)
            free_folder(context, asked.name)
        if not begun or with_entries:
            read = captured_from(context, wiki, asked)
            forms = forms_named(read.outcome.captured.forms, with_entries)
            entries = read_entries(wiki, read.whole, forms, read.people)
        if not begun:
            captured = read.outcome
            wishes = replace(wishes, name=wishes.name or captured.title)
            _check(context, wishes, asked)
            if not agreed(captured):
                return Cloned(captured, None, folder)
            if dry_run:
                aside = stack.enter_context(tempfile.TemporaryDirectory())
                folder = Path(aside) / asked.name
                captured = written(wiki, read, folder, asked.agreed)
            else:
                keep_begun(context, wishes.slug, source, asked, captured)
                captured = written(wiki, read, folder, asked.agreed)
                keep_begun(context, wishes.slug, source, asked, captured)  # less lost files
        # What was just agreed to is what the plan would show.
        still = plan_agreed if captured is None else None
        made = _made(context, wishes, folder, asked, dry_run, audit, still)
    stands = made.error is None and made.status in DONE
    if entries and not dry_run and stands:
        _with_entries(context, wishes.slug, entries, made)
    anew = _written(context, wishes.slug) if begun and not stands else []
    return Cloned(captured, made, folder, known, tuple(anew))


def _with_entries(
    context: Context, slug: str, entries: Sequence[EntriesOfForm], made: CommunityOutcome
) -> None:
    with context.lock():
        count = write_entries(open_wiki(context, slug), entries)
    told = ngettext("{count} entry was copied.", "{count} entries were copied.", count)
    made.notes.append(told.format(count=count))
    left = [tag for each in entries for tag in each.left_out]
    if left:
        sentence = _("Entries left out, closed or speaking of somebody: {names}.")
        made.notes.append(sentence.format(names=few(left)))


def _made(
    context: Context,
    wishes: Wishes,
    folder: Path,
    asked: CaptureWishes,
    dry_run: bool,
    audit: bool,
    plan_agreed: Callable[[CommunityOutcome], bool] | None,
) -> CommunityOutcome:
    """The community, by the ordinary way. The manifest of a clone that was begun is taken as it
    stands."""
    path = own_file(context, wishes.slug)
    if path.exists():
        wanted = load_manifests([path])[0]
    else:
        # A folder that is moved, or shared, has its blueprint beside its manifest (new_community).
        named = folder.resolve() if dry_run else os.path.relpath(folder)
        told = replace(wishes, blueprint=str(named), language=asked.language)
        wanted = community(told, context.places.communities)
    return new_community(context, wanted, dry_run=dry_run, audit=audit, agreed=plan_agreed)


def _check(context: Context, wishes: Wishes, asked: CaptureWishes) -> None:
    """Raises InvalidInput for what makes no community: the name of the source may be its name.
    What the manifest of a clone that was begun says is not to be said again, nor otherwise."""
    path = own_file(context, wishes.slug)
    begun = _blueprint(context, wishes.slug).is_dir() and path.is_file()
    there = load_manifests([path])[0] if begun else None
    name = wishes.name or (there.name if there else wishes.slug)
    told = replace(wishes, name=name, language=asked.language)
    if there is None or told.facilitators:
        said = community(told, context.places.communities)
        refuse_described_among_many(context, said.slug)
    if there is None:
        return
    same_people = not told.facilitators or said.facilitators == there.facilitators
    if there.name != name or not same_people:
        raise Refused(
            _("{path} already describes this community, otherwise than you just did.").format(
                path=path
            ),
            hint=_("Edit that file and run `wikifarm apply {path}`. Nothing was changed.").format(
                path=path
            ),
            where=str(path),
        )


def _blueprint(context: Context, slug: str) -> Path:
    return context.places.blueprints / f"{PREFIX}{slug}"


def _written(context: Context, slug: str) -> list[Path]:
    """What stands in this folder of a clone that was begun."""
    return [path for path in (_blueprint(context, slug), own_file(context, slug)) if path.exists()]


def _free(context: Context, slug: str) -> None:
    manifest = own_file(context, slug)
    entry = context.farm.known(slug)
    if entry is None and not manifest.exists():
        return
    raise SlugTaken(
        _("The address “{slug}” is taken: nothing was copied.").format(slug=slug),
        hint=_("Choose another one: a clone is a new community."),
        where=entry.url if entry is not None else str(manifest),
    )


def _same_source(folder: Path, address: str, language: str) -> None:
    if load_blueprint(str(folder)).summary.get(language) != summary_of(address, language):
        raise Refused(
            _("{path} was captured from another wiki: nothing was copied.").format(path=folder),
            hint=_("Remove that folder, or choose another address."),
            where=str(folder),
        )

"""One command, one community: write the manifest, apply it, verify it, hand over the checklist."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from wikifarm.blueprint.locate import NAME
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.blueprint.manifest.writing import dump_manifest
from wikifarm.errors import LocalStorage, Refused, SlugTaken, WikifarmError
from wikifarm.files import PRIVATE, write_whole
from wikifarm.i18n import _
from wikifarm.operations.apply import apply_found
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import unknown_wiki
from wikifarm.operations.describe import own_file, refuse_described_among_many
from wikifarm.operations.mailing_list.wanted import check_list
from wikifarm.operations.plan import look_ahead
from wikifarm.operations.workplace.context import Context
from wikifarm.reasons import of_system


def new_community(
    context: Context,
    community: Community,
    *,
    dry_run: bool = False,
    audit: bool = True,
    agreed: Callable[[CommunityOutcome], bool] | None = None,
    typed: bool = False,
) -> CommunityOutcome:
    """Makes the community and writes the manifest it used to `communities/<slug>.yml`.

    The manifest is written first: a run that is cut goes on from it, and nothing is asked of the
    farm if this computer cannot keep it. With `agreed`, the plan is shown to it, and nothing is
    done unless it answers True; what was looked up for the plan is not looked up again. What was
    `typed` as answers is kept in the manifest even where nothing is made.
    """
    path = own_file(context, community.slug)
    refuse_described_among_many(context, community.slug)
    community = _beside(path, community)
    new = _check_manifest(context, path, community)
    run = CommunityRun(context, community)
    looked = dry_run or agreed is not None
    if looked:
        with run.measured():
            look_ahead(run, new=True, audit=audit)
        planned = run.outcome
        if dry_run:
            return planned
        if planned.error is not None or (agreed is not None and not agreed(planned)):
            if typed and new and not isinstance(planned.error, Refused):
                write_manifest(path, community)
                _say_kept(planned, path)
            return planned
        run.begin_again()
    if new:
        write_manifest(path, community)
    with run.measured(), context.lock():  # that another run has the farm is a refusal too
        check_list(context, community)
        run.progress("wiki")
        if not looked:
            run.find()
        apply_found(run, audit=audit, new=True)
    if new and isinstance(run.outcome.error, Refused):
        # Nothing was made: a manifest left there would stand in the way of every later run.
        path.unlink(missing_ok=True)
    elif run.outcome.error is not None:
        _say_kept(run.outcome, path)
    return run.outcome


def in_the_way(context: Context, slug: str) -> WikifarmError | None:
    """What stands at that address in the way of a new community, here or on the farm."""
    entry = context.farm.known(slug)
    path = own_file(context, slug)
    try:
        refuse_described_among_many(context, slug)
    except Refused as described:
        return described
    if path.exists() and not _nothing_came_of(context, path):
        return _described_otherwise(path, load_manifests([path])[0])
    if entry is not None and not context.vault.get(entry.folder):
        return unknown_wiki(entry)
    return None


def _say_kept(outcome: CommunityOutcome, path: Path) -> None:
    outcome.notes.append(
        _(
            "What describes it is kept in {path}: `wikifarm apply {path}` goes on from there."
        ).format(path=path)
    )


def write_manifest(path: Path, community: Community) -> None:
    """Writes a manifest whole or not at all; for its owner only, as it holds addresses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, dump_manifest(community), PRIVATE)
    except OSError as fault:
        raise LocalStorage(
            _(
                "The manifest cannot be written to {path} ({reason}). "
                "Nothing was asked of the farm."
            ).format(path=path, reason=of_system(fault)),
            hint=_("Free some space or choose another folder with --directory."),
        ) from None


def _beside(path: Path, community: Community) -> Community:
    """The community as its manifest tells it: a blueprint in a folder is named from the manifest's
    own folder, wherever the command was given."""
    place = Path(community.blueprint)
    if NAME.match(community.blueprint) or place.is_absolute():
        return community
    near = Path(community.source).parent
    relative = Path(os.path.relpath(near / place, path.parent)).as_posix()
    named = relative if relative.startswith(".") else f"./{relative}"
    return replace(community, blueprint=named, source=str(path))


def _check_manifest(context: Context, path: Path, community: Community) -> bool:
    """True where the manifest is to be written. One that is there must say the same: it may have
    been edited by hand, or be that of a community that stands."""
    if not path.exists():
        return True
    described = load_manifests([path])[0]
    if described == community:
        return False
    if _nothing_came_of(context, path):
        return True  # a run that failed left it, and its person says otherwise since
    raise _described_otherwise(path, described, same=described.name == community.name)


def _nothing_came_of(context: Context, path: Path) -> bool:
    """True for a manifest as wikifarm writes it, in which nobody wrote since, and from which no
    wiki was asked for."""
    written = dump_manifest(load_manifests([path])[0]).encode()
    slug = path.stem
    asked = context.journal.mark_of(slug) or context.farm.known(slug) is not None
    return path.read_bytes() == written and not asked


def _described_otherwise(path: Path, described: Community, *, same: bool = False) -> Refused:
    if same:
        message = _("{path} already describes this community, otherwise than you just did.")
        hint = _("Edit that file and run `wikifarm apply {path}`. Nothing was changed.")
        return Refused(message.format(path=path), hint=hint.format(path=path), where=str(path))
    return SlugTaken(
        _("{path} already describes another community, “{name}”.").format(
            path=path, name=described.name
        ),
        hint=_(
            "Choose another address with --slug; or, if it is this one, `wikifarm apply {path}` "
            "goes on with it. Nothing was changed."
        ).format(path=path),
        where=str(path),
    )

"""Describing communities: from wishes given on a command line, or chosen among manifests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.reading import (
    Described,
    community_from,
    load_all,
    load_manifests,
    load_valid,
)
from wikifarm.blueprint.manifest.slugs import is_slug, propose_slug
from wikifarm.blueprint.sources import did_you_mean
from wikifarm.emails import people_in
from wikifarm.errors import InvalidInput, Problem, Refused
from wikifarm.i18n import _
from wikifarm.operations.workplace.context import Context


@dataclass(frozen=True)
class Wishes:
    """What was asked of a new community; an empty text asks for the default."""

    name: str = ""
    slug: str = ""
    facilitators: tuple[str, ...] = ()  # "First Last <mail@example.org>"
    territory: str = ""
    blueprint: str = ""
    with_modules: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    mailing_list: str = ""
    admission: str = ""
    writing: str = ""
    language: str = ""
    description: str = ""
    rhythm: str = ""


def community(wishes: Wishes, folder: Path) -> Community:
    """The community, checked as its manifest in `folder` would be, where a region may have its
    settings. Raises InvalidInput with every problem."""
    modules = dict.fromkeys(wishes.with_modules, True) | dict.fromkeys(wishes.without, False)
    given: dict[str, Any] = {
        "name": wishes.name,
        "slug": wishes.slug or propose_slug(wishes.name),
        "facilitators": [person for text in wishes.facilitators for person in people_in(text)],
        "territory": wishes.territory,
        "blueprint": wishes.blueprint,
        "modules": modules,
        "mailing_list": wishes.mailing_list,
        "admission": wishes.admission,
        "writing": wishes.writing,
        "language": wishes.language,
        "description": wishes.description,
        "rhythm": wishes.rhythm,
    }
    try:
        return community_from({key: value for key, value in given.items() if value}, folder=folder)
    except InvalidInput as wrong:
        unsaid = _unsaid(wishes)
        codes = {problem.code for problem in unsaid}
        others = [problem for problem in wrong.problems if problem.code not in codes]
        raise InvalidInput([*unsaid, *others]) from None


def mistakes(wishes: Wishes, folder: Path) -> list[Problem]:
    """What is wrong with what was said so far, as `community` would tell it; what is still to be
    said is no mistake."""
    try:
        community(wishes, folder)
    except InvalidInput as wrong:
        unsaid = [problem.code for problem in _unsaid(wishes)]
        return [problem for problem in wrong.problems if problem.code not in unsaid]
    return []


def _unsaid(wishes: Wishes) -> list[Problem]:
    """What no community goes without, and how a command line says it: it has no file to add to."""
    problems = []
    if not wishes.name:
        message = _("This community has no name.")
        hint = _(
            "Give it after `wikifarm new-community`, or with --name after `wikifarm clone`: {name}"
        ).format(name='"Robustesse autour de Rennes"')
        problems.append(Problem(message, hint, code="missing"))
    if not wishes.facilitators:
        message = _("no facilitator: a community needs at least one person who facilitates it")
        hint = _("Name each: {option}").format(
            option=_('--facilitator "First Last <first@example.org>"')
        )
        problems.append(Problem(message, hint, code="missing-facilitator"))
    return problems


def chosen(
    paths: Sequence[Path], only: Sequence[str], *, default: Path, skip_invalid: bool = False
) -> Described:
    """The communities of `paths` (else of the folder `default`), or those of them named in `only`.

    A path that is no file and could be the address of a community names one of `default`. Raises
    InvalidInput for files that cannot be read, for a name that none of them has, and for a
    community that is described wrongly: `skip_invalid` leaves it out instead.
    """
    slugs, files = parted(paths)
    if not files and not default.is_dir():
        raise InvalidInput([_no_folder(default, [*slugs, *only])])
    named = _read([default], skip_invalid) if slugs else Described([])
    given = Described([]) if slugs and not files else _read(files or [default], skip_invalid)
    wanted = _named(given, only) if only else given.communities
    return Described(
        [*_named(named, slugs), *wanted],
        named.left_out + given.left_out,
        named.problems + given.problems,
        tuple(dict.fromkeys(named.hidden + given.hidden)),
    )


def _no_folder(folder: Path, slugs: Sequence[str]) -> Problem:
    """Nothing is described here: it is another folder that is meant, or nothing was begun."""
    message, hint = (
        _("No manifest is given, and there is no folder {folder}."),
        _("Give one (`wikifarm plan communities/rennes.yml`), or start with `wikifarm init`."),
    )
    if slugs:
        message, hint = (
            _("“{slug}” is looked for in {folder}, and there is no such folder."),
            _("Go to the folder that holds communities/, or name it with --directory."),
        )
    slug = next(iter(slugs), "")
    return Problem(message.format(folder=folder, slug=slug), hint, code="no-manifest")


def parted(paths: Sequence[Path]) -> tuple[list[str], list[Path]]:
    """The addresses of communities, and the files: a path that stands there is a file."""
    slugs = [str(path) for path in paths if is_slug(str(path)) and not path.exists()]
    return slugs, [path for path in paths if str(path) not in slugs]


def _read(paths: Sequence[Path], skip_invalid: bool) -> Described:
    return load_valid(paths) if skip_invalid else load_all(paths)


def _named(described: Described, slugs: Sequence[str]) -> list[Community]:
    """Those of these addresses. Raises InvalidInput for one that none of them has."""
    known = [community.slug for community in described.communities]
    unknown = [
        Problem(
            _("No community is called “{slug}”.").format(slug=slug),
            did_you_mean(slug, known),
            code="unknown-community",
        )
        for slug in slugs
        if slug not in known
    ]
    if unknown:
        raise InvalidInput([*unknown, *described.problems])  # it may be one that was left out
    return [community for community in described.communities if community.slug in slugs]


def described_here(context: Context) -> Described:
    """The communities described here; what is described wrongly does not hide the others."""
    folder = context.places.communities
    try:
        return load_valid([folder]) if folder.is_dir() else Described([])
    except InvalidInput as error:
        problems = [problem for problem in error.problems if problem.code != "empty"]
        return Described([], problems=tuple(problems))


def own_file(context: Context, slug: str) -> Path:
    """The file that describes the community of that address and no other, there or not."""
    return context.places.communities / f"{slug}.yml"


def described_as(context: Context, slug: str) -> Community | None:
    """The community of that address as this folder describes it, in a file of its own or among
    many. Raises InvalidInput where a file of its own says what is none."""
    own = own_file(context, slug)
    if own.is_file():
        return load_manifests([own])[0]
    known = described_here(context).communities
    return next((each for each in known if each.slug == slug), None)


def where_described(context: Context, slug: str) -> Path | None:
    """The file here that describes it, a sheet of many too; None where none does."""
    own = own_file(context, slug)
    if own.is_file():
        return own
    known = described_as(context, slug)
    return Path(known.source) if known is not None else None


def refuse_described_among_many(context: Context, slug: str) -> None:
    """Raises Refused where a file of another name describes that address: a file of its own would
    describe it twice."""
    path = where_described(context, slug)
    if path is None or path == own_file(context, slug):
        return
    raise Refused(
        _("{path} already describes the community of the address “{slug}”.").format(
            path=path, slug=slug
        ),
        hint=_(
            "`wikifarm apply {path} --only {slug}` makes it as described there; or choose another "
            "address. Nothing was changed."
        ).format(path=path, slug=slug),
        where=str(path),
    )

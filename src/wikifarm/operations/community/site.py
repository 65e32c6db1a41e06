"""The wiki of a community on the farm: find it, prove it is ours, make it, log in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace

from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.neutral import plain
from wikifarm.engine import receipt as receipts
from wikifarm.engine.journal import named
from wikifarm.errors import (
    BadCredentials,
    HalfMade,
    NotOurs,
    SlugTaken,
    UnexpectedAnswer,
    WikifarmError,
    WriteRefused,
)
from wikifarm.i18n import _, in_language
from wikifarm.model import Acquaintance, Capabilities, FarmWiki
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.operations.workplace.vault import new_password
from wikifarm.yeswiki.farm import ADMIN_EMAIL, TITLE, NewWiki, Offer, half_made, told
from wikifarm.yeswiki.farm_models import DEFAULT
from wikifarm.yeswiki.wiki import Wiki

TRIES = 3  # of a password that a person types


def open_wiki(context: Context, slug: str) -> Wiki:
    """The wiki of `slug`, logged in as its administrator.

    Raises NotOurs when there is none or this computer has no password for it.
    """
    entry = context.farm.known(slug)
    if entry is None:
        raise NotOurs(
            _("There is no wiki “{slug}” on this farm.").format(slug=slug),
            hint=_("Make it with `wikifarm apply`; `wikifarm list` shows those of the farm."),
            where=context.farm.base,
        )
    try:
        return _entered(context, entry)
    except SlugTaken:  # it is named, not asked for: no other address is looked for
        raise NotOurs(
            _(
                "wikifarm did not make the wiki “{slug}”, and its password is not on this "
                "computer. Nothing was changed."
            ).format(slug=slug),
            hint=_("If it is yours, `wikifarm adopt {slug}` takes it over.").format(slug=slug),
            where=entry.url,
        ) from None


def find_site(context: Context, community: Community) -> tuple[Wiki, FarmWiki] | None:
    """The community's wiki, logged in, and what the farm says of it, with the mark that was kept
    here where the farm has none; None while it is still to be made.

    The farm is not asked of a wiki that this computer goes on with.
    """
    known = context.acquaintances.of(community.slug)
    entry = known.entry if known is not None else None
    wiki = _met(context, entry.folder, known) if entry is not None else None
    if entry is None or wiki is None:
        again = entry is None  # a login that was just tried is not tried twice
        entry = context.farm.known(community.slug)
        if entry is None:
            look_for_half(context, community.slug)
            return None
        wiki = _entered(context, entry) if again else _with_password(context, entry)
    return wiki, replace(entry, mark=entry.mark or context.journal.mark_of(community.slug))


def look_for_half(context: Context, slug: str) -> None:
    """Raises HalfMade where the farm failed while it made that wiki for this computer, and what is
    left of it still stands; the farm is asked only where it failed."""
    if not context.journal.half_made(slug):
        return
    try:
        context.farm.answers(slug)
    except UnexpectedAnswer:
        raise half_made(context.farm, slug) from None


def make_site(
    context: Context,
    community: Community,
    offer: Offer | None = None,
    model: str = DEFAULT,
    able: Capabilities | None = None,
) -> tuple[Wiki, str]:
    """Makes the community's wiki from a model that the farm has, and logs in; `able` is what it
    can do, if that is known. Safe to run again after a kill at any point.

    The password and the intent are kept before the farm is asked, so that a later run can prove
    that the wiki is ours and enter it.
    """
    slug = community.slug
    mark = context.journal.mark_of(slug) or secrets.token_hex(8)
    password = context.vault.kept(slug) or new_password()
    context.vault.keep(slug, password)
    context.journal.intent(slug, "wiki", mark=mark, manifest=named(community.source))
    asked = replace(_asked(context, community, mark, password), model=model)
    try:
        context.farm.create(asked, offer)
    except HalfMade:
        context.journal.outcome(slug, "wiki", mark=mark, half=True)
        raise
    except SlugTaken as taken:
        wiki = _made_before(context, slug, password, taken)
        context.journal.outcome(slug, "wiki", mark=mark)
    else:
        wiki = _just_made(context, slug, password, able)
        context.journal.outcome(slug, "wiki", mark=mark, new=True)
    return wiki, mark


def _just_made(context: Context, slug: str, password: str, able: Capabilities | None) -> Wiki:
    if context.farm.find(slug) is not None:
        try:
            return _logged_in(context, slug, password, able)  # whoever lets us in is there
        except WikifarmError:
            if context.farm.answers(slug):
                raise
    raise WriteRefused(
        _("The farm said that the wiki “{slug}” was made, but does not show it.").format(slug=slug),
        hint=_(
            "Run the same command again: it goes on from there. If it comes back, tell who runs "
            "the farm."
        ),
        where=context.farm.address_of(slug),
    )


def _made_before(context: Context, slug: str, password: str, taken: SlugTaken) -> Wiki:
    """The wiki that a first try made although its answer never came; or it left half a wiki."""
    try:
        stands = context.farm.answers(slug)
    except UnexpectedAnswer:
        if context.journal.half_made(slug):
            raise half_made(context.farm, slug) from None
        raise
    if not stands:
        raise taken from None
    try:
        return _logged_in(context, slug, password)
    except BadCredentials:
        raise taken from None


def _logged_in(
    context: Context, slug: str, password: str, able: Capabilities | None = None
) -> Wiki:
    wiki = context.farm.wiki(slug, able)
    wiki.login(WIKI_ADMIN, password)
    return wiki


def _asked(context: Context, community: Community, mark: str, password: str) -> NewWiki:
    title, description, referent = _told(community, community.name)
    return NewWiki(
        title=title,
        description=description,
        folder=community.slug,
        referent=referent,
        email=_contact(context),
        admin=WIKI_ADMIN,
        password=password,
        mark=mark,
    )


def _told(community: Community, name: str) -> tuple[str, str, str]:
    """What the farm tells anybody of a community of that name: title, description, and who answers
    for it, which is the community, not a person.
    """
    _ = in_language(community.language)
    name = plain(name)
    referent = _("Facilitation of {name}").format(name=name)
    return name, plain(community.description) or name, referent


def in_farm_list(community: Community, name: str) -> dict[str, str]:
    """The answers of the farm's entry that tell of a community of that name."""
    return told(community.slug, *_told(community, name))


def rename(context: Context, community: Community, entry: FarmWiki, was: str) -> FarmWiki:
    """Puts the name of the community in the farm's entry of its wiki, in the place of `was`."""
    now = in_farm_list(community, community.name)
    known = context.farm.retell(entry, in_farm_list(community, was), now)
    return replace(known, mark=entry.mark)


def _contact(context: Context) -> str:
    """Whom the farm names as the contact of a wiki, to anybody: never a person of the community."""
    return context.settings.contact or context.farm.contact or ADMIN_EMAIL


def shows_a_person(community: Community, entry: FarmWiki) -> bool:
    """True when the farm's entry gives anybody the address of somebody who facilitates."""
    addresses = {person.email.lower() for person in community.facilitators}
    return entry.email.lower() in addresses


def is_called(community: Community, name: str, entry: FarmWiki) -> bool:
    """True when the farm's list has its wiki under that name."""
    return entry.title == in_farm_list(community, name)[TITLE]


def mend_contact(context: Context, entry: FarmWiki) -> None:
    """Puts the farm's own contact in its entry of a wiki, which must be ours."""
    context.farm.set_contact(entry, _contact(context))


def ask_missing(context: Context, slugs: Iterable[str], *, marked: bool = True) -> None:
    """Has the person at the terminal type the passwords that this computer lacks of these wikis,
    and keeps those that the wiki accepts. An empty answer leaves a wiki out. Unless `marked` is
    False, only of those that the farm says were made with wikifarm."""
    for slug in slugs if context.ask is not None else ():
        entry = context.farm.known(slug)
        if entry is None or (marked and not entry.mark):
            continue
        met = context.acquaintances.of(entry.folder) is not None
        if not met and not context.vault.get(entry.folder):
            _ask(context, entry.folder)


def _ask(context: Context, slug: str) -> None:
    question = _("Password of the administrator of {slug} (leave empty to go without)")
    for _try in range(TRIES):
        typed = context.ask(question.format(slug=slug)) if context.ask is not None else ""
        if not typed:
            return
        try:
            _logged_in(context, slug, typed)
        except BadCredentials:
            question = _("{slug} refuses it. Its password (leave empty to go without)")
        else:
            context.vault.keep(slug, typed)
            return


def _entered(context: Context, entry: FarmWiki) -> Wiki:
    known = context.acquaintances.of(entry.folder)
    return _met(context, entry.folder, known) or _with_password(context, entry)


def _met(context: Context, folder: str, known: Acquaintance | None) -> Wiki | None:
    """The wiki, where a login of before still holds."""
    wiki = context.farm.wiki(folder)
    return wiki if known is not None and wiki.meet(known, receipts.TAG) else None


def _with_password(context: Context, entry: FarmWiki) -> Wiki:
    password = context.vault.get(entry.folder)
    if not password:
        raise unknown_wiki(entry)
    wiki = context.farm.wiki(entry.folder)
    wiki.login(WIKI_ADMIN, password)
    return wiki


def unknown_wiki(entry: FarmWiki) -> SlugTaken | NotOurs:
    """The error for a wiki whose password this computer has not."""
    if entry.mark:
        return NotOurs(
            _(
                "The wiki “{slug}”, “{title}”, was made with wikifarm, but not from this computer: "
                "its password is not here. Nothing was changed."
            ).format(slug=entry.folder, title=entry.title),
            hint=_(
                "If it is yours, `wikifarm adopt {slug}` asks for its password and takes it over, "
                "or `wikifarm credentials {slug} --set`; a team shares passwords by the setting "
                "`vault` (docs/operators.md)."
            ).format(slug=entry.folder),
            where=entry.url,
        )
    return SlugTaken(
        _("The address “{slug}” belongs to another wiki of the farm, “{title}”.").format(
            slug=entry.folder, title=entry.title
        ),
        hint=other_address(entry.folder),
        where=entry.url,
    )


def other_address(slug: str) -> str:
    """The way on for a community whose address is that of somebody else's wiki."""
    return _(
        "Choose another address: --slug where you open it, “slug:” in its description. If this "
        "wiki is yours, `wikifarm adopt {slug}` takes it over. Nothing was changed."
    ).format(slug=slug)

"""Adopt: goes on, from this computer, with a wiki of this farm that another one made, or that
somebody made by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from wikifarm.blueprint.manifest.slugs import LONGEST, SHORTEST, is_slug, propose_slug
from wikifarm.engine.closing import Closing, closing
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.seen import Seen
from wikifarm.engine.standing import Standing, standing
from wikifarm.errors import InvalidInput, NotOurs, Problem
from wikifarm.i18n import _
from wikifarm.model import FarmWiki
from wikifarm.operations.community.outcome import envelope
from wikifarm.operations.community.site import ask_missing, open_wiki
from wikifarm.operations.copying.adopt_by_hand import Inspection, TakenOver, take_over
from wikifarm.operations.copying.source_wiki import on_this_farm
from wikifarm.operations.describe import Wishes, where_described
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.result import Envelope, Outcome
from wikifarm.web_addresses import why_not
from wikifarm.yeswiki.addresses import base_url
from wikifarm.yeswiki.wiki import Wiki

_FOLDER = re.compile(r"[0-9A-Za-z_-]+\Z")  # YesWikiField


@dataclass(frozen=True)
class AdoptedWiki(Outcome):
    """A wiki that this computer can now go on with. `manifest`: the file here that describes it, or
    nothing; `complete` is False where its making was cut."""

    slug: str
    url: str
    name: str
    blueprint: str
    version: str
    complete: bool
    manifest: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def adopt(
    context: Context,
    where: str,
    wishes: Wishes,
    *,
    look: Callable[[], Inspection],
    dry_run: bool = False,
) -> Envelope:
    """Takes over a wiki of this farm, by its address there or its web address; writes nothing in
    it, unless `look`, which is asked where wikifarm did not make it, has it audited.

    Of one that wikifarm made, reads the receipt and keeps here what it takes to go on: its
    password, and which community it is. Of another, see `take_over`; `wishes` are for that one.

    Raises NotOurs where it is not of this farm, its receipt was touched or is that of another wiki,
    and where no password lets in.
    """
    entry = _on_the_farm(context, where)
    slug = entry.folder
    ask_missing(context, [slug], marked=False)
    _refuse_without_password(context, entry)
    wiki = open_wiki(context, slug)
    seen = Seen(wiki)
    if _is_by_hand(context, entry, seen):
        _keep_password(context, wiki, slug)
        told = take_over(context, wiki, entry, wishes, look(), dry_run=dry_run)
        return _told(told)
    receipt = _proven(seen, standing(seen, context.journal, slug), slug, entry.mark)
    _keep_password(context, wiki, slug)
    with context.lock():
        if context.journal.mark_of(slug) != receipt.community:
            context.journal.outcome(slug, "wiki", mark=receipt.community, adopted=True)
        if context.journal.receipt_number(slug, receipt.community) < receipt.number:
            known = {"community": receipt.community, "number": receipt.number}
            context.journal.outcome(slug, "receipt", **known)
    return Envelope(
        "adopt",
        outcome=AdoptedWiki(
            slug,
            context.farm.address_of(slug),
            receipt.name,
            receipt.blueprint,
            receipt.version,
            receipt.complete,
            str(where_described(context, slug) or ""),
        ),
        messages=tuple(_of_its_leave(slug, closing(context.journal, slug, receipt, entry.entry))),
    )


def _of_its_leave(slug: str, leave: Closing) -> Iterator[str]:
    """What is to be known of a community that closes."""
    if leave.days:
        told = _("“{slug}” closes ({told}): `wikifarm retire {slug}` says what is left to do.")
        yield told.format(slug=slug, told=leave.told)


def _on_the_farm(context: Context, where: str) -> FarmWiki:
    """The wiki of this farm that is meant; no other server is asked anything."""
    folder = _folder(context, where)
    if not folder and (wrong := why_not(where.strip())):
        hint = _("Give the address of a wiki of this farm, or one that begins with https://.")
        raise InvalidInput([Problem(wrong, hint, code="bad-url")])
    if not folder:
        raise NotOurs(
            _("{url} is no wiki of the farm {farm}: nothing was asked of it.").format(
                url=where.strip(), farm=context.farm.base
            ),
            hint=_(
                "If it is on another farm that you run, name that one (--farm, or "
                "WIKIFARM_FARM_URL). To have one like it here, without its people, `wikifarm "
                "clone`; to move it here with them, `wikifarm backup` there, `wikifarm restore` "
                "here."
            ),
            where=context.farm.base,
        )
    entry = context.farm.known(folder)
    if entry is None:
        raise NotOurs(
            _("There is no wiki “{slug}” on this farm.").format(slug=folder),
            hint=_("`wikifarm list` shows those of the farm."),
            where=context.farm.base,
        )
    if not is_slug(entry.folder):
        raise NotOurs(
            _("The address “{slug}” cannot be that of a community: nothing was kept.").format(
                slug=entry.folder
            ),
            hint=_(
                "wikifarm takes small letters, figures and “-” alone, {shortest} to {longest} of "
                "them. `wikifarm clone {url} {proposed}` makes one like it, without its people."
            ).format(
                shortest=SHORTEST,
                longest=LONGEST,
                url=entry.url,
                proposed=propose_slug(entry.folder),
            ),
            where=entry.url,
        )
    return entry


def _folder(context: Context, where: str) -> str:
    """What may be the folder of a wiki of this farm, which takes more than wikifarm does; nothing
    for another place."""
    place = where.strip()
    below = place if why_not(place) else base_url(place).removeprefix(context.farm.base)
    return on_this_farm(context, where) or (_FOLDER.match(below.strip("/")) or [""])[0]


def _refuse_without_password(context: Context, entry: FarmWiki) -> None:
    slug = entry.folder
    known = context.vault.get(slug) or context.acquaintances.of(slug) is not None
    if not known and not entry.mark:
        raise NotOurs(
            _("The password of {name} in the wiki “{slug}” is not here: nothing was kept.").format(
                name=WIKI_ADMIN, slug=slug
            ),
            hint=_(
                "Run the same command on a terminal, which asks for it, or give it with "
                "`wikifarm credentials {slug} --set`. wikifarm works in a wiki as {name}: where "
                "that account is not there, make it, and put it into the group of administrators."
            ).format(slug=slug, name=WIKI_ADMIN),
            where=entry.url,
        )


def _is_by_hand(context: Context, entry: FarmWiki, seen: Seen) -> bool:
    """True where nothing says that wikifarm made the wiki: neither the farm, a receipt in it, nor
    this computer."""
    slug, journal = entry.folder, context.journal
    asked = journal.mark_of(slug) and not journal.made_by_hand(slug)
    return seen.receipt is None and not entry.mark and not asked


def _keep_password(context: Context, wiki: Wiki, slug: str) -> None:
    """Keeps the password that was given, once the wiki accepted it, and the login."""
    given = context.vault.get(slug)
    if given and given != context.vault.kept(slug):
        wiki.login(wiki.account, given)
        context.vault.keep(slug, given)
    context.acquaintances.keep(slug, wiki.acquaintance)


def _told(taken: TakenOver) -> Envelope:
    whole = envelope("adopt", [taken.community])
    return replace(whole, outcome=taken)


def _proven(seen: Seen, stands: Standing, slug: str, mark: str) -> Receipt:
    """The receipt, where it proves whose the wiki is."""
    receipt = seen.receipt
    if receipt is None:
        raise NotOurs(
            _("The wiki “{slug}” holds no receipt of wikifarm: nothing was kept here.").format(
                slug=slug
            ),
            hint=_(
                "If its making was cut, or its receipt removed, `wikifarm apply` with its manifest "
                "looks what of it is the community's."
            ),
        )
    if (receipt.slug, receipt.community) != (slug, mark or receipt.community):
        raise NotOurs(
            _("The receipt in the wiki “{slug}” is that of another wiki, “{other}”.").format(
                slug=slug, other=receipt.slug
            ),
            hint=_("Nothing was kept here: it may be a copy. Ask who runs the farm."),
        )
    if stands is not Standing.PROVEN:
        why = {
            Standing.BY_HAND: _("it was edited by hand"),
            Standing.OUTDATED: _("it is an old version of it"),
        }
        raise NotOurs(
            _("The receipt of the wiki “{slug}” proves nothing: {why}.").format(
                slug=slug, why=why[stands]
            ),
            hint=_(
                "Put back the last version that wikifarm wrote, from the history of the page; or "
                "run `wikifarm apply` with its manifest, which keeps what differs from it."
            ),
        )
    return receipt

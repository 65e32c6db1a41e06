"""Adopt: goes on, from this computer, with a wiki of this farm that another one made."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from wikifarm.engine.receipt import Receipt
from wikifarm.engine.seen import Seen
from wikifarm.engine.standing import Standing, standing
from wikifarm.errors import NotOurs
from wikifarm.i18n import _
from wikifarm.operations.community.site import ask_missing, open_wiki
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Outcome


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


def adopt(context: Context, slug: str) -> Envelope:
    """Reads the receipt of a wiki and keeps here what it takes to go on: its password, and which
    community it is. Writes nothing in the wiki.

    Raises NotOurs where the receipt is not there, was touched, or is that of another wiki, and
    where no password lets in.
    """
    ask_missing(context, [slug], marked=False)
    wiki = open_wiki(context, slug)
    entry = context.farm.known(slug)
    seen = Seen(wiki)
    mark = entry.mark if entry is not None else ""
    receipt = _proven(seen, standing(seen, context.journal, slug), slug, mark)
    given = context.vault.get(slug)
    if given and given != context.vault.kept(slug):
        wiki.login(wiki.account, given)
        context.vault.keep(slug, given)
    context.acquaintances.keep(slug, wiki.acquaintance)
    with context.lock():
        if context.journal.mark_of(slug) != receipt.community:
            context.journal.outcome(slug, "wiki", mark=receipt.community, adopted=True)
        if context.journal.receipt_number(slug, receipt.community) < receipt.number:
            known = {"community": receipt.community, "number": receipt.number}
            context.journal.outcome(slug, "receipt", **known)
    manifest = context.places.communities / f"{slug}.yml"
    return Envelope(
        "adopt",
        outcome=AdoptedWiki(
            slug,
            context.farm.address_of(slug),
            receipt.name,
            receipt.blueprint,
            receipt.version,
            receipt.complete,
            str(manifest) if manifest.is_file() else "",
        ),
    )


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

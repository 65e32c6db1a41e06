"""The way back from `retire`: who could write writes again, and `apply` works there again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wikifarm.engine.closing import REOPEN, STEP, Closing, Leave, closing
from wikifarm.errors import NotConfirmed, Refused, WriteRefused
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.model import FarmWiki, Rights, canonical
from wikifarm.operations.community.closed_community import keep_in_receipt, receipt_of
from wikifarm.operations.community.site import ask_missing, open_wiki
from wikifarm.operations.leaving.retire import CLOSED, WRITING, Retiring, said_at_the_top
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, few
from wikifarm.yeswiki.session import ROOT_PAGE
from wikifarm.yeswiki.wiki import Wiki


def reopen(context: Context, slug: str, agreed: Callable[[str], bool] | None = None) -> Envelope:
    """Takes a leave back once `agreed` says yes, whatever is left of the wiki.

    Raises Refused where none was begun; NotConfirmed after a no.
    """
    ask_missing(context, [slug], marked=False)
    entry = context.farm.known(slug)
    wiki = open_wiki(context, slug) if entry is not None else None
    receipt = receipt_of(wiki) if wiki is not None else None
    leave = closing(context.journal, slug, receipt, entry.entry if entry is not None else "")
    if not leave.days:
        raise Refused(
            _("The community “{slug}” does not close: nothing was done.").format(slug=slug),
            hint=_("`wikifarm status {slug}` says where it stands.").format(slug=slug),
        )
    if agreed is not None and not agreed(REOPEN):
        raise NotConfirmed(_("Nothing was done."), hint=_("The same command asks again."))
    with context.lock():
        notes = []
        if wiki is not None and entry is not None:
            notes += _opened(context, wiki, entry, leave)
            keep_in_receipt(wiki, Closing(), datetime.now(UTC).isoformat(timespec="milliseconds"))
        context.journal.outcome(slug, STEP, did=REOPEN)
    notes += _what_comes_next(slug, leave, there=wiki is not None)
    url = context.farm.address_of(slug)
    return Envelope("retire", outcome=Retiring(slug, url, {}, "", "", tuple(notes), reopened=True))


def _what_comes_next(slug: str, leave: Closing, *, there: bool) -> list[str]:
    notes = []
    if Leave.ERASE in leave.days and there:
        notes.append(
            _("People stay erased: their cards, accounts and places in groups do not come back.")
        )
    if not there:
        return [
            _(
                "`wikifarm apply` makes a new wiki at this address; `wikifarm restore FILE {slug}` "
                "makes the one of the backup again."
            ).format(slug=slug)
        ]
    if leave.closed:
        notes.append(
            _(
                "What accounts put on pages by the API meanwhile stays: look at their keywords, "
                "looks and reactions."
            )
        )
    told = _(
        "`wikifarm apply` of its description gives back the accounts of those who facilitate and "
        "what the blueprint writes."
    )
    return [*notes, told]


def _opened(context: Context, wiki: Wiki, entry: FarmWiki, leave: Closing) -> list[str]:
    """Gives back who could write, as this computer kept it, and takes the notice away."""
    _take_notice_away(wiki)
    kept = _kept(context, entry)
    if not leave.closed and not kept:
        return []
    if not kept:
        _give_handlers_back(wiki)
        return [
            _(
                "This computer has not kept who could write in this wiki before: `wikifarm apply` "
                "opens what the blueprint writes; the other pages stay for the administration."
            )
        ]
    wiki.settings.put(kept["settings"])
    there = wiki.rights.modules()
    modules = {name: right for name, right in kept["modules"].items()
               if there.get(name) == "@admins"}  # fmt: skip
    for module, right in modules.items():
        kind, _space, name = module.partition(" ")
        wiki.rights.set_module(kind, name, right)
    wanted = _wanted(wiki, kept["rights"])
    wiki.rights.set_each(wanted)
    now, used = wiki.rights.all(), wiki.rights.modules()
    shut = [tag for tag, rights in wanted.items() if tag in now and not now[tag].same_as(rights)]
    shut += [name for name, right in modules.items()
             if canonical(used.get(name, right)) != canonical(right)]  # fmt: skip
    if shut:
        raise WriteRefused(
            _("Some pages do not open again: {names}.").format(names=few(shut)),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )
    return []


def _give_handlers_back(wiki: Wiki) -> None:
    """Lets everybody use what writes pages, as YesWiki does: their rights say who may."""
    there = wiki.rights.modules()
    for module in WRITING:
        kind, _space, name = module.partition(" ")
        if kind == "handler" and there.get(module) == "@admins":
            wiki.rights.set_module(kind, name, "*")


def _wanted(wiki: Wiki, kept: dict[str, list[str]]) -> dict[str, Rights]:
    """What each page gets back: who writes it, where that still is as the leave left it; who reads
    it stays as it is now."""
    wanted = {}
    for tag, now in wiki.rights.all().items():
        if tag not in kept or now.write != "@admins" or now.comment != CLOSED:
            continue
        _read, write, comment = kept[tag]
        before = Rights(now.read, write, comment)
        if not before.same_as(now):
            wanted[tag] = before
    return wanted


def _take_notice_away(wiki: Wiki) -> None:
    page = wiki.pages.read(ROOT_PAGE)
    receipt = receipt_of(wiki)
    if page is None:
        return
    said = said_at_the_top((receipt.language if receipt else "") or "fr", page.body)
    if said is None:
        return
    body = page.body[said.end() :].lstrip("\n")
    wiki.pages.save(ROOT_PAGE, body, page.revision)
    now = wiki.pages.read(ROOT_PAGE)
    if now is None or now.body != body:
        raise WriteRefused(_("The wiki did not take the notice off its first page."))


def _kept(context: Context, entry: FarmWiki) -> dict[str, Any]:
    """Who could write before the leave; empty where this computer does not know. The first of what
    runs that were cut kept is the truth: the others saw what that one had closed."""
    files: list[Path] = []
    for line in context.journal.entries():
        if line.get("step") != STEP or line.get("slug") != entry.folder:
            continue
        if line.get("did") == REOPEN and line.get("event") == "outcome":
            files = []
        elif line.get("kept") and line.get("wiki") == entry.entry:
            files.append(Path(str(line["kept"])))
    whole: dict[str, Any] = {}
    for file in files:
        try:
            told = from_json(file.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if not whole:
            whole = told
        else:
            whole = {**told, **whole, "rights": {**told["rights"], **whole["rights"]},
                     "settings": {**told["settings"], **whole["settings"]},
                     "modules": {**told["modules"], **whole["modules"]}}  # fmt: skip
    return whole

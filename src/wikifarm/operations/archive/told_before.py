"""What a restoration says before its yes: whom the description of the community lets do everything,
what the wiki opens that wikifarm closes, and whose mailing list it is.

Whoever says yes did not write the backup: nothing that opens the wiki is written without a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from wikifarm.blueprint.design import Design
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.rights_words import lets_more_in, without_closing
from wikifarm.engine.receipt import Receipt
from wikifarm.errors import InvalidInput
from wikifarm.i18n import _
from wikifarm.lists.providers import NONE
from wikifarm.model import Dialect, Form, Rights, Zone
from wikifarm.operations.archive.backup_contents import administering
from wikifarm.operations.archive.backup_format import Backup
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.copying.people_there import asks_of_people
from wikifarm.operations.workplace.context import Context
from wikifarm.result import few

EVERYBODY = "*"
READ, WRITE = "read", "write"  # of a page, a list or a card


def usual_design(context: Context, backup: Backup, community: Community | None) -> Design | None:
    """What a community of wikifarm holds: this one as it is described, or any that says nothing of
    itself; None where no blueprint tells, in this language say."""
    unknown = Community(backup.manifest.name, backup.manifest.slug, ())
    for each in (community, unknown):
        if each is not None:
            with suppress(InvalidInput):
                return CommunityRun(context, each).compiler.design({})
    return None


def closed_modules(design: Design | None) -> dict[str, str]:
    """ "action listusers" -> its right in that community."""
    if design is None:
        return {}
    actions = {f"action {name}": right for name, right in design.action_rights.items()}
    return actions | {f"handler {name}": right for name, right in design.handler_rights.items()}


def opened_rights(backup: Backup, design: Design | None, receipt: Receipt | None) -> dict[str, str]:
    """What the backup lets more people do than that community does, or than wikifarm did when it
    last wrote there: "action X", "handler X", "read X" or "write X" of a page or a card of people
    -> its right."""
    groups, applied = backup.value("groups.json"), receipt.rights if receipt else {}
    told = {**_pages_and_cards(backup.value("rights.json")), **backup.value("modules.json")}
    closed = [
        closed_modules(design) | _closed_cards(backup, design) | _closed_pages(design),
        {key: parts[0] for key, parts in applied.items() if len(parts) == 1}
        | _pages_and_cards({key: parts for key, parts in applied.items() if len(parts) > 1}),
    ]
    return {
        name: right
        for name, right in sorted(told.items())
        if any(name in known and lets_more_in(known[name], right, groups) for known in closed)
    }


def _pages_and_cards(rights: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Tag -> its rights, as the two that let somebody in."""
    read = {f"{READ} {tag}": each[0] for tag, each in rights.items()}
    return read | {f"{WRITE} {tag}": each[1] for tag, each in rights.items()}


def _closed_pages(design: Design | None) -> dict[str, str]:
    if design is None:
        return {}
    known = {**design.closed, **{page.tag: page.rights for page in design.pages}}
    return _pages_and_cards({tag: (each.read, each.write) for tag, each in known.items()})


def _closed_cards(backup: Backup, design: Design | None) -> dict[str, str]:
    """The rights of the cards of people: those of the community's forms, and of any other form that
    asks about people, which no visitor reads."""
    forms = design.forms if design is not None else ()
    known = {form.id: form.schema.rights for form in forms if form.zone is Zone.PEOPLE}
    dialect = Dialect(backup.manifest.dialect)
    for row in backup.rows("forms"):
        columns = row["columns"]
        form = Form(row["id"], columns["bn_label_nature"], columns["bn_template"], told=columns)
        if row["id"] not in known and asks_of_people(form, dialect):
            known[row["id"]] = Rights("+", "+")
    cards = {}
    for row in backup.rows("entries"):
        if (usual := known.get(row["form"])) is not None:
            cards[row["tag"]] = (without_closing(usual.read), usual.write)
    return _pages_and_cards(cards)


def opening(rights: Mapping[str, str]) -> Iterator[str]:
    """Who may do which of these, in one sentence for each right."""
    words = {EVERYBODY: _("everybody"), "+": _("whoever has an account")}
    deeds = {READ: _("reading {page}"), WRITE: _("writing {page}")}
    kinds: dict[str, list[str]] = defaultdict(list)
    for name, right in rights.items():
        deed, _space, what = name.partition(" ")
        kinds[words.get(right, right)].append(deeds.get(deed, name).format(page=what))
    for whom, names in kinds.items():
        told = _("This backup opens to {whom} what wikifarm closes: {names}.")
        yield told.format(whom=whom, names=few(names))


def facilitating(backup: Backup, community: Community) -> Iterator[str]:
    """Whom the description of the community makes administrators, of those who are none yet."""
    known = set(administering(backup).values())
    people = [each for each in community.facilitators if each.email not in known]
    told = _(
        "The description of the community in this backup names who facilitates: {names}. The next "
        "`wikifarm apply` opens their accounts and makes them administrators of the wiki."
    )
    if people:
        yield told.format(names=", ".join(f"{each.name} <{each.email}>" for each in people))


def whose_list(
    backup: Backup, slug: str, url: str, community: Community | None, receipt: Receipt | None
) -> Iterator[str]:
    """Whose the mailing list is, where the wiki is made at another address than it had."""
    described = community is not None and community.mailing_list != NONE
    was = backup.manifest
    if url == was.url or not (described or (receipt is not None and receipt.mailing_list)):
        return
    told = _("The mailing list stays that of {url}: the wiki made here has none.")
    if slug == was.slug:
        told = _(
            "The mailing list of {url} comes with this backup: if that wiki goes on, take the list "
            "out of the description of the wiki made here, before you apply it."
        )
    yield told.format(url=was.url)
